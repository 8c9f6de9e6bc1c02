"""Run the notebooks and store their outputs: ``python -m publish.notebooks [file …]``.

The numbers in the prose that are tied to an expression (`publish.numbers`) are outputs too.
What changes from run to run is left out, so that a second run changes no
file and a difference in git is a difference in content: timings, the state
of widgets and the name of whoever's kernel ran it. Cell ids stay as they are;
a cell without one gets an id made from its text.
"""

import hashlib
import importlib.util
import json
import os
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from publish import numbers

ROOT = Path(__file__).parents[1]
PAGES = ("book/*.ipynb", "book/*.md", "assignments/*/*.ipynb")
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python", "pygments_lexer": "ipython3"},
}
VOLATILE_METADATA = {"ExecuteTime", "collapsed", "execution", "scrolled", "trusted"}
VOLATILE_MIME = "application/vnd.jupyter.widget-view+json"  # names a model of one session


def with_ids(cells, stem):
    """The cells, each with an id that is its own; ids that are there stay."""
    seen = set()
    for cell in cells:
        name = cell.get("id")
        count = 0
        while not name or name in seen:
            text = f"{stem} {''.join(cell['source'])} {count}"
            name = hashlib.sha1(text.encode()).hexdigest()[:8]
            count += 1
        seen.add(name)
        cell["id"] = name
    return cells


def missing_packages(notebook):
    """What a notebook needs and this machine lacks: its cells' tags "requires-…"."""
    tags = [tag for cell in notebook["cells"] for tag in cell["metadata"].get("tags", [])]
    needed = sorted({tag.removeprefix("requires-") for tag in tags if tag.startswith("requires-")})
    return [name for name in needed if importlib.util.find_spec(name) is None]


def load(path):
    """Read a notebook, without the random ids that nbformat gives to old cells."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    notebook["nbformat_minor"] = max(5, notebook["nbformat_minor"])
    with_ids(notebook["cells"], path.stem)
    return nbformat.reads(json.dumps(notebook), as_version=4)


def normalise(notebook):
    """Take out of a notebook, in place, what changes from run to run."""
    notebook.metadata = nbformat.from_dict(METADATA)
    for cell in notebook.cells:
        for key in VOLATILE_METADATA & set(cell.metadata):
            del cell.metadata[key]
        for output in cell.get("outputs", []):
            output.get("data", {}).pop(VOLATILE_MIME, None)
            output.get("metadata", {}).pop(VOLATILE_MIME, None)
    return notebook


def execute(notebook, folder):
    """Run a notebook, in place, from a clean kernel in its own folder; its prose too."""
    client = NotebookClient(
        notebook,
        kernel_name="python3",
        timeout=600,
        record_timing=False,
        coalesce_streams=True,
        store_widget_state=False,
        extra_arguments=["--log-level=ERROR"],
        resources={"metadata": {"path": str(folder)}},
    )
    numbers.run(client)
    return notebook


def text_of(notebook):
    """The notebook as the text of its file."""
    return nbformat.writes(notebook).rstrip("\n") + "\n"


def renewed(path):
    """What a file should hold: its numbers computed, and a notebook's outputs, normalised."""
    try:
        if path.suffix == ".md":
            return numbers.without_kernel(path.read_text(encoding="utf-8"))
        return text_of(normalise(execute(load(path), path.parent)))
    except numbers.TieError as error:
        raise numbers.TieError(f"{path.name} is left as it is\n{error}") from None


def renew(path):
    """Run and normalise one file, and say what became of it."""
    before = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb" and (missing := missing_packages(load(path))):
        return f"left as it is, {', '.join(missing)} is missing"
    after = renewed(path)
    if after == before:
        return "unchanged"
    path.write_text(after, encoding="utf-8", newline="\n")
    return "changed"


def main(names):
    """Renew the named pages, or all pages and masters; one thread each, as in the tests."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    found = [path for pattern in PAGES for path in sorted(ROOT.glob(pattern))]
    for path in map(Path, names) if names else found:
        try:
            print(f"{path.name}: {renew(path)}", flush=True)
        except numbers.TieError as error:
            sys.exit(str(error))


if __name__ == "__main__":
    main(sys.argv[1:])

"""The habits of the book, held by a machine: small cells, stored outputs, proofs."""

import ast
import json
import re
import statistics
import sys

import pytest

from conftest import ROOT, toc_entries
from publish.notebooks import load, normalise, text_of

NOTEBOOKS = sorted((ROOT / "book").glob("*.ipynb"))
PACKAGES = {"numpy", "matplotlib", "ipywidgets", "IPython", "scipy", "sklearn", "cnnbp"}
LABEL = re.compile(r"^\$\$ *\((eq-[\w-]+)\)|^:label: *(eq-[\w-]+)|\\label\{(eq-[\w-]+)\}", re.M)
PROOF = re.compile(r"^# proves: *(eq-[\w-]+)", re.M)
ADDRESS = re.compile(r" at 0x[0-9a-f]{6,}")

every_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def cells(path, kind="code"):
    """The cells of one kind, each with its source as one string."""
    found = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [cell | {"source": "".join(cell["source"])} for cell in found
            if kind in ("all", cell["cell_type"])]  # fmt: skip


def mime_types(cell):
    """All MIME types of a cell's stored outputs."""
    return {mime for output in cell["outputs"] for mime in output.get("data", {})}


def python(source):
    """A cell's statements, its magics left out."""
    return ast.parse(re.sub(r"^\s*[%!].*$", "pass", source, flags=re.M)).body


def lines(source):
    """How many lines of a cell a reader reads: all but the blank ones."""
    return sum(bool(line.strip()) for line in source.splitlines())


def test_toc_and_folder_hold_the_same_pages():
    """Every page of the folder is in _toc.yml, and every entry is a page."""
    pages = [*NOTEBOOKS, *(ROOT / "book").glob("*.md")]
    assert sorted(toc_entries()) == sorted(f"book/{page.stem}" for page in pages)


@every_notebook
def test_cells_are_small(path):
    """Median at most 5 lines, 90th percentile at most 15, none over 25; cells that the page hides do not count."""
    shown = [cell for cell in cells(path) if "remove-input" not in cell["metadata"].get("tags", [])]
    sizes = sorted(lines(cell["source"]) for cell in shown)
    assert statistics.median(sizes) <= 5, sizes
    assert sizes[int(0.9 * (len(sizes) - 1))] <= 15, sizes
    assert sizes[-1] <= 25, sizes


@every_notebook
def test_every_cell_was_run_in_order(path):
    """The counts run 1, 2, 3, … and no output is an error or a warning."""
    code = cells(path)
    assert [cell["execution_count"] for cell in code] == list(range(1, len(code) + 1))
    for cell in code:
        for output in cell["outputs"]:
            assert output["output_type"] != "error", cell["source"]
            assert output.get("name") != "stderr", f"stderr is stored: {cell['source']}"


@every_notebook
def test_stored_outputs_can_be_compared(path):
    """Nothing that prints lacks its output, which nbval would pass over; no addresses."""
    for cell in cells(path):
        last = python(cell["source"])[-1:]
        shows = last and isinstance(last[0], ast.Expr) and not isinstance(last[0].value, ast.Call)
        shows = shows and not cell["source"].rstrip().endswith(";")
        if shows or re.search(r"^(print|display)\(", cell["source"], re.M):
            assert cell["outputs"], f"no stored output: {cell['source']}"
        assert not ADDRESS.search(json.dumps(cell["outputs"])), cell["source"]


@every_notebook
def test_every_equation_has_its_proof(path):
    """Labels and proofs are one to one, and a proof is one of the next two code cells."""
    waiting, ages = [], {}
    for cell in cells(path, "all"):
        if cell["cell_type"] == "markdown":
            waiting += ["".join(label) for label in LABEL.findall(cell["source"])]
        elif cell["cell_type"] == "code":
            for proof in PROOF.findall(cell["source"]):
                assert proof in waiting, f"{proof} is no equation above, or is proved twice"
                waiting.remove(proof)
            ages = {label: ages.get(label, 0) + 1 for label in waiting}
            assert all(age < 2 for age in ages.values()), f"without proof: {ages}"
    assert not waiting, f"without proof: {waiting}"


def test_labels_are_unique_in_the_book():
    """No label names two equations."""
    texts = [cell["source"] for path in NOTEBOOKS for cell in cells(path, "markdown")]
    labels = ["".join(label) for text in texts for label in LABEL.findall(text)]
    assert len(labels) == len(set(labels))


@every_notebook
def test_every_figure_has_alternative_text(path):
    """An image whose cell has no HTML face carries written alternative text."""
    for cell in cells(path):
        if "image/png" in mime_types(cell) and "text/html" not in mime_types(cell):
            alt = cell["metadata"].get("mystnb", {}).get("image", {}).get("alt", "")
            assert len(alt.split()) >= 4, f"no alternative text: {cell['source']}"
        elif "mystnb" in cell["metadata"]:
            pytest.fail(f"a figure is described, but none is stored: {cell['source']}")


@every_notebook
def test_cells_need_no_network_and_few_packages(path):
    """No pip install, no download, and imports from the book's packages alone, or from one that a tag names."""
    tags = {tag for cell in cells(path) for tag in cell["metadata"].get("tags", [])}
    allowed = PACKAGES | {tag.removeprefix("requires-") for tag in tags if tag.startswith("requires-")}
    for cell in cells(path):
        assert not re.search(r"pip install|https?://|urllib|requests\.", cell["source"])
        for node in ast.walk(ast.Module(python(cell["source"]), [])):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [node.module]
            roots = {name.split(".")[0] for name in names}
            assert not roots - allowed - set(sys.stdlib_module_names), cell["source"]


@every_notebook
def test_notebook_is_normalised(path):
    """The file is what `make notebooks` writes: python3, nothing volatile."""
    assert text_of(normalise(load(path))) == path.read_text(encoding="utf-8")

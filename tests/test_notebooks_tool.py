"""Renewing notebooks: a second run changes nothing, and nothing volatile stays."""

import json

import nbformat
import pytest

from publish.notebooks import VOLATILE_MIME, load, normalise, renew, text_of, with_ids

WIDGET = {
    "output_type": "display_data",
    "data": {"text/plain": "IntSlider(value=1)", VOLATILE_MIME: {"model_id": "d7a1"}},
    "metadata": {},
}


def code(source, **keys):
    """A code cell as its file holds it."""
    cell = {"cell_type": "code", "source": source, "metadata": {}, "outputs": []}
    return cell | {"execution_count": None} | keys


@pytest.fixture
def path(tmp_path):
    """An old notebook: no ids, timings, another kernel's name, a widget."""
    timing = {"execution": {"iopub.execute_input": "2026-01-01"}, "tags": ["hide-input"]}
    notebook = {
        "nbformat": 4,
        "nbformat_minor": 4,
        "metadata": {"kernelspec": {"name": "mine", "display_name": "Mine"}, "widgets": {}},
        "cells": [
            {"cell_type": "markdown", "source": "# Title", "metadata": {}},
            code("x = 6 * 7\nx", metadata=timing),
            code("print(x)"),
            code("print(x)", outputs=[WIDGET]),
        ],
    }
    file = tmp_path / "chapter.ipynb"
    file.write_text(json.dumps(notebook), encoding="utf-8")
    return file


def test_ids_are_unique_stable_and_kept():
    """Equal cells get different ids, the same ones each time; a given id stays."""
    make = lambda: [code("x"), code("x"), code("x", id="mine"), code("y", id="mine")]  # noqa: E731
    first, second = ([cell["id"] for cell in with_ids(make(), "stem")] for _ in range(2))
    assert first == second
    assert len(set(first)) == 4
    assert first[2] == "mine"


def test_nothing_volatile_stays(path):
    """Timings, widget models and the kernel's own name go; tags stay."""
    notebook = normalise(load(path))
    assert notebook.metadata.kernelspec.name == "python3"
    assert "widgets" not in notebook.metadata
    assert notebook.cells[1].metadata == {"tags": ["hide-input"]}
    assert notebook.cells[3].outputs[0].data == {"text/plain": "IntSlider(value=1)"}


def test_normalising_twice_is_normalising_once(path):
    """The normal form is its own normal form."""
    path.write_text(text_of(normalise(load(path))), encoding="utf-8")
    assert text_of(normalise(load(path))) == path.read_text(encoding="utf-8")


def test_a_second_run_changes_no_file(path):
    """Outputs are stored once, and the same again."""
    assert renew(path) == "changed"
    cells = load(path).cells
    assert [cell.get("execution_count") for cell in cells] == [None, 1, 2, 3]
    assert cells[1].outputs[0].data["text/plain"] == "42"
    assert renew(path) == "unchanged"


def test_what_a_machine_lacks_is_left_as_it_is(tmp_path):
    """A notebook that needs a package which is not there keeps its stored outputs."""
    cell = nbformat.v4.new_code_cell("import no_such_package", metadata={"tags": ["requires-no_such_package"]})
    path = tmp_path / "page.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), path)
    before = path.read_text(encoding="utf-8")
    assert renew(path) == "left as it is, no_such_package is missing"
    assert path.read_text(encoding="utf-8") == before

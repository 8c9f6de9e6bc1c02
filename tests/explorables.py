"""What the tests of the explorables share: figures of the book, random states, JavaScript."""

import json
import re
import subprocess

import nbformat
import numpy as np
import pytest
import traitlets

import cnnbp.explore
from cnnbp import style
from cnnbp.explore import bundle
from cnnbp.explore.explorable import Explorable
from conftest import ROOT
from publish.pages import node

CLASSES = {
    cls.view_name: cls
    for cls in vars(cnnbp.explore).values()
    if isinstance(cls, type) and issubclass(cls, Explorable) and cls.view_name
}
FIGURE = re.compile(r'<figure data-explorable="(\w+)"><script type="application/json">(.*?)</script>', re.DOTALL)


def figures_of_the_book():
    """All (page, view name, state) that the notebooks show, in order."""
    for path in sorted((ROOT / "book").glob("*.ipynb")):
        for cell in nbformat.read(path, as_version=4).cells:
            for output in cell.get("outputs", []):
                for name, state in FIGURE.findall("".join(output.get("data", {}).get("text/html", ""))):
                    yield f"book/{path.stem}", name, json.loads(state)


def random_part(domain, present, rng):
    """A value that a domain allows."""
    kind = domain["kind"]
    if kind == "number":
        steps = int(round((domain["max"] - domain["min"]) / domain["step"]))
        value = domain["min"] + domain["step"] * rng.integers(steps + 1)
        return int(value) if isinstance(domain["step"], int) else float(min(value, domain["max"]))
    if kind == "pick":
        return str(rng.choice(domain["options"]))
    if kind == "flag":
        return bool(rng.integers(2))
    if kind == "cell":
        return [str(rng.choice(domain["letters"])), int(rng.integers(4))]
    values = rng.normal(scale=3, size=np.shape(present))
    values = values.round() if rng.integers(2) else values  # whole numbers bring ties
    return values.clip(domain["min"], domain["max"]).tolist()


def random_state(figure, rng):
    """Move every part of a figure; the part as it was kept where the figure does not allow it."""
    return {name: random_part(domain, getattr(figure, name), rng) for name, domain in figure.domains.items()}


def javascript(view, given, states, folder):
    """What the JavaScript view computes for each state."""
    path = folder / "states.json"
    path.write_text(json.dumps({"view": view, "given": given, "states": states}), encoding="utf-8")
    command = [node(), str(ROOT / "tests" / "evaluate_states.mjs"), str(path)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def assert_same_numbers(shown, expected):
    """Each number to 1e-12 of the largest in the figure."""
    assert set(shown) == set(expected)
    flat = {name: np.ravel(values).astype(float) for name, values in expected.items()}
    largest = max([1.0, *(float(np.abs(values).max()) for values in flat.values() if values.size)])
    for name, values in flat.items():
        got = np.array([np.nan if v is None else v for v in np.ravel(shown[name])], dtype=float)
        np.testing.assert_allclose(got, values, rtol=1e-12, atol=1e-12 * largest, err_msg=name)


def lone_page(figures, folder, name="figures"):
    """The address of a page that shows these explorables and nothing else."""
    parts = [
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Figures</title>',
        f"<style>{style.css()}{bundle.styles(*bundle.VIEWS)}</style></head><body><main>",
        *(figure.page_face() for figure in figures),
        f"</main><script>{bundle.page_script()}</script></body></html>",
    ]
    path = folder / f"{name}.html"
    path.write_text("".join(parts), encoding="utf-8")
    return path.as_uri()


def assert_refused(figure, change, message):
    """A part set to what it may not be: the error says why, and nothing has moved."""
    before = figure.state()
    with pytest.raises(traitlets.TraitError, match=message):
        figure.set_trait(*next(iter(change.items())))
    assert figure.state() == before

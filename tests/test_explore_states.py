"""Every explorable of the book, in random states: the same numbers in Python and JavaScript."""

import numpy as np
import pytest
import traitlets

import cnnbp.explore
from explorables import CLASSES, assert_same_numbers, figures_of_the_book, javascript, random_state

FIGURES = list(figures_of_the_book())
NAMES = [f"{page.split('/')[-1]}-{name}-{k}" for k, (page, name, _) in enumerate(FIGURES)]


@pytest.mark.parametrize(("page", "name", "state"), FIGURES, ids=NAMES)
def test_same_numbers_in_both_languages(page, name, state, tmp_path):
    """Hundreds of states of each figure, each number to 1e-12."""
    rng = np.random.default_rng(len(name))
    figure = CLASSES[name].from_state(state)
    given = {part: state[part] for part in figure.traits(given=True)}
    states, expected = [], []
    while len(states) < 400:
        for part, value in random_state(figure, rng).items():
            try:
                figure.set_trait(part, value)
            except traitlets.TraitError:
                continue  # this setting does not go with the others; the part stays as it was
        states.append({part: getattr(figure, part) for part in figure.domains})
        expected.append(figure.numbers())
    answers = javascript(name, given, states, tmp_path)
    for answer, numbers in zip(answers, expected, strict=True):
        assert_same_numbers(answer["numbers"], numbers)


@pytest.mark.parametrize(("page", "name", "state"), FIGURES, ids=NAMES)
def test_a_state_makes_its_figure_again(page, name, state):
    assert CLASSES[name].from_state(state).state() == state, "the page is older than the code: make notebooks"


def test_every_explorable_stands_in_the_book():
    assert {name for _, name, _ in FIGURES} == set(CLASSES)
    assert {cls.__name__ for cls in CLASSES.values()} <= set(cnnbp.explore.__all__)


@pytest.mark.parametrize("name", CLASSES)
def test_three_faces(name):
    """A live widget, a page that needs no kernel, and a picture; one is in words."""
    state = next(state for _, view, state in FIGURES if view == name)
    figure = CLASSES[name].from_state(state)
    data, _ = figure._repr_mimebundle_()
    assert data["image/png"].startswith(b"\x89PNG")
    assert "application/vnd.jupyter.widget-view+json" in data
    assert data["text/plain"] == figure.describe() and len(figure.describe()) > 20
    assert data["text/html"].count("<table") >= 1, "a reader without scripts sees the numbers"

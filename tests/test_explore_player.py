"""Step and play: one step after the other, at once to the end where no motion is wanted."""

import pytest


@pytest.fixture
def open_figure(browser, book):
    """A function that opens scatter and gather at its first step, for a reader who wants motion or not."""
    contexts = []

    def opened(motion):
        contexts.append(browser.new_context(reduced_motion=motion))
        page = contexts[-1].new_page()
        page.goto((book / "book/grad_input.html").as_uri() + "#explore-scatter_gather?step=0")
        return page.locator("#explore-scatter_gather")

    yield opened
    for context in contexts:
        context.close()


def step(figure):
    return int(figure.get_by_label("Step", exact=True).input_value())


def test_play_walks_and_pauses(open_figure):
    figure = open_figure("no-preference")
    figure.get_by_role("button", name="Play").click()
    figure.page.wait_for_function("document.querySelector('#explore-scatter_gather .cx-player output').textContent > 1")
    figure.get_by_role("button", name="Pause").click()
    stopped = step(figure)
    assert 2 <= stopped < 9
    figure.page.wait_for_timeout(1600)
    assert step(figure) == stopped


def test_no_motion_means_no_motion(open_figure):
    """Play goes to the end in one step, and from the end back to the start."""
    figure = open_figure("reduce")
    assert step(figure) == 0
    figure.get_by_role("button", name="Play").click()
    assert step(figure) == 9
    figure.get_by_role("button", name="Play").click()
    assert step(figure) == 0
    moving = "(f) => [...f.querySelectorAll('*')].filter((n) => n.getAnimations().length).length"
    assert figure.evaluate(moving) == 0


def test_back_and_next(open_figure):
    figure = open_figure("reduce")
    figure.get_by_role("button", name="Next").click()
    figure.get_by_role("button", name="Next").click()
    figure.get_by_role("button", name="Back").click()
    assert step(figure) == 1

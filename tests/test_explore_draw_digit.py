"""Drawing for a trained network: exact sums, right gradients, pointer and keyboard."""

import numpy as np
import pytest
import traitlets

from cnnbp.data import load_digits
from cnnbp.explore import DrawDigit, recorded, recording
from cnnbp.gradcheck import check_gradient
from cnnbp.training import evaluate

KEPT = recorded.recordings()


def test_the_network_reads_the_test_images():
    """The stored weights fit the network and get what was recorded, 97 % at least."""
    _, _, X, t = load_digits()
    network = DrawDigit().network()
    assert KEPT["drawing/weights"].shape == (sum(a.size for _, a, _ in network.parameters()),)
    accuracy = evaluate(network, X, t)[1]
    assert accuracy >= 0.97 and KEPT["drawing/accuracy"] == pytest.approx(accuracy, abs=6e-5)
    chosen = recording.digits(network, X, t)
    np.testing.assert_array_equal(KEPT["drawing/images"] / 16, X[chosen, 0])
    np.testing.assert_array_equal(KEPT["drawing/labels"], t[chosen])


def test_sums_are_exact_so_that_every_computer_finds_the_same_maxima():
    """With images in sixteenths and weights in 1/1024, no sum before the softmax is rounded."""
    rng = np.random.default_rng(0)
    X = rng.integers(17, size=(50, 1, 8, 8)) / 16
    outputs = DrawDigit().network().activations(X)
    for k, place in ((0, 14), (2, 24), (6, 34)):
        assert np.array_equal(outputs[k] * 2.0**place, np.round(outputs[k] * 2.0**place))
        assert np.abs(outputs[k]).max() * 2.0**place < 2**53


def test_gradients_by_differences():
    """dX and dF of a drawing in grey; the loss after a step is that of the moved filter."""
    rng = np.random.default_rng(1)
    figure = DrawDigit(rng.uniform(0.1, 0.9, size=(8, 8)), target="7", filter=3, eta=0.3)
    now, network = figure.numbers(), figure.network()
    assert check_gradient(lambda X: recorded.run(network, X, 7)[2], now["dX"], now["X"]) < 1e-5

    def loss(F):
        network[0].params["F"][2, 0] = F
        return recorded.run(network, now["X"], 7)[2]

    assert check_gradient(loss, now["dF"], now["F"]) < 1e-5
    np.testing.assert_allclose(now["step"], now["F"] - 0.3 * now["dF"], rtol=0, atol=1e-15)
    assert now["after"] == pytest.approx(loss(now["step"]), abs=1e-15)


@pytest.mark.parametrize("change", [{"X": np.zeros((8, 7))}, {"X": np.full((8, 8), 2)}, {"target": "10"}, {"filter": 9}])
def test_an_impossible_state_is_refused(change):
    with pytest.raises(traitlets.TraitError):
        DrawDigit(**change)


@pytest.fixture
def figure(visit):
    return visit("book/inside").locator("figure[data-explorable=draw_digit]").first


def value(figure, place):
    """The ink of a pixel of the drawing."""
    return float(figure.locator(f"[data-number='X:{place}']").get_attribute("data-value"))


def test_drawing_by_keyboard(figure):
    """One stop of the Tab key; arrows move, Space paints and wipes, also at the borders."""
    page, sheet = figure.page, figure.locator(".cx-paint")
    assert sheet.locator("[tabindex='0']").count() == 1
    sheet.locator("[tabindex='0']").focus()
    for key in ("ArrowLeft", "ArrowUp", "ArrowDown", "ArrowRight", "Space"):
        page.keyboard.press(key)
    assert value(figure, 9) == 1
    assert "x22 = 1" in figure.locator(".cx-why").inner_text().replace("\n", "")
    page.keyboard.press("Enter")
    assert value(figure, 9) == 0
    page.keyboard.press("Tab")
    assert not sheet.locator(":focus").count()


def test_drawing_by_pointer(figure):
    """A stroke turns paper into ink; one that starts on ink wipes."""
    page = figure.page
    figure.get_by_role("button", name="Clear").click()
    boxes = [figure.locator(f"[data-number='X:{place}']").bounding_box() for place in (0, 7)]
    ends = [(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2) for box in boxes]
    for ink in (1, 0):
        page.mouse.move(*ends[0])
        page.mouse.down()
        page.mouse.move(*ends[1], steps=20)
        page.mouse.up()
        page.mouse.move(ends[1][0], ends[1][1] + 40)
        assert [value(figure, place) for place in range(8)] == [ink] * 8
        assert value(figure, 15) == 0


def test_the_shown_products_make_the_cell(figure):
    """Each cell of Y tells its nine products; with the bias they are its value."""
    answer = figure.locator(".cx-pixels:not(.cx-paint)")
    told = set()
    for place in (0, 14, 35):
        cell = answer.locator(f"[data-number='Y:{place}']")
        cell.focus()
        terms = figure.locator(".cx-numbers").get_attribute("data-sum").replace("\u2212", "-").split(" + ")
        total = sum(np.prod([float(factor.strip("()")) for factor in term.split("\u00b7")]) for term in terms)
        assert len(terms) == 9 and figure.locator(".cx-paint .cx-on").count() == 9
        bias = DrawDigit().network()[0].params["b"][3]
        assert total + bias == pytest.approx(float(cell.get_attribute("data-value")), abs=1e-12)
        told.add(figure.locator(".cx-why").inner_text())
    assert len(told) == 3


def test_a_stroke_is_drawn_in_time(figure):
    """Well under a frame: forward, back, and 700 numbers on the page."""
    fastest = figure.evaluate(
        """async (figure) => {
          const X = figure.explorable.get("X");
          const times = [];
          for (let k = 0; k < 60; k++) {
            const next = structuredClone(X);
            next[k % 8][7] = (k + 1) / 60;
            const start = performance.now();
            figure.explorable.set("X", next);
            await null; await null;
            times.push(performance.now() - start);
          }
          return Math.min(...times);  // the others tell of the machine's other work
        }"""
    )
    assert fastest < 16


def test_ink_is_seen_in_high_contrast(browser, book):
    """Where the system takes over all colours, a drawn pixel still differs from paper, and a wire from the page."""
    context = browser.new_context(forced_colors="active")
    page = context.new_page()
    page.goto((book / "book/inside.html").as_uri())
    ink, paper = page.locator(".cx-paint .cx-pixel").nth(3).evaluate(
        "(pixel) => ['::before', null].map((part) => getComputedStyle(pixel, part).backgroundColor)")  # fmt: skip
    assert ink != paper
    page.goto((book / "book/grad_input.html").as_uri())
    assert "rgb" in page.locator(".cx-cross").first.evaluate("(wire) => getComputedStyle(wire).backgroundImage")
    context.close()

"""What a finger must hit is at least 44 px wide and high, on a phone too."""

import pytest

from explorables import figures_of_the_book

PAGES = sorted({page for page, _, _ in figures_of_the_book()})
# Whatever can be pressed. A label belongs to its control; the pixels of a picture are one
# control with one tab stop, and as large as eight of them can be on the screen.
SMALL = """() => {
  const selector = 'figure[data-explorable] :is(button, input, select, summary, a[href], [role=button], [tabindex]), [data-check] :is(button, input, summary)';
  const found = [];
  for (const node of document.querySelectorAll(selector)) {
    if (!node.checkVisibility({ visibilityProperty: true }) || node.closest('.sr-only')) continue;
    const target = node.closest('.cx-pixels') ?? node.closest('label') ?? node;
    const box = target.getBoundingClientRect();
    if (box.width < 43.5 || box.height < 43.5)
      found.push(`${node.closest('figure')?.id} ${node.tagName} ${node.className} ${node.type ?? ''} ${node.textContent.trim().slice(0, 20)}: ${Math.round(box.width)}x${Math.round(box.height)}`);
  }
  return found;
}"""


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("width", [1280, 360, 320])
def test_targets_are_large_enough(visit, page, width):
    opened = visit(page, width=width)
    opened.locator("figure[data-explorable]").first.wait_for()
    assert opened.evaluate(SMALL) == []


WIDTHS = "[...document.querySelectorAll('figure[data-explorable]')].map(figure => figure.clientWidth)"
SQUEEZED = "[...document.querySelectorAll('.cx-slider')].filter(slider => slider.scrollWidth > slider.clientWidth).map(slider => slider.textContent)"


@pytest.mark.parametrize("page", PAGES)
def test_a_phone_gives_figures_the_same_room_in_both_themes(visit, page):
    """And no slider's value runs into its neighbour."""
    opened = [visit(page, theme, width=360) for theme in ("light", "dark")]
    for view in opened:
        view.locator("figure[data-explorable]").first.wait_for()
        assert view.evaluate(SQUEEZED) == []
    assert opened[0].evaluate(WIDTHS) == opened[1].evaluate(WIDTHS)

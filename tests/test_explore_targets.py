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

"""What a control changes is said in a live region, also where the explanation stays as it is."""

import pytest

from explorables import figures_of_the_book

PAGES = sorted({page for page, _, _ in figures_of_the_book()})
# Move every dial, switch and unchosen choice by one; list those after which nothing else is said
# though a number in sight is another.
SILENT = """async () => {
  const found = [];
  const tick = () => new Promise((done) => setTimeout(done, 2));
  for (const figure of document.querySelectorAll('figure[data-explorable]')) {
    const names = Object.keys(figure.explorable.get('domains'));
    const start = Object.fromEntries(names.map((name) => [name, structuredClone(figure.explorable.get(name))]));
    const said = () => [...figure.querySelectorAll('[role=status]')].map((node) => node.textContent).join('|');
    const seen = () => [...figure.querySelectorAll('.cx-stage [data-number]')].filter((n) => n.checkVisibility())
      .map((node) => [node.dataset.number, node.dataset.value]).join();
    const controls = figure.querySelectorAll('.cx-bar input, .cx-bar button, .cx-stage :is(input[type=radio], button:not(.cx-cell))');
    for (const control of [...controls].filter((node) => node.checkVisibility())) {
      if (control.disabled || (control.type === 'radio' && control.checked) || ['Reset', 'Predict'].includes(control.innerText)) continue;
      const [before, was] = [said(), seen()];
      if (control.type === 'range') {
        control.value = Number(control.value) + Number(control.step || 1) * (Number(control.value) < Number(control.max) ? 1 : -1);
        control.dispatchEvent(new Event('input', { bubbles: true }));
      } else control.click();
      await tick();
      if (seen() !== was && said() === before) found.push(`${figure.id} ${control.ariaLabel ?? control.labels?.[0]?.innerText ?? control.innerText}`);
      for (const [name, value] of Object.entries(start)) figure.explorable.set(name, value);
      await tick();
    }
  }
  return found;
}"""


@pytest.mark.parametrize("page", PAGES)
def test_every_change_of_a_number_is_said(visit, page):
    opened = visit(page)
    opened.locator("figure[data-explorable]").first.wait_for()
    assert opened.evaluate(SILENT) == []


def test_what_is_said_names_the_tensors(visit):
    """The first output stays 54 when the stride moves: the new shape of Y is said all the same."""
    figure = visit("book/convolution").locator("#explore-convolution")
    figure.get_by_label("stride", exact=True).press("ArrowRight")
    assert figure.locator(".cx-spoken").text_content() == "Changed: Y, output: 54."

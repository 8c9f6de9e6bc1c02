"""Every page of the built book, in the browser: offline, readable, accessible."""

import re

import pytest

from conftest import ROOT, toc_entries

WIDTHS = (1280, 360, 320)
PAGES = [*toc_entries(), "search"]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
GENERIC_ALT = {"image", "figure", "plot", "picture", "graph", "diagram", "screenshot"}
# All visible words of a page but code, which may print LaTeX on purpose.
WORDS = """() => {
  const body = document.body.cloneNode(true);
  body.querySelectorAll("pre, code, script, style, annotation").forEach((e) => e.remove());
  return body.textContent;
}"""
# After a change of size: the page's own listeners have run, and what they changed is drawn.
SETTLED = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
AUDIT = """async (tags) => {
  const result = await axe.run(document, {runOnly: tags, preload: false});
  return result.violations.flatMap(
    (rule) => rule.nodes.map((node) => `${rule.id}: ${node.target} ${node.failureSummary}`));
}"""

every_page = pytest.mark.parametrize("name", PAGES)
both_themes = pytest.mark.parametrize("theme", ["light", "dark"])


def overflow(page):
    """By how many pixels the page can be scrolled sideways."""
    return page.evaluate("document.documentElement.scrollWidth - window.innerWidth")


@every_page
@both_themes
def test_page_reads_well(visit, name, theme):
    """No raw LaTeX, alternative text on every image, no sideways scroll at any width."""
    page = visit(name, theme)
    assert page.get_attribute("html", "data-theme") == theme
    assert not re.findall(r"\\[a-zA-Z]+|\$\$|\\\(|\\\[", page.evaluate(WORDS))
    for image in page.locator("img").all():
        alt = (image.get_attribute("alt") or "").strip()
        assert alt and alt.lower().rstrip(".") not in GENERIC_ALT, image.get_attribute("src")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        assert overflow(page) <= 0, f"sideways scroll at {width} px"


@every_page
@both_themes
def test_page_is_accessible(visit, name, theme):
    """No violation of WCAG 2.2 AA that axe-core can find, on a desk and on a phone."""
    page = visit(name, theme)
    page.add_script_tag(path=AXE)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        page.evaluate(SETTLED)
        assert not page.evaluate(AUDIT, WCAG), f"at {width} px"


@every_page
def test_page_is_served_without_a_problem(visit, name):
    """Over HTTP too: nothing from another host, nothing in the console."""
    assert visit(name, over="http").title()


@pytest.mark.parametrize("over", ["file", "http"])
def test_search_finds_a_word_offline(visit, over):
    """The search page lists the pages that contain a word."""
    page = visit("search", over=over)
    page.goto(page.url + "?q=gradient")
    page.locator("ul.search li a").first.wait_for()
    assert page.locator("ul.search li").count() > 1


def test_theme_button_changes_the_colours(visit):
    """The button turns light into dark, and the letters change with it."""
    page = visit("book/convolution")
    colours = """() => [document.body, document.querySelector(".cx-X .cx-title")].map(
      (element) => getComputedStyle(element).color)"""
    before = page.evaluate(colours)
    for _ in range(3):  # auto, light, dark
        page.locator("button.theme-switch-button:visible").click()
        if page.get_attribute("html", "data-theme") == "dark":
            break
    after = page.evaluate(colours)
    assert all(old != new for old, new in zip(before, after, strict=True))


def test_fonts_of_the_formulas_come_from_the_book(visit):
    """KaTeX's own font is loaded, so that formulas have the right metrics."""
    page = visit("book/convolution")
    page.evaluate("document.fonts.ready")
    assert page.evaluate("document.fonts.check('16px KaTeX_Math')")
    loaded = "[...document.fonts].filter((f) => f.status === 'loaded').map((f) => f.family)"
    assert "KaTeX_Math" in page.evaluate(loaded)

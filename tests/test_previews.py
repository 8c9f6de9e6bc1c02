"""A card shows where a link leads: on hover and on focus, offline, and never in the way."""

import json

import pytest
from bs4 import BeautifulSoup

from conftest import toc_entries
from publish.previews import LINKS, extract, targets
from test_pages import AUDIT, AXE, WCAG, both_themes, overflow

PAGE = "book/grad_filter"
KINDS = {
    "equation": ("a[href='#equation-eq-local-filter']", "(3.1)"),
    "equation of another page": ("a[href^='convolution.html#equation-']", "(2.5)"),
    "word": ("a.first-use", "loss"),
    "exercise": ("a[href='#ex-filter-one']", "Exercise 3.1"),
    "page": ("a[href='convolution.html']", "How do four numbers look at nine"),
    "erratum": ("a[href^='errata.html#']", "A9"),
}
SEEN = """(link) => {
  const card = document.getElementById("preview-card");
  if (!card?.matches(":popover-open")) return null;
  const {left, right, top, bottom} = card.getBoundingClientRect();
  return {text: card.innerText, described: link.getAttribute("aria-describedby"),
    inside: left >= 0 && right <= innerWidth && top >= 0, over: card.scrollWidth - card.clientWidth, height: bottom - top};
}"""


def extracts(path):
    """What a script of extracts holds."""
    return json.loads(path.read_text(encoding="utf-8").partition(" = ")[2].rstrip().removesuffix(";"))


def shown(page, link):
    """What the card shows of a link, once it is open."""
    page.locator("#preview-card:popover-open").wait_for()
    return link.evaluate(SEEN)


def gone(page):
    """Wait until there is no card."""
    page.locator("#preview-card").wait_for(state="hidden")


def link_of(page, kind):
    """A link of a kind, in view."""
    link = page.locator(LINKS.replace("a.", KINDS[kind][0] + ".", 1)).first
    link.scroll_into_view_if_needed()
    return link


def test_every_link_of_the_text_has_an_extract(book):
    """None is empty, none is long, and no page costs more than 100 kB when it is first needed."""
    pages = {name: BeautifulSoup((book / f"{name}.html").read_text("utf-8"), "html.parser") for name in toc_entries()}
    wanted = set(targets(pages))
    assert len(wanted) > 200
    for page in {page for page, _ in wanted}:
        path = book / "_static" / "previews" / f"{page}.js"
        assert path.stat().st_size < 100_000
        found = extracts(path)
        assert set(found) == {fragment for name, fragment in wanted if name == page}
        for fragment, html in found.items():
            card = BeautifulSoup(html, "html.parser")
            assert card.find(string=True), f"{page}#{fragment}"
            assert not card.select("a, [id], script, button, details"), f"{page}#{fragment}"
            assert len(card.get_text()) < 1200, f"{page}#{fragment}"


@pytest.mark.parametrize(
    ("html", "card"),
    [
        ("<figure class='numbered' id='f'><img src='a.png' alt='A gate'><figcaption><a>Figure 3.2</a></figcaption></figure>",
         "<p><strong><span>Figure 3.2</span></strong></p><img alt='A gate' src='a.png'/>"),
        ("<figure class='numbered'><figure><script>{}</script><p>It moves.</p></figure><figcaption>Figure 1</figcaption></figure>",
         "<p><strong>Figure 1</strong></p><p>It moves.</p>"),
        ("<dt id='t'>epoch<a class='headerlink'>#</a></dt><dd><p>One pass (<a href='b'><span>more</span></a>).</p></dd>",
         "<p><strong>epoch</strong></p><p>One pass.</p>"),
        ("<div class='citation'><span class='label'>[3]</span><p>LeCun. <a href='b'>b</a></p></div>",
         "<p>LeCun. <span>b</span></p>"),
        ("<div class='math'><span class='eqno'>(1.2)<a class='headerlink'>#</a></span><b>x</b></div>",
         "<p>(1.2)</p><div class='math'><b>x</b></div>"),
    ],
    ids=["figure", "figure that moves", "word", "source", "equation"],
)  # fmt: skip
def test_an_extract_holds_what_a_reader_wants_to_see(html, card):
    """Without links and without the marks that a card has no use for."""
    assert extract(BeautifulSoup(html, "html.parser").find(True)) == card.replace("'", '"')


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("kind", KINDS)
def test_hover_shows_the_target(visit, kind, width):
    """For each kind of link, whole in the window, and gone when the pointer goes away."""
    page = visit(PAGE, width=width)
    link = link_of(page, kind)
    link.hover()
    seen = shown(page, link)
    assert KINDS[kind][1] in seen["text"] and seen["inside"] and seen["over"] <= 0
    assert seen["described"] == "preview-card" and seen["height"] < 400 and overflow(page) <= 0
    page.mouse.move(1, 1)
    gone(page)


def test_focus_shows_it_and_escape_closes_it(visit):
    """By keyboard alone; the next link's card replaces it, leaving the link closes it."""
    page = visit(PAGE)
    link = link_of(page, "page")
    page.keyboard.press("Tab")  # the keyboard is in use
    link.focus()
    assert "nine numbers" in shown(page, link)["text"]
    page.keyboard.press("Escape")
    assert link.evaluate(SEEN) is None and link.get_attribute("aria-describedby") is None
    assert link.evaluate("(link) => link === document.activeElement")


def test_the_pointer_may_go_to_the_card(visit):
    """It stays as long as the pointer is on it, as WCAG 1.4.13 asks."""
    page = visit(PAGE)
    link = link_of(page, "exercise")
    link.hover()
    shown(page, link)
    box = page.locator("#preview-card").bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + box["height"] / 2, steps=5)
    page.wait_for_timeout(700)  # longer than the card waits for the pointer
    assert shown(page, link)["text"]


def test_a_tap_follows_the_link(visit, browser, book):
    """On a touch screen no card opens."""
    context = browser.new_context(has_touch=True, viewport={"width": 360, "height": 800})
    page = context.new_page()
    page.goto((book / f"{PAGE}.html").as_uri())
    link = link_of(page, "equation")
    link.tap()
    page.wait_for_timeout(700)
    assert link.evaluate(SEEN) is None
    assert page.evaluate("location.hash") == "#equation-eq-local-filter"
    link.evaluate("(link) => link.addEventListener('click', (event) => event.preventDefault())")
    for touch in (link.tap, lambda: link.dispatch_event("pointerover", {"pointerType": "touch"})):
        touch()  # even where the page stays, and where the finger rests
        page.wait_for_timeout(700)
        assert link.evaluate(SEEN) is None
    context.close()


@both_themes
@pytest.mark.parametrize("kind", KINDS)
def test_an_open_card_is_accessible(visit, kind, theme):
    """axe-core finds nothing while it is open."""
    page = visit(PAGE, theme, width=360)
    page.add_script_tag(path=AXE)
    link = link_of(page, kind)
    link.hover()
    assert shown(page, link)
    assert not page.evaluate(AUDIT, WCAG)

// A small card shows where a link of the text leads: on hover with a mouse, and on focus by keyboard.
// What it shows was written when the book was built, one script for each page that is linked to.
(() => {
  const LINKS = ".bd-article a.reference.internal[href]";
  const STATIC = new URL(".", document.currentScript.src);
  const extracts = (window.bookPreviews = {});
  const waiting = {};
  let card, link, timer;

  // The name of the page that an address leads to, and the fragment.
  function placeOf({ href }) {
    const { pathname, hash } = new URL(href);
    const root = new URL("..", STATIC).pathname;
    return [decodeURI(pathname.slice(root.length)).replace(/\.html$/, ""), decodeURIComponent(hash.slice(1))];
  }

  function load(page) {
    waiting[page] ??= new Promise((done) => {
      const script = document.createElement("script");
      script.src = new URL(`previews/${page}.js`, STATIC);
      script.onload = script.onerror = done;
      document.head.append(script);
    });
    return waiting[page];
  }

  function makeCard() {
    card = document.createElement("div");
    card.id = "preview-card";
    card.setAttribute("role", "tooltip");
    card.popover = "manual";
    document.body.append(card);
  }

  // A formula that is too wide becomes smaller; a card never leaves the window.
  function lay(line) {
    for (const formula of card.querySelectorAll(".katex-display > .katex")) {
      const wide = formula.scrollWidth / formula.parentElement.clientWidth;
      if (wide > 1) formula.style.fontSize = `${1.1 / wide}em`;
    }
    const { width, height } = card.getBoundingClientRect();
    const room = document.documentElement.clientWidth - width - 8;
    const below = line.bottom + height + 12 < innerHeight || line.top < height + 12;
    card.style.left = `${scrollX + Math.max(8, Math.min(line.left, room))}px`;
    card.style.top = `${scrollY + (below ? line.bottom + 4 : line.top - height - 4)}px`;
  }

  async function show(wanted, line) {
    const [page, fragment] = placeOf(wanted);
    link = wanted;
    await load(page);
    const text = extracts[page]?.[fragment];
    if (link !== wanted || !text) return;
    if (!card) makeCard();
    card.innerHTML = text;
    link.removeAttribute("title"); // the browser would show it beside the card
    link.setAttribute("aria-describedby", card.id);
    card.showPopover();
    lay(line);
  }

  function hide() {
    clearTimeout(timer);
    link?.removeAttribute("aria-describedby");
    link = null;
    if (card?.matches(":popover-open")) card.hidePopover();
  }

  function soon(wait, action) {
    clearTimeout(timer);
    timer = setTimeout(action, wait);
  }

  // Of a link that is broken over two lines, the line under the pointer.
  const lineAt = (element, y) => [...element.getClientRects()].find((line) => y <= line.bottom)
    ?? element.getBoundingClientRect();

  addEventListener("pointerover", ({ target, pointerType, clientY }) => {
    if (pointerType === "touch") return;
    const over = target.closest(LINKS);
    if (card?.contains(target) || (over && over === link)) clearTimeout(timer);
    else if (over) soon(300, () => { hide(); show(over, lineAt(over, clientY)); });
    else soon(300, () => link?.matches(":focus-visible") || hide());
  });
  document.documentElement.addEventListener("pointerleave", () => soon(300, hide));
  addEventListener("focusin", ({ target }) => {
    hide();
    if (target.matches(LINKS) && target.matches(":focus-visible")) show(target, lineAt(target, 0));
  });
  addEventListener("focusout", hide);
  addEventListener("keydown", ({ key }) => key === "Escape" && hide());
})();

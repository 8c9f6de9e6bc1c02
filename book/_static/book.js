// A formula, table or code wider than the page scrolls by itself; the keyboard must reach it.
function letKeyboardScroll() {
  const scrolling = "div.math > .katex-display, pre, .pst-scrollable-table-container";
  for (const wide of document.querySelectorAll(scrolling)) {
    if (wide.scrollWidth > wide.clientWidth) wide.tabIndex = 0;
    else wide.removeAttribute("tabindex");
  }
}

// The icons of the theme button bear titles that its name, "Color mode", does not contain.
function mendThemeButton() {
  for (const icon of document.querySelectorAll("i.theme-switch")) icon.removeAttribute("title");
}

document.addEventListener("DOMContentLoaded", mendThemeButton);
document.addEventListener("DOMContentLoaded", letKeyboardScroll);
document.fonts.addEventListener("loadingdone", letKeyboardScroll);
addEventListener("resize", letKeyboardScroll);

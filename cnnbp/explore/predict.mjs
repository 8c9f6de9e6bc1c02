// Predict: the reader commits an answer first, then it is compared entry by entry.
//
// The question is {letter, shape, caption, values, rules, tolerance}. A rule is
// {text, values}: what a known mistake would give, and the sentence that names it.
// `names` and `labels`, if any, are what its entries are called, in full and above the field.

import { button, element } from "./controls.mjs";
import { field, line } from "./grids.mjs";
import { cellName, numberText } from "./triples.mjs";

// Which entries are right, and which rule each wrong one breaks, if a known one.
// Of several rules that give a wrong entry, the one that gives most of the wrong
// entries counts; among equals, the one that gives most of all entries.
export function judge(guesses, { values, rules = [], tolerance = 1e-6 }) {
  const near = (a, b) => Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(b));
  const wrong = values.map((value, k) => (near(guesses[k], value) ? -1 : k)).filter((k) => k >= 0);
  const given = (rule) => wrong.filter((k) => near(guesses[k], rule.values[k]) && !near(rule.values[k], values[k]));
  const alike = (rule) => guesses.filter((guess, k) => near(guess, rule.values[k])).length;
  const ranked = rules.map((rule) => ({ rule, places: given(rule), alike: alike(rule) }))
    .sort((a, b) => b.places.length - a.places.length || b.alike - a.alike);
  const left = new Set(wrong);
  const broken = [];
  for (const { rule, places } of ranked) {
    const mine = places.filter((k) => left.has(k));
    if (mine.length) broken.push({ text: rule.text, places: mine });
    for (const k of mine) left.delete(k);
  }
  return { wrong, broken, unknown: [...left] };
}

export function predictor({ get, write }) {
  const open = button("Predict", () => write({ predict: !get("predict") }));
  const panel = element("div", { class: "cx-predict", hidden: true });
  const verdict = element("div", { class: "cx-verdict", role: "status" });
  let [question, cells, layout] = [null, [], ""];

  const name = (k) => {
    const { letter, index } = cellName(question.letter, k, question.shape);
    return question.names?.[k] ?? `${letter}${index}`;
  };
  const check = () => {
    if (cells.some((cell) => cell.value.trim() === "")) {
      return verdict.replaceChildren(line("Fill every cell, then check; a guess costs nothing."));
    }
    const { wrong, broken, unknown } = judge(cells.map((cell) => Number(cell.value)), question);
    const words = (places) => places.map((k) => `${name(k)} (you wrote ${numberText(Number(cells[k].value))})`).join(", ");
    cells.forEach((cell, k) => {
      const bad = wrong.includes(k);
      cell.classList.toggle("cx-wrong", bad);
      cell.parentElement.dataset.order = bad ? "\u2717" : "\u2713";
      cell.setAttribute("aria-label", `guess ${name(k)}, ${bad ? "not right" : "right"}`);
    });
    verdict.replaceChildren(
      line(`${cells.length - wrong.length} of ${cells.length} right.`),
      ...broken.map(({ text, places }) => line(`${words(places)}: ${text}`)),
      ...(unknown.length ? [line(`${words(unknown)}: not the sum. Show the answer and ask this cell why.`)] : []),
    );
  };
  const build = () => {
    cells = question.values.map((_, k) => Object.assign(field(`guess ${name(k)}`, null, () => {}), { className: "cx-cell" }));
    const label = (k) => (question.labels ? [element("small", { "aria-hidden": "true" }, question.labels[k])] : []);
    const slots = cells.map((cell, k) => element("div", { class: "cx-slot" }, ...label(k), cell));
    const gradient = question.letter.startsWith("d") ? " cx-gradient" : "";
    panel.replaceChildren(
      element("div", { class: `cx-grid cx-${question.letter}${gradient}`, role: "group", "aria-label": question.caption },
        element("div", { class: "cx-title" }, question.caption),
        element("div", { class: "cx-cells", style: `--columns: ${question.shape[1]}` }, ...slots)),
      element("div", { class: "cx-keys" }, button("Check", check), button("Show the answer", () => write({ predict: false }))),
      verdict);
    verdict.replaceChildren();
  };
  const update = (asked) => {
    question = asked;
    panel.hidden = !asked;
    open.setAttribute("aria-pressed", String(Boolean(asked)));
    const wanted = asked ? JSON.stringify([asked.letter, asked.shape, asked.values]) : "";
    if (wanted === layout) return;
    layout = wanted;
    if (asked) build();
    else panel.replaceChildren();
  };
  return { button: open, panel, update };
}

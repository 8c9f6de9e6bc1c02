// A question that checks its answer without a kernel.
//
// The page holds a hash of each right entry and, under the hash of each known
// wrong answer, what to say about it, ciphered by that very answer. So its
// source gives nothing away to somebody who looks.

import { choice, element, keepKeys, unique } from "./controls.mjs";

// What stands for a text: 64 bits in hexadecimal, out of two lanes. It hides an answer from the eye, not from
// somebody who tries all answers; and unlike the browser's own it is there at once, and without TLS.
export function hash(text) {
  const lane = (state, factor) => {
    for (const byte of new TextEncoder().encode(text)) state = Math.imul(state ^ byte, factor);
    for (const by of [15, 13, 16]) state = Math.imul(state ^ (state >>> by), 0x2c1b3c6d);
    return (state >>> 0).toString(16).padStart(8, "0");
  };
  return lane(0x811c9dc5, 0x01000193) + lane(0x9e3779b9, 0x85ebca6b);
}

const mark = (...parts) => hash(parts.join("\n"));

// A ciphered text, by the key that it was ciphered with.
function reveal(cipher, key) {
  const bytes = Uint8Array.from(atob(cipher), (byte) => byte.charCodeAt(0));
  return new TextDecoder().decode(bytes.map((byte, k) => byte ^ parseInt(mark(key, k).slice(0, 2), 16)));
}

// A number, rounded, as the one text that stands for it.
export const normal = (value, digits) => value.toExponential(digits - 1).replace("+", "");

// The words of a list and their values: 3, −.5, 1e-3, 1/2; what is no number has NaN.
export function numbersIn(text) {
  const plain = text.replace(/[\u2212\u2013]/g, "-").replace(/\s*\/\s*/g, "/").replace(/[[\]()]/g, " ");
  const decimal = (word) => (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(word) ? Number(word) : NaN);
  const value = (word) => word.split("/").map(decimal).reduce((top, bottom) => top / bottom);
  return plain.split(/[\s,;]+/).filter(Boolean).map((word) => ({ word, value: value(word) }));
}

// What was written, as entries that have a hash, or the problem with it.
function read({ choices, shape, digits }, texts) {
  if (texts.some((text) => !text.trim())) return { problem: `${choices ? "Choose one" : "Fill in all"}, then check.` };
  if (choices) return { entries: texts };
  const lists = texts.map(numbersIn);
  const stranger = lists.flat().find(({ value }) => !Number.isFinite(value));
  if (stranger) return { problem: `\u201c${stranger.word}\u201d is not a number. Write it like 3, \u22120.5 or 1/2.` };
  const wanted = shape.length === 1 ? shape[0] : 1;
  const odd = lists.find((list) => list.length !== wanted);
  if (odd) {
    const count = `Numbers asked for: ${wanted}, written: ${odd.length}.`;
    return { problem: `${count} Commas and blanks separate numbers; write 0.5, not 0,5.` };
  }
  return { entries: lists.flat().map(({ value }) => normal(value, digits)) };
}

// A problem with what was written; or which entries are right, and what there is to say about the whole.
export function assess(asked, texts) {
  const { problem, entries } = read(asked, texts);
  if (problem) return { problem };
  const { question, right, wrong } = asked;
  const whole = entries.join();
  const cipher = wrong[mark(question, "wrong", whole)];
  return {
    right: entries.map((entry, k) => mark(question, k, entry) === right[k]),
    reaction: cipher ? reveal(cipher, `${question}\ntext\n${whole}`) : "",
  };
}

// Text with `code` between backquotes.
const words = (text) => text.split("`").map((part, k) => (k % 2 ? element("code", {}, part) : part));

// What the reader fills in: its nodes, its texts, and a function that marks what is right.
function form({ question, note, choices, shape }) {
  const asked = element("span", {}, ...words(question), ...(note ? [" ", element("small", {}, note)] : []));
  if (choices) {
    let chosen = "";
    const options = Object.fromEntries(choices.map((text, k) => [`choice ${k}`, element("span", {}, ...words(text))]));
    const { node } = choice(asked, options, (name) => { chosen = choices[Number(name.slice(7))]; });
    return { nodes: [node], texts: () => [chosen], show: () => {} };
  }
  if (shape.length < 2) {
    const input = element("input", { id: unique(), class: "cx-answer", autocomplete: "off", spellcheck: "false" });
    const show = (right) => input.setAttribute("aria-invalid", String(!right.every(Boolean)));
    return { nodes: [element("label", { for: input.id }, asked), input], texts: () => [input.value], show };
  }
  const name = (k) => `row ${Math.floor(k / shape[1]) + 1}, column ${(k % shape[1]) + 1}`;
  const cells = Array.from({ length: shape[0] * shape[1] }, (_, k) =>
    element("input", { class: "cx-cell", autocomplete: "off", "aria-label": name(k) }));
  const slots = cells.map((cell) => element("div", { class: "cx-slot" }, cell));
  const show = (right) => cells.forEach((cell, k) => {
    cell.classList.toggle("cx-wrong", right[k] === false);
    cell.setAttribute("aria-invalid", String(right[k] === false));
    slots[k].dataset.order = { true: "\u2713", false: "\u2717" }[right[k]] ?? "";
  });
  const node = element("fieldset", {}, element("legend", {}, asked),
    element("div", { class: "cx-cells", style: `--columns: ${shape[1]}` }, ...slots));
  return { nodes: [node], texts: () => cells.map((cell) => cell.value), show };
}

// What to say of a judgement.
function verdictOn({ problem, right, reaction }) {
  if (problem) return problem;
  const good = right.filter(Boolean).length;
  if (good === right.length) return "\u2713 Right.";
  return `\u2717 Not yet. ${right.length > 1 ? `${good} of ${right.length} are right. ` : ""}${reaction}`;
}

export function render({ model, el }) {
  const asked = model.get("asked");
  const { nodes, texts, show } = form(asked);
  const verdict = element("p", { class: "cx-told", role: "status" });
  const check = (event) => {
    event.preventDefault();
    const judgement = assess(asked, texts());
    show(judgement.right ?? []);
    verdict.replaceChildren(...words(verdictOn(judgement)));
  };
  // Each hint lies inside the one before.
  const hints = asked.hints.reduceRight((inner, hint) =>
    [element("details", {}, element("summary", {}, "Hint"), element("p", {}, ...words(hint)), ...inner)], []);
  el.classList.add("cx");
  el.replaceChildren(
    element("form", { onsubmit: check, oninput: () => verdict.replaceChildren() },
      ...nodes, element("button", { class: "cx-button" }, "Check"), verdict),
    ...hints);
  return keepKeys(el);
}

// The convolution: X, F and dY to edit, Y, dF or dX to read, "why" for every cell.

import { READINGS, factorText, meetings, numberText, sumOfProducts } from "./triples.mjs";
import { button, choice, element, grid, keepKeys, slider, symbol } from "./drawing.mjs";

const CHOICES = { Y: "Y, forward", dF: "dF, for the filter", dX: "dX, for the image" };
const CAPTIONS = { X: "X, image", F: "F, filter", Y: "Y, output", dX: "dX", dF: "dF", dY: "dY, upstream" };
const DIALS = ["stride", "padding", "dilation"];
const STATE = ["X", "F", "dY", "which", "selected", "tables", "limits", ...DIALS];

export function render({ model, el }) {
  const start = Object.fromEntries(STATE.map((name) => [name, structuredClone(model.get(name))]));
  const write = (changes) => {
    for (const [name, value] of Object.entries(changes)) model.set(name, value);
    model.save_changes();
  };

  const which = choice("Compute", CHOICES, model.get("which"), (value) =>
    write({ which: value, selected: [value, 0] }));
  const dials = DIALS.map((name) => {
    const [min, max] = model.get("limits")[name];
    return slider(name, { min, max, value: model.get(name) }, (value) => write({ [name]: value }));
  });
  const reset = button("Reset", () => {
    const { tables, limits, ...rest } = start;
    write(rest);
  });
  const stage = element("div", { class: "cx-stage" });
  const why = element("div", { class: "cx-why", role: "status" });
  el.classList.add("cx");
  el.replaceChildren(
    element("div", { class: "cx-bar" }, which.node, ...dials.map((dial) => dial.node), reset), stage, why);

  let grids = {};
  let layout = "";

  const select = (letter, place) => write({ selected: [letter, place] });

  const edit = (letter) => (place, value) => {
    const rows = structuredClone(model.get(letter));
    const width = view(model).shapes[letter][1];
    rows[Math.floor(place / width)][place % width] = value;
    write({ [letter]: rows });
  };

  const build = ({ which, shapes, letters }) => {
    const padding = model.get("padding");
    grids = {};
    for (const letter of letters) {
      grids[letter] = grid(letter, shapes[letter], {
        caption: CAPTIONS[letter], select,
        border: letter === "X" || letter === "dX" ? padding : 0,
        edit: letter === which ? null : edit(letter),
      });
    }
    const [first, second, result] = letters.map((letter) => grids[letter].node);
    const sign = (text) => element("span", { class: "cx-sign", "aria-hidden": "true" }, text);
    stage.replaceChildren(first, sign("·"), second, sign("→"), result);
  };

  const draw = () => {
    const now = view(model);
    which.update(now.which);
    DIALS.forEach((name, k) => dials[k].update(model.get(name), model.get("limits")[name][1]));
    const wanted = JSON.stringify([now.which, now.shapes, model.get("padding")]);
    if (wanted !== layout) {
      build(now);
      layout = wanted;
    }
    const { letter, place, found } = focusOf(model, now);
    for (const shown of now.letters) {
      grids[shown].update(now.values[shown], marksFor(now, shown, letter, found), shown === letter ? place : -1);
    }
    why.replaceChildren(...explain(now, letter, place, found));
  };

  let waiting = false;
  const schedule = () => {
    if (waiting) return;
    waiting = true;
    queueMicrotask(() => {
      waiting = false;
      draw();
    });
  };
  for (const name of STATE) model.on(`change:${name}`, schedule);
  const releaseKeys = keepKeys(el);
  draw();
  return () => {
    for (const name of STATE) model.off(`change:${name}`, schedule);
    releaseKeys();
  };
}

// Everything that is drawn, computed from the state.
export function view(model) {
  const which = model.get("which");
  const table = model.get("tables")[DIALS.map((name) => model.get(name)).join()];
  const { first, second } = READINGS[which];
  const [X, F, sheet] = ["X", "F", "dY"].map((name) => model.get(name));
  const size = (rows) => [rows.length, rows[0].length];
  const dY = sheet.slice(0, table.shape[0]).map((row) => row.slice(0, table.shape[1]));
  const shapes = { X: size(X), F: size(F), dY: table.shape, Y: table.shape, dX: size(X), dF: size(F) };
  const values = { X: X.flat(), F: F.flat(), dY: dY.flat() };
  const [rows, columns] = shapes[which];
  values[which] = sumOfProducts(table, which, values[first], values[second], rows * columns);
  return { which, table, shapes, values, letters: [first, second, which] };
}

// The chosen cell, or the result's first where the choice is not on show.
function focusOf(model, now) {
  let [letter, place] = model.get("selected");
  const size = now.values[letter]?.length ?? 0;
  if (!now.letters.includes(letter) || !(place < size)) [letter, place] = [now.which, 0];
  return { letter, place, found: meetings(now.table, now.which, letter, place) };
}

// The cells of one tensor that take part, each with its order in the sum.
function marksFor(now, shown, letter, found) {
  const marks = new Map();
  if (shown === letter) return marks;
  const { first, second } = READINGS[now.which];
  const role = shown === first ? "i" : shown === second ? "j" : "at";
  found.forEach((meeting, k) => marks.set(meeting[role], found.length > 1 ? String(k + 1) : ""));
  return marks;
}

// Why a cell of the result has its value, or whom a cell of the operands feeds.
function explain(now, letter, place, found) {
  const { first, second } = READINGS[now.which];
  const name = (tensor, at) => symbol(tensor, at, now.shapes[tensor]);
  const value = (tensor, at) => now.values[tensor][at];
  if (letter !== now.which) {
    const [partner, role] = letter === first ? [second, "j"] : [first, "i"];
    if (!found.length) return [line(name(letter, place), " feeds nothing: no window reads it.")];
    const feeds = found.flatMap((m, k) => [k ? ", " : "", name(now.which, m.at), " times ", name(partner, m[role])]);
    return [line(name(letter, place), " feeds ", ...feeds, ".")];
  }
  const result = numberText(value(letter, place));
  if (!found.length) return [line(name(letter, place), " = ", strong("0"), ": no window reads this cell.")];
  const symbolic = found.flatMap((m, k) => [k ? " + " : "", name(first, m.i), "\u00b7", name(second, m.j)]);
  const numeric = found.map((m) => `${factorText(value(first, m.i))}\u00b7${factorText(value(second, m.j))}`);
  return [
    line(name(letter, place), " = ", ...symbolic),
    line(element("span", { class: "cx-numbers" }, numeric.join(" + ")), " = ", strong(result)),
  ];
}

const line = (...parts) => element("p", {}, ...parts);
const strong = (text) => element("strong", { class: "cx-result" }, text);

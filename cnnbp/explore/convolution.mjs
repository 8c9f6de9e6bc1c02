// The convolution: X, F and dY to edit, Y, dF or dX to read, "why" for every cell.

import { READINGS, meetings, sumOfProducts } from "./triples.mjs";
import { element, kept, symbol } from "./controls.mjs";
import { grid, line, sign, sumLines } from "./grids.mjs";
import { explorable } from "./explorable.mjs";
import { mistakes } from "./mistakes.mjs";

const CHOICES = { Y: "Y, forward", dF: "dF, for the filter", dX: "dX, for the image" };
const CAPTIONS = { X: "X, image", F: "F, filter", Y: "Y, output", dX: "dX", dF: "dF", dY: "dY, upstream" };
const DIALS = ["stride", "padding", "dilation"];

// Everything that is drawn, computed from the state.
export function compute(get) {
  const which = get("which");
  const setting = DIALS.map(get);
  const kernel = get("kernel");  // rows and columns of F in use; all where it is no dial
  const tableOf = (...dials) => get("tables")[[...(kernel ? [kernel] : []), ...dials].join()];
  const [table, dense] = [tableOf(...setting), tableOf(1, ...setting.slice(1))];
  const { first, second } = READINGS[which];
  const size = (rows) => [rows.length, rows[0].length];
  const part = (name, [rows, columns]) => get(name).slice(0, rows).map((row) => row.slice(0, columns));
  const [X, F, dY] = [get("X"), part("F", kernel ? [kernel, kernel] : []), part("dY", table.shape)];
  const shapes = { X: size(X), F: size(F), dY: table.shape, Y: table.shape, dX: size(X), dF: size(F) };
  const values = { X: X.flat(), F: F.flat(), dY: dY.flat() };
  const [rows, columns] = shapes[which];
  values[which] = sumOfProducts(table, which, values[first], values[second], rows * columns);
  const letters = [first, second, which];
  const numbers = Object.fromEntries(letters.map((letter) => [letter, values[letter]]));
  return { which, table, dense, shapes, values, letters, numbers, setting, kernel, padding: get("padding"), selected: get("selected") };
}

function build({ get, choice, slider, select, edit, say }) {
  const row = element("div", { class: "cx-row" });
  const counted = element("p", { "data-answer": true });
  const dials = get("domains").kernel ? ["kernel", ...DIALS] : DIALS;
  let [grids, layout] = [{}, ""];

  const lay = kept(({ which, shapes, letters, padding }) => {
    const grids = Object.fromEntries(letters.map((letter) => [letter, grid(letter, shapes[letter], {
      caption: CAPTIONS[letter], select,
      border: letter === "X" || letter === "dX" ? padding : 0,
      edit: letter === which ? null : edit(letter, shapes[letter][1]),
    })]));
    const [first, second, result] = letters.map((letter) => grids[letter].node);
    result.dataset.answer = "";
    return { grids, nodes: [first, sign("\u00b7"), second, sign("\u2192"), result] };
  });

  const draw = (now) => {
    const wanted = JSON.stringify([now.which, now.shapes, now.padding]);
    if (wanted !== layout) {
      const laid = lay(wanted, now);
      grids = laid.grids;
      row.replaceChildren(...laid.nodes);
      layout = wanted;
    }
    if (now.kernel) counted.textContent = sizeLine(now);
    const { letter, place, found } = focusOf(now);
    for (const shown of now.letters) {
      grids[shown].update(now.values[shown], marksFor(now, shown, letter, found), shown === letter ? place : -1);
    }
    say(...explain(now, letter, place, found));
  };

  const bar = [choice("which", "Compute", CHOICES), ...dials.map((name) => slider(name))];
  return { bar, stage: dials === DIALS ? [row] : [row, counted], draw, ask };
}

// How many rows Y has: the rule with its numbers.
function sizeLine({ shapes, setting: [S, P, D], kernel }) {
  const [H, O] = [shapes.X[0], shapes.Y[0]];
  return `Rows of Y: \u230a(${H} + 2\u00b7${P} \u2212 ${D}\u00b7(${kernel} \u2212 1) \u2212 1) / ${S}\u230b + 1 = ${O}`;
}

// What a reader may predict: the result, with the known mistakes.
export function ask(now) {
  const { which, dense, shapes, values } = now;
  return { letter: which, shape: shapes[which], values: values[which], caption: `Your ${which}`, rules: mistakes(now, dense) };
}

// The chosen cell, or the result's first where the choice is not on show.
function focusOf(now) {
  let [letter, place] = now.selected;
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
  const factor = (tensor, at) => ({ letter: tensor, place: at, shape: now.shapes[tensor], value: now.values[tensor][at] });
  const name = (tensor, at) => symbol(tensor, at, now.shapes[tensor]);
  if (letter === now.which) {
    const terms = found.map((m) => [factor(first, m.i), factor(second, m.j)]);
    return sumLines(name(letter, place), terms, now.values[letter][place], "no window reads this cell");
  }
  const [partner, role] = letter === first ? [second, "j"] : [first, "i"];
  if (!found.length) return [line(name(letter, place), " feeds nothing: no window reads it.")];
  const feeds = found.flatMap((m, k) => [k ? ", " : "", name(now.which, m.at), " times ", name(partner, m[role])]);
  return [line(name(letter, place), " feeds ", ...feeds, ".")];
}

export const render = explorable({ given: ["tables"], compute, build });

// The same dX twice: windows pasted on it one by one, its pixels collected one by one.

import { meetings, numberText, sumOfProducts } from "./triples.mjs";
import { element, fill, kept, symbol } from "./controls.mjs";
import { grid, line, shownNumber, sign, sumLines } from "./grids.mjs";
import { explorable } from "./explorable.mjs";
import { mistakes, turned } from "./mistakes.mjs";

const DIALS = ["size", "stride", "padding"];

// Everything that is drawn, computed from the state.
export function compute(get) {
  const [size, stride, padding] = DIALS.map(get);
  const tables = get("tables");
  const [list, dense] = [tables[[size, stride, padding]], tables[[size, 1, padding]]];
  const [K, [rows, columns]] = [get("F").length, list.shape];
  const wide = size + K - 1;
  const shapes = { F: [K, K], dY: list.shape, sheet: [wide, wide], dX: [size, size] };
  const F = get("F").flat();
  const dY = get("dY").slice(0, rows).flatMap((row) => row.slice(0, columns));
  const dX = sumOfProducts(list, "dX", dY, F, size * size);
  const last = Math.max(dY.length, dX.length);
  const step = Math.min(get("step"), last);
  const pasted = dY.map((value, r) => (r < step ? value : 0));
  const unread = dX.map((_, p) => !list.p.includes(p));
  const numbers = {
    F, dY,
    sheet: list.sheet.map((r) => (r < 0 ? 0 : dY[r])),
    rotated: turned(F, shapes.F, "rotated"),
    S: sumOfProducts(list, "dX", pasted, F, dX.length),
    G: dX.map((value, p) => (p < step ? value : 0)),
    told: [stride - 1, K - 1 - padding, (size + 2 * padding - K) % stride, unread.filter(Boolean).length],
  };
  const [side, place] = get("selected");
  const chosen = { side, place: place < dX.length ? place : 0 };
  return { list, dense, shapes, values: { F, dY, dX }, numbers, unread, chosen, last, limits: { step: last }, state: { step } };
}

function build(tools) {
  const { get, slider, player, say } = tools;
  const panels = { S: panel("Scatter: paste each dY times F, no flip"), G: panel("Gather: one window a pixel, F rotated") };
  const told = toldSizes();
  const gridsOf = kept((shapes) => makeGrids(shapes, tools));
  let [grids, layout] = [{}, ""];

  const draw = (now) => {
    const wanted = JSON.stringify(now.shapes);
    if (wanted !== layout) place(panels, (grids = gridsOf(wanted, now.shapes)));
    layout = wanted;
    const marks = marksFor(now);
    for (const [name, shown] of Object.entries(grids)) {
      shown.update(now.numbers[name], marks[name], name === "S" || name === "G" ? now.chosen.place : -1);
    }
    for (const side of "SG") grids[side].cells.forEach((cell, p) => cell.classList.toggle("cx-unread", now.unread[p]));
    grids.sheet.cells.forEach((cell, place) => cell.classList.toggle("cx-hole", now.list.sheet[place] < 0));
    told.update(now.numbers.told);
    fill(panels.S.status, ...progress(now, "dY", "windows pasted", " \u00b7 F"));
    fill(panels.G.status, ...progress(now, "dX", "pixels collected", ""));
    say(...explain(now));
  };

  // The pixel that gather has just collected is the chosen one.
  const follow = (step) => ({ selected: [get("selected")[0], Math.max(0, Math.min(step, get("size") ** 2) - 1)] });
  const walk = player("step", "Step", String, follow);
  const bar = [walk, slider("size", "image", (n) => `${n}\u00d7${n}`), slider("stride"), slider("padding")];
  return { bar, stage: [element("div", { class: "cx-panels" }, panels.S.node, panels.G.node), told.node], draw, ask };
}

// One side: its name, its tensors, how far it has come.
function panel(title) {
  const [row, status] = [element("div", { class: "cx-row" }), element("p", {})];
  const heading = element("p", {}, element("strong", {}, title));
  return { row, status, node: element("div", { class: "cx-panel", role: "group", "aria-label": title }, heading, row, status) };
}

// The tensors of both sides.
function makeGrids(shapes, { select, edit }) {
  const result = (side) => grid("dX", shapes.dX, { caption: "dX", key: side, select: (_, place) => select(side, place) });
  const grids = {
    dY: grid("dY", shapes.dY, { caption: "dY, upstream", edit: edit("dY", shapes.dY[1]) }),
    F: grid("F", shapes.F, { caption: "F", edit: edit("F") }),
    S: result("S"),
    sheet: grid("dY", shapes.sheet, { caption: "dY among zeros", key: "sheet", names: "sheet" }),
    rotated: grid("F", shapes.F, { caption: "F rotated", key: "rotated", names: "rotated" }),
    G: result("G"),
  };
  for (const side of "SG") grids[side].node.dataset.answer = "";
  for (const name of ["sheet", "rotated"]) grids[name].node.classList.add("cx-small");
  return grids;
}

// Put them where they belong.
function place(panels, grids) {
  const into = (side) => element("div", { class: "cx-row cx-into" }, sign("\u2192"), grids[side].node);
  fill(panels.S.row, grids.dY.node, sign("\u00b7"), grids.F.node, into("S"));
  fill(panels.G.row, grids.sheet.node, sign("\u22c6"), grids.rotated.node, into("G"));
}

// The sentences on the zeros of the sheet.
function toldSizes() {
  const [between, around, rest, unread] = [0, 1, 2, 3].map((k) => shownNumber("told", k));
  const cut = element("span", {}, " (less than none: the outermost cells of dY are cut off)");
  const node = element("p", {},
    "Zeros between the cells of dY: s \u2212 1 = ", between.node, "; around them: k \u2212 1 \u2212 p = ", around.node, cut,
    "; after them, for the remainder: ", rest.node, ". Pixels that no window reads (hatched): ", unread.node, ".");
  const update = (values) => {
    cut.hidden = values[1] >= 0;
    [between, around, rest, unread].forEach((number, k) => number.update(values[k]));
  };
  return { node, update };
}

export function ask({ list, dense, shapes, values }) {
  const rules = mistakes({ which: "dX", table: list, shapes, values }, dense);
  return { letter: "dX", shape: shapes.dX, values: values.dX, caption: "Your dX", rules };
}

const pairsOf = ({ list, chosen }) => meetings(list, "dX", "dX", chosen.place);

// In the operands the pairs of the chosen pixel; in dX what this step has added to.
function marksFor(now) {
  const { list, shapes, chosen, last, state: { step } } = now;
  const [K, wide] = [shapes.F[0], shapes.sheet[1]];
  const pairs = pairsOf(now);
  const order = (k) => (pairs.length > 1 ? String(k + 1) : "");
  const at = (place) => {
    const [h, w] = [Math.floor(chosen.place / shapes.dX[1]), chosen.place % shapes.dX[1]];
    return (h + Math.floor(place / K)) * wide + w + (place % K);
  };
  const marked = (place) => new Map(pairs.map((pair, k) => [place(pair), order(k)]));
  const turnedPlace = (pair) => K * K - 1 - pair.j;
  const frame = now.numbers.rotated.map((_, place) => [at(place), ""]);
  const walking = step > 0 && step < last;
  const added = (places) => new Map(walking ? places.map((place) => [place, "+"]) : []);
  return {
    dY: marked((pair) => pair.i), F: marked((pair) => pair.j), rotated: marked(turnedPlace),
    sheet: new Map([...frame, ...marked((pair) => at(turnedPlace(pair)))]),
    S: added(list.p.filter((_, k) => list.r[k] === step - 1)),
    G: added([step - 1]),
  };
}

// How far one side has come, and what it did last.
function progress({ shapes, values, state: { step } }, letter, done, times) {
  const all = values[letter].length;
  const last = step > 0 && step < all ? ["; the last: ", symbol(letter, step - 1, shapes[letter]), times] : [];
  return [`${Math.min(step, all)} of ${all} ${done}`, ...last, "."];
}

// The chosen pixel's sum on its side, as far as it has come, and how the other side reads it.
function explain(now) {
  const { shapes, values, numbers, chosen: { side, place }, state: { step } } = now;
  const pairs = pairsOf(now);
  const name = symbol("dX", place, shapes.dX);
  if (!pairs.length) return [line(SIDES[side].title, name, " = 0: no window reads this pixel.")];
  const added = side === "S" ? pairs.filter((pair) => pair.i < step) : pairs.filter(() => place < step);
  const factor = (letter, at) => ({ letter, place: at, shape: shapes[letter], value: values[letter][at] });
  const terms = added.map((pair) => [factor("dY", pair.i), factor("F", pair.j)]);
  const [S, G] = [numbers.S[place], numbers.G[place]];
  const complete = pairs.every((pair) => pair.i < step) && place < step;
  return [
    ...sumLines(name, terms, numbers[side][place], SIDES[side].empty),
    line(SIDES[side].title, pairs.length, SIDES[side][pairs.length > 1 ? "many" : "one"],
      ...pairs.flatMap((pair, k) => [k ? ", " : "", symbol("F", pair.j, shapes.F)]), "."),
    line(`Scatter has ${numberText(S)} here, gather ${numberText(G)}`, complete ? ": the same pairs, the same sum."
      : ", so far."),
  ];
}

const SIDES = {
  S: {
    title: "Scatter: ", empty: "no window is pasted on it yet",
    many: " windows overlap here; as dY runs forwards, F runs backwards: ", one: " window covers this pixel, with ",
  },
  G: {
    title: "Gather: ", empty: "its turn is still to come",
    many: " entries of dY lie in its window; F rotated, read forwards, is ", one: " entry of dY lies in its window; it meets ",
  },
};

export const render = explorable({ given: ["tables"], compute, build });

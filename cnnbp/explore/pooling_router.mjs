// Pooling: who wins each window, where its gradient goes, and whether the sums agree.

import { button, element, fill, kept, svg, symbol } from "./controls.mjs";
import { cellName, factorText, numberText } from "./triples.mjs";
import { grid, line, quotient, shownNumber, sign, strong } from "./grids.mjs";
import { comparison } from "./charts.mjs";
import { byMaximum, byMean, poolingMistakes, send } from "./routes.mjs";
import { explorable } from "./explorable.mjs";

const CAPTIONS = { X: "X, image", Y: "Y, pooled", dX: "dX", dY: "dY, upstream" };
const POOLS = { max: "maximum", average: "average" };
const RULES = { first: "first maximum", all: "all maxima", split: "split", overwrite: "overwrite" };
const DIVISORS = { counted: "all cells count", inside: "inside cells only" };
const IMAGES = { ties: "Set ties", overlaps: "Set overlaps", zeros: "Set zeros" };
const TOLD = {
  first: "The first maximum in row order gets it all, and overlaps are added: the convention of this book and of PyTorch.",
  all: "Every maximum gets the whole gradient. A tie makes gradient out of nothing.",
  split: "Tied maxima share the gradient. The sum is kept, but it is not what PyTorch computes.",
  overwrite: "A window writes over what an earlier one left in the same cell. An overlap loses gradient.",
  counted: "Every cell of the window gets an equal share. What falls on the padding is lost.",
  inside: "Only the cells inside the image share, so nothing falls on the padding.",
};

// Everything that is drawn, computed from the state.
export function compute(get) {
  const [size, kind] = [get("tables").size, get("kind")];
  const { shape, cells } = get("tables").windows[["kernel", "stride", "padding"].map(get).join()];
  const X = get("X").flat();
  const dY = get("dY").slice(0, shape[0]).flatMap((row) => row.slice(0, shape[1]));
  const ways = kind === "max" ? byMaximum(cells, X) : byMean(cells, get("kernel") ** 2);
  const way = kind === "max" ? get("rule") : get("count_include_pad") ? "counted" : "inside";
  const sum = (values) => values.reduce((total, value) => total + value, 0);
  const read = cells.map((window) => window.map((p) => X[p]));
  const Y = read.map((values, r) => (kind === "max" ? Math.max(...values) : sum(values) / ways[way][r].by));
  const gradients = Object.fromEntries(Object.entries(ways).map(
    ([name, routes]) => [name, send(routes, dY, X.length, name === "overwrite")]));
  const numbers = { X, Y, dY, dX: gradients[way], sums: [dY, ...Object.values(gradients)].map(sum) };
  const shapes = { X: size, dX: size, Y: shape, dY: shape };
  const [selected, padding] = ["selected", "padding"].map(get);
  const paint = kind === "max" && get("paint");
  return { kind, way, routes: ways[way], cells, gradients, numbers, shapes, selected, padding, paint };
}

function build(tools) {
  const { get, write, choice, slider, toggle, say } = tools;
  const [forward, backward] = [element("div", { class: "cx-row" }), element("div", { class: "cx-row" })];
  const routes = element("div", { "data-answer": true });
  const sums = comparison("Sum of the gradient: in, and out by each rule", "dX", "sums");
  const meter = element("p", { "data-answer": true });
  const [rule, counted] = [choice("rule", "Gradient to the", RULES), toggle("count_include_pad", "count_include_pad")];
  const brush = toggle("paint", "Paint ties");
  const press = painter(tools);
  let [grids, picture, layout, now] = [{}, null, "", null];

  const gridsOf = kept(() => makeGrids(now, tools, (place) => press(now, place)));
  const pictureOf = kept(() => drawnRoutes(now.shapes.X, now.shapes.Y));
  const lay = (wanted) => {
    grids = gridsOf(wanted);
    fill(forward, grids.X.node, sign("\u2192"), grids.Y.node);
    fill(backward, grids.dX.node, sign("\u2190"), grids.dY.node);
    picture = pictureOf(JSON.stringify(now.shapes));
    fill(routes, picture.node);
  };
  const draw = (next) => {
    now = next;
    const wanted = JSON.stringify([now.kind, now.shapes, now.padding, now.paint]);
    if (wanted !== layout) lay(wanted);
    layout = wanted;
    rule.hidden = brush.hidden = now.kind !== "max";
    counted.hidden = now.kind === "max" || !now.padding;
    const focus = focusOf(now);
    for (const [letter, { node, update }] of Object.entries(grids)) {
      const values = now.numbers[letter];
      node.classList.toggle("cx-long", values.some((value) => numberText(value, 4).length > 4));
      update(values, marksFor(now, letter, focus), letter === focus.letter ? focus.place : -1);
    }
    picture.update(now, focus);
    showSums(sums, meter, now);
    say(...explain(now, focus), line(TOLD[now.way]));
  };
  const images = Object.entries(IMAGES).map(
    ([name, label]) => button(label, () => write(structuredClone(get("tables").images[name]))));
  const dials = ["kernel", "stride", "padding"].map((name) => slider(name));
  const keys = element("div", { class: "cx-keys" }, ...images);
  const planes = element("div", { class: "cx-row" }, element("div", { class: "cx-ways" }, forward, backward), routes);
  const bar = [choice("kind", "Pool by", POOLS), rule, ...dials, counted, brush, keys];
  return { bar, stage: [planes, sums.node, meter], draw, ask };
}

// The four tensors. Where the reader paints, a cell of X is a button, else a number field.
function makeGrids({ shapes, kind, padding, paint }, { select, edit }, press) {
  const make = (letter, more) => grid(letter, shapes[letter], { caption: CAPTIONS[letter], select, digits: 4, ...more });
  const X = make("X", { border: padding, edit: paint ? null : edit("X") });
  if (kind === "max") for (const node of X.node.querySelectorAll(".cx-padding")) node.textContent = "\u2212\u221e";
  if (paint) X.cells.forEach((cell, place) => cell.addEventListener("click", () => press(place)));
  const dX = make("dX");
  dX.node.dataset.answer = "";
  return { X, Y: make("Y"), dX, dY: make("dY", { edit: edit("dY", shapes.dY[1]) }) };
}

// A pressed cell becomes a tie of its largest window; pressed again, it is as it was.
function painter({ get, write }) {
  const started = get("X");
  return ({ shapes, cells, numbers }, place) => {
    const [row, column] = [Math.floor(place / shapes.X[1]), place % shapes.X[1]];
    const top = Math.max(...numbers.Y.filter((_, r) => cells[r].includes(place)));
    const X = structuredClone(get("X"));
    X[row][column] = top > numbers.X[place] ? top : started[row][column];
    write({ X });
  };
}

// The meter: what goes in, and what comes out by each rule, as bars, numbers and words.
function showSums(sums, meter, { kind, way, numbers, gradients }) {
  const [into, ...out] = numbers.sums;
  const size = Math.max(1, ...numbers.dY.map(Math.abs)) * 1e-9;
  const word = (value) => (Math.abs(value - into) <= size ? "equal" : `off by ${numberText(value - into, 4)}`);
  const labels = kind === "max" ? RULES : DIVISORS;
  const place = 1 + Object.keys(gradients).indexOf(way);
  const names = ["in, from dY", ...Object.keys(gradients).map((name) => labels[name])];
  sums.update(names, numbers.sums, ["", ...out.map(word)], place);
  const [entering, leaving] = [shownNumber("sums", 0), shownNumber("sums", place)];
  entering.update(into);
  leaving.update(numbers.sums[place]);
  const verdict = word(numbers.sums[place]).replace("off", "not equal, off");
  fill(meter, "In ", entering.node, ", out ", leaving.node, `: ${verdict}.`);
}

// The way back as a picture: dY floats above dX, and a line falls to each cell that gets gradient.
function drawnRoutes(from, to) {
  const [gap, above, below] = [56, to[0] * 16, from[0] * 16];
  const width = Math.max(...[from, to].map(([rows, columns]) => rows * 14 + columns * 28)) + 4;
  const at = ([rows, columns], top) => (place) => {
    const [row, column] = [Math.floor(place / columns) + 0.5, (place % columns) + 0.5];
    return [width / 2 + (column - columns / 2) * 28 + (rows / 2 - row) * 14, top + row * 16];
  };
  const [atX, atY] = [at(from, above + gap), at(to, 2)];
  const tile = (kind, [x, y]) => svg("path", { class: `cx-tile ${kind}`, d: `M${x - 6},${y - 7}h26l-14,14h-26z` });
  const plane = (kind, shape, where) => Array.from({ length: shape[0] * shape[1] }, (_, place) => tile(kind, where(place)));
  const [faint, strong, ends] = ["cx-faint", "cx-strong", "cx-ends"].map((kind) => svg("path", { class: `cx-dX ${kind}` }));
  const height = above + gap + below + 4;
  const node = svg("svg", { class: "cx-routes", role: "img", viewBox: `0 0 ${width} ${height}`, width: 1.25 * width },
    ...plane("cx-dX", from, atX), ...plane("cx-dY", to, atY), faint, strong, ends);
  const update = (now, { letter, place }) => {
    const pairs = now.routes.flatMap(({ cells }, r) => cells.filter((p) => reaches(now, r, p)).map((p) => [p, r]));
    const mine = ([p, r]) => (letter.endsWith("X") ? p === place : r === place);
    const path = (list) => list.map(([p, r]) => `M${atY(r)}L${atX(p)}`).join("");
    faint.setAttribute("d", path(pairs.filter((pair) => !mine(pair))));
    strong.setAttribute("d", path(pairs.filter(mine)));
    ends.setAttribute("d", pairs.map(([p]) => `M${atX(p)}m-3,0a3,3 0 1 0 6,0a3,3 0 1 0 -6,0`).join(""));
    const takers = (r) => pairs.filter((pair) => pair[1] === r).map(([p]) => word("dX", p, from)).join(" ");
    const told = now.cells.map((_, r) => `${word("dY", r, to)} to ${takers(r) || "no cell"}`);
    node.setAttribute("aria-label", `Routes of the gradient: ${told.join("; ")}`);
  };
  return { node, update };
}

const word = (letter, place, shape) => Object.values(cellName(letter, place, shape)).join("");

// Whether what window r sends to cell p stays there: an overwriting window takes it away.
const reaches = ({ way, routes }, r, p) => way !== "overwrite" || routes.findLastIndex(({ cells }) => cells.includes(p)) === r;

function focusOf({ selected: [letter, place], numbers }) {
  return place < numbers[letter].length ? { letter, place } : { letter: "Y", place: 0 };
}

// The cells of one tensor that have to do with the chosen one; the winners are named.
function marksFor({ kind, routes, cells }, shown, { letter, place }) {
  const marks = new Map();
  if (shown === letter) return marks;
  const pooled = shown.endsWith("Y");
  if (letter.endsWith("Y")) {
    if (pooled) return marks.set(place, "");
    for (const p of shown === "X" ? cells[place] : routes[place].cells) marks.set(p, "");
    if (kind === "max" && shown === "X") for (const p of routes[place].cells) marks.set(p, "max");
  } else if (!pooled) marks.set(place, "");
  else routes.forEach((route, r) => route.cells.includes(place) && marks.set(r, ""));
  return marks;
}

// Why a cell has its value, or what becomes of it.
function explain(now, { letter, place }) {
  const name = (tensor, at) => symbol(tensor, at, now.shapes[tensor]);
  const list = (tensor, places, between = ", ") => places.flatMap((at, k) => [k ? between : "", name(tensor, at)]);
  if (letter === "Y") return explainPooled(now, place, name, list);
  if (letter === "dX") return explainGradient(now, place, name, list);
  if (letter === "dY") {
    const { cells, by } = now.routes[place];
    const kept = cells.filter((p) => reaches(now, place, p));
    const share = by > 1 ? `, divided by ${by},` : "";
    if (!kept.length) return [line(name("dY", place), " is overwritten by a later window.")];
    return [line(name("dY", place), `${share} goes to `, ...list("dX", kept), ".")];
  }
  const read = now.cells.flatMap((window, r) => (window.includes(place) ? [r] : []));
  const won = read.filter((r) => now.routes[r].cells.includes(place));
  if (!read.length) return [line(name("X", place), " lies in no window.")];
  const verb = now.kind === "max" ? " gets " : " gets a share of ";
  const gets = won.length ? list("dY", won) : ["none of them"];
  return [line(name("X", place), " lies in the windows of ", ...list("Y", read), "; it", verb, ...gets, ".")];
}

function explainPooled({ kind, routes, cells, numbers, way }, place, name, list) {
  const values = cells[place].map((p) => factorText(numbers.X[p]));
  const value = strong(numberText(numbers.Y[place]));
  const { cells: gets, by } = routes[place];
  if (kind === "average") {
    const sum = line(name("Y", place), " = (", ...list("X", cells[place], " + "), `) / ${by}`);
    return [sum, line(`(${values.join(" + ")}) / ${by} `, ...quotient(numbers.Y[place]))];
  }
  const tied = cells[place].filter((p) => numbers.X[p] === numbers.Y[place]);
  const who = tied.length === 1 ? [": ", name("X", tied[0]), " is the maximum."]
    : [": a tie of ", ...list("X", tied), "; by this rule ", ...list("X", gets), gets.length > 1 ? " count." : " counts."];
  const largest = line(name("Y", place), " = max(", ...list("X", cells[place]), ")");
  return [largest, line(`max(${values.join(", ")}) = `, value, ...who)];
}

function explainGradient(now, place, name, list) {
  const { kind, way, routes, numbers } = now;
  const from = routes.flatMap(({ cells }, r) => (cells.includes(place) ? [r] : []));
  const kept = from.filter((r) => reaches(now, r, place));
  if (!from.length) {
    const why = kind === "average" ? " lies in no window." : " gets the gradient of no window.";
    return [line(name("dX", place), " = ", strong("0"), ": ", name("X", place), why)];
  }
  const over = (r) => (routes[r].by > 1 ? `/${routes[r].by}` : "");
  const terms = kept.flatMap((r, k) => [k ? " + " : "", name("dY", r), over(r)]);
  const sum = kept.map((r) => factorText(numbers.dY[r]) + over(r)).join(" + ");
  const lost = way === "overwrite" && from.length > 1 ? [" Overwritten: ", ...list("dY", from.slice(0, -1)), "."] : [];
  const role = kind === "average" ? " lies in the windows of " : " is a maximum of the windows of ";
  return [
    line(name("X", place), role, ...list("Y", from), ".", ...lost),
    line(name("dX", place), " = ", ...terms, " ", kept.length > 1 ? `= ${sum} ` : "", ...quotient(numbers.dX[place])),
  ];
}

// What a reader may predict: dX, with the known mistakes.
export function ask(now) {
  const right = now.gradients[now.kind === "max" ? "first" : now.way];
  return { letter: "dX", shape: now.shapes.dX, values: right, caption: "Your dX", rules: poolingMistakes(now) };
}

export const render = explorable({ given: ["tables"], compute, build });

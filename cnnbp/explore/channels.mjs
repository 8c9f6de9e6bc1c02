// Channels: a wire with a filter slice from every image channel to every output channel.

import { READINGS, sumOfProducts } from "./triples.mjs";
import { element, kept, symbol, unique } from "./controls.mjs";
import { grid, line, shownNumber, sign, sumLines } from "./grids.mjs";
import { explorable } from "./explorable.mjs";

const [MOST, IMAGE, KERNEL] = [3, [3, 3], [2, 2]];
const upTo = (count) => Array.from({ length: count }, (_, k) => k);
const size = (shape) => shape.reduce((a, b) => a * b, 1);
const SYMBOLS = { X: ["C", "H", "W"], F: ["O", "C", "K", "K"], b: ["O"], Y: ["O", "OH", "OW"] };

// Everything that is drawn, computed from the state: each channel of a tensor
// is a block of numbers with a name, such as dF12 for filter 1 and channel 2.
export function compute(get) {
  const [C, O, stride, padding] = ["C", "O", "stride", "padding"].map(get);
  const { X, F, b, dY } = get("tensors");
  const plane = get("tables")[[stride, padding].join()];
  const [[OH, OW], triples] = [plane.shape, repeated(plane, C, O)];
  const values = {
    X: X.slice(0, C).flat(2), b: b.slice(0, O),
    F: F.slice(0, O).map((slices) => slices.slice(0, C)).flat(3),
    dY: dY.slice(0, O).map((sheet) => sheet.slice(0, OH).map((row) => row.slice(0, OW))).flat(2),
  };
  const shapes = { X: [C, ...IMAGE], F: [O, C, ...KERNEL], b: [O], Y: [O, OH, OW] };
  for (const letter of Object.keys(shapes)) shapes[`d${letter}`] = shapes[letter];
  for (const which of ["Y", "dX", "dF"]) {
    const { first, second } = READINGS[which];
    values[which] = sumOfProducts(triples, which, values[first], values[second], size(shapes[which]));
  }
  values.Y = values.Y.map((sum, r) => sum + values.b[Math.floor(r / (OH * OW))]);
  values.db = upTo(O).map((o) => blockOf(values.dY, o, plane.shape).reduce((a, v) => a + v, 0));
  const numbers = {};
  for (const [letter, shape] of Object.entries(shapes)) {
    numbers[`shape_${letter}`] = shape;
    for (const k of upTo(values[letter].length / size(inner(shape)))) {
      numbers[letter + channelName(letter, k, C)] = blockOf(values[letter], k, inner(shape));
    }
  }
  return { C, O, stride, padding, triples, shapes, values, numbers, ...chosen(numbers, get("selected")) };
}

const inner = (shape) => (shape.length === 1 ? [] : shape.slice(-2));
const blockOf = (values, k, shape) => values.slice(k * size(shape), (k + 1) * size(shape));
const channelName = (letter, k, C) => (/F/.test(letter) ? `${Math.floor(k / C) + 1}${(k % C) + 1}` : String(k + 1));

// The triples of one channel, for every pair of an image channel and a filter.
function repeated({ p, q, r, shape }, C, O) {
  const all = { p: [], q: [], r: [] };
  for (const slice of upTo(O * C)) {
    const [o, c] = [Math.floor(slice / C), slice % C];
    all.p.push(...p.map((at) => c * size(IMAGE) + at));
    all.q.push(...q.map((at) => slice * size(KERNEL) + at));
    all.r.push(...r.map((at) => o * size(shape) + at));
  }
  return all;
}

// The chosen block and cell, or the first where it is not there.
function chosen(numbers, [block, place]) {
  if (!(place < numbers[block]?.length)) [block, place] = [numbers[block] ? block : "dX1", 0];
  const [letter, channel] = parts(block);
  return { block, letter, channel, place };
}

// The blocks that a block is the sum of, a pair for each wire, or one alone.
function pairsOf({ letter, channel, C, O }) {
  const [a, b] = channel;
  if (letter === "dX") return upTo(O).map((o) => [`dY${o + 1}`, `F${o + 1}${a}`]);
  if (letter === "Y") return [...upTo(C).map((c) => [`X${c + 1}`, `F${a}${c + 1}`]), [`b${a}`]];
  return letter === "dF" ? [[`X${b}`, `dY${a}`]] : [[`dY${a}`]];
}

// The terms of one cell: factors, each a block and a place in it.
function termsOf(now) {
  const { letter, channel, place, triples, shapes, C } = now;
  if (letter === "db") return upTo(size(inner(shapes.dY))).map((at) => [{ block: `dY${channel}`, at }]);
  const { first, second, at, i, j } = READINGS[letter];
  const index = letter === "dF" ? (channel[0] - 1) * C + (channel[1] - 1) : channel - 1;
  const cell = index * size(inner(shapes[letter])) + place;
  const factor = (tensor, where) => {
    const cells = size(inner(shapes[tensor]));
    return { block: tensor + channelName(tensor, Math.floor(where / cells), C), at: where % cells };
  };
  const found = [...triples.p.keys()].filter((k) => triples[at][k] === cell);
  const terms = found.map((k) => [factor(first, triples[i][k]), factor(second, triples[j][k])]);
  return letter === "Y" ? [...terms, [{ block: `b${channel}`, at: 0 }]] : terms;
}

// The letter of a block and its channels: dF and 12.
const parts = (block) => /^(\D+)(\d*)$/.exec(block).slice(1);

// The name of a whole channel, in capitals: dX with its index below.
const wholeName = (block) => {
  const [letter, channel] = parts(block);
  return element("var", { class: `cx-ink cx-${letter}` }, letter, element("sub", {}, channel));
};

function build({ slider, select, say }) {
  const [cross, shapes] = [crossbar((block) => select(block, 0)), ledger()];
  const work = element("div", { class: "cx-row cx-work", "data-answer": true });
  let [laid, layout] = [null, ""];

  const lay = kept((now) => {
    const pairs = pairsOf(now);
    const operands = Object.fromEntries(pairs.flat().map((block) => [block, blockGrid(block, now)]));
    const result = blockGrid(now.block, now, (_, place) => select(now.block, place));
    const between = (nodes, text) => nodes.flatMap((node, k) => (k ? [sign(text), node] : [node]));
    const nodes = (blocks) => between(blocks.map((block) => operands[block].node), "\u00b7");
    const pair = (blocks) => element("div", { class: "cx-pair" }, ...nodes(blocks));
    return { operands, result, nodes: [...between(pairs.map(pair), "+"), sign("\u2192"), result.node] };
  });

  const draw = (now) => {
    const wanted = [now.block, now.C, now.O, now.stride, now.padding].join();
    if (layout !== wanted) {
      laid = lay(wanted, now);
      work.replaceChildren(...laid.nodes);
      layout = wanted;
    }
    const terms = termsOf(now);
    for (const [block, { update }] of Object.entries(laid.operands)) update(now.numbers[block], marksFor(block, terms));
    laid.result.update(now.numbers[now.block], new Map(), now.place);
    cross.update(now);
    shapes.update(now);
    say(...explain(now, terms));
  };

  const bar = [slider("C", "channels C"), slider("O", "filters O"), slider("stride"), slider("padding")];
  return { bar, stage: [element("div", { class: "cx-row cx-channels" }, cross.node, shapes.node), work], draw, ask };
}

// One channel as a grid; the bias is a single cell.
function blockGrid(block, { shapes }, select = null) {
  const [letter, channel] = parts(block);
  const cells = inner(shapes[letter]);
  const made = grid(letter, cells.length ? cells : [1, 1], { caption: block, key: block, channel, select });
  made.node.firstChild.replaceChildren(wholeName(block));
  if (!cells.length) made.cells[0].dataset.label = block;
  return made;
}

// The knot where an operand of a block is: F12 at dF12, dY1 at Y1.
const knotOf = (block) => ({ X: "dX", F: "dF", b: "db", dY: "Y" })[parts(block)[0]] + parts(block)[1];

// The cells of a block that take part, each with its order in the sum.
const marksFor = (block, terms) => new Map(
  terms.flatMap((term, k) => term.filter((factor) => factor.block === block).map(({ at }) => [at, String(k + 1)])));

// The wires as a crossbar of radio buttons: a column for each image channel, a
// row for each filter; the wire from the one to the other bears a slice of F.
function crossbar(change) {
  const name = unique();
  const knots = {};
  const knot = (block, row, column) => {
    const [letter] = parts(block);
    const input = element("input", { type: "radio", name, value: block, "aria-label": block, onchange: () => change(block) });
    const kind = `cx-knot cx-${letter}${letter.startsWith("d") ? " cx-gradient" : ""}`;
    const point = (event) => event.pointerType === "mouse" && !input.checked && change(block);
    const place = { style: `grid-row: ${row}; grid-column: ${column}`, onpointermove: point };
    const node = element("label", { class: kind, ...place }, input, wholeName(block));
    return (knots[block] = { input, node }).node;
  };
  const count = upTo(MOST);
  const cross = (o, c) => element("div", { class: "cx-cross", style: `grid-row: ${o + 2}; grid-column: ${c + 1}` });
  const wires = count.flatMap((o) => count.map((c) => ({ o, c, node: cross(o, c) })));
  const node = element("div", { class: "cx-crossbar", role: "radiogroup", "aria-label": "What is computed" },
    ...wires.map((wire) => wire.node),
    ...count.map((c) => knot(`dX${c + 1}`, 1, c + 1)),
    ...wires.map(({ o, c }) => knot(`dF${o + 1}${c + 1}`, o + 2, c + 1)),
    ...count.flatMap((o) => [knot(`Y${o + 1}`, o + 2, 5), knot(`db${o + 1}`, o + 2, 6)]));
  node.dataset.answer = "";
  const update = (now) => {
    const { C, O, numbers, block, letter, channel } = now;
    const used = new Set(pairsOf(now).flat().map(knotOf));
    node.style.setProperty("--wires", C);
    for (const [name, { input, node: label }] of Object.entries(knots)) {
      label.hidden = !numbers[name];
      input.checked = name === block;
      label.classList.toggle("cx-on", used.has(name));
    }
    const lit = { dX: ({ c }) => `${c + 1}`, Y: ({ o }) => `${o + 1}`, dF: ({ o, c }) => `${o + 1}${c + 1}` }[letter];
    for (const wire of wires) {
      wire.node.hidden = wire.o >= O || wire.c >= C;
      wire.node.classList.toggle("cx-lit", lit?.(wire) === channel);
      wire.node.classList.toggle("cx-end", wire.o === O - 1);
    }
  };
  return { node, update };
}

// A table of shapes: each letter's, and its gradient's.
function ledger() {
  const shown = [];
  const cell = (letter) => {
    const numbers = upTo(SYMBOLS[letter.replace("d", "")].length).map((k) => shownNumber(`shape_${letter}`, k));
    shown.push([`shape_${letter}`, numbers]);
    const node = element("td", {}, wholeName(letter), " (", ...numbers.flatMap((number, k) => [k ? ", " : "", number.node]), ")");
    if (letter.startsWith("d") && letter !== "dY") node.dataset.answer = "";
    return node;
  };
  const rows = Object.entries(SYMBOLS).map(([letter, names]) => element("tr", {},
    element("th", { scope: "row" }, `(${names.join(", ")})`), cell(letter), cell(`d${letter}`)));
  const top = element("tr", {}, element("td"), ...["value", "gradient"].map((text) => element("th", { scope: "col" }, text)));
  const node = element("table", { class: "cx-ledger" }, element("caption", {}, "Shapes"), top, ...rows);
  const update = ({ numbers }) => shown.forEach(([key, cells]) => cells.forEach(({ update: set }, k) => set(numbers[key][k])));
  return { node, update };
}

// The sum of whole channels in words, then the sum of the chosen cell.
function explain(now, terms) {
  const { block, letter, channel, place, stride, numbers, shapes } = now;
  const product = letter === "dX" ? " \u2217 " : " \u22c6 ";
  const told = pairsOf(now).flatMap(([a, b], k) => [k ? " + " : "", wholeName(a), ...(b ? [product, wholeName(b)] : [])]);
  if (letter === "db") told.unshift("the sum of ");
  const words = {
    dX: "every filter sends its part back through its own slice; \u2217 slides the rotated slice.",
    dF: "one wire: the channel that it reads, and the gradient of the output that it feeds.",
    Y: "every image channel through its own slice, and one bias.",
    db: "no wire at all: the bias is added everywhere, so the whole map is summed.",
  }[letter];
  const factor = (f) => {
    const [tensor, index] = parts(f.block);
    return { letter: tensor, place: f.at, shape: inner(shapes[tensor]), channel: index, value: numbers[f.block][f.at] };
  };
  const name = symbol(letter, place, inner(shapes[letter]), channel);
  const spread = stride > 1 && "dX dF".includes(letter) ? " With stride 2, dY is spread out first." : "";
  const sum = sumLines(name, terms.map((term) => term.map(factor)), numbers[block][place], "no window reads this cell");
  return [line(wholeName(block), " = ", ...told, ": ", words, spread), ...sum];
}

// The shapes of the gradients, to be guessed.
export function ask({ C, O, shapes, values: { dY } }) {
  const [, OH, OW] = shapes.Y;
  const right = { dX: [C, ...IMAGE], db: [O], dF: [O, C, ...KERNEL] };
  const rule = (text, changed) => ({ text, values: Object.values({ ...right, ...changed }).flat() });
  const rules = [
    rule("dX has the channels of the image. The parts of the filters are added up.", { dX: [O, ...IMAGE] }),
    rule("that is the shape of Y. A gradient has the shape of its own letter.", { dX: [O, OH, OW] }),
    rule("the slices were added up. Each meets a channel of its own, so dF has them all.", { dF: [O, 1, ...KERNEL] }),
    rule("filters and channels are exchanged. The filters come first.", { dF: [C, O, ...KERNEL] }),
    rule("db was kept as a map. A bias is added at every place, so the map is summed.", { db: [dY.length] }),
    ...[1, C].map((count) => rule("there is one bias for each filter.", { db: [count] })),
  ];
  const names = ["dX 1st", "dX 2nd", "dX 3rd", "db", "dF 1st", "dF 2nd", "dF 3rd", "dF 4th"];
  const values = Object.values(right).flat();
  return { letter: "dX", shape: [2, 4], values, caption: "The shapes of dX, db and dF", rules, names, labels: names };
}

export const render = explorable({ given: ["tables", "tensors"], compute, build });

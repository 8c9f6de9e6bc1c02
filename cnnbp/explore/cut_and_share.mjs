// From a dense layer to the convolution and back: nodes, wires, and their matrix.

import { READINGS, cellName, meetings, numberText, sumOfProducts } from "./triples.mjs";
import { element, fill, kept, svg, symbol, unique } from "./controls.mjs";
import { field, grid, line, pointing, showField, shownNumber, sumLines } from "./grids.mjs";
import { explorable } from "./explorable.mjs";
import { mistakes, turned } from "./mistakes.mjs";

const STAGES = ["dense", "cut", "shared", "backward"];
const SHAPES = { X: [3, 3], dX: [3, 3], Y: [2, 2], dY: [2, 2], F: [2, 2], W: [4, 9] };
const ROLES = { X: "p", dX: "p", Y: "r", dY: "r", F: "q" };
const [INPUTS, OUTPUTS] = [9, 4];
const PLACES = Array.from({ length: INPUTS * OUTPUTS }, (_, place) => place);
const ends = (place) => [place % INPUTS, Math.floor(place / INPUTS)];

// Everything that is drawn, computed from the state.
export function compute(get) {
  const stage = get("stage");
  const table = get("tables")[["dense", "cut", "shared", "shared"][stage]];
  const which = stage === 3 ? "dX" : "Y";
  const weight = stage < 2 ? "W" : "F";
  const { first } = READINGS[which];
  const values = Object.fromEntries(["X", "F", "dY", "W"].map((name) => [name, get(name).flat()]));
  const sum = (list, name) => sumOfProducts(list, which, values[first], values[name], cells(which).length);
  values[which] = sum(table, weight);
  const [T, kinds] = [PLACES.map(() => 0), PLACES.map(() => -1)];
  table.p.forEach((p, k) => {
    const place = table.r[k] * INPUTS + p;
    T[place] = values[weight][table.q[k]];
    kinds[place] = table.q[k];
  });
  const numbers = {
    T, F: values.F, connections: [table.p.length], parameters: [new Set(table.q).size],
    [first]: values[first], [which]: values[which],
  };
  const now = { stage, table, which, first, weight, values, kinds, numbers, shapes: SHAPES, tables: get("tables"), sum };
  return { ...now, ...focusOf(now, get("selected")) };
}

// The chosen thing, and the connections it has: places in the table's lists.
function focusOf({ stage, table, which, first, kinds }, [letter, place]) {
  const shown = [which, first, "W", ...(stage < 2 ? [] : ["F"])];
  if (!shown.includes(letter) || !(place < cells(letter).length)) [letter, place] = [which, stage === 3 ? 4 : 0];
  const wanted = letter === "W" ? kinds[place] : place;
  const role = letter === "W" ? "q" : ROLES[letter];
  const found = [...table.p.keys()].filter((k) => table[role][k] === wanted);
  return { letter, place, found };
}

function build({ player, edit, select, say, get }) {
  const wiring = element("div", { class: "cx-wiring" });
  const holder = element("div");
  const filter = grid("F", SHAPES.F, { caption: "F, shared by all windows", edit: edit("F"), select });
  filter.cells.forEach((cell, q) => Object.assign(cell.parentElement.dataset, { kind: q }));
  const own = ownWeight(edit("W"));
  const counts = ["connections", "parameters"].map((name) => [name, shownNumber(name)]);
  const ledger = line(...counts.flatMap(([name, { node }], k) => [k ? ", " : "", node, ` ${name}`]));
  const beside = element("div", { class: "cx-beside" }, ledger, holder, own.node, filter.node);
  let [parts, layout] = [{}, ""];

  const lay = kept(({ which, first }) => {
    const back = which === "dX";
    const column = (letter) => {
      const made = grid(letter, SHAPES[letter], { caption: letter, select, edit: letter === which ? null : edit(letter) });
      made.node.lastChild.style.setProperty("--columns", 1);
      return made;
    };
    const [left, right] = (back ? [which, first] : [first, which]).map(column);
    const lines = wires(back);
    const parts = { [which]: back ? left : right, [first]: back ? right : left, lines, matrix: matrix(back, select, beside) };
    parts[which].node.dataset.answer = "";
    const title = element("div", { class: "cx-title" }, back ? "\u2190 backward" : "forward \u2192");
    return { parts, nodes: [left.node, element("div", {}, title, lines.node), right.node] };
  });

  const draw = (now) => {
    if (layout !== now.which) {
      const laid = lay(now.which, now);
      parts = laid.parts;
      wiring.replaceChildren(...laid.nodes);
      holder.replaceChildren(parts.matrix.node);
      layout = now.which;
    }
    const marks = (letter) => marksFor(now, letter);
    for (const letter of [now.which, now.first]) {
      parts[letter].update(now.values[letter], marks(letter), letter === now.letter ? now.place : -1);
    }
    const marked = new Set(now.found.map((k) => now.table.r[k] * INPUTS + now.table.p[k]));
    parts.lines.update(now, marked);
    parts.matrix.update(now, marked);
    filter.node.hidden = now.stage < 2;
    filter.update(now.values.F, marks("F"), now.letter === "F" ? now.place : -1);
    own.update(now);
    for (const [name, { update }] of counts) update(now.numbers[name][0]);
    say(...explain(now));
  };

  const row = element("div", { class: "cx-row cx-cutting" }, wiring, beside);
  return { bar: [player("stage", "stage", (stage) => STAGES[stage])], stage: [row], draw, ask };
}

// The wires as lines, with an arrow where they lead; a marked one bears its weight.
function wires(back) {
  const id = unique();
  const arrow = svg("marker", { id, viewBox: "0 0 8 8", refX: 8, refY: 4, markerWidth: 8, markerHeight: 8,
    markerUnits: "userSpaceOnUse", orient: "auto-start-reverse" }, svg("path", { d: "M0,0L8,4L0,8z" }));
  const height = ([p, r = 0], t) => (1 - t) * (28 + 47 * p) + t * (58.5 + 105 * r);
  const name = (letter, x, anchor, y) => cells(letter).map((place) =>
    svg("text", { x, y: y(place) + 4, "text-anchor": anchor }, cellText(letter, place)));
  const lines = PLACES.map(ends).map((pair) => svg("line", { x1: "23%", x2: "78%", y1: height(pair, 0), y2: height(pair, 1) }));
  const tags = PLACES.map((place) => svg("text", { x: "48%", y: height(ends(place), 0.45) + 4, class: "cx-tag" }));
  for (const wire of lines) wire.setAttribute(back ? "marker-start" : "marker-end", `url(#${id})`);
  const [inputs, outputs] = back ? ["dX", "dY"] : ["X", "Y"];
  const names = [...name(inputs, "1%", "start", (p) => height([p], 0)), ...name(outputs, "99%", "end", (r) => height([0, r], 1))];
  const node = svg("svg", { "aria-hidden": "true", class: "cx-F" }, svg("defs", {}, arrow), ...lines, ...tags, ...names);
  const update = ({ kinds, numbers, weight }, marked) => PLACES.forEach((place) => {
    const [wire, on] = [lines[place], marked.has(place)];
    wire.setAttribute("visibility", kinds[place] < 0 ? "hidden" : "visible");
    wire.setAttribute("class", `cx-wire${on ? " cx-on" : ""}`);
    wire.dataset.kind = weight === "F" ? kinds[place] : "";
    fill(tags[place], !on ? "" : weight === "F" ? cellText("F", kinds[place]) : numberText(numbers.T[place], 4));
  });
  return { node, update };
}

const cells = (letter) => [...Array(SHAPES[letter][0] * SHAPES[letter][1]).keys()];
const cellText = (letter, place) => Object.values(cellName(letter, place, SHAPES[letter])).join("");

// The matrix as a grid of cells that arrow keys walk; `back` lays it on its side.
// While it or the field below it has the focus, the mouse alone chooses nothing.
function matrix(back, select, beside) {
  const [rows, columns] = back ? [INPUTS, OUTPUTS] : [OUTPUTS, INPUTS];
  const at = (row, column) => (back ? column * INPUTS + row : row * INPUTS + column);
  const [side, top] = back ? ["dX", "dY"] : ["Y", "X"];
  const head = (scope, letter) => cells(letter).map((k) => element("th", { scope }, symbol(letter, k, SHAPES[letter])));
  const entries = [];
  const walk = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] };
  const cell = (row, column) => {
    const place = at(row, column);
    const [tag, number] = [element("small"), element("span", { "data-number": `T:${place}` })];
    const move = (event) => {
      const step = walk[event.key];
      if (!step) return;
      event.preventDefault();
      entries[at((row + step[0] + rows) % rows, (column + step[1] + columns) % columns)].node.focus();
    };
    const point = (event) => !beside.contains(document.activeElement) && pointing(event.currentTarget, tell)(event);
    const tell = () => select("W", place);
    const listeners = { onfocus: tell, onkeydown: move, onpointermove: point };
    const node = element("td", { role: "gridcell", tabindex: -1, ...listeners }, tag, number);
    entries[place] = { node, tag, number };
    return node;
  };
  const caption = back ? "T transposed: a row for each pixel" : "T: a row for each output";
  const tops = head("col", top);
  const lines = head("row", side).map((name, row) => element("tr", {}, name, ...tops.map((_, column) => cell(row, column))));
  const node = element("div", { class: "cx-F" }, element("div", { class: "cx-title", "aria-hidden": "true" }, caption),
    element("table", { class: "cx-matrix", role: "grid", "aria-label": caption, style: `--columns: ${columns + 1}` },
      element("tr", {}, element("td", { class: "cx-cut", style: "border: 0" }), ...tops), ...lines));
  const update = (now, marked) => entries.forEach(({ node: td, tag, number }, place) => {
    const { kinds, numbers, weight, letter } = now;
    const text = numberText(numbers.T[place], 4);
    const selected = letter === "W" && place === now.place;
    const marks = { "cx-cut": kinds[place] < 0, "cx-on": marked.has(place), "cx-long": text.length > 4, "cx-selected": selected };
    for (const [name, on] of Object.entries(marks)) td.classList.toggle(name, on);
    td.tabIndex = selected || (letter !== "W" && place === 0) ? 0 : -1;
    if (weight === "F" && kinds[place] >= 0) td.dataset.kind = kinds[place];
    else delete td.dataset.kind;
    fill(tag, td.dataset.kind ? cellText("F", kinds[place]) : "");
    fill(number, text);
    number.dataset.value = String(numbers.T[place]);
  });
  return { node, update };
}

// A field for the chosen entry, where each weight is its own.
function ownWeight(edit) {
  let at = 0;
  const name = element("span");
  const cell = field("this weight", null, (value) => edit(at, value));
  cell.className = "cx-cell cx-W";
  const node = element("div", { class: "cx-weight" }, name, element("div", { class: "cx-slot" }, cell));
  const update = ({ weight, letter, place, found, numbers }) => {
    node.hidden = weight !== "W" || letter !== "W" || !found.length;
    at = place;
    name.replaceChildren("change ", symbol("W", place, SHAPES.W), " alone:");
    showField(cell, numbers.T[place] ?? 0);
  };
  return { node, update };
}

// The cells of one tensor that take part, each with its order in the sum.
function marksFor({ table, letter, found }, shown) {
  if (shown === letter) return new Map();
  const order = (k) => (letter !== "W" && found.length > 1 ? String(k + 1) : "");
  return new Map(found.map((k, at) => [table[ROLES[shown]][k], order(at)]));
}

// The sum of a result, whom an operand feeds, or what a weight joins.
function explain({ stage, table, which, first, weight, values, letter, place, found }) {
  const name = (tensor, at) => symbol(tensor, at, SHAPES[tensor]);
  const factor = (tensor, at) => ({ letter: tensor, place: at, shape: SHAPES[tensor], value: values[tensor][at] });
  const [from, to] = [ROLES[first], ROLES[which]];
  const join = (make) => found.flatMap((k, order) => [...(order ? [", "] : []), ...make(k)]);
  if (letter === which) {
    const terms = found.map((k) => [factor(first, table[from][k]), factor(weight, table.q[k])]);
    return sumLines(name(letter, place), terms, values[which][place]);
  }
  if (letter === first) {
    const fed = join((k) => [name(which, table[to][k]), " times ", name(weight, table.q[k])]);
    return [line(name(first, place), " feeds ", ...fed, ".")];
  }
  const [p, r] = ends(place);
  const pair = stage === 3 ? [name("dX", p), " and ", name("dY", r)] : [name("X", p), " and ", name("Y", r)];
  if (!found.length) return [line(...pair, " have no connection: it is cut.")];
  const wire = join((k) => [name(first, table[from][k]), " to ", name(which, table[to][k])]);
  const count = found.length > 1 ? `one parameter, ${found.length} connections.` : "a parameter of its own.";
  return [line(name(weight, table.q[found[0]]), stage === 3 ? " carries " : " joins ", ...wire, `: ${count}`)];
}

// What a reader may predict, with the mistakes that belong to the stage.
export function ask(now) {
  const { stage, which, table, tables, values, sum } = now;
  const rule = (text, numbers) => ({ text, values: numbers });
  const rules = [
    () => [rule("only the window was read. A dense output reads all nine pixels.", sum(tables.cut, "W"))],
    () => [rule("a cut connection still counted. The rest of the row is 0.", sum(tables.dense, "W"))],
    () => [rule("the 16 weights of the stage before were used. All windows share F.", sum(tables.cut, "W"))],
    () => [
      rule("the 4\u00d79 matrix was cut into nine rows of four. Transposing turns its columns into rows.", regrouped(now)),
      rule("the 2\u00d72 filter was transposed as well. Only the large matrix is.",
        sumOfProducts(table, which, values.dY, turned(values.F, SHAPES.F, "transposed"), INPUTS)),
    ],
  ][stage]();
  if (stage > 1) rules.push(...mistakes({ ...now, shapes: SHAPES }));
  return { letter: which, shape: SHAPES[which], values: values[which], caption: `Your ${which}`, rules };
}

// dX if the numbers of T are read on, four to a row, with no transposing.
function regrouped({ numbers, values }) {
  const table = { p: PLACES.map((k) => Math.floor(k / OUTPUTS)), q: PLACES, r: PLACES.map((k) => k % OUTPUTS) };
  return sumOfProducts(table, "dX", values.dY, numbers.T, INPUTS);
}

export const render = explorable({ given: ["tables"], compute, build });

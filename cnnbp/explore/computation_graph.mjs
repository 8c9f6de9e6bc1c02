// A computation graph: values forward, gradients back edge by edge, "why" for every node.
//
// The graph is a given table of inputs, sums and products, in order of computation.

import { element, fill, svg, unique } from "./controls.mjs";
import { explorable } from "./explorable.mjs";
import { grid, line, numericSum, pointing, shownNumber, strong } from "./grids.mjs";
import { factorText, numberText } from "./triples.mjs";

const NAMES = { path: "f = (x + y)\u00b7z", "fan-out": "f = (x + y)\u00b7x", convolution: "y11, one output of a convolution" };
const CAPTIONS = { X: "X, the window", F: "F, filter" };
const LEGEND = "In a node: its name, its value, and in the dashed frame its gradient. On an edge: its local gradient.";
const SIGNS = { "+": " + ", "*": "\u00b7" };
const [ROW, HALF, WIDTH] = [66, 29, 22]; // between rows and half a node, in pixels; a node's width in per cent

const sum = (list) => list.reduce((a, b) => a + b, 0);
const product = (list) => list.reduce((a, b) => a * b, 1);
const evaluate = { "+": sum, "*": product };
// The derivative of an operation in one operand, given the values of the others.
const slope = { "+": () => 1, "*": product };

// Everything that is drawn, computed from the state.
export function compute(get) {
  const { nodes, inputs } = get("tables")[get("expression")];
  const value = [];
  for (const { op, operands, source: [part, place] } of nodes) {
    value.push(op ? evaluate[op](operands.map((k) => value[k])) : [get(part)].flat(2)[place]);
  }
  const edges = edgesBack(nodes, value);
  const start = nodes.filter((node) => node.op).length + 1; // the step that puts 1 at the output
  const last = start + edges.length;
  const step = Math.min(get("step"), last);
  const gradient = walkBack(nodes, edges);
  const arrived = step < start ? nodes.map(() => 0) : walkBack(nodes, edges.slice(0, step - start));
  const parts = new Set(inputs.map((k) => nodes[k].source[0]));
  const matrices = Object.fromEntries(["X", "F"].filter((name) => parts.has(name)).map((name) => [name, get(name).flat()]));
  const idle = ["x", "y", "z"].filter((name) => !parts.has(name));
  const selected = Math.min(get("selected")[1], nodes.length - 1);
  return {
    nodes, inputs, edges, value, gradient, arrived, matrices, step, start, last,
    expression: get("expression"), selected, predict: get("predict"),
    numbers: { ...matrices, value, gradient, local: edges.map((edge) => edge.local), arrived },
    limits: { step: last, ...Object.fromEntries(idle.map((name) => [name, -Infinity])) }, // no room: the slider hides
    state: { step },
  };
}

// The edges in the order of the walk back: from each result to its operands.
function edgesBack(nodes, value) {
  return nodes.flatMap(({ op, operands }, from) => operands.map((to, i) => {
    const others = operands.filter((_, j) => j !== i);
    return { from, to, op, i, others, local: op && slope[op](others.map((k) => value[k])) };
  })).sort((a, b) => b.from - a.from || a.i - b.i);
}

// The gradients after some edges: 1 at the output, and each edge adds its part.
function walkBack(nodes, edges, rate = (edge) => edge.local, upstream = (arrived) => arrived) {
  const gradient = nodes.map(() => 0);
  gradient[nodes.length - 1] = 1;
  for (const edge of edges) gradient[edge.to] += rate(edge) * upstream(gradient[edge.from]);
  return gradient;
}

function build({ choice, slider, player, select, edit, say }) {
  const sheets = {};
  const told = element("p", { class: "cx-step", role: "status", "data-answer": true });
  const matrix = (name) => grid(name, [2, 2], { caption: CAPTIONS[name], edit: edit(name, 2) });
  const grids = { X: matrix("X"), F: matrix("F") };
  const row = element("div", { class: "cx-row" });
  let shown = null;
  const draw = (now) => {
    const matrices = Object.keys(now.matrices);
    const graph = sheets[now.expression] ??= sheet(now, select);
    if (shown !== graph) fill(row, ...matrices.map((name) => grids[name].node), graph.node);
    shown = graph;
    for (const name of matrices) grids[name].update(now.matrices[name]);
    graph.update(now);
    told.replaceChildren(...stepText(now));
    say(...why(now, now.selected));
  };
  const sliders = ["x", "y", "z"].map((name) => slider(name, name, numberText));
  const bar = [choice("expression", "Expression", NAMES), ...sliders, player("step", "Step")];
  return { bar, stage: [row, told, element("p", {}, LEGEND)], draw, ask };
}

// Whether a node's value is known at this step, and whether its gradient is complete.
const stepOf = ({ nodes }, k) => nodes.slice(0, k + 1).filter((node) => node.op).length;
const valueKnown = (now, k) => !now.nodes[k].op || stepOf(now, k) <= now.step;
const partsOf = ({ edges }, k, count) => edges.slice(0, count).filter((edge) => edge.to === k);
const partsDone = (now, k) => partsOf(now, k, Math.max(0, now.step - now.start)).length;
const gradientKnown = (now, k) => now.step >= now.start && partsDone(now, k) === partsOf(now, k).length;

// The nodes and edges of one expression, made once.
function sheet({ nodes, edges, expression }, select) {
  const marker = unique();
  const boxes = nodes.map((node, k) => box(node, k, () => select("node", k)));
  const links = edges.map((edge, k) => link(nodes, edge, k));
  const head = svg("marker", {
    id: marker, viewBox: "0 0 8 8", refX: 8, refY: 4, markerWidth: 10, markerHeight: 10,
    markerUnits: "userSpaceOnUse", orient: "auto-start-reverse",
  }, svg("path", { d: "M0,0L8,4L0,8z" }));
  const picture = svg("svg", { class: "cx-edges", "aria-hidden": "true", style: `--head: url(#${marker})` },
    svg("defs", {}, head), ...links.map((each) => each.line));
  const height = 2 * HALF + 4 + ROW * Math.max(...nodes.map((node) => node.place[1]));
  const label = `graph of ${NAMES[expression]}`;
  const node = element("div", { class: "cx-graph", role: "group", "aria-label": label, style: `height: ${height}px` },
    picture, ...links.map((each) => each.chip), ...boxes.map((each) => each.node));
  return { node, update: (now) => [...boxes, ...links].forEach((each) => each.update(now)) };
}

const across = ([column]) => WIDTH / 2 + column * (50 - WIDTH / 2); // per cent
const down = ([, row]) => HALF + 2 + row * ROW;

// A node: its name with its operation, its value, its gradient in a dashed frame.
function box({ name, letter, op, place }, k, tell) {
  const [value, gradient] = [shownNumber("value", k), shownNumber("arrived", k)];
  const dashed = element("span", { class: "cx-tag", "data-answer": true },
    element("span", { class: "cx-said" }, "gradient "), element("span", { "aria-hidden": "true" }, "\u2202 "), gradient.node);
  const sign = op ? [element("span", { class: "cx-op" }, op === "*" ? "\u00d7" : op), " "] : [];
  const button = element("button", {
    type: "button", class: `cx-cell cx-node cx-${letter}`, onfocus: tell, onclick: tell,
    style: `left: ${across(place) - WIDTH / 2}%; top: ${down(place) - HALF}px; width: ${WIDTH}%; height: ${2 * HALF}px`,
  }, element("span", { class: "cx-name" }, ...sign, ...lettered(name)), value.node, dashed);
  button.addEventListener("pointermove", pointing(button, tell));
  const update = (now) => {
    const complete = gradientKnown(now, k);
    value.update(now.value[k]);
    gradient.update(now.arrived[k]);
    value.node.hidden = !valueKnown(now, k);
    dashed.hidden = !complete && !partsDone(now, k);
    dashed.classList.toggle("cx-partial", !complete);
    button.dataset.value = String(complete ? now.gradient[k] : now.value[k]);
    button.classList.toggle("cx-selected", k === now.selected);
  };
  return { node: button, update };
}

// An edge from an operand to its result, with its local gradient once the gradient has passed.
function link(nodes, { from, to }, k) {
  const [start, end] = [nodes[to].place, nodes[from].place];
  const upright = start[0] === end[0];
  const above = nodes[from].operands.filter((k) => nodes[k].place[1] < start[1]).length; // who stands higher arrives higher
  const fan = (above - (nodes[from].operands.length - 1) / 2) * 18;
  const [x1, y1] = upright ? [across(start), down(start) + HALF] : [across(start) + WIDTH / 2, down(start)];
  const [x2, y2] = upright ? [across(end), down(end) - HALF] : [across(end) - WIDTH / 2, down(end) + fan];
  const stroke = svg("line", { x1: `${x1}%`, y1, x2: `${x2}%`, y2 });
  const local = shownNumber("local", k);
  const middle = `left: ${(x1 + x2) / 2}%; top: ${(y1 + y2) / 2}px`;
  const chip = element("span", { class: "cx-local", "data-answer": true, style: middle }, local.node);
  const update = (now) => {
    const passed = now.step - now.start > k && !now.predict;
    stroke.classList.toggle("cx-dashed", passed);
    stroke.classList.toggle("cx-now", passed && now.step - now.start === k + 1);
    local.update(now.numbers.local[k]);
    chip.hidden = !passed;
  };
  return { line: stroke, chip, update };
}

const lettered = (name) => [element("var", {}, name[0]), element("sub", {}, name.slice(1))];
const named = ({ name, letter }) => element("span", { class: `cx-ink cx-${letter}` }, ...lettered(name));
const slopeOf = ({ nodes }, k) => element("span", {}, "\u2202", named(nodes.at(-1)), "/\u2202", named(nodes[k]));
const joined = (parts, text) => parts.flatMap((part, k) => (k ? [text] : []).concat(part));

// What an operation computes, in symbols.
const rule = ({ nodes }, k) => {
  const operands = nodes[k].operands.map((at) => named(nodes[at]));
  return [named(nodes[k]), " = ", ...joined(operands, SIGNS[nodes[k].op])];
};
const operandsText = ({ nodes, value }, k) => nodes[k].operands.map((at) => factorText(value[at]));

// What the last step did.
function stepText(now) {
  const { nodes, edges, step, start, last, value, gradient } = now;
  if (!step) return ["Only the inputs are known. Next computes the first node."];
  const lead = `Step ${step} of ${last}, `;
  if (step < start) {
    const k = nodes.findIndex((_, at) => stepOf(now, at) === step);
    return [lead, "forward: ", ...rule(now, k), ` = ${operandsText(now, k).join(SIGNS[nodes[k].op])} = ${numberText(value[k])}.`];
  }
  if (step === start) return [lead, "the walk back starts: ", slopeOf(now, nodes.length - 1), " = 1."];
  const edge = edges[step - start - 1];
  const parts = partsOf(now, edge.to).map(({ from, local }) => local * gradient[from]);
  const [done, part] = [partsDone(now, edge.to), gradient[edge.from] * edge.local];
  const told = [lead, "back from ", named(nodes[edge.from]), " to ", named(nodes[edge.to]), ": what arrived, times the ",
    `local gradient: ${factorText(gradient[edge.from])}\u00b7${factorText(edge.local)} = ${numberText(part)}.`];
  if (parts.length === 1) return told;
  const added = parts.slice(0, done);
  const total = `the parts are added: ${added.map(factorText).join(" + ")} = ${numberText(sum(added))}.`;
  return [...told, ` This is part ${done} of ${parts.length} for `, named(nodes[edge.to]), "; ",
    done === 1 ? "the other path is still to come." : total];
}

// Why a node has its value and its gradient; the last of them that is known is told as a sum.
function why(now, k) {
  const { nodes, value, gradient } = now;
  if (!valueKnown(now, k)) return [line(...rule(now, k), ": not computed yet.")];
  const [{ op }, own, complete] = [nodes[k], numberText(value[k]), gradientKnown(now, k)];
  const operands = nodes[k].operands.map((at) => value[at]);
  const told = !op ? [] : complete ? [operandsText(now, k).join(SIGNS[op]), " = ", own]
    : numericSum(op === "*" ? [operands] : operands.map((number) => [number]), value[k]);
  const forward = op ? line(...rule(now, k), " = ", ...told) : line(named(nodes[k]), ` is an input: ${own}.`);
  if (!complete) return [forward, line("Its gradient is not complete at this step.")];
  if (k === nodes.length - 1) return [forward, line(slopeOf(now, k), " = ", strong("1"), ": here the walk back starts.")];
  const parts = partsOf(now, k);
  const symbols = parts.map(({ from, op: through, others }) => [slopeOf(now, from), "\u00b7",
    ...(through === "*" ? joined(others.map((at) => named(nodes[at])), "\u00b7") : ["1"])]);
  const paths = parts.length > 1 ? `: ${parts.length} paths, added` : "";
  return [forward, line(slopeOf(now, k), " = ", ...joined(symbols, " + "), paths),
    line(...numericSum(parts.map(({ from, local }) => [gradient[from], local]), gradient[k]))];
}

// What a reader may predict: the gradients of the inputs, with the known mistakes.
export function ask(now) {
  const { nodes, inputs } = now;
  const names = inputs.map((k) => nodes[k].name);
  const at = (numbersOfNodes) => inputs.map((k) => numbersOfNodes[k]);
  return {
    letter: "dplain", shape: names.length > 4 ? [2, names.length / 2] : [1, names.length], names, values: at(now.gradient),
    caption: `Your gradients of ${nodes.at(-1).name} for ${names.join(", ")}`,
    rules: slips(now).map(([text, values]) => ({ text, values: at(values) })),
  };
}

// Known mistakes, as sentences and as the gradients they give to all nodes.
function slips(now) {
  const { nodes, edges, value, gradient } = now;
  const parts = nodes.map((_, k) => partsOf(now, k).map(({ from, local }) => local * gradient[from]));
  const only = (which) => parts.map((list, k) => list.at(which) ?? gradient[k]);
  const rated = (op, rate) => walkBack(nodes, edges, (edge) => (edge.op === op ? rate(edge) : edge.local));
  const alone = "that is one of the paths alone. Every path counts, and the parts are added.";
  return [
    [alone, only(0)], [alone, only(-1)],
    ["that is the mean over the paths. Their parts are added.", gradient.map((g, k) => g / Math.max(1, parts[k].length))],
    ["a product hands on the other factor, not the number's own value.", rated("*", ({ to }) => value[to])],
    ["a sum hands on the gradient as it is, not the other summand.", rated("+", ({ others }) => value[others[0]])],
    ["a sum does not split the gradient: each summand gets all of it.", rated("+", () => 0.5)],
    ["only the last local gradient was taken, without what arrives from above.", walkBack(nodes, edges, undefined, () => 1)],
    ["that is the input's share, value times slope. A gradient is the slope alone.", gradient.map((g, k) => g * value[k])],
    ["the sign is wrong.", gradient.map((g) => -g)],
  ];
}

export const render = explorable({ given: ["tables"], compute, build });

// Two layers and one step: what the sign of a step does, and what a cut wire does.

import { curves, image } from "./charts.mjs";
import { element, fill, symbol } from "./controls.mjs";
import { explorable } from "./explorable.mjs";
import { grid, line, shownNumber, sumLines } from "./grids.mjs";
import { softmaxCrossEntropy } from "./network.mjs";
import { meetings, numberText, sumOfProducts } from "./triples.mjs";

const SHAPES = { X: [4, 4], F: [2, 2], Y1: [3, 3], Y2: [2, 2] };

// Everything that is drawn, computed from the state.
export function compute(get) {
  const { X, rates, first, second } = get("tables");
  const [F1, F2, target] = [get("F1").flat(), get("F2").flat(), Number(get("target")) - 1];
  const forward = (f1, f2) => {
    const Y1 = sumOfProducts(first, "Y", X, f1, 9);
    const Y2 = sumOfProducts(second, "Y", Y1, f2, 4);
    return { Y1, Y2, ...softmaxCrossEntropy(Y2, target) };
  };
  const now = forward(F1, F2);
  const dY2 = [...now.dZ];
  const dF2 = sumOfProducts(second, "dF", now.Y1, dY2, 4);
  const step = (eta) => {
    const new2 = F2.map((f, k) => f - eta * dF2[k]);
    const used = get("at_once") ? new2 : F2;
    const dY1 = get("cut") ? new Array(9).fill(0) : sumOfProducts(second, "dX", dY2, used, 9);
    const dF1 = sumOfProducts(first, "dF", X, dY1, 4);
    const new1 = F1.map((f, k) => f - eta * dF1[k]);
    return { used, made: { dY1, dF1, new1, new2, after: [forward(new1, new2).L] } };
  };
  const { used, made } = step(get("eta"));
  const curve = rates.map((eta) => step(eta).made.after[0]);
  const numbers = { X, F1, F2, Y1: now.Y1, Y2: now.Y2, dY2, dF2, L: [now.L], ...made, curve };
  return { numbers, used, first, second, rates, eta: get("eta"), cut: get("cut"), selected: get("selected") };
}

function makeGrids({ edit, write }) {
  const made = {};
  const add = (key, letter, caption, options = {}) => {
    const shape = key === "Y1" || key === "dY1" ? SHAPES.Y1 : SHAPES.F;
    made[key] = grid(letter, shape, { key, caption, channel: key.at(-1), digits: 4, ...options });
  };
  const chosen = (key) => ({ select: (_, place) => write({ selected: [key, place] }) });
  for (const k of [1, 2]) {
    const sub = "\u2080\u2081\u2082"[k];
    add(`F${k}`, "F", `F${sub}`, { edit: edit(`F${k}`) });
    add(`dF${k}`, "dF", `\u2202L/\u2202F${sub}`, chosen(`dF${k}`));
    add(`new${k}`, "F", `F${sub} after`);
  }
  add("Y1", "Y", "Y\u2081 = X\u2082");
  add("dY1", "dY", "\u2202L/\u2202Y\u2081 = \u2202L/\u2202X\u2082", chosen("dY1"));
  add("Y2", "Y", "Y\u2082, scores");
  add("dY2", "dY", "\u2202L/\u2202Y\u2082");
  return made;
}

function build(tools) {
  const { slider, choice, toggle, say } = tools;
  const grids = makeGrids(tools);
  const picture = image(SHAPES.X, { key: "X", caption: "X", letter: "X", size: 24 });
  const [before, after] = [shownNumber("L"), shownNumber("after")];
  const [verdict, wire] = [element("span"), element("p", { class: "cx-wire" })];
  const chart = curves({
    x: { min: -1, max: 1, title: "\u03b7" }, y: { min: 0, max: 3, title: "L after the step" }, caption: "Loss after one step",
  });
  const column = (title, ...nodes) => element("div", { class: "cx-layer", role: "group", "aria-label": title },
    element("div", { "aria-hidden": "true" }, title), ...nodes.map((node) => node.node ?? node));

  const draw = (now) => {
    const { numbers, selected: [key, place] } = now;
    const at = place % (key === "dY1" ? 9 : 4);
    for (const [name, table] of Object.entries(grids)) table.update(numbers[name], new Map(), name === key ? at : -1);
    picture.update(numbers.X);
    before.update(numbers.L[0]);
    after.update(numbers.after[0]);
    const change = numbers.after[0] - numbers.L[0];
    fill(verdict, change < 0 ? ": lower." : change > 0 ? ": higher." : ": the same.");
    fill(wire, now.cut ? "\u2702 The wire is cut: zeros arrive, and F\u2081 stays as it is." : "Layer 2 hands this to layer 1.");
    chart.update([{ points: now.rates.map((eta, k) => [eta, numbers.curve[k]]), letter: "Y" }],
      [{ x: now.eta, y: numbers.after[0] }],
      `Loss after one step: ${numberText(numbers.after[0], 4)} for \u03b7 = ${numberText(now.eta)}`);
    say(...why(now, key, at));
  };
  const classes = Object.fromEntries(["1", "2", "3", "4"].map((k) => [k, k]));
  const bar = [slider("eta", "\u03b7", numberText), choice("target", "Right class", classes),
    toggle("cut", "Cut the wire between the layers"), toggle("at_once", "Move layer 2 before its gradient is sent on")];
  const layers = element("div", { class: "cx-row cx-layers" },
    column("Image", picture), column("Layer 1", grids.F1, grids.dF1, grids.new1), column("Between", grids.Y1, grids.dY1, wire),
    column("Layer 2", grids.F2, grids.dF2, grids.new2), column("Scores", grids.Y2, grids.dY2));
  const loss = element("p", { class: "cx-loss" }, "L = ", before.node, ", after the step ", after.node, verdict);
  return { bar, stage: [element("div", { class: "cx-row" }, chart.node, loss), layers], draw };
}

// A cell of a gradient, as the sum of its paths.
function why({ numbers, used, first, second, cut }, key, place) {
  const factor = (letter, at, shape, channel, values) => ({ letter, place: at, shape, channel, value: values[at] });
  const k = key.at(-1);
  if (key === "dY1") {
    const name = symbol("dY", place, SHAPES.Y1, k);
    const terms = cut ? [] : meetings(second, "dX", "dX", place).map(({ i, j }) => [
      factor("dY", i, SHAPES.Y2, "2", numbers.dY2), factor("F", j, SHAPES.F, "2", used),
    ]);
    return sumLines(name, terms, numbers.dY1[place], "the wire is cut");
  }
  const [list, letter, shape, values] = k === "1" ? [first, "X", SHAPES.X, numbers.X] : [second, "Y", SHAPES.Y1, numbers.Y1];
  const terms = meetings(list, "dF", "dF", place).map(({ i, j }) => [
    factor(letter, i, shape, k === "1" ? undefined : "1", values),
    factor("dY", j, k === "1" ? SHAPES.Y1 : SHAPES.Y2, k, numbers[`dY${k}`]),
  ]);
  return [...sumLines(symbol("dF", place, SHAPES.F, k), terms, numbers[key][place]), line("What layer ", k, " learns from.")];
}

export const render = explorable({ compute, build });

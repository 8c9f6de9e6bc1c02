// A digit to draw, and a trained network that reads it: forward and back at every stroke.

import { bars, image } from "./charts.mjs";
import { button, element, symbol } from "./controls.mjs";
import { grid, line, shownNumber, sign, sumLines } from "./grids.mjs";
import { explorable } from "./explorable.mjs";
import { forward, planes, run, softmaxCrossEntropy, unpack } from "./network.mjs";
import { pixels } from "./pixels.mjs";
import { meetings, numberText } from "./triples.mjs";

const CLASSES = Object.fromEntries(Array.from("0123456789", (digit) => [digit, digit]));
const SIDE = [8, 8];
const SMALL = [3, 3];
const TABLES = { F: ["F", "F"], dF: ["dF", "dF"], step: ["F", "F after the step"] };

export function compute(get) {
  const { layers, unit, weights: row } = get("trained");
  const [X, target, k, eta] = [get("X").flat(), Number(get("target")), get("filter") - 1, get("eta")];
  const weights = unpack(layers, row, unit);
  const { outputs, p, L, dX, grads } = run(layers, weights, X, target);
  const part = (values, size) => Array.from(values.slice(k * size, (k + 1) * size));
  const [F, dF] = [weights[0].F, grads[0].F].map((values) => part(values, 9));
  const step = F.map((value, q) => value - eta * dF[q]);
  step.forEach((value, q) => { weights[0].F[9 * k + q] = value; });
  const after = softmaxCrossEntropy(forward(layers, weights, X).at(-1), target).L;
  const numbers = {
    X, ...planes("map", outputs[2], layers[1].output[0]), ...planes("deep", outputs[4], layers[3].output[0]),
    p: [...p], L: [L], after: [after], dX: [...dX],
    Y: part(outputs[1], outputs[1].length / layers[0].output[0]), F, dF, step,
  };
  const scales = { map: Math.max(...outputs[2]) || 1, deep: Math.max(...outputs[4]) || 1 };
  return { numbers, scales, layers, target, bias: weights[0].b[k], filter: k + 1, selected: get("selected") };
}

function build(tools) {
  const { get, slider, choice, say } = tools;
  const parts = pictures(tools, get("trained").layers);
  const draw = (now) => {
    const { numbers, scales, filter } = now;
    const { letter, place, found } = focusOf(now);
    const selected = (which) => (which === letter ? place : -1);
    parts.X.update({ values: numbers.X, scale: 1, marks: found.map((m) => m.i), selected: selected("X") });
    parts.Y.update({ values: numbers.Y, scale: Math.max(...numbers.Y.map(Math.abs)) || 1, selected: selected("Y") });
    parts.p.update(numbers.p, now.target);
    parts.dX.update(numbers.dX);
    for (const name of ["map", "deep"]) {
      parts[name].forEach((picture, k) => picture.update(numbers[`${name}${k + 1}`], scales[name]));
    }
    parts.map.forEach((picture, k) => picture.node.classList.toggle("cx-chosen", k + 1 === filter));
    for (const key of Object.keys(TABLES)) parts[key].update(numbers[key]);
    for (const key of ["L", "after"]) parts[key].update(numbers[key][0]);
    say(...explain(now, letter, place, found));
  };
  const bar = [sheets(tools), choice("target", "target", CLASSES), slider("filter"), slider("eta", "\u03b7")];
  return { bar, stage: stage(parts), draw };
}

// All that shows numbers, by their names.
function pictures({ select, edit }, layers) {
  const album = (name, layer, size) => Array.from({ length: layer.output[0] }, (_, k) =>
    image(layer.output.slice(1), { key: `${name}${k + 1}`, caption: String(k + 1), letter: "Y", size }));
  const tables = Object.entries(TABLES).map(([key, [letter, caption]]) => [key, grid(letter, SMALL, { caption, key })]);
  return {
    X: pixels("X", SIDE, {
      caption: "X, your drawing", hint: "Arrow keys move, Space paints or wipes.", select, paint: edit("X"),
    }),
    Y: pixels("Y", layers[0].output.slice(1), {
      caption: "Y, before the ReLU", hint: "Arrow keys move; each cell tells its sum.", select,
    }),
    p: bars(Object.keys(CLASSES), { key: "p", caption: "p, probabilities" }),
    dX: image(SIDE, { key: "dX", caption: "dX, for the drawing", letter: "dX", size: 20 }),
    map: album("map", layers[1], 10),
    deep: album("deep", layers[3], 9),
    L: shownNumber("L"),
    after: shownNumber("after"),
    ...Object.fromEntries(tables),
  };
}

function stage({ X, Y, p, dX, map, deep, L, after, F, dF, step }) {
  const row = (...nodes) => element("div", { class: "cx-row" }, ...nodes);
  const term = (text, table) => element("div", { class: "cx-term" }, sign(text), table.node);
  const titled = (title, album) =>
    element("div", { class: "cx-album" }, line(title), row(...album.map((picture) => picture.node)));
  return [
    element("div", { class: "cx-row cx-reading" }, X.node, p.node, dX.node),
    titled("After the first convolution and its ReLU:", map),
    titled("After the second:", deep),
    element("p", { class: "cx-step" },
      "The chosen filter, and one step of it alone: L goes from ", L.node, " to ", after.node, "."),
    row(Y.node, F.node, term("\u2212 \u03b7\u00b7", dF), term("=", step)),
  ];
}

// A clean sheet, and the digits of the test images one after the other.
function sheets({ get, write }) {
  const { images, labels } = get("trained");
  const drawings = images.map((rows) => rows.map((row) => row.map((level) => level / 16)));
  const another = () => {
    const now = JSON.stringify(get("X"));
    const next = (drawings.findIndex((rows) => JSON.stringify(rows) === now) + 1) % drawings.length;
    write({ X: drawings[next], target: String(labels[next]) });
  };
  const clear = () => write({ X: drawings[0].map((row) => row.map(() => 0)) });
  return element("div", { class: "cx-keys" }, button("Clear", clear), button("Another digit", another));
}

// The chosen cell, or the first of Y where there is none; and its nine products.
function focusOf({ numbers, layers, selected }) {
  let [letter, place] = selected;
  if (!(place < (numbers[letter]?.length ?? 0))) [letter, place] = ["Y", 0];
  return { letter, place, found: letter === "Y" ? meetings(layers[0], "Y", "Y", place) : [] };
}

// What the network sees, and why the chosen cell has its value.
function explain({ numbers, layers, target, bias }, letter, place, found) {
  const { X, F, Y, p, L, dX } = numbers;
  const word = (value) => numberText(value, 4);
  const seen = p.indexOf(Math.max(...p));
  const reads = line(`The network takes this for a ${seen}, p = ${word(p[seen])}. `,
    `The loss for the target ${target} is ${word(L[0])}.`);
  if (letter === "X") {
    const wish = ["a smaller loss", "no change of the loss", "a larger loss"][Math.sign(dX[place]) + 1];
    const name = symbol("X", place, SIDE);
    const slope = `its gradient is ${word(dX[place])}`;
    return [reads, line(name, ` = ${word(X[place])}, ${slope}: a little more ink here brings ${wish}.`)];
  }
  const factor = (tensor, at, shape, value) => ({ letter: tensor, place: at, shape, value });
  const terms = found.map((m) => [factor("X", m.i, SIDE, X[m.i]), factor("F", m.j, SMALL, F[m.j])]);
  const name = element("span", {}, symbol("Y", place, layers[0].output.slice(1)), " without its bias");
  const sum = terms.reduce((total, [x, f]) => total + x.value * f.value, 0);
  const fate = Y[place] > 0 ? "lets it through" : "makes it 0";
  const end = line(`With the bias ${word(bias)} it is ${word(Y[place])}; the ReLU ${fate}.`);
  return [reads, ...sumLines(name, terms, sum), end];
}

export const render = explorable({ given: ["trained"], compute, build });

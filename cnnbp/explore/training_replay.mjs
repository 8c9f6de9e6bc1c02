// Recorded training runs: pick a run, step through its epochs, follow one digit.

import { bars, curves, image } from "./charts.mjs";
import { element } from "./controls.mjs";
import { line, shownNumber } from "./grids.mjs";
import { explorable } from "./explorable.mjs";
import { forward, planes, run, softmaxCrossEntropy, unpack } from "./network.mjs";
import { numberText } from "./triples.mjs";

const DIGITS = Array.from("0123456789");
// What is shown of each channel: caption, letter, the size of a cell, and whose shape it has.
const PARTS = {
  F: { caption: "F", letter: "F", size: 16, shape: (layers) => layers[0].kernel },
  dF: { caption: "dF", letter: "dF", size: 16, shape: (layers) => layers[0].kernel },
  map: { caption: "map ", letter: "Y", size: 12, shape: (layers) => layers[1].output.slice(1) },
  pooled: { caption: "pooled ", letter: "Y", size: 16, shape: (layers) => layers[2].output.slice(1) },
};

export function compute(get) {
  const { layers, unit, weights, loss, accuracy, images, labels, rates, momenta } = get("runs");
  const [epoch, target] = [get("epoch"), Number(get("digit"))];
  const chosen = rates.indexOf(get("rate")) * momenta.length + momenta.indexOf(get("momentum"));
  const X = images[labels.indexOf(target)].flat().map((level) => level / 16);
  const scores = (row) => forward(layers, unpack(layers, row, unit), X).at(-1);
  const path = weights[chosen].map((row) => softmaxCrossEntropy(scores(row), target).p[target]);
  const now = unpack(layers, weights[chosen][epoch], unit);
  const { outputs, p, L, grads } = run(layers, now, X, target);
  const tensors = Object.entries({ F: now[0].F, dF: grads[0].F, map: outputs[2], pooled: outputs[3] });
  const numbers = {
    loss: [loss[chosen][epoch]], accuracy: [accuracy[chosen][epoch]], X, p: [...p], L: [L], path,
    ...Object.assign({}, ...tensors.map(([name, values]) => planes(name, values, layers[0].output[0]))),
  };
  const most = Object.fromEntries(tensors.map(([name, values]) => [name, Math.max(...values.map(Math.abs))]));
  return { numbers, most, chosen, epoch, target, loss, run: `learning rate ${get("rate")}, momentum ${get("momentum")}` };
}

function build({ get, choice, player, say }) {
  const { layers, loss, rates, momenta, labels } = get("runs");
  const x = { min: 0, max: loss[0].length - 1, title: "epoch" };
  const falls = curves({ x, y: { min: 0.03, max: 5, log: true, title: "training loss" }, caption: "training loss of all runs" });
  const rises = curves({ x, y: { min: 0, max: 1, title: "p of its digit" }, caption: "probability of the right digit" });
  const sheet = image([8, 8], { key: "X", caption: "X", size: 14 });
  const chances = bars(DIGITS, { key: "p", caption: "p, after this epoch" });
  const told = Object.fromEntries(["loss", "accuracy", "L"].map((name) => [name, shownNumber(name)]));
  const channels = album(layers);

  const draw = (now) => {
    drawCurves(falls, rises, now);
    sheet.update(now.numbers.X, 1);
    chances.update(now.numbers.p, now.target);
    for (const [name, number] of Object.entries(told)) number.update(now.numbers[name][0], 4);
    for (const { key, name, picture } of channels.pictures) picture.update(now.numbers[key], now.most[name] || 1);
    say(...explain(now));
  };

  const words = line("Training loss ", told.loss.node, ", test accuracy ", told.accuracy.node,
    "; loss of this digit ", told.L.node, ".");
  const row = (...nodes) => element("div", { class: "cx-row cx-replay" }, ...nodes);
  const options = (list) => Object.fromEntries(list.map((word) => [word, word]));
  const bar = [
    player("epoch"), choice("rate", "learning rate", options(rates)),
    choice("momentum", "momentum", options(momenta)), choice("digit", "follow a", options(labels)),
  ];
  return { bar, stage: [words, row(falls.node, rises.node), row(sheet.node, channels.node, chances.node)], draw };
}

// Each channel as a row of small pictures: filter, its gradient, map, pooled map.
function album(layers) {
  const pictures = [];
  const rows = Array.from({ length: layers[0].output[0] }, (_, k) => Object.entries(PARTS).map(([name, part]) => {
    const key = `${name}${k + 1}`;
    const picture = image(part.shape(layers), { key, caption: `${part.caption}${k + 1}`, letter: part.letter, size: part.size });
    pictures.push({ key, name, picture });
    return picture.node;
  }));
  const channels = rows.map((nodes) => element("div", { class: "cx-channel" }, ...nodes));
  return { node: element("div", { class: "cx-channels" }, ...channels), pictures };
}

function drawCurves(falls, rises, { numbers, chosen, epoch, target, loss }) {
  const points = (values) => values.map((value, k) => [k, value]);
  const others = loss.filter((_, k) => k !== chosen).map((values) => ({ points: points(values), thin: true }));
  falls.update([...others, { points: points(loss[chosen]), letter: "Y" }], [{ x: epoch, y: loss[chosen][epoch] }],
    `training loss over the epochs: the chosen run and, thin, the others; now ${numberText(loss[chosen][epoch], 4)}`);
  rises.update([{ points: points(numbers.path), letter: "Y" }], [{ x: epoch, y: numbers.path[epoch] }],
    `probability of the digit ${target} over the epochs; now ${numberText(numbers.path[epoch], 4)}`);
}

// What the network thinks of the digit, and whether its filters still learn from it.
function explain({ numbers: { p }, epoch, target, most, run: setting }) {
  const seen = p.indexOf(Math.max(...p));
  const word = (value, digits = 4) => numberText(value, digits);
  const rest = seen === target ? ", rightly" : `, and ${word(p[target])} for ${target}`;
  return [
    line(`With ${setting}, after epoch ${epoch}, the network takes the ${target} for a ${seen}: p = ${word(p[seen])}${rest}.`),
    line(most.dF ? `The steepest gradient in a filter is ${word(most.dF, 3)}.` : "No gradient reaches a filter."),
  ];
}

export const render = explorable({ given: ["runs"], compute, build });

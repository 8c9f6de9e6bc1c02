// Softmax and cross-entropy: the first gradient of the backward pass, and ways to get it wrong.

import { bars } from "./charts.mjs";
import { element, fill } from "./controls.mjs";
import { explorable } from "./explorable.mjs";
import { grid, line, numericSum, shownNumber } from "./grids.mjs";
import { softmaxCrossEntropy } from "./network.mjs";
import { numberText } from "./triples.mjs";

const LOGITS = ["z1", "z2", "z3", "z4"];
const BACK = {
  jacobian: "through the whole Jacobian", dp: "\u2202L/\u2202p as it is", diagonal: "the diagonal only", twice: "softmax twice",
};
const NUDGE = 1e-3;
const AGREE = 1e-6;

const sum = (list) => list.reduce((a, b) => a + b, 0);

const crossEntropy = (Z, target) => softmaxCrossEntropy(Z, target).L;

// Everything that is drawn, computed from the state.
export function compute(get) {
  const Z = LOGITS.map(get);
  const target = Number(get("target")) - 1;
  const t = Z.map((_, k) => Number(k === target));
  const at = softmaxCrossEntropy(Z, target);
  const [p, dZ] = [[...at.p], [...at.dZ]];
  const dp = p.map((pk, k) => (t[k] ? -1 / pk : 0));
  const J = p.map((pk, k) => p.map((pj, j) => pk * (Number(k === j) - pj)));
  const again = [...softmaxCrossEntropy(p, target).dZ];
  const through = (upstream) => Z.map((_, j) => sum(J.map((row, k) => upstream[k] * row[j])));
  const upstream = get("back") === "twice" ? again : dp;
  const diagonal = dp.map((d, j) => d * J[j][j]);
  const sent = { jacobian: through(dp), dp, diagonal, twice: through(again) }[get("back")];
  const nudged = Z.map((_, j) => {
    const [up, down] = [NUDGE, -NUDGE].map((step) => crossEntropy(Z.map((z, k) => (k === j ? z + step : z)), target));
    return (up - down) / (2 * NUDGE);
  });
  const loss = [crossEntropy(Z, target), crossEntropy(p, target)];
  const numbers = { p, dp, dZ, J: J.flat(), sent, nudged, loss };
  return { numbers, J, t, target, upstream, back: get("back"), selected: get("selected") };
}

function makeCharts() {
  const names = (letter) => LOGITS.map((_, k) => `${letter}${k + 1}`);
  const charts = {
    p: bars(names("p"), { key: "p", caption: "p, probabilities", letter: "Y" }),
    dp: bars(names("dp"), { key: "dp", caption: "\u2202L/\u2202p", letter: "dY", min: -10, max: 0 }),
    dZ: bars(names("dz"), { key: "dZ", caption: "p \u2212 t", letter: "dY", min: -1 }),
  };
  charts.dZ.node.dataset.answer = "";
  return charts;
}

function makeTables(select) {
  const table = (letter, rows, words, options) => {
    const made = grid(letter, [rows, 4], { digits: 4, ...options });
    made.cells.forEach((cell, k) => Object.assign(cell.dataset, { label: words(k) }));
    return made;
  };
  const pair = (k) => `d p ${(k >> 2) + 1} d z ${(k % 4) + 1}`;
  return {
    J: table("J", 4, pair, { select, caption: "J: \u2202p by row, \u2202z by column" }),
    sent: table("dZ", 1, (k) => `sent back to z ${k + 1}`, { select, key: "sent", caption: "sent back to Z" }),
    nudged: table("dZ", 1, (k) => `by nudging z ${k + 1}`, { key: "nudged", caption: "by nudging Z" }),
  };
}

function build({ choice, slider, select, say }) {
  const charts = makeCharts();
  const { J, sent, nudged } = makeTables(select);
  const [loss, twice] = [shownNumber("loss", 0), shownNumber("loss", 1)];
  const other = element("span", {}, "; after a second softmax it would be ", twice.node);
  const verdict = element("p", { class: "cx-agree" });
  const judged = element("div", { "data-answer": true }, sent.node, nudged.node, verdict);

  const draw = (now) => {
    const { numbers, target, selected: [letter, place], back } = now;
    for (const [key, chart] of Object.entries(charts)) chart.update(numbers[key], target);
    loss.update(numbers.loss[0]);
    twice.update(numbers.loss[1]);
    other.hidden = back !== "twice";
    const at = place % (letter === "J" ? 16 : 4);
    const used = new Map(letter === "dZ" ? usedRows(now, at).map((k, order) => [4 * k + at, String(order + 1)]) : []);
    J.update(numbers.J, used, letter === "J" ? at : -1);
    J.cells.forEach((cell, k) => cell.style.setProperty("--heat", `${Math.round(Math.abs(numbers.J[k]) * 400)}%`)); // at most 1/4
    sent.update(numbers.sent, new Map(), letter === "dZ" ? at : -1);
    nudged.update(numbers.nudged);
    fill(verdict, ...agreement(numbers));
    say(...(letter === "J" ? whyRate(now, at >> 2, at % 4) : whySent(now, at)));
  };
  const classes = Object.fromEntries(LOGITS.map((_, k) => [k + 1, String(k + 1)]));
  const bar = [...LOGITS.map((name) => slider(name, name, numberText)),
    choice("target", "Right class", classes), choice("back", "Send back", BACK)];
  const lossLine = element("p", { class: "cx-loss" }, "L = \u2212log p of the right class = ", loss.node, other);
  const above = element("div", { class: "cx-row cx-logits" }, ...Object.values(charts).map((chart) => chart.node));
  return { bar, stage: [above, lossLine, element("div", { class: "cx-row" }, J.node, judged)], draw, ask };
}

// The rows of the Jacobian that an entry of what is sent back has used.
function usedRows({ back, J }, j) {
  return back === "dp" ? [] : back === "diagonal" ? [j] : J.map((_, k) => k);
}

const indexed = (letter, ...indices) => {
  const sub = element("sub", {}, indices.map((k) => k + 1).join(""));
  return element("var", { class: "cx-ink cx-dY" }, letter, sub);
};
const joined = (parts, text) => parts.flatMap((part, k) => [...(k ? [text] : []), ...part]);

// An entry of what is sent back, as a sum over the rows of the Jacobian.
function whySent(now, j) {
  const { numbers, J, upstream, back } = now;
  const told = (terms) => line(...numericSum(terms, numbers.sent[j]));
  if (back === "dp") {
    const handed = line(indexed("dp", j), " is handed on, as if softmax were not there:");
    return [handed, told([[upstream[j]]])];
  }
  const rows = usedRows(now, j);
  const name = back === "twice" ? "u" : "dp";
  const symbols = joined(rows.map((k) => [indexed(name, k), "\u00b7", indexed("j", k, j)]), " + ");
  const after = {
    jacobian: [indexed("z", j), " moves every probability; the sum is ", indexed("p", j), " \u2212 ", indexed("t", j), "."],
    diagonal: ["One path of four: ", indexed("z", j), " also moves the other probabilities."],
    twice: ["u is what a loss that applies softmax once more says about p."],
  }[back];
  const terms = rows.map((k) => [upstream[k], J[k][j]]);
  return [line(indexed("dz", j), " = ", ...symbols), told(terms), line(...after)];
}

// An entry of the Jacobian, one of its two cases.
function whyRate({ numbers: { p }, J }, k, j) {
  const lead = ["\u2202", indexed("p", k), "/\u2202", indexed("z", j), " = "];
  const [symbols, factors, words] = k === j
    ? [[indexed("p", k), "\u00b7(1 \u2212 ", indexed("p", k), ")"], [p[k], 1 - p[k]], "a logit raises its own probability"]
    : [["\u2212", indexed("p", k), "\u00b7", indexed("p", j)], [-p[k], p[j]], "a logit lowers every other probability"];
  return [line(...lead, ...symbols, `: ${words}.`), line(...numericSum([factors], J[k][j]))];
}

// Whether what is sent back is what nudging finds.
function agreement({ sent, nudged }) {
  const wrong = sent.map((value, k) => (Math.abs(value - nudged[k]) > AGREE ? k : -1)).filter((k) => k >= 0);
  if (!wrong.length) return ["\u2713 agrees with nudging in all four entries."];
  return ["\u2717 differs from nudging at ", ...joined(wrong.map((k) => [indexed("z", k)]), ", "), "."];
}

// What a reader may predict: dL/dZ to a hundredth, with the known mistakes.
export function ask({ numbers: { p, dp, dZ }, J }) {
  return {
    letter: "dZ", shape: [1, 4], names: LOGITS, values: dZ, tolerance: 0.01, caption: "Your \u2202L/\u2202Z, to a hundredth",
    rules: [
      { text: "the sign is wrong: that is t \u2212 p. The loss grows towards p \u2212 t.", values: dZ.map((d) => -d) },
      { text: "that is \u2202L/\u2202p. It has not been through the softmax yet.", values: dp },
      {
        text: "that counts one path alone, the diagonal. Each logit moves all four probabilities.",
        values: dp.map((d, j) => d * J[j][j]),
      },
      { text: "that is p. The target is still to be subtracted.", values: p },
    ],
  };
}

export const render = explorable({ compute, build });

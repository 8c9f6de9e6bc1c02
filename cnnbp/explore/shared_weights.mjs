// Shared weights: each use has its copy and its part of the gradient; a nudge tells how they add up.

import { element, symbol } from "./controls.mjs";
import { factorText, numberText, sumOfProducts } from "./triples.mjs";
import { grid, line, numericSum, quotient, shownNumber, sign, sumLines } from "./grids.mjs";
import { comparison } from "./charts.mjs";
import { mistakes } from "./mistakes.mjs";
import { explorable } from "./explorable.mjs";

const SHARES = { weight: "weight (windows)", bias: "bias (outputs)", batch: "weight (batch)" };
const LOSSES = { mean: "mean", sum: "sum" };
const dot = (a, b) => a.reduce((total, value, k) => total + value * b[k], 0);
const flat = (rows) => rows.flat();

// Everything that is drawn, computed from the state.
export function compute(get) {
  const { sizes, bias, ...triples } = get("tables");
  const [share, nudge, loss, tie] = ["share", "nudge", "loss", "tie"].map(get);
  const [X, F, dY] = ["X", "F", "dY"].map((name) => flat(get(name)));
  const count = share === "batch" ? get("samples") : dY.length;
  const { copy, place } = chosen(get("selected"), count, share === "bias" ? 1 : F.length);
  const moves = dY.map((_, k) => (k - copy + dY.length) % dY.length < tie);
  const moved = F.map((value, q) => (q === place ? value + nudge : value));
  const given = { triples, X, F, dY, moves, moved, bias, nudge, loss, count };
  const found = { weight: ofWeight, bias: ofBias, batch: ofBatch }[share](given);
  const { copies, parts, total, before, after, others } = found;
  const slope = (after - before) / nudge;
  const numbers = { X, F, dY, total, L: [before, after, after - before] };
  numbers.bars = [...parts.map((part) => part[place]), ...others.map((values) => values[place]), slope];
  copies.forEach((values, k) => Object.assign(numbers, { [`copy${k + 1}`]: values, [`part${k + 1}`]: parts[k] }));
  const one = share === "bias" ? [1, 1] : sizes.F;
  const letter = get("selected")[0] === "dF" ? "dF" : `c${copy + 1}`;
  return { ...given, share, tie, copy, place, letter, copies, parts, total, others, slope, numbers, sizes, one };
}

// The copy and the entry that move; the first where the choice is not on show.
function chosen([letter, place], count, size) {
  const copy = letter === "dF" ? 0 : Number(letter.slice(1)) - 1;
  return copy < count && place < size ? { copy, place } : { copy: 0, place: 0 };
}

// One copy of F for each window; its part is the window times one number.
function ofWeight({ triples, X, F, dY, moves, moved }) {
  const gradient = (upstream) => sumOfProducts(triples, "dF", X, upstream, F.length);
  const [still, nudged] = [F, moved].map((filter) => sumOfProducts(triples, "Y", X, filter, dY.length));
  const parts = dY.map((value, k) => gradient(dY.map((_, r) => (r === k ? value : 0))));
  const total = gradient(dY);
  return {
    copies: moves.map((yes) => (yes ? moved : F)), parts, total,
    before: dot(dY, still), after: dot(dY, still.map((y, r) => (moves[r] ? nudged[r] : y))),
    others: [total, total.map((value) => value / dY.length), parts.at(-1)],
  };
}

// One copy of b for each output; its part is that output's gradient.
function ofBias({ triples, X, F, dY, moves, bias, nudge }) {
  const copies = moves.map((yes) => [yes ? bias + nudge : bias]);
  const Y = sumOfProducts(triples, "Y", X, F, dY.length);
  const total = [dot(dY, dY.map(() => 1))];
  return {
    copies, parts: dY.map((value) => [value]), total,
    before: dot(dY, Y.map((y) => y + bias)), after: dot(dY, Y.map((y, r) => y + copies[r][0])),
    others: [total, [total[0] / dY.length], [dY.at(-1)]],
  };
}

// One use of F for each sample; the loss is the sum or the mean of theirs.
function ofBatch({ triples, X, F, dY, moved, loss, count }) {
  const copies = triples.samples.slice(0, count).map((places) => places.map((p) => X[p]));
  const divisor = loss === "mean" ? count : 1;
  const one = (image, filter) => dot(dY, sumOfProducts(triples, "Y", image, filter, dY.length));
  const L = (filter) => copies.reduce((sum, image) => sum + one(image, filter), 0) / divisor;
  const parts = copies.map((image) => sumOfProducts(triples, "dF", image, dY, F.length));
  const added = F.map((_, q) => parts.reduce((sum, part) => sum + part[q], 0));
  const [mean, twice] = [1, 2].map((power) => added.map((sum) => sum / count ** power));
  const total = loss === "mean" ? mean : added;
  return { copies, parts, total, before: L(F), after: L(moved), others: [added, mean, twice] };
}

function build({ get, choice, slider, select, edit, say }) {
  const captions = { X: "X, image", F: "F, filter", dY: "dY, upstream" };
  const operands = Object.fromEntries(Object.entries(captions).map(
    ([letter, caption]) => [letter, grid(letter, get("tables").sizes[letter], { caption, edit: edit(letter) })]));
  const given = element("div", { class: "cx-row" }, ...Object.values(operands).map(({ node }) => node));
  const row = element("div", { class: "cx-row cx-cards" });
  const bars = comparison("The chosen entry", "dF", "bars");
  const L = [0, 1, 2].map((place) => shownNumber("L", place));
  const told = element("p", { "data-answer": true },
    "L before ", L[0].node, ", after ", L[1].node, ", change ", L[2].node, "; its slope is change / nudge.");
  const tie = slider("tie", "copies tied", (value) => `${value} of ${get("dY").flat().length}`);
  const [samples, nudge] = [slider("samples"), slider("nudge")];
  const loss = choice("loss", "Loss of the batch", LOSSES);
  let [cards, layout] = [null, ""];

  const draw = (now) => {
    const wanted = JSON.stringify([now.share, now.count]);
    if (wanted !== layout) {
      cards = makeCards(now, select);
      row.replaceChildren(...cards.nodes);
    }
    layout = wanted;
    if (now.share === "batch") tie.hidden = true;
    samples.hidden = loss.hidden = now.share !== "batch";
    for (const letter of Object.keys(operands)) operands[letter].update(now.numbers[letter]);
    cards.update(now);
    L.forEach((number, k) => number.update(now.numbers.L[k], 8));
    showBars(bars, now);
    say(...explain(now), line(verdict(now)));
  };
  const bar = [choice("share", "What is shared", SHARES), loss, tie, samples, nudge];
  return { bar, stage: [given, row, told, bars.node], draw, ask };
}

// A card for each copy, with its part of the gradient; and the whole gradient.
function makeCards({ share, copies, sizes, one }, select) {
  const letter = share === "bias" ? "db" : "dF";
  const gradient = (key, own, caption) => grid("dF", one, {
    caption, key, names: letter, digits: 4, select: (_, place) => select(own, place) });
  const pairs = copies.map((_, k) => [
    share === "batch" ? grid("X", sizes.X, { caption: `sample ${k + 1}`, key: `copy${k + 1}` })
      : grid("F", one, { caption: `for ${output(k, sizes.dY)}`, key: `copy${k + 1}` }),
    gradient(`part${k + 1}`, `c${k + 1}`, "its part"),
  ]);
  const total = gradient("total", "dF", letter);
  total.node.dataset.answer = "";
  const nodes = pairs.map(([copy, part]) => element("div", { class: "cx-card" }, copy.node, part.node));
  const update = (now) => {
    const { place, moves, nudge, parts, numbers } = now;
    pairs.forEach(([copy, part], k) => {
      const moving = share !== "batch" && moves[k];
      copy.update(now.copies[k], new Map(moving ? [[place, `+${nudge}`]] : []));
      part.update(parts[k], new Map(moving || share === "batch" ? [[place, ""]] : []), now.letter === `c${k + 1}` ? place : -1);
    });
    total.update(numbers.total, new Map([[place, ""]]), now.letter === "dF" ? place : -1);
  };
  return { nodes: [...nodes, sign("\u2192"), total.node], update };
}

const output = (k, [, columns]) => `y${Math.floor(k / columns) + 1}${(k % columns) + 1}`;

// The parts, the three answers that are heard, and the slope of L; words say which answer is right.
function showBars(bars, { share, sizes, parts, numbers, slope, moves }) {
  const batch = share === "batch";
  const names = [
    ...parts.map((_, k) => (batch ? `sample ${k + 1}` : `for ${output(k, sizes.dY)}`)),
    "sum", "mean", batch ? "mean of mean" : "last only", "slope of L",
  ];
  const size = 1e-9 * Math.max(1, ...numbers.L.map(Math.abs));
  const words = numbers.bars.map((value, k) => {
    if (k < parts.length) return batch ? "" : moves[k] ? "moves" : "stays";
    if (k === names.length - 1) return "";
    return Math.abs(value - slope) <= size ? "= slope" : "\u2260 slope";
  });
  bars.update(names, numbers.bars, words, names.length - 1);
}

// Where the chosen entry comes from.
function explain({ share, triples, X, dY, copies, parts, place, copy, letter, sizes, one, total, count, loss }) {
  const cell = (tensor, at, value) => ({ letter: tensor, place: at, shape: sizes[tensor], value });
  const own = share === "bias" ? element("var", { class: "cx-ink cx-dF" }, "db") : symbol("dF", place, one);
  const value = letter === "dF" ? total[place] : parts[copy][place];
  if (share === "batch" && letter === "dF") {
    const terms = parts.map((part) => [part[place]]);
    const divided = [`(${terms.map(([part]) => factorText(part)).join(" + ")}) / ${count} `, ...quotient(value)];
    const told = loss === "sum" ? numericSum(terms, value) : divided;
    return [line(own, ` is the ${loss} of the samples' parts.`), line(...told)];
  }
  const whose = letter === "dF" ? "" : share === "batch" ? `Sample ${copy + 1}: ` : `The copy for ${output(copy, sizes.dY)}: `;
  const name = element("span", {}, whose, own);
  const windows = dY.flatMap((_, r) => (letter === "dF" || share === "batch" || r === copy ? [r] : []));
  if (share === "bias") return sumLines(name, windows.map((r) => [cell("dY", r, dY[r])]), value);
  const image = share === "batch" ? copies[copy] : X;
  const terms = triples.p.flatMap((p, k) => (triples.q[k] === place && windows.includes(triples.r[k])
    ? [[cell("X", p, image[p]), cell("dY", triples.r[k], dY[triples.r[k]])]] : []));
  return sumLines(name, terms, value);
}

// What the nudge did, in a sentence.
function verdict({ share, tie, nudge, slope, numbers, count, loss }) {
  const change = `L changes by ${numberText(numbers.L[2], 8)} = ${nudge} \u00b7 ${factorText(Number(slope.toPrecision(8)))}`;
  if (share === "batch") {
    const alone = count > 1 ? "" : " With one sample sum and mean agree, so a test with one sample tells nothing.";
    return `All samples share this weight. Moved by ${nudge}, ${change}: the ${loss} of their parts.${alone}`;
  }
  const who = tie === count ? `All ${count} copies move` : tie === 1 ? "One copy moves" : `${tie} of ${count} copies move`;
  const some = tie === 1 ? "the part of this copy alone" : "the sum of the parts that moved";
  const what = tie === count ? "the sum of all parts" : some;
  return `${who} by ${nudge} and ${change}: ${what}.`;
}

// What a reader may predict: dF or db, with the known mistakes.
export function ask({ share, triples, X, F, dY, parts, total, others, one, sizes, count, loss }) {
  const rule = (text, values) => ({ text, values });
  const over = (divisor) => total.map((value) => value / divisor);
  const twice = rule(`divided by ${count} twice.`, over(count ** 2));
  const question = { letter: "dF", shape: one, values: total, caption: "Your dF" };
  if (share === "weight") {
    const known = mistakes({ which: "dF", table: triples, shapes: { ...sizes, dF: sizes.F }, values: { X, F, dY, dF: total } });
    return { ...question, rules: [...known, twice] };
  }
  if (share === "bias") {
    return { ...question, caption: "Your db", names: ["db"], rules: [
      rule("that is the mean. The bias is added to every output, so its parts are added.", over(count)),
      rule("only the last output is left. The bias is added to every output.", parts.at(-1)),
      rule("that is the first entry of dY. The bias is one number, so its gradient is no map.", parts[0]), twice] };
  }
  const wrong = loss === "mean" ? rule("that is the sum. This loss is a mean, and the 1/N comes down with dY.", others[0])
    : rule("that is the mean. This loss is a sum, so the samples' parts are added.", others[1]);
  return { ...question, rules: [wrong,
    rule("divided once more than the loss is.", over(count)), rule("only the last sample is left.", parts.at(-1))] };
}

export const render = explorable({ given: ["tables"], compute, build });

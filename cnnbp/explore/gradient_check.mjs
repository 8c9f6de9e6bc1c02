// The gradient check: how far off a nudge is, and bugs to be named by what they break.

import { numberText, sumOfProducts } from "./triples.mjs";
import { element, fill } from "./controls.mjs";
import { grid, line, shownNumber } from "./grids.mjs";
import { curves } from "./charts.mjs";
import { explorable } from "./explorable.mjs";

const RULES = { forward: "forward", central: "central", complex: "complex" };
const LINES = { forward: "F cx-dashed", central: "F", complex: "F cx-dots" };
const PRECISIONS = { float64: "float64", float32: "float32" };
const ROUNDINGS = { float64: 2 ** -53, float32: 2 ** -24 }; // no error is drawn below one rounding
const PARAMETERS = ["dF1", "db1", "dF2", "db2", "dW", "dc"];
const SHOWN = { F1: "dF1", F2: "dF2", X: "dX, image 1" };

// Each bug by its name, the rule it breaks, and how it could have been seen.
const BUGS = {
  rotation: ["kernel not rotated", "Seen from a pixel the weights run backwards, so the kernel that slides over dY is rotated "
    + "by 180\u00b0. dX is wrong in its cells, yet db1, which only sums what arrives, does not notice."],
  overwrite: ["windows overwritten", "Where windows overlap, their parts are added. Only the last window is whole in dX: "
    + "10, 35, 5, 40, as if nothing had been there before."],
  mean: ["dF averaged", "A shared weight gets the sum over the windows. dF2 is a quarter, for 4 windows; "
    + "dF1 is a sixteenth, for 16."],
  first: ["first window only", "A weight is used in every window; the loop returned after its first. Both dF are too small, "
    + "by no common factor."],
  slope: ["ReLU slope forgotten", "Where the ReLU gave 0 no gradient passes. Everything below a ReLU is off; "
    + "W and c, above it, are right."],
  bias: ["db averaged", "The bias is added in every window and gets the sum. Only db1 and db2 are off, "
    + "by the number of windows."],
  batch: ["batch divided twice", "The mean over the images is taken once, in the loss. "
    + "Every gradient is a quarter, for 4 images."],
  stride: ["stride forgotten", "With stride 2 the next window stands two cells on. Only the filter of the strided convolution "
    + "is off; even its bias is right."],
  ties: ["ties to all", "One maximum of each window gets the gradient. Below the pooling everything is off, above it nothing; "
    + "the blank image is full of ties."],
  sign: ["sign wrong", "The gradient is what you have minus what you should have. Every entry is minus the right one."],
};

const power = (eps) => eps.toExponential(0).replace("e+0", "").replace("-", "\u2212");

// Everything that is drawn, computed from the state.
export function compute(get) {
  return get("part") === "step" ? step(get) : bugs(get);
}

// The errors of every eps; each operation is rounded as the precision says.
function step(get) {
  const tables = get("tables");
  const round = get("precision") === "float32" ? Math.fround : Number;
  const Y = convolved(tables, tables.F, round);
  const exact = sumOfProducts(tables, "dF", tables.X, Y.map((y) => 3 * y * y), 4)[0];
  const estimates = tables.eps.map((eps) => nudged(tables, round(eps), round));
  const errors = estimates.map((row) => row.map((value) => Math.abs(value - exact) / exact));
  const at = get("nudge");
  const by = [0, 1, 2].map((k) => errors.map((row) => row[k]));
  const numbers = { exact: [exact], estimates: estimates[at], errors: errors[at], curves: by.flat() };
  return { part: "step", at, eps: tables.eps, by, numbers, precision: get("precision") };
}

// The forward, central and complex estimate of the derivative for f11.
function nudged(tables, eps, round) {
  const { F } = tables;
  const moved = (first) => [first, ...F.slice(1)];
  const loss = (W) => convolved(tables, W, round).reduce((sum, y) => round(sum + round(round(y * y) * y)), 0);
  const [high, low, base] = [loss(moved(round(F[0] + eps))), loss(moved(round(F[0] - eps))), loss(F)];
  const V = convolved(tables, [eps, 0, 0, 0], round);
  const imaginary = convolved(tables, F, round).reduce((sum, y, k) => {
    const v = V[k];
    const left = round(round(round(y * y) - round(v * v)) * v);
    return round(sum + round(left + round(round(round(2 * y) * v) * y)));
  }, 0);
  return [round(round(high - base) / eps), round(round(high - low) / round(2 * eps)), round(imaginary / eps)];
}

// Y, product by product, rounded after each; Python's loop has the same order.
function convolved({ p, q, r, X }, W, round) {
  const Y = [0, 0, 0, 0];
  p.forEach((place, k) => {
    Y[r[k]] = round(Y[r[k]] + round(X[place] * W[q[k]]));
  });
  return Y;
}

function bugs(get) {
  const { right, bugs: all } = get("gallery");
  const chosen = all[get("bug") - 1];
  const numbers = { losses: chosen.losses, right: right.losses, off: chosen.off };
  for (const name of Object.keys(SHOWN)) {
    numbers[`got ${name}`] = chosen[name];
    numbers[`right ${name}`] = right[name];
  }
  const guessed = all.find(({ name }) => name === get("guess"));
  return { part: "bugs", bug: get("bug"), chosen, guessed, numbers, reveal: get("reveal") };
}

function build({ get, write, choice, slider, player, toggle, say }) {
  const eps = get("tables").eps;
  const names = { none: "no idea yet", ...Object.fromEntries(Object.entries(BUGS).map(([bug, [name]]) => [bug, name])) };
  const which = slider("bug", "Bug");
  which.addEventListener("input", () => write({ guess: "none", reveal: false }));
  const group = (...nodes) => element("div", { class: "cx-bar" }, ...nodes);
  const controls = {
    step: group(player("nudge", "\u03b5", (k) => power(eps[k])), choice("precision", "Computed in", PRECISIONS)),
    bugs: group(which, choice("guess", "It is", names), toggle("reveal", "Tell me")),
  };
  const views = { step: stepView(eps), bugs: bugsView(get("gallery").right) };
  const stage = element("div", { class: "cx-row" });
  const draw = (now) => {
    for (const part of Object.keys(controls)) controls[part].hidden = part !== now.part;
    const { nodes, update } = views[now.part];
    if (nodes[0].parentNode !== stage) stage.replaceChildren(...nodes);
    say(...update(now));
  };
  const part = choice("part", "Show", { step: "the error of a nudge", bugs: "the gallery of bugs" });
  return { bar: [part, controls.step, controls.bugs], stage: [stage], draw };
}

// A table of numbers with a head; the cells of a row are texts or nodes.
function tableOf(head, rows) {
  const names = head.map((text) => element("th", { scope: "col" }, text));
  const lines = rows.map(([name, ...cells]) => element("tr", {},
    element("th", { scope: "row" }, name), ...cells.map((cell) => element("td", {}, cell))));
  return element("table", { class: "cx-table" },
    element("thead", {}, element("tr", {}, ...names)), element("tbody", {}, ...lines));
}

// The errors over eps on logarithmic axes, the chosen eps marked.
function stepView(eps) {
  const chart = curves({
    x: { min: 1e-12, max: 1, log: true, title: "\u03b5" }, y: { min: 1e-17, max: 1e3, log: true, title: "relative error" },
    caption: "Relative errors over \u03b5",
  });
  const keys = Object.keys(RULES);
  const shown = keys.map((_, k) => [shownNumber("estimates", k), shownNumber("errors", k)]);
  const rows = keys.map((rule, k) => [RULES[rule], ...shown[k].map(({ node }) => node)]);
  const table = tableOf(["nudge", "dL/df11", "relative error"], rows);
  const named = { float64: [4, 6, 18], float32: [0, 0, 18] };
  const update = ({ at, by, numbers, precision }) => {
    const drawn = by.map((errors) => errors.map((error) => Math.max(error, ROUNDINGS[precision])));
    const points = (k) => eps.map((value, n) => [value, drawn[k][n]]);
    const curve = (rule, k) => ({ points: points(k), name: RULES[rule], letter: LINES[rule], named: named[precision][k] });
    chart.update(keys.map(curve), keys.map((_, k) => ({ x: eps[at], y: drawn[k][at] })),
      `Relative errors in ${precision}: as \u03b5 falls, the differences' fall, then rise; the complex step's only falls.`);
    shown.forEach(([estimate, error], k) => {
      estimate.update(numbers.estimates[k], 12);
      error.update(numbers.errors[k], 3);
    });
    return verdicts(eps, at, by, numbers.exact[0]);
  };
  return { nodes: [chart.node, table], update };
}

// On which side of its best eps each difference stands.
function verdicts(eps, at, by, exact) {
  const side = (name, errors) => {
    const best = errors.indexOf(Math.min(...errors));
    const why = at < best ? "too large here: the bend of the loss is the error (truncation)"
      : at > best ? "too small here: the last digits of L are the error (rounding)" : "at its best here";
    return line(`${name}: best at \u03b5 = ${power(eps[best])}, ${why}.`);
  };
  return [line(`Exact: ${numberText(exact)}.`), side("Forward difference", by[0]), side("Central difference", by[1])];
}

// The loss, the table of the check, and the entries of two filters and one dX.
function bugsView(right) {
  const most = 2 * Math.ceil(0.7 * right.losses[0]); // an even number, for the axis
  const chart = curves({
    x: { min: 0, max: right.losses.length - 1, title: "step" }, y: { min: 0, max: most, title: "loss" },
    caption: "Loss over the steps",
  });
  const off = PARAMETERS.map((_, k) => shownNumber("off", k));
  const last = { losses: shownNumber("losses", 0), right: shownNumber("right", right.losses.length - 1) };
  const table = tableOf(["gradient", "relative error"], PARAMETERS.map((name, k) => [name, off[k].node]));
  const steps = element("span");
  const ends = line("Loss after ", steps, ": ", last.losses.node, "; with the right gradient ", last.right.node, ".");
  const entries = entriesView();
  const update = (now) => {
    const { numbers, bug } = now;
    const points = (losses) => losses.map((loss, k) => [k, Math.min(loss, 0.85 * most)]);
    const count = numbers.losses.length - 1;
    fill(steps, count > 1 ? `${count} steps` : "one step");
    chart.update([
      { points: points(numbers.right), letter: "F", name: "right", named: 4 },
      { points: points(numbers.losses), letter: "X", dashed: true, name: `bug ${bug}` },
    ], [], `Loss over the steps: bug ${bug} ends at ${numbers.losses.at(-1)}, the right gradient at ${numbers.right.at(-1)}`);
    last.losses.node.dataset.number = `losses:${count}`;
    last.losses.update(numbers.losses.at(-1));
    last.right.update(numbers.right.at(-1));
    off.forEach((number, k) => number.update(numbers.off[k]));
    entries.update(numbers);
    return diagnosis(now);
  };
  return { nodes: [element("div", { class: "cx-chart" }, chart.node, ends), table, entries.node], update };
}

// Entries of two filters' gradients and of one dX, each beside the right ones.
function entriesView() {
  const grids = Object.entries(SHOWN).map(([name, caption]) => {
    const make = (kind) => grid(name === "X" ? "dX" : "dF", name === "X" ? [3, 3] : [2, 2],
      { caption: `${caption}, ${kind}`, key: `${kind} ${name}` });
    return { name, got: make("got"), right: make("right") };
  });
  const pairs = grids.map(({ got, right }) => element("div", { class: "cx-pair" }, got.node, right.node));
  const update = (numbers) => grids.forEach(({ name, got, right }) => {
    const [a, b] = [numbers[`got ${name}`], numbers[`right ${name}`]];
    got.update(a, new Map(a.flatMap((value, k) => (value === b[k] ? [] : [[k, "\u2717"]]))));
    right.update(b);
  });
  const title = line("Entries in hundredths; \u2717 marks a wrong one.");
  return { node: element("div", { class: "cx-gallery" }, title, ...pairs), update };
}

// Whether the reader's name fits, or by which gradient one sees that it does not.
function diagnosis({ bug, chosen, guessed, reveal }) {
  const [name, rule] = BUGS[chosen.name];
  if (guessed === chosen) return [line(`Right: ${name}. ${rule}`)];
  if (reveal) return [line(`Bug ${bug} is: ${name}. ${rule}`)];
  if (!guessed) return [line(`Which rule does bug ${bug} break? See which gradients are off, and how, then name it.`)];
  const apart = chosen.off.map((off, k) => Math.abs(off - guessed.off[k]));
  const k = apart.indexOf(Math.max(...apart));
  const word = (off) => (off ? `off by ${numberText(off)}` : "right");
  const other = `Not \u201c${BUGS[guessed.name][0]}\u201d: with that, ${PARAMETERS[k]} would be ${word(guessed.off[k])}`;
  return [line(`${other}; here it is ${word(chosen.off[k])}.`)];
}

export const render = explorable({ given: ["tables", "gallery"], compute, build });

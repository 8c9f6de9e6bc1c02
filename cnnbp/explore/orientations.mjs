// Eight turns of a kernel, each with its dX; and two conventions, each forwards and backwards.

import { meetings, numberText } from "./triples.mjs";
import { button, element, fill, kept, symbol } from "./controls.mjs";
import { grid, line, shownNumber, sign, sumLines } from "./grids.mjs";
import { allPairs, allTurns, fits, flippedTurn, reversed } from "./turns.mjs";
import { explorable } from "./explorable.mjs";

const PARTS = { turns: "eight turns of the kernel", conventions: "two conventions" };
const WORDS = {
  same: "as it is", left: "quarter turn left", rotated: "rotated by 180\u00b0", right: "quarter turn right",
  transposed: "transposed", upside: "upside down", mirrored: "mirrored", anti: "rotated, transposed",
};
const FORWARD = { correlation: "cross-correlation, X \u22c6 F", convolution: "true convolution, X \u2217 F" };
const BACKWARD = { turned: "kernel rotated", unturned: "kernel not rotated" };
// Each flip: its words, and the mirror image that it starts from.
const FLIPS = { "flipped up": ["Flip up and down", "scaleY(-1)"], "flipped sideways": ["Flip sideways", "scaleX(-1)"] };
const HALFWAY = {
  upside: "One flip of two: flip sideways as well. ", mirrored: "One flip of two: flip up and down as well. ",
  rotated: "Two flips, in either order. ",
};
const ROWS = 2;

// Everything that is drawn, computed from the state.
export function compute(get) {
  const [columns, symmetric] = [get("columns"), get("symmetric")];
  const list = get("tables")[columns];
  const shapes = { X: [ROWS + 1, columns + 1], F: [ROWS, columns], dY: [2, 2], Y: [2, 2], dX: [ROWS + 1, columns + 1] };
  const cut = (name) => get(name).flatMap((row) => row.slice(0, shapes[name][1]));
  const F = cut("F").map((value, k, all) => (symmetric ? all[Math.min(k, all.length - 1 - k)] : value));
  const now = { list, shapes, part: get("part"), turn: get("turn"), forward: get("forward"), backward: get("backward") };
  const values = { X: cut("X"), F, dY: cut("dY") };
  const numbers = now.part === "turns" ? allTurns(now, values) : allPairs(now, values);
  const place = get("selected")[1];
  return { ...now, values, numbers, symmetric, place: place < values.X.length ? place : 0 };
}

function build(tools) {
  const { choice, slider, toggle, say } = tools;
  const [row, middle, detail] = ["cx-row", "", "cx-row"].map((name) => element("div", { class: name }));
  for (const node of [middle, detail]) node.dataset.answer = "";
  const [gallery, lamps, flips] = [turnGallery(tools), lampTable(), flipButtons(tools)];
  const [forward, backward] = [choice("forward", "Forward", FORWARD), choice("backward", "Backward", BACKWARD)];
  let [grids, layout] = [{}, ""];

  const gridsOf = kept((now) => gridsFor(now, tools));
  const lay = (wanted, now) => {
    grids = gridsOf(wanted, now);
    const show = (...names) => names.filter((name) => grids[name]).map((name) => grids[name].node);
    fill(row, ...show("X", "F", "dY", "Y"));
    fill(middle, now.part === "turns" ? gallery.node : lamps.node);
    fill(detail, ...(now.part === "turns" ? [flips.node] : []), ...show("kernel"), ...(grids.kernel && grids.dX ? [sign("\u2192")] : []), ...show("nudged", "dX"));
  };

  const draw = (now) => {
    const turning = now.part === "turns";
    const wanted = JSON.stringify([now.part, now.shapes, turning && now.turn, now.symmetric]);
    if (wanted !== layout) lay(wanted, now);
    layout = wanted;
    for (const node of [forward, backward]) node.hidden = turning;
    for (const [name, shown] of Object.entries(grids)) shown.update(...contents(now, name));
    (turning ? gallery : lamps).update(now);
    flips.update(now, grids.kernel);
    say(...(turning ? explainTurn(now) : explainPair(now)));
  };
  const dials = [choice("part", "Show", PARTS), slider("columns", "columns of F"), toggle("symmetric", "symmetric kernel")];
  return { bar: [...dials, forward, backward], stage: [row, middle, detail], draw, ask };
}

// Two flips, one after the other: a half turn in two steps.
function flipButtons({ write }) {
  let [now, mirror] = [null, null];
  const press = (flip) => () => {
    mirror = FLIPS[flip][1];
    write({ turn: flippedTurn(now, now.turn, flip) });
  };
  const node = element("div", { class: "cx-keys cx-flips" }, ...Object.keys(FLIPS).map((flip) => button(FLIPS[flip][0], press(flip))));
  const update = (next, kernel) => {
    now = next;
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (mirror && kernel && !still) kernel.node.lastChild.animate([{ transform: mirror }, { transform: "none" }], 450);
    mirror = null;
  };
  return { node, update };
}

// The eight turns as radio buttons, each in a tile with its pictures.
function turnGallery({ choice, write }) {
  const node = choice("turn", "Kernel on the padded dY", WORDS);
  const labels = [...node.querySelectorAll("label")];
  const tiles = Object.keys(WORDS).map((turn, k) => tileOf(turn, labels[k], write));
  node.classList.add("cx-gallery");
  node.append(...tiles.map((tile) => tile.node));
  let layout = "";
  const update = (now) => {
    const wanted = now.shapes.F.join();
    if (wanted !== layout) for (const tile of tiles) tile.lay(now);
    layout = wanted;
    for (const tile of tiles) tile.update(now);
  };
  return { node, update };
}

// The large tensors of the part on show.
function gridsFor(now, { edit, select }) {
  const { part, shapes, turn, list, symmetric, values } = now;
  const put = edit("F", shapes.F[1]);
  const mirror = (k, value) => put(symmetric ? Math.min(k, values.F.length - 1 - k) : k, value);
  const operand = (name, caption, change = edit(name, shapes[name][1])) => grid(name, shapes[name], { caption, edit: change });
  const both = { F: operand("F", "F", mirror), dY: operand("dY", "dY, upstream") };
  if (part === "conventions") {
    const nudged = grid("dX", shapes.dX, { caption: "dX by nudging X", key: "nudged" });
    const Y = grid("Y", shapes.Y, { caption: "Y, forward" });
    return { X: operand("X", "X"), ...both, Y, nudged, dX: grid("dX", shapes.dX, { caption: "dX, sent back", select }) };
  }
  const kernel = grid("F", list.turns[turn].shape, { caption: WORDS[turn], key: `F_${turn}`, names: "kernel" });
  if (!fits(now, turn)) return { ...both, kernel };
  return { ...both, kernel, dX: grid("dX", shapes.dX, { caption: "its dX", key: `dX_${turn}`, select }) };
}

// What one of the large tensors shows: numbers, marks, the chosen cell.
function contents(now, name) {
  const { numbers, part, turn, place } = now;
  if (name === "kernel") return [numbers[`F_${turn}`]];
  if (name !== "dX") return [numbers[name]];
  const [dX, right] = part === "turns" ? [numbers[`dX_${turn}`], numbers.dX_rotated] : [numbers.dX, numbers.nudged];
  return [dX, wrongOnes(dX, right), place];
}

// The entries that are wrong, by more than rounding.
function wrongOnes(dX, right) {
  const scale = Math.max(1, ...right.map(Math.abs));
  return new Map(dX.flatMap((value, k) => (Math.abs(value - right[k]) > 1e-9 * scale ? [[k, "\u2717"]] : [])));
}

// One turn of the gallery: its radio button, its kernel, its dX in small, its error.
function tileOf(turn, label, write) {
  const [pictures, verdict, error] = [element("div", { "aria-hidden": "true" }), element("p", {}), shownNumber(`error_${turn}`)];
  const node = element("div", { class: "cx-tile", onclick: () => write({ turn }) }, label, pictures, verdict);
  let [kernel, dX] = [null, null];
  const small = kept((now) => [
    grid("F", now.list.turns[turn].shape, { key: `F_${turn}`, caption: "" }),
    fits(now, turn) ? grid("dX", now.shapes.dX, { key: `dX_${turn}`, caption: "" }) : null,
  ]);
  const lay = (now) => {
    [kernel, dX] = small(now.shapes.F.join(), now);
    fill(pictures, kernel.node, ...(dX ? [dX.node] : []));
  };
  const update = (now) => {
    kernel.update(now.numbers[`F_${turn}`]);
    node.classList.toggle("cx-chosen", turn === now.turn);
    if (!dX) return fill(verdict, "wrong shape: ", sizes(now, turn));
    const [values, wrong] = contents({ ...now, turn }, "dX");
    dX.update(values, new Map([...wrong.keys()].map((k) => [k, ""])));
    error.update(now.numbers[`error_${turn}`][0]);
    fill(verdict, wrong.size ? "\u2717 error " : "\u2713 error ", error.node);
  };
  return { node, lay, update };
}

// The shape of a full convolution with a turned kernel, beside that of X.
function sizes({ list, shapes }, turn) {
  const [h, w] = list.turns[turn].shape;
  return `${h + 1}\u00d7${w + 1}, not ${shapes.X.join("\u00d7")}`;
}

// The four pairs of conventions as a table of lamps.
function lampTable() {
  const cells = [];
  const head = (text, scope) => element("th", { scope }, text);
  const lampOf = (one, other) => {
    const lamp = { pair: [one, other], node: element("td", {}), light: element("span", { class: "cx-lamp" }), error: shownNumber(`error_${one}_${other}`) };
    cells.push(lamp);
    return lamp.node;
  };
  const rows = Object.keys(FORWARD).map((one) =>
    element("tr", {}, head(FORWARD[one].split(", ")[1], "row"), ...Object.keys(BACKWARD).map((other) => lampOf(one, other))));
  const columns = Object.values(BACKWARD).map((text) => head(text, "col"));
  const top = element("tr", {}, head("Forward \u2193 backward \u2192", "col"), ...columns);
  const node = element("table", { class: "cx-lamps" }, element("thead", {}, top), element("tbody", {}, ...rows));
  const update = (now) => cells.forEach(({ pair: [one, other], node: lamp, light, error }) => {
    const value = now.numbers[`error_${one}_${other}`][0];
    const agrees = value <= 1e-9 * Math.max(1, ...now.numbers.nudged.map(Math.abs));
    error.update(value);
    lamp.className = agrees ? "cx-agrees" : "cx-differs";
    lamp.classList.toggle("cx-chosen", one === now.forward && other === now.backward);
    fill(light, agrees ? "\u25cf" : "\u25b2");
    fill(lamp, light, ...(agrees ? [" agrees"] : [" differs by ", error.node]));
  });
  return { node, update };
}

// Why a cell of dX has its value when the kernel's flat place k holds F's place from[k].
function explainSum({ list, shapes, values, place }, from, value) {
  const factor = (letter, at) => ({ letter, place: at, shape: shapes[letter], value: values[letter][at] });
  const terms = meetings(list, "dX", "dX", place).map((m) => [factor("dY", m.i), factor("F", from[from.length - 1 - m.j])]);
  return sumLines(symbol("dX", place, shapes.dX), terms, value);
}

function explainTurn(now) {
  const { list, numbers, shapes, turn, place } = now;
  if (!fits(now, turn)) {
    const [size, other] = [shapes.F, list.turns[turn].shape].map((shape) => shape.join("\u00d7"));
    return [
      line(`The ${size} kernel, ${WORDS[turn]}, is ${other}. Its dX would be ${sizes(now, turn)}: no entry can be compared.`),
      line("Such code stops with an error. A square kernel would fit, and be wrong in silence: set 2 columns."),
    ];
  }
  const [dX, wrong] = contents(now, "dX");
  const luck = turn === "rotated" ? "So is every entry, with any kernel."
    : "So is every entry, with this kernel: it cannot tell the turns apart, and tests nothing.";
  return [
    ...explainSum(now, list.turns[turn].from, dX[place]),
    line(HALFWAY[turn] ?? "", wrong.has(place) ? `Wrong: the sum over the paths is ${numberText(numbers.dX_rotated[place])}. ` : "Right. ",
      wrong.size ? `In all, ${wrong.size} of ${dX.length} entries are wrong.` : luck),
  ];
}

function explainPair(now) {
  const { numbers: { dX, nudged }, shapes, values, backward, place } = now;
  const from = backward === "turned" ? reversed(values.F.keys()) : [...values.F.keys()];
  return [
    ...explainSum(now, from, dX[place]),
    line("Nudged by one half up and down, ", symbol("X", place, shapes.X), ` changes L by ${numberText(nudged[place])}.`),
    line(now.symmetric ? "With a symmetric kernel nobody can tell which convention was used: such a test passes always." : ""),
  ];
}

// Which kernel is right: the reader writes it down, and each other turn is known.
export function ask({ list, shapes, values, part, forward }) {
  const as = (turn) => list.turns[turn].from.map((k) => values.F[k]);
  const right = part === "conventions" && forward === "convolution" ? "same" : "rotated";
  const others = Object.keys(WORDS).filter((turn) => turn !== right && fits({ shapes, list }, turn));
  const rules = others.map((turn) => ({ text: `that is F ${WORDS[turn]}.`, values: as(turn) }));
  return { letter: "F", shape: shapes.F, values: as(right), caption: "The kernel to slide over the padded dY", rules };
}

export const render = explorable({ given: ["tables"], compute, build });

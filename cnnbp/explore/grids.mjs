// Tensors as tables of cells, and the sums that are told about a cell.
//
// Hue says which tensor, a dashed frame says gradient, a thick frame and a
// number say "takes part". A cell that shows a number of the figure carries it
// whole in data-value, and its name and place in data-number.

import { cellName, factorText, isLong, numberText } from "./triples.mjs";
import { element, fill, symbol } from "./controls.mjs";

// A tensor as a table. Editable cells are number fields, the others buttons;
// both tell `select` when they are focused or pointed at; without `select`
// they only show. `border` draws that many rows and columns of padding around
// the cells, `key` is the name of the tensor among the figure's numbers, of
// which `digits` are shown; a `channel` stands in the names of its cells.
export function grid(letter, shape, options) {
  const { border = 0, edit = null, select = null, caption, key = letter, names = null, channel, digits = 5 } = options;
  const cells = [];
  const makeCell = (place) => {
    const name = cellName(names ?? letter, place, shape, channel);
    const label = `${name.letter} ${name.index.split("").join(" ")}`;
    const tell = select ? () => select(letter, place) : null;
    const cell = edit ? field(label, tell, (value) => edit(place, value))
      : select ? element("button", { type: "button", onfocus: tell, onclick: tell })
        : element("div", { role: "img" });
    if (tell) cell.addEventListener("pointermove", pointing(cell, tell));
    cell.classList.add("cx-cell");
    Object.assign(cell.dataset, { cell: `${name.letter}${name.index}`, label });
    if (key) cell.dataset.number = `${key}:${place}`;
    cells[place] = cell;
    return element("div", { class: "cx-slot" }, cell);
  };
  const frame = element("div", { class: "cx-cells", style: `--columns: ${shape[1] + 2 * border}` });
  for (let row = 0 - border; row < shape[0] + border; row++) {
    for (let column = 0 - border; column < shape[1] + border; column++) {
      const inside = row >= 0 && row < shape[0] && column >= 0 && column < shape[1];
      frame.append(inside
        ? makeCell(row * shape[1] + column)
        : element("div", { class: "cx-padding", "aria-hidden": "true" }, "0"));
    }
  }
  const kind = `cx-grid cx-${letter}${letter.startsWith("d") ? " cx-gradient" : ""}`;
  const title = element("div", { class: "cx-title", "aria-hidden": "true" }, caption);
  const node = element("div", { class: kind, role: "group", "aria-label": caption }, title, frame);

  // Show the numbers; `marks` maps a place to its order in the sum, or to "".
  const update = (values, marks = new Map(), selected = -1) => {
    cells.forEach((cell, place) => {
      const text = numberText(values[place], digits);
      cell.dataset.value = String(values[place]);
      if (!edit) {
        fill(cell, text);
        cell.setAttribute("aria-label", `${cell.dataset.label}: ${text}`);
      } else showField(cell, values[place]);
      cell.classList.toggle("cx-on", marks.has(place));
      cell.classList.toggle("cx-selected", place === selected);
      cell.parentElement.dataset.order = marks.get(place) ?? "";
    });
  };
  return { node, update, cells };
}

// A mouse that moves over a cell chooses it; one that only lies there, while the
// page moves below it, does not.
export const pointing = (cell, tell) => (event) => {
  if (event.pointerType === "mouse" && !cell.classList.contains("cx-selected")) tell();
};

// A number field: what is no number is put back, what is one goes to `edit`.
export function field(label, tell, edit) {
  const cell = element("input", {
    type: "number", step: "any", "aria-label": label, onfocus: tell,
    onchange: () => {
      const value = Number(cell.value);
      if (cell.value.trim() !== "" && Number.isFinite(value)) edit(value);
      else cell.value = cell.dataset.value ?? "";
    },
  });
  return cell;
}

// Show a number in a field. Where a field draws a hyphen, or more digits than fit,
// its slot draws the number over it, until the field has the focus.
export function showField(cell, value, digits = 5) {
  const text = numberText(value, digits);
  if (Number(cell.value) !== value || cell.value === "") cell.value = String(value);
  cell.dataset.value = String(value);
  cell.parentElement.dataset.shown = text === String(value) ? "" : text;
}

// One number of the figure in a line of text or a table.
export function shownNumber(key, place = 0) {
  const node = element("span", { class: "cx-number", "data-number": `${key}:${place}` });
  const update = (value, digits = 5) => {
    node.dataset.value = String(value);
    fill(node, numberText(value, digits));
  };
  return { node, update };
}

// Two lines that tell a sum: in symbols and in numbers. Each term is a list of
// factors {letter, place, shape, value} and perhaps channel; without terms the sum is 0, for `empty`.
export function sumLines(name, terms, value, empty = "nothing feeds this cell") {
  if (!terms.length) return [line(name, " = ", strong("0"), `: ${empty}.`)];
  const between = (parts, sign) => parts.flatMap((part, k) => [...(k ? [sign] : []), ...part]);
  const symbols = terms.map((term) => between(term.map((f) => [symbol(f.letter, f.place, f.shape, f.channel)]), "\u00b7"));
  const numbers = terms.map((term) => term.map((f) => f.value));
  return [line(name, " = ", ...between(symbols, " + ")), line(...numericSum(numbers, value))];
}

// A sum of products in numbers. Where it is told in rounded ones, data-sum and data-value hold the whole ones.
export function numericSum(terms, value) {
  const [shown, whole] = [false, true].map(
    (all) => terms.map((factors) => factors.map((factor) => factorText(factor, all)).join("\u00b7")).join(" + "));
  const total = strong(numberText(value, shown !== whole ? 5 : 12));
  total.dataset.value = String(value);
  const sign = shown !== whole && terms.flat().length > 1 ? " \u2248 " : " = ";
  return [element("span", { class: "cx-numbers", "data-sum": whole }, shown), sign, total];
}

// The result of a division, after its sign.
export const quotient = (value) => (isLong(value) ? ["\u2248 ", strong(numberText(value, 5))] : ["= ", strong(numberText(value))]);

export const line = (...parts) => element("p", {}, ...parts);
export const strong = (text) => element("strong", { class: "cx-result" }, text);
export const sign = (text) => element("span", { class: "cx-sign", "aria-hidden": "true" }, text);

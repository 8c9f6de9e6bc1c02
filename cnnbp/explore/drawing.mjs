// The drawing vocabulary of the explorables: grids of cells, sliders, choices.
//
// Everything is a native control with a name. Hue says which tensor, a dashed
// frame says gradient, a thick frame and a number say "takes part".

import { cellName, numberText } from "./triples.mjs";

// An element with attributes and children; on… attributes are listeners.
export function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value != null) node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

// A symbol such as x12, its letter in the hue of its tensor.
export function symbol(letter, place, shape) {
  const name = cellName(letter, place, shape);
  return element("var", { class: `cx-ink cx-${letter}` }, name.letter, element("sub", {}, name.index));
}

let unique = 0;

// A labelled slider; `change` gets the number as it moves.
export function slider(label, { min, max, value }, change) {
  const id = `cx-${++unique}`;
  const shown = element("output", { for: id }, String(value));
  const input = element("input", {
    type: "range", id, min, max, step: 1, value,
    oninput: () => change(Number(input.value)),
  });
  const node = element("div", { class: "cx-slider" }, element("label", { for: id }, label), input, shown);
  const update = (number, limit = max) => {
    input.max = limit;
    input.value = number;
    shown.textContent = String(number);
    input.disabled = min === limit;
  };
  update(value);
  return { node, update };
}

// A row of radio buttons; `options` maps a value to its label.
export function choice(legend, options, value, change) {
  const name = `cx-${++unique}`;
  const inputs = {};
  const node = element("fieldset", { class: "cx-choice" }, element("legend", {}, legend));
  for (const [option, label] of Object.entries(options)) {
    inputs[option] = element("input", { type: "radio", name, value: option, onchange: () => change(option) });
    node.append(element("label", {}, inputs[option], element("span", {}, label)));
  }
  const update = (chosen) => {
    inputs[chosen].checked = true;
  };
  update(value);
  return { node, update };
}

export function button(label, press) {
  return element("button", { type: "button", class: "cx-button", onclick: press }, label);
}

// A tensor as a table of cells. Editable cells are number fields, the others
// buttons; both tell `select` when they are focused or pointed at.
// `border` draws that many rows and columns of padding around the cells.
export function grid(letter, shape, { border = 0, edit = null, select, caption }) {
  const cells = [];
  const makeCell = (place) => {
    const { letter: name, index } = cellName(letter, place, shape);
    const label = `${name} ${index.split("").join(" ")}`;
    const tell = () => select(letter, place);
    const cell = edit
      ? element("input", {
          type: "number", step: "any", "aria-label": label, onfocus: tell,
          onchange: () => {
            const value = Number(cell.value);
            if (cell.value.trim() !== "" && Number.isFinite(value)) edit(place, value);
            else cell.value = cell.dataset.value;
          },
        })
      : element("button", { type: "button", onfocus: tell, onclick: tell });
    cell.addEventListener("pointerenter", (event) => event.pointerType === "mouse" && tell());
    cell.classList.add("cx-cell");
    cell.dataset.cell = `${name}${index}`;
    cell.dataset.label = label;
    cells[place] = cell;
    return element("div", { class: "cx-slot" }, cell);
  };
  const columns = shape[1] + 2 * border;
  const frame = element("div", { class: "cx-cells", style: `--columns: ${columns}` });
  for (let row = -border; row < shape[0] + border; row++) {
    for (let column = -border; column < shape[1] + border; column++) {
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
  const update = (values, marks, selected) => {
    cells.forEach((cell, place) => {
      const text = numberText(values[place], 5);
      cell.dataset.value = String(values[place]);
      if (!edit) {
        cell.textContent = text;
        cell.setAttribute("aria-label", `${cell.dataset.label}: ${text}`);
      } else if (Number(cell.value) !== values[place] || cell.value === "") cell.value = String(values[place]);
      cell.classList.toggle("cx-on", marks.has(place));
      cell.classList.toggle("cx-selected", place === selected);
      cell.parentElement.dataset.order = marks.get(place) ?? "";
    });
  };
  return { node, update };
}

// Keys that a control uses stay in the figure: JupyterLab wants them for itself.
export function keepKeys(el) {
  const stop = (event) => {
    if (event.key !== "Escape" && !event.ctrlKey && !event.metaKey) event.stopPropagation();
  };
  el.addEventListener("keydown", stop);
  return () => el.removeEventListener("keydown", stop);
}

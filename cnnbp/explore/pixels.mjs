// A picture whose cells can be reached one by one, and painted.
//
// It is one stop of the Tab key; arrow keys go from cell to cell, Space and the
// pointer turn paper into ink and ink into paper.

import { element } from "./controls.mjs";
import { cellName, numberText } from "./triples.mjs";

const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

// `select` is told which cell has the focus, `paint` the cell and its new ink;
// without `paint` the cells are only read. `hint` says how to use the keys.
export function pixels(letter, shape, { caption, hint, select, paint = null }) {
  const columns = shape[1];
  const cells = Array.from({ length: shape[0] * columns }, (_, place) => pixel(letter, place, shape));
  cells.forEach((cell, place) => cell.addEventListener("focus", () => {
    for (const other of cells) other.tabIndex = other === cell ? 0 : -1;
    select(letter, place);
  }));
  const rows = Array.from({ length: shape[0] }, (_, i) =>
    element("div", { role: "row", class: "cx-pixel-row" }, ...cells.slice(i * columns, (i + 1) * columns)));
  const frame = element("div", {
    role: "grid", class: `cx-pixels${paint ? " cx-paint" : ""}`, "aria-label": `${caption}. ${hint}`,
    style: `--columns: ${columns}`, onkeydown: keys(cells, shape, paint), ...(paint ? brush(cells, paint) : {}),
  }, ...rows);
  const title = element("div", { class: "cx-title", "aria-hidden": "true" }, caption);
  return { node: element("div", { class: `cx-picture cx-${letter}` }, title, frame), update: (now) => show(cells, now) };
}

function pixel(letter, place, shape) {
  const { letter: name, index } = cellName(letter, place, shape);
  return element("div", {
    role: "gridcell", class: "cx-pixel", tabindex: place ? -1 : 0,
    "data-number": `${letter}:${place}`, "data-label": `${name} ${index.split("").join(" ")}`,
  });
}

// Ink as strong as the number is large; one below zero has a stroke through it.
function show(cells, { values, scale, marks = [], selected = -1 }) {
  cells.forEach((cell, place) => {
    const value = values[place];
    if (cell.dataset.value !== String(value)) {
      cell.dataset.value = String(value);
      cell.setAttribute("aria-label", `${cell.dataset.label}: ${numberText(value, 4)}`);
    }
    cell.style.setProperty("--level", Math.min(1, Math.abs(value) / scale).toFixed(3));
    cell.classList.toggle("cx-negative", value < 0);
    cell.classList.toggle("cx-on", marks.includes(place));
    cell.classList.toggle("cx-selected", place === selected);
  });
}

const flipped = (cell) => (Number(cell.dataset.value) > 0.5 ? 0 : 1);

function keys(cells, [rows, columns], paint) {
  return (event) => {
    const place = cells.indexOf(event.target);
    const step = STEPS[event.key];
    if (place < 0 || !(step || (paint && [" ", "Enter"].includes(event.key)))) return;
    event.preventDefault();
    if (!step) return paint(place, flipped(cells[place]));
    const [row, column] = [Math.floor(place / columns) + step[0], (place % columns) + step[1]];
    if (row >= 0 && row < rows && column >= 0 && column < columns) cells[row * columns + column].focus();
  };
}

// A stroke of the pointer goes on as it began: with ink, or wiping.
function brush(cells, paint) {
  let ink = null;
  const touch = (event) => {
    const place = cells.indexOf(document.elementFromPoint(event.clientX, event.clientY));
    if (place < 0) return;
    ink ??= flipped(cells[place]);
    if (Number(cells[place].dataset.value) !== ink) paint(place, ink);
  };
  return {
    onpointerdown: (event) => {
      ink = null;
      if (event.button === 0) touch(event);
    },
    onpointermove: (event) => {
      if (!event.buttons) ink = null;
      if (ink !== null) touch(event);
    },
  };
}

// Pictures of many numbers: bars, curves, images. The numbers stand beside or in them.

import { element, fill, svg } from "./controls.mjs";
import { shownNumber } from "./grids.mjs";
import { numberText } from "./triples.mjs";

// One bar a number, from a common zero line; `names` label the rows. `key`
// names the tensor among the figure's numbers, null where they are shown elsewhere.
export function bars(names, { key, caption, letter = "Y", min = 0, max = 1 }) {
  const zero = (-min / (max - min)) * 100;
  const rows = names.map((name, place) => {
    const bar = element("div", { class: "cx-fill" });
    const number = shownNumber(key, place);
    const track = element("div", { class: "cx-track", "aria-hidden": "true" }, bar);
    track.style.setProperty("--zero", `${zero}%`);
    return { bar, number, node: element("div", { class: "cx-bar-row" }, element("span", {}, name), track, number.node) };
  });
  const kind = `cx-bars cx-${letter}${letter.startsWith("d") ? " cx-gradient" : ""}`;
  const node = element("div", { class: kind, role: "group", "aria-label": caption },
    element("div", { class: "cx-title", "aria-hidden": "true" }, caption), ...rows.map((row) => row.node));
  const update = (values, marked = -1) => rows.forEach(({ bar, number, node: row }, place) => {
    const end = Math.min(Math.max((values[place] - min) / (max - min), 0), 1) * 100;
    bar.style.left = `${Math.min(zero, end)}%`;
    bar.style.width = `${Math.abs(end - zero)}%`;
    number.update(values[place], 4);
    row.classList.toggle("cx-on", place === marked);
  });
  return { node, update };
}

// Bars that keep their scale to their numbers, each with a word beside it.
export function comparison(caption, letter, key) {
  const node = element("div", { class: "cx-comparison", "data-answer": true });
  let [chart, words, layout] = [null, [], ""];
  const update = (names, values, told, marked = -1) => {
    const [min, max] = [-ceiling(-Math.min(...values, 0)), ceiling(Math.max(...values, 0))];
    const wanted = JSON.stringify([names, min, max]);
    if (wanted !== layout) {
      chart = bars(names, { key, caption, letter, min, max: max - min ? max : 1 });
      words = [...chart.node.querySelectorAll(".cx-bar-row")].map((row) => row.appendChild(element("span")));
      node.replaceChildren(chart.node);
    }
    layout = wanted;
    chart.update(values, marked);
    words.forEach((word, place) => fill(word, told[place]));
  };
  return { node, update };
}

// The next power of two, so that a scale does not change with every number.
const ceiling = (size) => (size > 0 ? 2 ** Math.ceil(Math.log2(size)) : 0);

// A tensor as an image: the stronger the ink, the larger the number; a number
// below zero has a stroke through its cell.
export function image(shape, { key, caption, letter = "X", size = 12 }) {
  const [rows, columns] = shape;
  const cells = [];
  const picture = svg("svg", {
    viewBox: `0 0 ${columns * size} ${rows * size}`, class: "cx-image", role: "img", width: columns * size, height: rows * size,
  });
  for (let place = 0; place < rows * columns; place++) {
    const [x, y] = [(place % columns) * size, Math.floor(place / columns) * size];
    const cell = svg("rect", { x, y, width: size, height: size, "data-number": key ? `${key}:${place}` : null });
    const stroke = svg("line", { x1: x + 2, x2: x + size - 2, y1: y + size / 2, y2: y + size / 2 });
    cells.push([cell, stroke]);
    picture.append(cell, stroke);
  }
  const kind = `cx-picture cx-${letter}${letter.startsWith("d") ? " cx-gradient" : ""}`;
  const node = element("div", { class: kind }, element("div", { class: "cx-title", "aria-hidden": "true" }, caption), picture);
  let drawn = "";
  const update = (values, scale = Math.max(...values.map(Math.abs)) || 1) => {
    const wanted = [scale, ...values].join();
    if (wanted === drawn) return;
    drawn = wanted;
    cells.forEach(([cell, stroke], place) => {
      cell.dataset.value = String(values[place]);
      cell.setAttribute("fill-opacity", Math.min(1, Math.abs(values[place]) / scale).toFixed(3));
      stroke.setAttribute("visibility", values[place] < 0 ? "visible" : "hidden");
    });
    const [low, high] = [Math.min(...values), Math.max(...values)].map((value) => numberText(value, 3));
    picture.setAttribute("aria-label", `${caption}: ${rows} by ${columns} numbers from ${low} to ${high}`);
  };
  return { node, update };
}

// Lines over a common axis. An axis is {min, max, log, title}; `lines` are
// {points, name, dashed, thin, letter, named}, where the name stands at point `named`, or
// at the last; `marks` are {x, y}. Numbers that matter stand in the text.
export function curves({ x, y, caption, width = 340, height = 210 }) {
  const [left, right, top, bottom] = [46, 12, 10, 36];
  const scale = ({ min, max, log }, from, to) => {
    const f = log ? Math.log10 : Number;
    return (value) => from + ((f(value) - f(min)) / (f(max) - f(min))) * (to - from);
  };
  const [atX, atY] = [scale(x, left, width - right), scale(y, height - bottom, top)];
  const inside = (value, { min, max }) => Math.min(Math.max(value, min), max);
  const ticks = ({ min, max, log }) => {
    if (!log) return [min, (min + max) / 2, max];
    const [low, high] = [Math.ceil(Math.log10(min)), Math.floor(Math.log10(max))];
    const step = Math.max(1, Math.round((high - low) / 4));
    return Array.from({ length: Math.floor((high - low) / step) + 1 }, (_, k) => 10 ** (low + k * step));
  };
  const word = (value, { log }) => (log ? `10${superscript(Math.round(Math.log10(value)))}` : numberText(value, 3));
  const axes = svg("g", { class: "cx-axes", "aria-hidden": "true" },
    svg("path", { d: `M${left},${top}V${height - bottom}H${width - right}` }),
    ...ticks(x).map((value) => svg("text", { x: atX(value), y: height - bottom + 15, "text-anchor": "middle" }, word(value, x))),
    ...ticks(y).map((value) => svg("text", { x: left - 5, y: atY(value) + 4, "text-anchor": "end" }, word(value, y))),
    svg("text", { x: (left + width - right) / 2, y: height - 4, "text-anchor": "middle" }, x.title),
    svg("text", { x: left + 4, y: top + 8 }, y.title));
  const drawn = svg("g");
  const picture = svg("svg", { viewBox: `0 0 ${width} ${height}`, class: "cx-curves", role: "img", "aria-label": caption }, axes, drawn);
  const update = (lines, marks = [], label = caption) => {
    picture.setAttribute("aria-label", label);
    drawn.replaceChildren(
      ...lines.flatMap(({ points, name, dashed, thin, letter = "X", named = points.length - 1 }) => {
        if (!points.length) return [];
        const at = points.map((point) => [atX(inside(point[0], x)), atY(inside(point[1], y))]);
        const [endX, endY] = at[named];
        const kind = `cx-line cx-${letter}${dashed ? " cx-dashed" : ""}${thin ? " cx-thin" : ""}`;
        const path = svg("polyline", { points: at.map((pair) => pair.map((v) => v.toFixed(1)).join()).join(" "), class: kind });
        const place = { x: Math.max(Math.min(endX, width - right), left + 8 * (name ?? "").length), y: endY - 6 };
        return name ? [path, svg("text", { ...place, "text-anchor": "end", class: `cx-${letter}` }, name)] : [path];
      }),
      ...marks.map((mark) => svg("circle", { cx: atX(inside(mark.x, x)), cy: atY(inside(mark.y, y)), r: 5, class: "cx-mark" })));
  };
  return { node: element("div", { class: "cx-chart" }, picture), update };
}

const superscript = (power) => String(power).replace(/[-0-9]/g, (c) => "\u207b\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079"["-0123456789".indexOf(c)]);

// The controls of the explorables: sliders, choices, switches, buttons, a player.
//
// Each is a native control with a name. A control has a `node`, and an `update`
// that shows the state's value; what the reader does goes to `change`.

import { cellName } from "./triples.mjs";

// An element with attributes and children; on… attributes are listeners.
export function element(tag, attributes = {}, ...children) {
  return furnish(document.createElement(tag), attributes, children);
}

// The same inside a picture.
export function svg(tag, attributes = {}, ...children) {
  return furnish(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

function furnish(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value != null) node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

// Give a node its children, and touch nothing if it has them: what stays needs no new layout.
export function fill(node, ...children) {
  const there = node.childNodes;
  const same = (child, k) => child === there[k] || (there[k].nodeType === Node.TEXT_NODE && there[k].data === child);
  if (children.length !== there.length || !children.every(same)) node.replaceChildren(...children);
}

// A symbol such as x12, its letter in the hue of its tensor.
export function symbol(letter, place, shape, channel) {
  const name = cellName(letter, place, shape, channel);
  return element("var", { class: `cx-ink cx-${letter}` }, name.letter, element("sub", {}, name.index));
}

// A maker that makes what a key names only once; a layout that comes back is ready.
export function kept(make) {
  const known = new Map();
  return (key, ...rest) => {
    if (!known.has(key)) known.set(key, make(...rest));
    return known.get(key);
  };
}

// A name that no other control of the document has: in JupyterLab each widget
// brings its own copy of this module.
export const unique = () => `cx-${crypto.getRandomValues(new Uint32Array(2)).join("-")}`;

// A labelled slider; `change` gets the number as it moves, `text` words it.
export function slider(label, { min, max, step = 1, text = String }, change) {
  const id = unique();
  const shown = element("output", { for: id });
  const input = element("input", {
    type: "range", id, min, max, step, oninput: () => change(Number(input.value)),
  });
  const node = element("div", { class: "cx-slider" }, element("label", { for: id }, label), input, shown);
  const update = (number, limit = max) => {
    input.max = limit;
    input.value = number;
    input.setAttribute("aria-valuetext", text(number));
    node.hidden = min >= limit;
    fill(shown, text(number));
  };
  return { node, update };
}

// A row of radio buttons; `options` maps a value to its label.
export function choice(legend, options, change) {
  const name = unique();
  const inputs = {};
  const node = element("fieldset", { class: "cx-choice" }, element("legend", {}, legend));
  for (const [option, label] of Object.entries(options)) {
    inputs[option] = element("input", { type: "radio", name, value: option, onchange: () => change(option) });
    node.append(element("label", {}, inputs[option], element("span", {}, label)));
  }
  const update = (chosen) => {
    if (inputs[chosen]) inputs[chosen].checked = true;
  };
  return { node, update };
}

// A switch that is on or off.
export function toggle(label, change) {
  const input = element("input", { type: "checkbox", onchange: () => change(input.checked) });
  const node = element("label", { class: "cx-toggle" }, input, element("span", {}, label));
  const update = (on) => {
    input.checked = on;
  };
  return { node, update };
}

export function button(label, press) {
  return element("button", { type: "button", class: "cx-button", onclick: press }, label);
}

// A slider over steps with Back, Next and Play. Play goes on by itself, or,
// where the reader wants no motion, straight to the last step.
export function player(label, { min = 0, max, text = String }, change, pause = 700) {
  let [now, last, timer] = [min, max, null];
  const go = (step) => change(Math.min(Math.max(step, min), last));
  const stop = () => {
    clearInterval(timer);
    timer = null;
    play.textContent = "Play";
  };
  const press = (step) => () => {
    stop();
    go(step());
  };
  const start = () => {
    if (timer) return stop();
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return go(now < last ? last : min);
    if (now >= last) go(min);
    play.textContent = "Pause";
    timer = setInterval(() => (now < last && play.isConnected ? go(now + 1) : stop()), pause);
  };
  const track = slider(label, { min, max, text }, (step) => press(() => step)());
  const [back, next, play] = [button("Back", press(() => now - 1)), button("Next", press(() => now + 1)), button("Play", start)];
  const node = element("div", { class: "cx-player" }, track.node, element("div", { class: "cx-keys" }, back, next, play));
  const update = (step, limit = max) => {
    [now, last] = [step, limit];
    track.update(step, limit);
    back.disabled = step <= min;
    next.disabled = step >= limit;
    if (timer && step >= limit) stop();
  };
  return { node, update, close: stop };
}

// Keys that a control uses stay in the figure: JupyterLab wants them for itself.
export function keepKeys(el) {
  const stop = (event) => {
    if (event.key !== "Escape" && !event.ctrlKey && !event.metaKey) event.stopPropagation();
  };
  el.addEventListener("keydown", stop);
  return () => el.removeEventListener("keydown", stop);
}

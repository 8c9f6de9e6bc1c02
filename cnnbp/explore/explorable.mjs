// What every explorable's view shares: the controls that follow the state, reset,
// address, prediction, and one drawing a change.
//
// A view gives `compute(get)`, a pure function from the state to everything that
// is drawn (its `numbers` are the ones that Python computes too), and
// `build(tools)`, which makes the nodes once and returns
//   bar      the nodes of the controls,
//   stage    the nodes of the figure,
//   draw     a function that shows what compute returned,
//   ask      where the reader may predict: a function from it to the question.
// `given` names the parts of the state that no reader moves.

import { button, choice, element, keepKeys, player, slider, toggle } from "./controls.mjs";
import { numberText } from "./triples.mjs";
import { predictor } from "./predict.mjs";
import { readAddress, writeAddress } from "./model.mjs";

export function explorable({ given = [], compute, build }) {
  const render = ({ model, el, id = null }) => {
    const names = Object.keys(model.get("domains"));
    const present = () => Object.fromEntries(names.map((name) => [name, structuredClone(model.get(name))]));
    const start = present();
    const write = (changes) => {
      for (const [name, value] of Object.entries(changes)) model.set(name, value);
      model.save_changes();
    };
    const followers = [];
    const closers = [keepKeys(el)];

    // A control of one part of the state: it moves the part and follows it.
    // `along` tells what else moves with it.
    const bind = (name, make, along = () => ({})) => {
      const control = make((value) => write({ [name]: value, ...along(value) }));
      followers.push((now) => control.update(now.state?.[name] ?? model.get(name), now.limits?.[name] ?? model.get("domains")[name].max));
      if (control.close) closers.push(control.close);
      return control.node;
    };
    const domain = (name) => model.get("domains")[name];
    const tools = {
      get: (name) => model.get(name),
      write,
      slider: (name, label = name, text = String) => bind(name, (change) => slider(label, { ...domain(name), text }, change)),
      player: (name, label = name, text = String, along) =>
        bind(name, (change) => player(label, { ...domain(name), text }, change), along),
      choice: (name, legend, labels) => bind(name, (change) => choice(legend, labels, change)),
      toggle: (name, label) => bind(name, (change) => toggle(label, change)),
      select: (letter, place) => write({ selected: [letter, place] }),
      // Editing the cells of a matrix, of which `width` columns are on show.
      edit: (name, width = model.get(name)[0].length) => (place, value) => {
        const rows = structuredClone(model.get(name));
        rows[Math.floor(place / width)][place % width] = value;
        write({ [name]: rows });
      },
      say: (...lines) => why.replaceChildren(...lines),
      closers,
    };

    const why = element("div", { class: "cx-why", role: "status", "data-answer": true });
    const spoken = element("p", { class: "cx-spoken", role: "status" });
    const parts = build(tools);
    const guess = parts.ask && names.includes("predict") ? predictor(tools) : null;
    const keys = element("div", { class: "cx-keys" }, ...(guess ? [guess.button] : []));
    keys.append(button("Reset", () => write(structuredClone(start))));
    if (id) keys.append(addressLink());
    closers.push(followLinks(el, id, (hash) => {
      const state = readAddress(hash, id ?? placeOf(el), model.get("domains"), start);
      if (state) write(state);
      return Boolean(state);
    }));
    const bar = element("div", { class: "cx-bar" }, ...parts.bar, keys);
    el.classList.add("cx");
    el.replaceChildren(bar, element("div", { class: "cx-stage" }, ...parts.stage), ...(guess ? [guess.panel] : []), why, spoken);

    // A link to the figure as it stands.
    function addressLink() {
      const link = element("a", { class: "cx-link" }, "Link to this");
      followers.push(() => {
        link.href = writeAddress(id, model.get("domains"), present(), start);
      });
      return link;
    }

    let shown = null;
    const draw = () => {
      const now = compute((name) => model.get(name));
      const told = why.textContent;
      for (const follow of followers) follow(now);
      parts.draw(now);
      const silent = shown && told === why.textContent && !model.get("predict");
      spoken.textContent = silent ? changesOf(el, shown, now.numbers) : "";
      shown = now.numbers;
      if (guess) guess.update(model.get("predict") ? parts.ask(now) : null);
      el.classList.toggle("cx-predicting", Boolean(guess) && model.get("predict"));
    };
    let waiting = false;
    const schedule = () => {
      if (waiting) return;
      waiting = true;
      queueMicrotask(() => {
        waiting = false;
        draw();
      });
    };
    const heard = [...names, ...given, "domains"];
    for (const name of heard) model.on(`change:${name}`, schedule);
    closers.push(() => heard.forEach((name) => model.off(`change:${name}`, schedule)));
    draw();
    return () => closers.forEach((close) => close());
  };
  return Object.assign(render, { compute });
}

// What to say of a change that the explanation does not tell: the tensors in sight that
// have other numbers now, by their captions, with the numbers where they are few.
function changesOf(el, before, now) {
  const words = Object.keys(now).filter((key) => String(before[key]) !== String(now[key])).map((key) => {
    const cells = [...el.querySelectorAll(`.cx-stage [data-number^="${key}:"]`)].filter((node) => !node.closest("[hidden]"));
    const caption = cells[0]?.closest("[role=group], [role=img], [role=grid]")?.getAttribute("aria-label");
    if (!caption) return cells[0]?.closest("p, tr")?.textContent;
    return cells.length < 10 ? `${caption}: ${cells.map((node) => numberText(Number(node.dataset.value), 4)).join(", ")}` : caption;
  });
  const told = [...new Set(words)].filter(Boolean).slice(0, 4);
  return told.length ? `Changed: ${told.join("; ")}.` : "";
}

// Whatever names the figure is followed: the page's address, a link of the prose, and
// the same link once more. A notebook is no page: there a link is only followed, not gone to.
function followLinks(el, id, take) {
  const follow = (hash) => {
    const taken = take(hash);
    if (taken) requestAnimationFrame(() => el.scrollIntoView({ block: "nearest" }));
    return taken;
  };
  const arrive = () => follow(location.hash);
  const press = (event) => {
    const link = event.target.closest?.('a[href^="#explore-"]');
    if (!link || (id ? link.hash !== location.hash : !el.offsetParent)) return;
    if (follow(link.hash) && !id) event.preventDefault();
  };
  addEventListener("click", press, true);
  if (id) {
    addEventListener("hashchange", arrive);
    queueMicrotask(arrive);
  }
  return () => {
    removeEventListener("click", press, true);
    removeEventListener("hashchange", arrive);
  };
}

// The name that a figure of a notebook would have on the page: its view's, and which of its kind it is.
function placeOf(el) {
  const kind = [...el.classList].find((name) => name.startsWith("cx-of-"));
  const all = [...(el.closest(".jp-Notebook") ?? document).querySelectorAll(`.${kind}`)];
  const place = all.indexOf(el) + 1;
  return `explore-${kind.slice("cx-of-".length)}${place > 1 ? `-${place}` : ""}`;
}

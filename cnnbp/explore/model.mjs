// The state of an explorable on a page with no kernel, and its address.
//
// The model answers as an anywidget model does, so that one view serves both:
// get, set, save_changes, and on/off for "change:name".

export function pageModel(state) {
  const listeners = new Map();
  const values = { ...state };
  return {
    get: (name) => values[name],
    set(name, value) {
      if (JSON.stringify(values[name]) === JSON.stringify(value)) return;
      values[name] = value;
      for (const listener of listeners.get(`change:${name}`) ?? []) listener();
    },
    save_changes() {},
    on(event, listener) {
      listeners.set(event, [...(listeners.get(event) ?? []), listener]);
    },
    off(event, listener) {
      listeners.set(event, (listeners.get(event) ?? []).filter((known) => known !== listener));
    },
  };
}

// What a part of the state may be, how an address writes it, and how it reads it.
// A reader gets undefined for everything that the part may not be.
const LARGEST = 1e6;
const KINDS = {
  number: {
    write: String,
    read(text, { min, max, step }) {
      const value = decimal(text);
      const whole = !Number.isInteger(step) || Number.isInteger(value);
      return value >= min && value <= max && whole ? value : undefined;
    },
  },
  pick: { write: String, read: (text, { options }) => (options.includes(text) ? text : undefined) },
  flag: { write: (on) => (on ? "1" : "0"), read: (text) => ({ 0: false, 1: true })[text] },
  matrix: {
    write: (rows) => rows.map((row) => row.join()).join(";"),
    read(text, { min = -LARGEST, max = LARGEST }, present) {
      const rows = text.split(";").map((row) => row.split(",").map(decimal));
      const fits = rows.length === present.length && rows.every((row) => row.length === present[0].length);
      return fits && rows.flat().every((value) => value >= min && value <= max) ? rows : undefined;
    },
  },
  cell: {
    write: ([letter, place]) => `${letter}.${place}`,
    read(text, { letters }) {
      const [, letter, place] = /^(\w{1,4})\.(\d{1,4})$/.exec(text) ?? [];
      return letters.includes(letter) ? [letter, Number(place)] : undefined;
    },
  },
};

const decimal = (text) => (/^-?\d{1,20}(\.\d{1,20})?(e-?\d{1,3})?$/.test(text) ? Number(text) : NaN);

// The address of a state: what differs from the start, as a URL's fragment.
export function writeAddress(id, domains, state, start) {
  const query = new URLSearchParams();
  for (const [name, domain] of Object.entries(domains)) {
    if (JSON.stringify(state[name]) === JSON.stringify(start[name])) continue;
    query.set(name, KINDS[domain.kind].write(state[name]));
  }
  const text = query.toString().replaceAll("%2C", ",").replaceAll("%3B", ";");
  return `#${id}${text ? `?${text}` : ""}`;
}

// The state that a fragment names, or null if it is not for this figure or if
// any part of it is unknown or not allowed.
export function readAddress(hash, id, domains, start) {
  const [name, query = ""] = hash.replace(/^#/, "").split(/\?(.*)/s);
  if (name !== id || query.length > 4000) return null;
  const state = structuredClone(start);
  for (const [part, text] of new URLSearchParams(query)) {
    if (!Object.hasOwn(domains, part)) return null;
    const value = KINDS[domains[part].kind].read(text, domains[part], start[part]);
    if (value === undefined) return null;
    state[part] = value;
  }
  return state;
}

// Give every explorable and every check of the page its view; `views` maps a name to a render.
export function mountAll(views) {
  const known = {};
  for (const figure of document.querySelectorAll("figure:is([data-explorable], [data-check])")) {
    const name = figure.dataset.explorable ?? "check";
    const state = figure.querySelector('script[type="application/json"]');
    if (!views[name] || !state) continue;
    known[name] = (known[name] ?? 0) + 1;
    figure.id = `explore-${name}${known[name] > 1 ? `-${known[name]}` : ""}`;
    const model = pageModel(JSON.parse(state.textContent));
    const el = document.createElement("div");
    el.className = `cx-of-${name}`;
    figure.replaceChildren(el);
    figure.explorable = model;
    views[name]({ model, el, id: figure.id });
  }
}

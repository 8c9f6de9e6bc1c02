// The state of an explorable on a page with no kernel.
//
// It answers as an anywidget model does, so that one view serves both: get,
// set, save_changes, and on/off for "change:name".

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

// Give every explorable of the page its view; `views` maps a name to a render.
export function mountAll(views) {
  for (const figure of document.querySelectorAll("figure[data-explorable]")) {
    const render = views[figure.dataset.explorable];
    const state = figure.querySelector('script[type="application/json"]');
    if (!render || !state) continue;
    const model = pageModel(JSON.parse(state.textContent));
    const el = document.createElement("div");
    figure.replaceChildren(el);
    render({ model, el });
  }
}

// Routes of a gradient through pooling: all the arithmetic of the way back.
//
// A route belongs to a window: {cells, by}, the cells of X that get its
// gradient, and what the gradient is divided by on its way.

// The routes of max pooling by each rule; `cells` holds the cells of every window.
export function byMaximum(cells, X) {
  const winners = cells.map((window) => {
    const largest = Math.max(...window.map((p) => X[p]));
    return window.filter((p) => X[p] === largest);
  });
  const first = winners.map(([p]) => ({ cells: [p], by: 1 }));
  const all = winners.map((tied) => ({ cells: tied, by: 1 }));
  return { first, all, split: winners.map((tied) => ({ cells: tied, by: tied.length })), overwrite: first };
}

// The routes of average pooling: padded cells counted, or not.
export const byMean = (cells, full) => ({
  counted: cells.map((window) => ({ cells: window, by: full })),
  inside: cells.map((window) => ({ cells: window, by: window.length })),
});

// dX: what all windows send, added up; or the last that came, where they overwrite.
export function send(routes, dY, size, overwrite = false) {
  const dX = new Array(size).fill(0);
  routes.forEach(({ cells, by }, r) => cells.forEach((p) => {
    dX[p] = (overwrite ? 0 : dX[p]) + dY[r] / by;
  }));
  return dX;
}

// Known mistakes with the way back of each kind of pooling, as rules {text, values}.
export function poolingMistakes({ kind, way, routes, cells, gradients, numbers: { X, dY } }) {
  const top = byMaximum(cells, X);
  const each = (by) => cells.map((window) => ({ cells: window, by: by(window) }));
  const last = top.all.map(({ cells: tied }) => ({ cells: tied.slice(-1), by: 1 }));
  const rule = (text, routes, overwrite) => ({ text, values: send(routes, dY, X.length, overwrite) });
  const whole = rule("it was passed to every cell of the window as it is. Each cell has a rate of its own.", each(() => 1));
  if (kind === "max") {
    return [
      rule("every equal maximum got it. Only the first in row order does.", top.all),
      rule("tied maxima share it. Here, as in PyTorch, the first in row order gets it all.", top.split),
      rule("a later window overwrote an earlier one. Where windows overlap, gradients are added.", top.first, true),
      rule("the last of the tied maxima got it. The first in row order does.", last),
      rule("that is spread evenly, as average pooling does. A maximum sends it to one cell.", each((window) => window.length)),
      whole,
    ];
  }
  const other = gradients[way === "counted" ? "inside" : "counted"];
  return [
    rule("it went to the maximum. A mean spreads it over the window.", top.first),
    { text: "that is the other divisor. Forward and backward divide by the same number of cells.", values: other },
    rule("a later window overwrote an earlier one. Where windows overlap, shares are added.", routes, true),
    whole,
  ];
}

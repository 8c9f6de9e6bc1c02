// A kernel turned in eight ways, and two conventions forwards and backwards: all the arithmetic of it.

import { sumOfProducts } from "./triples.mjs";
import { turned } from "./mistakes.mjs";

const largest = (a, b) => Math.max(...a.map((value, k) => Math.abs(value - b[k])));
export const reversed = (kernel) => [...kernel].reverse();
export const fits = ({ shapes, list }, turn) => list.turns[turn].shape[1] === shapes.F[1];

// dX when a kernel slides as it lies: the list's triples read it from its end.
const slide = ({ list }, kernel, { dY, X }) => sumOfProducts(list, "dX", dY, reversed(kernel), X.length);

export function allTurns(now, values) {
  const numbers = { F: values.F, dY: values.dY };
  const right = sumOfProducts(now.list, "dX", values.dY, values.F, values.X.length);
  for (const turn of Object.keys(now.list.turns)) {
    const kernel = now.list.turns[turn].from.map((k) => values.F[k]);
    numbers[`F_${turn}`] = kernel;
    if (!fits(now, turn)) continue;
    numbers[`dX_${turn}`] = slide(now, kernel, values);
    numbers[`error_${turn}`] = [largest(numbers[`dX_${turn}`], right)];
  }
  return numbers;
}

export function allPairs(now, values) {
  const { list, forward, backward } = now;
  const { X, F, dY } = values;
  const kernels = { correlation: F, convolution: reversed(F), turned: reversed(F), unturned: F };
  const output = (image, kernel) => sumOfProducts(list, "Y", image, kernel, dY.length);
  const moved = (p, by) => X.map((value, k) => (k === p ? value + by : value));
  const nudged = (kernel) => X.map((_, p) => {
    const [up, down] = [0.5, -0.5].map((by) => output(moved(p, by), kernel));
    return dY.reduce((sum, dy, r) => sum + dy * (up[r] - down[r]), 0); // over a whole step
  });
  const numbers = { X, F, dY, Y: output(X, kernels[forward]) };
  for (const one of ["correlation", "convolution"]) {
    const judge = nudged(kernels[one]);
    for (const other of ["turned", "unturned"]) {
      const dX = slide(now, kernels[other], values);
      numbers[`error_${one}_${other}`] = [largest(dX, judge)];
      if (one === forward && other === backward) Object.assign(numbers, { nudged: judge, dX });
    }
  }
  return numbers;
}

// The turn that one flip more makes of a turn.
export function flippedTurn({ list: { turns } }, turn, flip) {
  const from = turned(turns[turn].from, turns[turn].shape, flip).join();
  return Object.keys(turns).find((name) => turns[name].from.join() === from);
}

// The routes of pooling and the mistakes with them, without a browser.

import assert from "node:assert/strict";
import test from "node:test";

import { compute } from "../cnnbp/explore/pooling_router.mjs";
import { judge } from "../cnnbp/explore/predict.mjs";
import { byMaximum, byMean, poolingMistakes, send } from "../cnnbp/explore/routes.mjs";

// A row of three cells with two windows that overlap, as one line of 2x3 images.
const WINDOWS = { shape: [1, 2], cells: [[0, 1, 3, 4], [1, 2, 4, 5]] };
const state = (X, more) => {
  const tables = { size: [2, 3], windows: { "2,1,0": WINDOWS } };
  const parts = { X, dY: [[1, 10]], tables, kernel: 2, stride: 1, padding: 0, kind: "max", rule: "first", selected: ["Y", 0], ...more };
  return compute((name) => parts[name]);
};

test("a cell that wins twice gets the sum, and the last where it is overwritten", () => {
  const { first } = byMaximum(WINDOWS.cells, [0, 5, 0, 0, 0, 0]);
  assert.deepEqual(send(first, [1, 10], 6), [0, 11, 0, 0, 0, 0]);
  assert.deepEqual(send(first, [1, 10], 6, true), [0, 10, 0, 0, 0, 0]);
});

test("a mean divides by all cells or by those inside", () => {
  const { counted, inside } = byMean([[0, 1]], 4);
  assert.deepEqual([send(counted, [8], 2), send(inside, [8], 2)], [[2, 2], [4, 4]]);
});

// Wrong answers, worked out by hand, for an image with a tie in the second window.
const TIED = [[3, 0, 2], [0, 0, 2]];
const MEANS = { kind: "average", count_include_pad: true };
const TRAPS = [
  [TIED, {}, "every equal maximum", [1, 0, 10, 0, 0, 10]],
  [TIED, {}, "tied maxima share", [1, 0, 5, 0, 0, 5]],
  [TIED, {}, "the last of the tied", [1, 0, 0, 0, 0, 10]],
  [TIED, {}, "spread evenly", [0.25, 2.75, 2.5, 0.25, 2.75, 2.5]],
  [TIED, {}, "passed to every cell", [1, 11, 10, 1, 11, 10]],
  [[[0, 5, 0], [0, 0, 0]], {}, "overwrote", [0, 10, 0, 0, 0, 0]],
  [TIED, MEANS, "went to the maximum", [1, 0, 10, 0, 0, 0]],
  [TIED, MEANS, "overwrote", [0.25, 2.5, 2.5, 0.25, 2.5, 2.5]],
];

test("each known mistake gives its numbers, and its sentence names it", () => {
  for (const [X, more, words, values] of TRAPS) {
    const now = state(X, more);
    const rules = poolingMistakes(now);
    assert.deepEqual(rules.find((rule) => rule.text.includes(words)).values, values, words);
    const { broken, unknown } = judge(values, { values: now.numbers.dX, rules });
    assert.ok(broken[0].text.includes(words), `${words}: ${broken[0].text}`);
    assert.equal(unknown.length, 0);
  }
});

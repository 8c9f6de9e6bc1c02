// The explorables' arithmetic and state, without a browser.

import assert from "node:assert/strict";
import test from "node:test";

import { view } from "../cnnbp/explore/convolution.mjs";
import { pageModel } from "../cnnbp/explore/model.mjs";
import { cellName, factorText, meetings, numberText, sumOfProducts } from "../cnnbp/explore/triples.mjs";

// The sixteen triples of the 3x3 image and the 2x2 filter.
const TABLE = {
  shape: [2, 2],
  p: [0, 1, 3, 4, 1, 2, 4, 5, 3, 4, 6, 7, 4, 5, 7, 8],
  q: [0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3],
  r: [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3],
};
const X = [[3, 1, 4], [1, 5, 9], [2, 6, 5]];
const F = [[2, 7], [1, 8]];
const dY = [[1, -2, 1], [3, 5, 1], [1, 1, 1]]; // a sheet, larger than Y

const state = (which) => ({
  X, F, dY, which, selected: [which, 0], stride: 1, padding: 0, dilation: 1, tables: { "1,0,1": TABLE }, limits: {},
});

test("the running example comes out in all three readings", () => {
  const wanted = { Y: [54, 107, 87, 119], dF: [29, 53, 27, 30], dX: [2, 3, -14, 7, 37, 19, 3, 29, 40] };
  for (const [which, values] of Object.entries(wanted)) {
    assert.deepEqual(view(pageModel(state(which))).values[which], values);
  }
});

test("overlaps are added, not overwritten", () => {
  const twice = { p: [0, 0], q: [0, 1], r: [0, 1] };
  assert.deepEqual(sumOfProducts(twice, "dX", [10, 100], [2, 3], 1), [320]);
});

test("the middle pixel meets the weights in reversed order", () => {
  const found = meetings(TABLE, "dX", "dX", 4);
  assert.deepEqual(found.map((m) => m.i), [0, 1, 2, 3]);
  assert.deepEqual(found.map((m) => m.j), [3, 2, 1, 0]);
});

test("a pixel knows whom it feeds", () => {
  assert.deepEqual(meetings(TABLE, "Y", "X", 1).map((m) => m.at), [0, 1]);
  assert.deepEqual(meetings(TABLE, "dX", "dY", 0).map((m) => m.at), [0, 1, 3, 4]);
  assert.equal(meetings(TABLE, "dF", "X", 4).length, 4);
});

test("cells are named from 1, with a comma where a size passes 9", () => {
  assert.deepEqual(cellName("dX", 5, [3, 3]), { letter: "dx", index: "23" });
  assert.equal(cellName("X", 10, [10, 10]).index, "2,1");
});

test("numbers are short, exact where they can be, with a true minus", () => {
  assert.equal(numberText(0.1 + 0.2), "0.3");
  assert.equal(numberText(-14), "\u221214");
  assert.equal(numberText(1 / 3, 5), "0.33333");
  assert.equal(factorText(-2), "(\u22122)");
});

test("the page's model tells its listeners once, and only of changes", () => {
  const model = pageModel({ stride: 1, X });
  const heard = [];
  const listener = () => heard.push(model.get("stride"));
  model.on("change:stride", listener);
  model.set("stride", 2);
  model.set("stride", 2);
  model.off("change:stride", listener);
  model.set("stride", 3);
  assert.deepEqual(heard, [2]);
});

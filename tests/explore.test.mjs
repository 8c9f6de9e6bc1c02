// The explorables' arithmetic and state, without a browser.

import assert from "node:assert/strict";
import test from "node:test";

import { compute } from "../cnnbp/explore/convolution.mjs";
import { mistakes } from "../cnnbp/explore/mistakes.mjs";
import { pageModel, readAddress, writeAddress } from "../cnnbp/explore/model.mjs";
import { judge } from "../cnnbp/explore/predict.mjs";
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
    assert.deepEqual(compute(pageModel(state(which)).get).numbers[which], values);
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
  assert.equal(factorText(-0.03856801889784404), "(\u22120.038568)");
  assert.equal(factorText(-0.03856801889784404, true), "(\u22120.03856801889784404)");
  assert.deepEqual([0.123456, 1234567, 1 / 3].map((value) => factorText(value)), ["0.123456", "1234567", "0.33333"]);
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

// The wrong results of the running example, computed by hand.
const TRAPS = {
  Y: [["true convolution", [42, 65, 39, 101]]],
  dF: [
    ["dY was rotated", [21, 16, 22, 45]],
    ["the result is rotated", [30, 27, 53, 29]],
    ["rows and columns", [29, 27, 53, 30]],
    ["only the last window", [25, 45, 30, 25]],
    ["mean over the windows", [7.25, 13.25, 6.75, 7.5]],
  ],
  dX: [
    ["was not rotated", [8, -15, -2, 31, 31, 1, 21, 41, 10]],
    ["was transposed, not rotated", [8, -9, -14, 25, 61, 31, 3, 11, 10]],
    ["up and down only", [7, -12, -4, 29, 26, 8, 24, 43, 5]],
    ["flipped sideways only", [1, 6, -16, 5, 32, 26, 6, 31, 35]],
    ["then also transposed", [2, -3, -2, 13, 7, -11, 21, 59, 40]],
    ["Only the kernel is", [40, 29, 3, 19, 37, 7, -14, 3, 2]],
    ["overwrote", [2, -4, -14, 6, 10, 35, 3, 5, 40]],
  ],
};

test("each known mistake gives its numbers, and its sentence names it", () => {
  for (const [which, traps] of Object.entries(TRAPS)) {
    const now = compute(pageModel(state(which)).get);
    const rules = mistakes(now, now.dense);
    for (const [words, values] of traps) {
      assert.deepEqual(rules.find((rule) => rule.text.includes(words)).values, values);
      const { broken, unknown } = judge(values, { values: now.numbers[which], rules });
      assert.ok(broken[0].text.includes(words), `${words}: ${broken[0].text}`);
      assert.equal(unknown.length, 0);
    }
  }
});

test("a right answer breaks no rule, and a stray one is named as such", () => {
  const question = { values: [54, 107, 87, 119], rules: [{ text: "trap", values: [42, 65, 39, 101] }] };
  assert.deepEqual(judge([54, 107, 87, 119], question), { wrong: [], broken: [], unknown: [] });
  assert.deepEqual(judge([54, 65, 88, 119], question), {
    wrong: [1, 2], broken: [{ text: "trap", places: [1] }], unknown: [2],
  });
});

const DOMAINS = {
  stride: { kind: "number", min: 1, max: 3, step: 1 },
  rate: { kind: "number", min: 0, max: 1, step: 0.1 },
  which: { kind: "pick", options: ["Y", "dF", "dX"] },
  predict: { kind: "flag" },
  X: { kind: "matrix", min: -100, max: 100 },
  selected: { kind: "cell", letters: ["Y", "dX"] },
};
const START = { stride: 1, rate: 0, which: "Y", predict: false, X, selected: ["Y", 0] };

test("an address names what differs, and brings it back", () => {
  assert.equal(writeAddress("explore-a", DOMAINS, START, START), "#explore-a");
  const moved = { stride: 3, rate: 0.3, which: "dX", predict: true, X: [[0.5, -1, 4], [1, 5, 9], [2, 6, 1e-7]], selected: ["dX", 8] };
  const address = writeAddress("explore-a", DOMAINS, moved, START);
  assert.ok(address.includes("X=0.5,-1,4;1,5,9;2,6,1e-7"));
  assert.deepEqual(readAddress(address, "explore-a", DOMAINS, START), moved);
  assert.equal(readAddress(address, "explore-b", DOMAINS, START), null);
});

test("an address with anything unknown or out of bounds is no address", () => {
  for (const query of ["stride=4", "stride=1.5", "stride=0x1", "stride=", "rate=2", "which=", "which=dW", "predict=2",
    "X=1", "X=1,2,3;4,5,6;7,8,101", "X=1,2,3;4,5,6;7,8,", "X=1,2,3;4,5,6;7,8,Infinity", "selected=X.0", "selected=Y.-1",
    "selected=Y", "__proto__=1", "toString=1", "tables=1", "stride=2&which=nope"]) {
    assert.equal(readAddress(`#explore-a?${query}`, "explore-a", DOMAINS, START), null, query);
  }
});

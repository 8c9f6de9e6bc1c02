// A check's arithmetic, without a browser: what counts as which answer, what is said.

import assert from "node:assert/strict";
import test from "node:test";

import { hash, assess, normal, numbersIn } from "../cnnbp/explore/check.mjs";

const values = (text) => numbersIn(text).map(({ value }) => value);
// What Python writes for: Check("Q?", answer=[28, -0.5], wrong={(28, 0.5): "The sign."}, digits=3).
const ASKED = {
  question: "Q?", shape: [2], digits: 3, hints: [],
  right: ["aab2087d20eb9606", "110f82764fb216ee"], wrong: { bde289ac098fc3a8: "r+ShQer6MDQh" },
};

test("a number may be written in many ways", () => {
  const halves = ["0.5", "1/2", ".5", " 0.50 ", "+.5", "5e-1", "1 / 2", "[0.5]", "2/4"];
  for (const text of halves) assert.deepEqual(values(text), [0.5]);
  for (const text of ["-3", "\u22123", "\u20133", "-3.", "-6/2", "6/\u22122"]) assert.deepEqual(values(text), [-3]);
});

test("commas, blanks and semicolons separate numbers, brackets do nothing", () => {
  const lists = ["1,2,3", "1 2 3", "1, 2; 3", "[1, 2, 3]", "(1 2\t3)\n", "[[1],[2, 3]]"];
  for (const text of lists) assert.deepEqual(values(text), [1, 2, 3]);
});

test("what is no number is none", () => {
  for (const text of ["three", "1.2.3", "--1", "1/0", "1e999", "0x10", "/2", "1//2", "NaN", "Infinity", "e5", ".", "-"]) {
    assert.ok(!values(text).every(Number.isFinite), text);
  }
});

test("a rounded number has one text", () => {
  assert.equal(normal(28, 4), "2.800e1");
  assert.equal(normal(-0, 3), "0.00e0");
  assert.equal(normal(1 / 3, 3), normal(0.333, 3));
  assert.notEqual(normal(0.334, 3), normal(1 / 3, 3));
});

test("two texts have two hashes", () => {
  const texts = Array.from({ length: 20_000 }, (_, k) => `Q?\n0\n${k}`);
  assert.equal(new Set(texts.map(hash)).size, texts.length);
});

test("a problem is told before anything is judged", () => {
  const problem = (...texts) => assess(ASKED, texts).problem;
  assert.match(problem(" "), /Fill in all/);
  assert.match(problem("1, two"), /“two” is not a number/);
  assert.match(problem("1, 2, 3"), /asked for: 2, written: 3/);
  assert.match(assess({ ...ASKED, shape: [] }, ["0,5"]).problem, /write 0\.5, not 0,5/);
  assert.match(assess({ ...ASKED, choices: ["a", "b"] }, [""]).problem, /Choose one/);
  assert.equal(problem("1 2"), undefined);
});

test("entries are judged one by one, the whole is recognised", () => {
  assert.deepEqual(assess(ASKED, ["28, -1/2"]), { right: [true, true], reaction: "" });
  assert.deepEqual(assess(ASKED, ["28 \u22120.5"]).right, [true, true]);
  assert.deepEqual(assess(ASKED, ["28, 0.5"]), { right: [true, false], reaction: "The sign." });
  assert.deepEqual(assess(ASKED, ["-0.5, 28"]), { right: [false, false], reaction: "" });
});

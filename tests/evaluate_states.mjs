// Compute what an explorable draws for many states: node evaluate_states.mjs FILE.
// FILE holds {view, given, states}; the answer is a list of numbers by name, in JSON.
// A convolution also answers with the terms of each cell's sum.

import { readFileSync } from "node:fs";

import { meetings } from "../cnnbp/explore/triples.mjs";

const { view, given, states } = JSON.parse(readFileSync(process.argv[2], "utf-8"));
const { compute } = await import(`../cnnbp/explore/${view}.mjs`);
const answers = states.map((moved) => {
  const state = { ...given, ...moved };
  const now = compute((name) => state[name]);
  if (!now.table) return { numbers: now.numbers };
  const cells = now.numbers[now.which].map((_, place) => meetings(now.table, now.which, now.which, place));
  return { numbers: now.numbers, terms: cells.map((found) => found.map((m) => [m.i, m.j])) };
});
process.stdout.write(JSON.stringify(answers));

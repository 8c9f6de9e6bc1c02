// Run a network of the explorables on many images: node run_network.mjs FILE.
// FILE holds {layers, cases} with cases {row, X, target}; the answer is in JSON.

import { readFileSync } from "node:fs";

import { run, unpack } from "../cnnbp/explore/network.mjs";

const { layers, cases } = JSON.parse(readFileSync(process.argv[2], "utf-8"));
const answers = cases.map(({ row, X, target }) => {
  const { outputs, p, L, dX, grads } = run(layers, unpack(layers, row, 1), X, target);
  const lists = (byLetter) => Object.fromEntries(Object.entries(byLetter).map(([name, A]) => [name, [...A]]));
  return { outputs: outputs.map((A) => [...A]), p: [...p], L, dX: [...dX], grads: grads.map(lists) };
});
process.stdout.write(JSON.stringify(answers));

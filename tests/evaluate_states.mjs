// Compute what the convolution's view shows for many states: node evaluate_states.mjs FILE.
// FILE holds a list of states; the answer is a list in JSON.

import { readFileSync } from "node:fs";

import { meetings } from "../cnnbp/explore/triples.mjs";
import { view } from "../cnnbp/explore/convolution.mjs";

const answers = JSON.parse(readFileSync(process.argv[2], "utf-8")).map((state) => {
  const now = view({ get: (name) => state[name] });
  const values = now.values[now.which];
  const terms = values.map((_, place) => meetings(now.table, now.which, now.which, place));
  return { values, terms: terms.map((found) => found.map((m) => [m.i, m.j])) };
});
process.stdout.write(JSON.stringify(answers));

// Known mistakes with a convolution, as sentences and as the numbers they give.
//
// They let a prediction be answered: a wrong entry that equals one of these
// breaks the rule that its sentence names.

import { READINGS, sumOfProducts } from "./triples.mjs";

const TURNS = {
  rotated: (i, j, h, w) => [h - 1 - i, w - 1 - j],
  "flipped up": (i, j, h) => [h - 1 - i, j],
  "flipped sideways": (i, j, h, w) => [i, w - 1 - j],
  transposed: (i, j, h, w) => (h === w ? [j, i] : null),
  "rotated and transposed": (i, j, h, w) => (h === w ? [w - 1 - j, h - 1 - i] : null),
};

// A tensor turned in place, or null where the turn would change its shape.
export function turned(values, [h, w], turn) {
  if (!TURNS[turn](0, 0, h, w)) return null;
  return values.map((_, k) => {
    const [i, j] = TURNS[turn](Math.floor(k / w), k % w, h, w);
    return values[i * w + j];
  });
}

// The triples of a table whose output cell lies within a smaller shape.
export function within(table, [rows, columns]) {
  const kept = { p: [], q: [], r: [], shape: [rows, columns] };
  table.r.forEach((r, k) => {
    const [i, j] = [Math.floor(r / table.shape[1]), r % table.shape[1]];
    if (i >= rows || j >= columns) return;
    kept.p.push(table.p[k]);
    kept.q.push(table.q[k]);
    kept.r.push(i * columns + j);
  });
  return kept;
}

function lastOnly(table, which, first, second, size) {
  const { at, i, j } = READINGS[which];
  const result = new Array(size).fill(0);
  table[at].forEach((place, k) => {
    result[place] = first[table[i][k]] * second[table[j][k]];
  });
  return result;
}

function mean(table, which, first, second, size) {
  const count = new Array(size).fill(0);
  for (const place of table[READINGS[which].at]) count[place] += 1;
  return sumOfProducts(table, which, first, second, size).map((sum, k) => sum / Math.max(1, count[k]));
}

// The top left of the image times dY, cell by cell.
function onePlace({ X: [, width], dY: [, columns], dF }, { X, dY }) {
  if (dY.length !== dF[0] * dF[1] || columns !== dF[1]) return null;
  return dY.map((value, k) => value * X[Math.floor(k / columns) * width + (k % columns)]);
}

// dX where the kernel lies wholly on dY, and 0 elsewhere.
function inside(table, { F, dX }) {
  const meets = (p) => table.p.filter((place) => place === p).length;
  return dX.map((value, p) => (meets(p) === F.length ? value : 0));
}

// All mistakes of one reading as rules {text, values}. `now` is what the view
// computed: {which, table, shapes, values}; `dense` is the table for stride 1.
export function mistakes({ which, table, shapes, values }, dense = null) {
  const { first, second } = READINGS[which];
  const [a, b, size] = [values[first], values[second], values[which].length];
  const sum = (x, y, list = table) => x && y && sumOfProducts(list, which, x, y, size);
  const kernel = (turn) => turned(values.F, shapes.F, turn);
  const result = (turn) => turned(values[which], shapes[which], turn);
  const found = [];
  const rule = (text, numbers) => numbers && found.push({ text, values: numbers });
  if (which === "Y") {
    rule("the filter was rotated first. That is a true convolution; here the filter stays as it is.", sum(a, kernel("rotated")));
    rule("the filter was transposed. Its rows stay rows.", sum(a, kernel("transposed")));
  }
  if (which === "dF") {
    rule("dY was rotated. The image and dY meet as they are.", sum(a, turned(values.dY, shapes.dY, "rotated")));
    rule("the image slid over dY, not dY over the image: the result is rotated.", result("rotated"));
    rule("rows and columns are exchanged.", result("transposed"));
    rule("one product is not a sum. dY lies on the image in one place for each weight, and all its products are added.", onePlace(shapes, values));
    rule("only the last window is left. A weight is used in every window, so its products are added.", lastOnly(table, which, a, b, size));
    rule("that is the mean over the windows. Shared weights get the sum.", mean(table, which, a, b, size));
  }
  if (which === "dX") {
    rule("the kernel was not rotated while it slid over dY.", sum(a, kernel("rotated")));
    rule("the kernel was transposed, not rotated: its rows became columns.", sum(a, kernel("rotated and transposed")));
    rule("the kernel was flipped up and down only. Rotating flips sideways as well.", sum(a, kernel("flipped sideways")));
    rule("the kernel was flipped sideways only. Rotating flips up and down as well.", sum(a, kernel("flipped up")));
    rule("the kernel was rotated and then also transposed.", sum(a, kernel("transposed")));
    rule("the result is rotated. Only the kernel is.", result("rotated"));
    rule("a later window overwrote an earlier one. Where windows overlap, their parts are added.", lastOnly(table, which, a, b, size));
    rule("that is the mean over the windows. Paths are added.", mean(table, which, a, b, size));
    rule("only where all weights meet dY is there a number. At the border the kernel meets some of them, beside zeros.", inside(table, values));
  }
  if (dense && dense !== table) {
    rule("the stride was forgotten: the next window stands that many cells on.", sum(a, b, within(dense, table.shape)));
  }
  rule("the sign is wrong.", values[which].map((value) => -value));
  return found;
}

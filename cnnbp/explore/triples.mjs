// Sums of products over a table of triples: all the arithmetic of a convolution.
//
// A table holds three lists p, q, r of equal length, made by cnnbp.connections,
// and the shape of Y. It is read three ways; which one, a reading tells.

export const READINGS = {
  Y: { first: "X", second: "F", at: "r", i: "p", j: "q" },
  dF: { first: "X", second: "dY", at: "q", i: "p", j: "r" },
  dX: { first: "dY", second: "F", at: "p", i: "r", j: "q" },
};

// The result of one reading, flat: result[at] += first[i] * second[j].
export function sumOfProducts(table, which, first, second, size) {
  const { at, i, j } = READINGS[which];
  const result = new Array(size).fill(0);
  for (let k = 0; k < table.p.length; k++) {
    result[table[at][k]] += first[table[i][k]] * second[table[j][k]];
  }
  return result;
}

// The meetings that cell `place` of tensor `letter` takes part in, in order.
// Each is {at, i, j}: the cell of the result and the two factors.
export function meetings(table, which, letter, place) {
  const { first, second, at, i, j } = READINGS[which];
  const role = letter === first ? i : letter === second ? j : at;
  const found = [];
  for (let k = 0; k < table.p.length; k++) {
    if (table[role][k] === place) {
      found.push({ at: table[at][k], i: table[i][k], j: table[j][k] });
    }
  }
  return found;
}

// The name of a cell, counted from 1: x12, dy21; a comma where a size passes 9.
// A `channel` stands before it: x2,12; a shape without sizes has that alone: b2.
export function cellName(letter, place, shape, channel = "") {
  if (!shape.length) return { letter: letter.toLowerCase(), index: channel };
  const [row, column] = [Math.floor(place / shape[1]) + 1, (place % shape[1]) + 1];
  const comma = Math.max(...shape) > 9 ? "," : "";
  return { letter: letter.toLowerCase(), index: `${channel && `${channel},`}${row}${comma}${column}` };
}

// A number as text, with a true minus sign and at most `digits` digits.
export function numberText(value, digits = 12) {
  return String(Number(value.toPrecision(digits))).replace("-", "\u2212");
}

// Whether a number is a fraction of more than six digits; such a one is told in five.
export const isLong = (value) => !Number.isInteger(value) && value !== Number(value.toPrecision(6));

// A factor inside a product, perhaps with all its digits: a negative one stands in brackets.
export function factorText(value, whole = false) {
  const text = numberText(value, isLong(value) && !whole ? 5 : 17);
  return value < 0 ? `(${text})` : text;
}

// What the page is made from, and the cells in it.
//
// Cells are "points": first a grid over the kept positions of every axis, row-major, then single ones that matter by themselves
// (the frontier, what can't be told apart). Where the sweep's grid is small, the first are all of its cells.

const data = JSON.parse(document.getElementById("data").textContent);

function decoded(text, Type) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  return new Type(bytes.buffer);
}

const estimates = (from) => ({ mean: decoded(from.mean, Float32Array), low: decoded(from.low, Float32Array), high: decoded(from.high, Float32Array) });

const axes = data.axes;
const kept = axes.map((axis) => axis.kept.length);
const gridPoints = kept.reduce((product, length) => product * length, 1);
const cells = {
  standing: decoded(data.cells.standing, Uint8Array),
  marks: decoded(data.cells.marks, Uint8Array),
  cost: estimates(data.cells.cost),
  violated: estimates(data.cells.violated),
  met: estimates(data.cells.met),
};
const extras = data.cells.extras;
const pointCount = cells.standing.length;

const Standing = { invalid: 0, best: 1, not_excluded: 2, infeasible: 3, dearer: 4 };
const standingWords = ["contradicts itself, not run", "best so far", "can't be told apart yet", "surely breaks the promise", "surely dearer"];
const FrontPlace = { beaten: 0, mayBelong: 1, onFront: 2 };

/** Position of a point along every axis, among the axis' values. */
function positionOf(point) {
  if (point >= gridPoints) return extras[point - gridPoints];
  const position = new Array(axes.length);
  for (let i = axes.length - 1; i >= 0; --i) {
    position[i] = axes[i].kept[point % kept[i]];
    point = Math.floor(point / kept[i]);
  }
  return position;
}

function extraAt(position) {
  const extra = extras.findIndex((other) => other.every((p, axis) => p === position[axis]));
  return extra < 0 ? -1 : gridPoints + extra;
}

/** The point at such a position, or -1 where the page does not hold it. */
function pointAt(position) {
  let point = 0;
  for (let i = 0; i < axes.length; ++i) {
    const at = axes[i].kept.indexOf(position[i]);
    if (at < 0) return extraAt(position);
    point = point * kept[i] + at;
  }
  return point;
}

function axisValue(axis, position) {
  return axis.is_flag ? String(axis.values[position] !== 0) : plain(axis.values[position]);
}

/** [["scale up at", "180,000", "tokens/min/replica"], …] of the axes that vary. */
function settingsOf(point, wanted = () => true) {
  const position = positionOf(point);
  return axes.flatMap((axis, i) => (axis.values.length > 1 && wanted(axis) ? [[axis.label, axisValue(axis, position[i]), axis.unit]] : []));
}

const isChoice = (axis) => !axis.is_condition;

function estimateText(of, point, say) {
  return `${say(of.mean[point])} ${interval(of.low[point], of.high[point], say)}`;
}

/** A point in words, a line a fact. */
function describe(point) {
  const lines = settingsOf(point).map(([name, value, unit]) => `${name} <b>${value}</b>${unit ? ` ${unit}` : ""}`);
  if (cells.standing[point] === Standing.invalid) return [...lines, standingWords[0]].join("<br>");
  lines.push(
    `${estimateText(cells.cost, point, usd)} ${data.per_period}`,
    `${estimateText(cells.violated, point, percent)} of ${data.unit} violated`,
    `${estimateText(cells.met, point, percent)} of ${data.samples} keep the promise`,
    `<i>${standingWords[cells.standing[point]]}${cells.marks[point] === FrontPlace.mayBelong ? "; may belong to the frontier" : ""}</i>`,
  );
  return lines.join("<br>");
}

/** What is being looked at. */
const view = { condition: 0, pinned: null };
const condition = () => data.conditions[view.condition];

/** Points of the current condition. */
function pointsInView() {
  const { position } = condition();
  const inside = (p) => axes.every((axis, i) => !axis.is_condition || position[i] === p[i]);
  const points = [];
  for (let point = 0; point < pointCount; ++point) if (inside(positionOf(point))) points.push(point);
  return points;
}

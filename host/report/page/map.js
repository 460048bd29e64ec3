// Two axes of the grid as a heat map, the others held; one axis as lines.

const several = axes.map((axis, i) => i).filter((i) => axes[i].values.length > 1);
const varying = [...several.filter((i) => isChoice(axes[i])), ...several.filter((i) => !isChoice(axes[i]))];
const quantities = [
  { id: "cost", name: () => `mean cost, USD ${data.per_period}`, of: cells.cost, say: usd, brightIsHigh: false },
  { id: "violated", name: () => `share of ${data.unit} violated`, of: cells.violated, say: percent, brightIsHigh: false, logarithmic: true },
  { id: "met", name: () => `share of ${data.samples} that keep the promise`, of: cells.met, say: percent, brightIsHigh: true },
];
const shownMap = { x: varying[0], y: varying[1], quantity: quantities[0], held: axes.map(() => 0) };

/** Holds the axes that are not shown where a point stands. */
function moveMapTo(point) {
  shownMap.held = [...positionOf(point)];
  showMapControls();
}

function optionList(options, selected) {
  return options.map(([value, text]) => `<option value="${value}"${value === selected ? " selected" : ""}>${safe(text)}</option>`).join("");
}

function showMapControls() {
  const names = varying.map((i) => [i, axes[i].label]);
  const select = (id, label, options, selected) => `<label>${safe(label)} <select data-id="${id}">${optionList(options, selected)}</select></label>`;
  const controls = [select("quantity", "show", quantities.map((q) => [q.id, q.name()]), shownMap.quantity.id), select("x", "across", names, shownMap.x)];
  if (varying.length > 1) controls.push(select("y", "up", names, shownMap.y));
  for (const i of varying)
    if (i !== shownMap.x && i !== shownMap.y)
      controls.push(select(`held-${i}`, axes[i].label, heldPositions(i).map((p) => [p, axisValue(axes[i], p)]), shownMap.held[i]));
  fill(byId("map-controls"), controls.join(""));
}

/** Positions an axis can be held at: those on the page, and where it stands now. */
function heldPositions(i) {
  return [...new Set([...axes[i].kept, shownMap.held[i]])].sort((a, b) => a - b);
}

function onMapControl({ target }) {
  const { id } = target.dataset;
  if (id === "quantity") shownMap.quantity = quantities.find((q) => q.id === target.value);
  else if (id.startsWith("held-")) shownMap.held[Number(id.slice(5))] = Number(target.value);
  else {
    const other = id === "x" ? "y" : "x";
    if (shownMap[other] === Number(target.value)) shownMap[other] = shownMap[id];
    shownMap[id] = Number(target.value);
  }
  showMapControls();
  redraw(byId("map-plot"));
}

/** Tick labels of an axis whose values stand side by side. */
function sideBySide(i, most) {
  const count = kept[i];
  const step = Math.ceil(count / most);
  const places = [...Array(count).keys()].filter((k) => k % step === 0);
  return { tickvals: places, ticktext: places.map((k) => (axes[i].is_flag ? axisValue(axes[i], axes[i].kept[k]) : short(axes[i].values[axes[i].kept[k]]))),
    title: { text: axes[i].label + (axes[i].unit ? ` (${axes[i].unit})` : "") }, zeroline: false, showgrid: false };
}

/** Rows of points that the map shows. */
function mapPoints() {
  const at = [...shownMap.held];
  return axes[shownMap.y].kept.map((up) => axes[shownMap.x].kept.map((across) => {
    at[shownMap.x] = across;
    at[shownMap.y] = up;
    return pointAt(at);
  }));
}

/** Borders of cells as one path: rectangles of neighbours in a row. */
function rectangles(rows, inside) {
  const x = [], y = [];
  rows.forEach((row, up) => {
    for (let from = 0; from < row.length; ++from) {
      if (!inside(row[from])) continue;
      let to = from;
      while (to + 1 < row.length && inside(row[to + 1])) ++to;
      x.push(from - .5, to + .5, to + .5, from - .5, from - .5, null);
      y.push(up - .5, up - .5, up + .5, up + .5, up - .5, null);
      from = to;
    }
  });
  return { x, y };
}

function hatched(rows, standing, shape) {
  const excluded = rectangles(rows, (p) => p >= 0 && cells.standing[p] === standing);
  return { type: "scatter", mode: "lines", ...excluded, fill: "toself", line: { width: 0 }, hoverinfo: "skip",
    fillcolor: color("veil"), fillpattern: { shape, fillmode: "overlay", fgcolor: color("ink"), fgopacity: .55, bgcolor: color("veil"), size: 7, solidity: .12 } };
}

/** The border between cells that are in and those that are out. */
function outline(rows, inside) {
  const x = [], y = [];
  const isIn = (up, across) => rows[up]?.[across] !== undefined && inside(rows[up][across]);
  rows.forEach((row, up) => row.forEach((_, across) => {
    if (isIn(up, across) !== isIn(up, across - 1)) { x.push(across - .5, across - .5, null); y.push(up - .5, up + .5, null); }
    if (isIn(up, across) && !isIn(up, across + 1)) { x.push(across + .5, across + .5, null); y.push(up - .5, up + .5, null); }
    if (isIn(up, across) !== isIn(up - 1, across)) { x.push(across - .5, across + .5, null); y.push(up - .5, up - .5, null); }
    if (isIn(up, across) && !isIn(up + 1, across)) { x.push(across - .5, across + .5, null); y.push(up + .5, up + .5, null); }
  }));
  return { type: "scatter", mode: "lines", x, y, line: { color: color("accent"), width: 2.5 }, hoverinfo: "skip" };
}

/** A point's mark on the map, where the map shows its place. */
function markOn(point, marker) {
  const position = positionOf(point);
  if (varying.some((i) => i !== shownMap.x && i !== shownMap.y && position[i] !== shownMap.held[i])) return [];
  const nearest = (i) => axes[i].kept.reduce((best, p, k) => (Math.abs(p - position[i]) < Math.abs(axes[i].kept[best] - position[i]) ? k : best), 0);
  return [{ type: "scatter", mode: "markers", x: [nearest(shownMap.x)], y: [nearest(shownMap.y)], marker, hoverinfo: "skip" }];
}

function heatColors(values) {
  const { logarithmic, brightIsHigh, say } = shownMap.quantity;
  const there = values.flat().filter((v) => Number.isFinite(v));
  if (!logarithmic) return { place: (v) => v, bar: {}, reversescale: !brightIsHigh, zmin: Math.min(...there), zmax: Math.max(...there), say };
  const scale = shareScale(there);
  const placed = there.map(scale.place);
  return { place: scale.place, bar: scale.axis, reversescale: !brightIsHigh, zmin: Math.min(...placed), zmax: Math.max(...placed), say };
}

function drawHeatMap(element) {
  const rows = mapPoints();
  const values = rows.map((row) => row.map((p) => (p < 0 || cells.standing[p] === Standing.invalid ? NaN : shownMap.quantity.of.mean[p])));
  const colors = heatColors(values);
  const star = { color: color("chosen"), symbol: "star", size: 18, line: { color: "#ffffff", width: 1.6 } };
  const ring = { color: "rgba(0,0,0,0)", symbol: "circle-open", size: 16, line: { color: color("pinned"), width: 3.5 } };
  plot(element, [
    { type: "heatmap", z: values.map((row) => row.map((v) => (Number.isFinite(v) ? colors.place(v) : null))), customdata: rows,
      text: rows.map((row) => row.map((p) => (p < 0 ? "not on this page" : describe(p)))), hovertemplate: "%{text}<extra></extra>", hoverongaps: false,
      colorscale: "Viridis", reversescale: colors.reversescale, zmin: colors.zmin, zmax: colors.zmax,
      colorbar: { thickness: 12, outlinewidth: 0, ...colors.bar,
        ...(shownMap.quantity.id === "cost" ? { tickprefix: "$" } : colors.bar.tickvals ? {} : { tickformat: ".0%" }) } },
    hatched(rows, Standing.infeasible, "/"), hatched(rows, Standing.dearer, "\\"),
    outline(rows, (p) => p >= 0 && (cells.standing[p] === Standing.not_excluded || cells.standing[p] === Standing.best)),
    ...markOn(condition().focus, star), ...(view.pinned === null ? [] : markOn(view.pinned, ring)),
  ], {
    xaxis: { ...sideBySide(shownMap.x, element.clientWidth / 90), tickangle: 0, range: [-.5, kept[shownMap.x] - .5] },
    yaxis: { ...sideBySide(shownMap.y, 9), range: [-.5, kept[shownMap.y] - .5] },
  });
}

function drawLines(element) {
  const at = [...shownMap.held];
  const points = axes[shownMap.x].kept.map((p) => { at[shownMap.x] = p; return pointAt(at); });
  const valid = points.map((p, k) => [p, k]).filter(([p]) => p >= 0 && cells.standing[p] !== Standing.invalid);
  const of = shownMap.quantity.of;
  const x = valid.map(([, k]) => k);
  const end = (which) => ({ type: "scatter", mode: "lines", x, y: valid.map(([p]) => of[which][p]), line: { width: 0 }, hoverinfo: "skip" });
  plot(element, [
    end("low"), { ...end("high"), fill: "tonexty", fillcolor: color("grid") },
    { type: "scatter", mode: "lines+markers", x, y: valid.map(([p]) => of.mean[p]), customdata: valid.map(([p]) => p),
      text: valid.map(([p]) => describe(p)), hovertemplate: "%{text}<extra></extra>", line: { color: color("soft"), width: 1.2 },
      marker: { size: 9, color: valid.map(([p]) => color(["", "chosen", "accent", "infeasible", "dearer"][cells.standing[p]])),
        symbol: valid.map(([p]) => ["", "star", "circle", "x", "circle"][cells.standing[p]]) } },
  ], {
    xaxis: sideBySide(shownMap.x, element.clientWidth / 90),
    yaxis: { title: { text: shownMap.quantity.name() }, ...(shownMap.quantity.id === "cost" ? { tickprefix: "$" } : { tickformat: ".3~%" }) },
  });
}

function drawMap() {
  const element = byId("map-plot");
  if (varying.length > 1) drawHeatMap(element);
  else drawLines(element);
  listenForPins(element);
}

function wireMap() {
  if (varying.length === 0 || data.cells.valid < 2) {
    byId("map").hidden = true;
    return;
  }
  byId("map-lead").textContent = varying.length > 1
    ? "Brighter is better. What is hatched is excluded at the page's confidence; inside the outline lies what is left. Click a cell to pin it."
    : "The band is the interval. Click a point to pin it.";
  fill(byId("map-legend"), varying.length > 1 ? `<li><i class="hatched-left"></i>${standingWords[Standing.infeasible]}</li><li><i class="hatched-right"></i>${
    standingWords[Standing.dearer]}</li><li><i class="outlined"></i>not excluded</li>` : "");
  byId("map-note").textContent = data.cells.note;
  byId("map-controls").addEventListener("change", onMapControl);
  onSight(byId("map-plot"), drawMap);
}

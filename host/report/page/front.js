// Cost against violations: a point per setting, the frontier, the chosen and the pinned one.

const mostPoints = 2000;  // more are thinned: a browser takes half a millisecond for each
const markedFront = 60;   // a longer frontier is a line without markers and intervals

const measures = [
  { id: "violated", of: cells.violated, button: () => `${data.unit} violated`, title: () => `share of ${data.unit} that break the promise`,
    limit: () => condition().budget, limitName: () => `budget ${level(condition().budget)}` },
  { id: "missed", of: { mean: cells.met.mean.map((v) => 1 - v), low: cells.met.high.map((v) => 1 - v), high: cells.met.low.map((v) => 1 - v) },
    button: () => `${data.samples} that miss it`, title: () => `share of ${data.samples} that miss the objective`,
    limit: () => 1 - data.reliability, limitName: () => `at most ${level(1 - data.reliability)}` },
];
let measure = measures[0];

/** Shares by their logarithm, with a place for none at all below the least one. */
function shareScale(shares) {
  const some = shares.filter((v) => v > 0);
  const least = some.length ? some.reduce((a, b) => Math.min(a, b)) : 0.01;
  const hasNone = some.length < shares.length;
  const decades = [];
  for (let power = Math.floor(Math.log10(least)); power <= 0; ++power) decades.push(power);
  const inSight = (v) => v >= least / 1.2 && v <= 1;
  const fine = decades.flatMap((power) => [1, 2, 5].map((step) => Number(`${step}e${power}`))).filter(inSight);
  const ticks = fine.length > 7 ? decades.map((power) => Number(`1e${power}`)).filter(inSight) : fine;
  const none = Math.log10(least) - 0.4;
  return {
    place: (v) => (v > 0 ? Math.max(Math.log10(v), none) : none),
    axis: { tickvals: [...(hasNone ? [none] : []), ...ticks.map((v) => Math.log10(v))], ticktext: [...(hasNone ? ["none"] : []), ...ticks.map(level)] },
  };
}

/** No more points than can be drawn; those that matter give way last. */
function thinned(points) {
  const matters = (p) => cells.standing[p] === Standing.not_excluded || cells.standing[p] === Standing.best || cells.marks[p] === FrontPlace.onFront;
  const mixed = (p) => (Math.imul(p + 1, 0x9e3779b1) >>> 0) / 2 ** 32;  // steps through a grid would show as stripes
  const some = (list, most) => list.filter((p) => mixed(p) * list.length < most);
  const first = some(points.filter(matters), 0.6 * mostPoints);
  const shown = [...some(points.filter((p) => !matters(p)), mostPoints - first.length), ...first];
  return { shown, all: shown.length === points.length };
}

const styles = [
  [Standing.infeasible, () => ({ color: color("infeasible"), symbol: "x-thin-open", size: 5, line: { width: 1.2, color: color("infeasible") }, opacity: .75 })],
  [Standing.dearer, () => ({ color: color("dearer"), symbol: "circle", size: 5, opacity: .6 })],
];
const notExcludedMarker = () => ({ color: color("accent"), symbol: "circle", size: 7, line: { color: color("card"), width: .7 } });

function frontTraces(points, scale) {
  const value = (p) => scale.place(measure.of.mean[p]);
  const trace = (list, marker, more = {}) => ({
    type: "scatter", mode: "markers", x: list.map((p) => cells.cost.mean[p]), y: list.map(value), customdata: list, text: list.map(describe),
    hovertemplate: "%{text}<extra></extra>", marker, ...more,
  });
  const standing = (wanted) => points.filter((p) => cells.standing[p] === wanted);
  const traces = styles.map(([wanted, marker]) => trace(standing(wanted), marker()));
  const { front } = condition();
  const whisker = { thickness: 1, width: 0, color: color("ink") };
  const reach = (of, p, place) => [place(of.high[p]) - place(of.mean[p]), place(of.mean[p]) - place(of.low[p])];
  const errors = (of, place) => ({ type: "data", symmetric: false, ...whisker, array: front.map((p) => reach(of, p, place)[0]),
    arrayminus: front.map((p) => reach(of, p, place)[1]) });
  if (front.length > 1)
    traces.push(trace(front, { color: color("card"), size: 6, line: { color: color("ink"), width: 1.3 } }, {
      mode: front.length > markedFront ? "lines" : "lines+markers", line: { color: color("ink"), width: 1.6 },
      ...(front.length <= markedFront ? { error_x: errors(cells.cost, (v) => v), error_y: errors(measure.of, scale.place) } : {}) }));
  traces.push(trace(standing(Standing.not_excluded), notExcludedMarker()));
  traces.push(trace([condition().focus], { color: color("chosen"), symbol: "star", size: 19, line: { color: color("card"), width: 1.5 } }));
  if (view.pinned !== null)
    traces.push(trace([view.pinned], { color: "rgba(0,0,0,0)", symbol: "circle-open", size: 17, line: { color: color("pinned"), width: 3 } }));
  return traces;
}

function drawFront() {
  const valid = pointsInView().filter((p) => cells.standing[p] !== Standing.invalid && Number.isFinite(cells.cost.mean[p]));
  const { shown, all } = thinned(valid);
  const scale = shareScale(valid.map((p) => measure.of.mean[p]));
  const limit = scale.place(measure.limit());
  const thinning = all ? "" : `Of the ${grouped(valid.length)} settings here ${grouped(shown.length)} are drawn.`;
  byId("front-note").textContent = [thinning, data.cells.note].filter(Boolean).join(" ");
  showFrontLegend(valid);
  const element = byId("front-plot");
  plot(element, frontTraces(shown, scale), {
    xaxis: { title: { text: `mean cost, USD ${data.per_period}` }, tickprefix: "$", zeroline: false, separatethousands: true },
    yaxis: { title: { text: measure.title() }, zeroline: false, ...scale.axis },
    shapes: [{ type: "line", xref: "paper", x0: 0, x1: 1, y0: limit, y1: limit, line: { color: color("soft"), width: 1.2, dash: "dash" } }],
    annotations: [{ xref: "paper", x: 1, y: limit, xanchor: "right", yanchor: "bottom", showarrow: false, text: measure.limitName(), font: { size: 12 } }],
  });
  listenForPins(element);
}

function showFrontLegend(points) {
  const entry = (name, sign, words) => `<li><i class="sign" style="color:var(--${name})">${sign}</i>${words}</li>`;
  const entries = [entry("chosen", "★", condition().is_chosen ? "chosen" : "closest")];
  if (condition().front.length > 1) entries.push(entry("ink", "—", "frontier: none is both cheaper and better"));
  for (const [standing, name, sign] of [[Standing.not_excluded, "accent", "●"], [Standing.dearer, "dearer", "●"], [Standing.infeasible, "infeasible", "×"]])
    if (points.some((p) => cells.standing[p] === standing)) entries.push(entry(name, sign, standingWords[standing]));
  fill(byId("front-legend"), entries.join(""));
}

/** Clicking a point of a plot pins its setting. */
function listenForPins(element) {
  if (element.dataset.listens) return;
  element.dataset.listens = "yes";
  element.on("plotly_click", ({ points }) => {
    const point = points[0].customdata;
    if (Number.isInteger(point) && cells.standing[point] !== Standing.invalid) pin(point);
  });
}

function pin(point) {
  view.pinned = point === view.pinned || point === condition().focus ? null : point;
  showPinned();
  redraw(byId("front-plot"));
  if (view.pinned !== null) moveMapTo(view.pinned);
  redraw(byId("map-plot"));
}

/** The chosen setting, and the pinned one beside it. */
function showPinned() {
  const { focus, is_chosen } = condition();
  const points = view.pinned === null ? [focus] : [focus, view.pinned];
  const settings = points.map((p) => settingsOf(p));
  const rows = settings[0].map(([name], i) => [name, ...settings.map((s) => s[i][1])]);
  const figure = (name, of, say) => [name, ...points.map((p) => `${say(of.mean[p])}<br><small>${interval(of.low[p], of.high[p], say)}</small>`)];
  rows.push(figure(`cost ${safe(data.per_period)}`, cells.cost, usd), figure(`${data.unit} violated`, cells.violated, percent),
    figure(`${data.samples} that keep it`, cells.met, percent), ["standing", ...points.map((p) => standingWords[cells.standing[p]])]);
  const heads = [is_chosen ? "chosen" : "closest", "pinned"].slice(0, points.length).map((name) => `<th>${name}</th>`).join("");
  const body = rows.map(([name, ...values]) => `<tr><td>${name}</td>${values.map((v) => `<td>${v}</td>`).join("")}</tr>`).join("");
  const more = view.pinned === null ? "<p>Click a point to pin its setting beside this one.</p>" : "";
  fill(byId("pinned"), `${view.pinned === null ? "" : '<button type="button" id="unpin">unpin</button>'}<table><thead><tr><th></th>${heads}</tr></thead>
    <tbody>${body}</tbody></table>${more}`);
  byId("pinned").classList.toggle("compares", view.pinned !== null);
  byId("unpin")?.addEventListener("click", () => pin(view.pinned));
}

function showMeasures() {
  const button = (m) => `<button type="button" data-measure="${m.id}" aria-pressed="${m === measure}">${safe(m.button())}</button>`;
  fill(byId("front-measure"), measures.map(button).join(""));
}

function wireFront() {
  if (data.cells.valid < 2) {
    byId("front").hidden = true;
    return;
  }
  byId("front-lead").textContent = `Every point is a setting; all were tried on the same traffic. Hover to see one, click to pin it. Bars on the frontier are ${
    level(data.confidence)} intervals.`;
  byId("front-measure").addEventListener("click", (event) => {
    const chosen = measures.find((m) => m.id === event.target.dataset.measure);
    if (!chosen) return;
    measure = chosen;
    showMeasures();
    redraw(byId("front-plot"));
  });
  showMeasures();
  onSight(byId("front-plot"), drawFront);
}

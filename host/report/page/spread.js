// How much realizations differ at the chosen setting.

const mostBars = 45;

/** Neighbouring bins joined into bars of one width, so that heights compare. */
function rebinned({ bins, scale }) {
  const { low, high, counts } = bins;
  const first = low[0], last = high[high.length - 1];
  const widest = Math.max(...low.map((v, i) => high[i] - v + 1));
  const width = widest * Math.ceil((last - first + 1) / (widest * mostBars));
  const start = Math.floor(first / width) * width;
  const sums = new Array(Math.floor((last - start) / width) + 1).fill(0);
  low.forEach((v, i) => { sums[Math.floor((v - start) / width)] += counts[i]; });
  const total = counts.reduce((a, b) => a + b, 0);
  return { x: sums.map((_, i) => (start + (i + .5) * width - .5) * scale), y: sums.map((count) => count / total), width: width * scale,
    counts: sums, ends: sums.map((_, i) => [(start + i * width) * scale, (start + (i + 1) * width - 1) * scale]) };
}

/** Labels of quantiles: equal values share one, neighbours stand at different heights. */
function quantileLabels(quantiles, room, top) {
  const names = new Map();
  for (const [q, value] of quantiles) names.set(value, [...(names.get(value) ?? []), q === 0.5 ? "median" : level(q)]);
  let last = { x: -Infinity, up: 0 };
  return [...names].sort((a, b) => a[0] - b[0]).map(([x, said]) => {
    last = { x, up: x - last.x < room ? (last.up + 1) % 3 : 0 };
    return { x, y: top * (.86 + .05 * last.up), text: said.join(", "), showarrow: false, yanchor: "bottom", font: { size: 11.5 } };
  });
}

function drawHistogram(element, histogram) {
  const bars = rebinned(histogram);
  const say = formats[histogram.kind];
  const { mean, low, high } = histogram.estimate;
  const top = Math.max(...bars.y) * 1.25;
  const ends = [Math.min(bars.x[0] - bars.width / 2, mean), Math.max(bars.x.at(-1) + bars.width / 2, mean)];
  const room = 0.03 * (ends[1] - ends[0]);
  const line = (x, more) => ({ type: "line", x0: x, x1: x, y0: 0, y1: top * .86, ...more });
  const range = ([from, to]) => (from === to ? say(from) : `${say(from)} to ${say(to)}`);
  const certain = Number.isFinite(low) && Number.isFinite(high);
  plot(element, [{ type: "bar", x: bars.x, y: bars.y, width: bars.width * .94, marker: { color: color("band") }, textposition: "none",
    text: bars.counts.map((count, i) => `${grouped(count)} ${data.samples}<br>${range(bars.ends[i])}`), hovertemplate: "%{text}<extra></extra>" }], {
    xaxis: { title: { text: histogram.label }, range: [ends[0] - room, ends[1] + room], showgrid: false, zeroline: false,
      tickprefix: histogram.kind === "usd" ? "$" : "" },
    yaxis: { title: { text: `share of ${data.samples}` }, range: [0, top], tickformat: ".0~%" },
    shapes: [...histogram.quantiles.map(([, x]) => line(x, { line: { color: color("soft"), width: 1.2, dash: "dot" } })),
      ...(certain ? [{ type: "rect", x0: low, x1: high, y0: 0, y1: top * .86, line: { width: 0 }, fillcolor: color("chosen"), opacity: .25 }] : []),
      line(mean, { line: { color: color("chosen"), width: 2 } })],
    annotations: quantileLabels(histogram.quantiles, (ends[1] - ends[0]) * 55 / element.clientWidth, top),
  });
}

function showSpread() {
  const c = condition();
  byId("spread-title").textContent = `How much ${data.samples} differ at the ${c.is_chosen ? "chosen" : "closest"} setting`;
  byId("spread-lead").textContent = `The orange line is the mean, its shade the ${level(data.confidence)} interval; dotted lines are quantiles over ${data.sample}.`;
  const holder = byId("spread-plots");
  showFigures(holder, c.histograms.map((histogram) => {
    const say = formats[histogram.kind];
    const { mean, low, high } = histogram.estimate;
    const { level: share, ...tail } = histogram.tail;
    const certainty = interval(tail.low, tail.high, say) || `[too few ${data.samples} for an interval]`;
    return { caption: `<b>${safe(histogram.name)}</b> ${say(mean)} ${interval(low, high, say)} on average; ${level(share)} of ${data.samples} at most ${
      say(tail.mean)} ${certainty}`, className: "plot",
      draw: (element) => drawHistogram(element, histogram) };
  }));
}

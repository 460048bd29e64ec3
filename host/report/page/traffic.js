// The workload's bands: mean and quantiles over realizations, by time of day.

function drawBand(element, { name }, scenario) {
  const { step_minutes, quantiles } = data.bands;
  const band = scenario[name];
  const mean = decoded(band.mean, Float32Array);
  const ends = band.quantiles.map((text) => decoded(text, Float32Array));
  const minutes = Array.from(mean, (_, i) => i * step_minutes);
  const x = minutes.map((m) => (m + step_minutes / 2) / 60);
  const edge = (y, more) => ({ type: "scatter", mode: "lines", x, y, line: { width: 0 }, hoverinfo: "skip", ...more });
  const traces = [];
  for (let inner = 0; inner < Math.floor(quantiles.length / 2); ++inner)
    traces.push(edge(ends[inner]), edge(ends[quantiles.length - 1 - inner], { fill: "tonexty", fillcolor: `${color("band")}${inner ? "66" : "44"}` }));
  const text = minutes.map((m, i) => `${clock(m)}<br>mean ${short(Number(mean[i].toPrecision(3)))}<br>${
    quantiles.map((q, k) => `${level(q)}: ${short(Number(ends[k][i].toPrecision(3)))}`).join("<br>")}`);
  traces.push({ type: "scatter", mode: "lines", x, y: mean, line: { color: color("accent"), width: 1.4 }, text, hovertemplate: "%{text}<extra></extra>" });
  plot(element, traces, {
    hovermode: "x",
    xaxis: clockAxis(minutes, step_minutes, element.clientWidth), yaxis: { rangemode: "tozero", tickformat: "~s" },
  });
}

function showTraffic() {
  const { quantities, scenarios, sentence } = data.bands;
  byId("traffic-lead").textContent = sentence;
  showFigures(byId("traffic-plots"), quantities.map((quantity) => ({ caption: `<b>${safe(quantity.label)}</b>`, className: "plot",
    draw: (element) => drawBand(element, quantity, scenarios[condition().scenario]) })));
}

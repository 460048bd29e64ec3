// The chosen setting on a median and on a bad realization: what came, what served, what waited.

/** Runs of violated ticks as shades from top to bottom; runs that would touch on the screen are one. */
function violatedShades(minutes, violated, step) {
  const near = Math.max(step, (minutes.length * step) / 700);
  const runs = [];
  violated.forEach((is, i) => {
    if (!is) return;
    const last = runs.at(-1);
    if (last && minutes[i] - last[1] <= near) last[1] = minutes[i] + step;
    else runs.push([minutes[i], minutes[i] + step]);
  });
  const look = { type: "rect", xref: "x", yref: "paper", y0: 0, y1: 1, line: { width: 0 }, fillcolor: color("violated"), opacity: .3, layer: "below" };
  return runs.map(([from, to]) => ({ ...look, x0: from / 60, x1: to / 60 }));
}

function clockAxis(minutes, step, width) {
  const hours = (minutes.at(-1) + step - minutes[0]) / 60;
  const every = [0.25, 0.5, 1, 2, 3, 6, 12, 24, 48, 168].find((h) => hours / h <= width / 60) ?? 720;
  const ticks = [];
  for (let h = Math.ceil(minutes[0] / 60 / every) * every; h <= (minutes.at(-1) + step) / 60 + 1e-9; h += every) ticks.push(h);
  const name = (h) => (hours > 48 ? `day ${Math.floor(h / 24) + 1}` : clock((h % 24) * 60));
  return { tickvals: ticks, ticktext: ticks.map(name), range: [minutes[0] / 60, (minutes.at(-1) + step) / 60], zeroline: false, tickangle: 0 };
}

/** The highest values that days side by side share. */
function sharedTop(days, ...names) {
  return 1.05 * Math.max(...days.flatMap((day) => names.flatMap((name) => day.decoded[name].reduce((a, b) => (b > a ? b : a), 0))));
}

function decodeDay(day) {
  if (day.decoded) return;
  day.decoded = Object.fromEntries(Object.entries(day.series).map(([name, text]) => [name, decoded(text, Float32Array)]));
  const count = day.decoded.tokens.length;
  day.minutes = Array.from({ length: count }, (_, i) => i * day.step_minutes);
}

function drawDay(element, day, days) {
  const x = day.minutes.map((m) => (m + day.step_minutes / 2) / 60);
  const s = day.decoded;
  const when = day.minutes.map(clock);
  const trace = (name, y, axis, more) => ({ type: "scatter", mode: "lines", x, y, name, yaxis: axis, text: when, ...more });
  const steps = { shape: "hvh", width: 1.3 };
  const limit = day.ttft_limit_ms;
  const promised = Math.log10(limit);
  const rounded3 = (values) => Array.from(values, (v) => rounded(v));
  const area = (name) => ({ fill: "tozeroy", fillcolor: `${color(name)}2b` });
  const traces = [
    trace("tokens", s.tokens, "y", { ...area("accent"), line: { color: color("accent"), width: 1 }, hovertemplate: "%{text}<br>%{y:.3s} tokens/min<extra></extra>" }),
    trace("paid for", s.billed, "y2", { ...area("dearer"), line: { ...steps, color: color("dearer") }, hovertemplate: "%{y:.3~r} paid for<extra></extra>" }),
    trace("ready", s.ready, "y2", { line: { ...steps, color: color("accent"), width: 1.6 }, hovertemplate: "%{text}<br>%{y:.3~r} ready<extra></extra>" }),
    trace("needed", s.needed, "y2", { line: { color: color("chosen"), width: .9, dash: "dot" }, hovertemplate: "%{y:.3~r} needed<extra></extra>" }),
    trace("TTFT", s.ttft_ms.map((v) => Math.log10(Math.max(v, 1))), "y3", {
      line: { color: color("ink"), width: 1 }, customdata: rounded3(s.ttft_ms), hovertemplate: "%{text}<br>%{customdata} ms<extra></extra>" }),
  ];
  const top = Math.log10(sharedTop(days, "ttft_ms"));
  const low = Math.log10(Math.max(1, Math.min(...days.map((d) => d.decoded.ttft_ms.reduce((a, b) => (b < a && b > 0 ? b : a), limit)))));
  const inSight = (v) => Math.log10(v) >= low - .05 && Math.log10(v) <= top + .05;
  const decades = [1, 10, 100, 1000, 1e4, 1e5, 1e6];
  const steps125 = decades.flatMap((v) => [v, 2 * v, 5 * v]).filter(inSight);
  const places = steps125.length > 6 ? decades.filter(inSight) : steps125;
  const row = (title, domain, more) => ({ title: { text: title, font: { size: 12 } }, domain, rangemode: "tozero", ...more });
  plot(element, traces, {
    hovermode: "x", showlegend: true, legend: { orientation: "h", x: 0, y: -.06, yanchor: "top", font: { size: 12 } },
    xaxis: { ...clockAxis(day.minutes, day.step_minutes, element.clientWidth), anchor: "y3" },
    yaxis: row("tokens a minute", [.70, 1], { range: [0, sharedTop(days, "tokens")], tickformat: "~s" }),
    yaxis2: row("replicas", [.36, .66], { range: [0, sharedTop(days, "billed", "needed")] }),
    yaxis3: row("TTFT, ms", [0, .32], { range: [low - .05, top + .05], tickvals: places.map((v) => Math.log10(v)), ticktext: places.map((v) => grouped(v)),
      rangemode: "normal" }),
    shapes: [...violatedShades(day.minutes, s.violated, day.step_minutes),
      { type: "line", xref: "paper", x0: 0, x1: 1, yref: "y3", y0: promised, y1: promised, line: { color: color("chosen"), width: 1.3, dash: "dash" } }],
    annotations: [{ xref: "paper", x: 1, xanchor: "right", yref: "y3", y: promised, yanchor: "bottom", showarrow: false,
      text: `promised: ${plain(limit)} ms`, font: { size: 11.5, color: color("chosen") } }],
  });
}

function showDays() {
  const c = condition();
  byId("days-title").textContent = c.is_chosen ? "The chosen setting at work" : "The closest setting at work";
  byId("days-lead").textContent = c.days.length ? c.days_sentence : "";
  byId("days-note").textContent = c.days_note;
  c.days.forEach(decodeDay);
  showFigures(byId("days-plots"), c.days.map((day) => ({ caption: `<b>${safe(day.title)}</b> ${safe(day.facts)}`, className: "plot days",
    draw: (element) => drawDay(element, day, c.days) })));
}

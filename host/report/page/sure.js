// How sure the answer is, what is not told apart yet, and what a stricter promise costs.

function settingCells(point) {
  return settingsOf(point, isChoice).map(([, value]) => `<td>${safe(value)}</td>`).join("");
}

const choiceHeads = (point) => settingsOf(point, isChoice).map(([name]) => `<th>${safe(name)}</th>`).join("");

function estimateCell(of, point, say) {
  return `<td>${say(of.mean[point])} <small>${interval(of.low[point], of.high[point], say)}</small></td>`;
}

function nearTable({ focus, near, is_chosen }) {
  const row = (point, current) => `<tr tabindex="0" data-point="${point}"${current ? ' class="current"' : ""}>${settingCells(point)}${
    estimateCell(cells.cost, point, usd)}${estimateCell(cells.violated, point, percent)}${estimateCell(cells.met, point, percent)}</tr>`;
  const rows = [row(focus, is_chosen), ...near.filter((p) => p !== focus).map((p) => row(p, false))];
  return `<thead><tr>${choiceHeads(focus)}<th>cost ${safe(data.per_period)}</th><th>${safe(data.unit)} violated</th><th>${
    safe(data.samples)} that keep it</th></tr></thead><tbody>${rows.join("")}</tbody>`;
}

function premiumText(premium) {
  if (premium === null) return missing;
  return premium === 0 ? "0%" : `${premium > 0 ? "+" : "−"}${percent(Math.abs(premium))}`;
}

function stricterTable({ focus, prices }) {
  const blank = settingsOf(focus, isChoice).map(() => `<td>${missing}</td>`).join("");
  const found = (point, sure, premium) => `${settingCells(point)}${estimateCell(cells.cost, point, usd)}<td>${premiumText(premium)}${
    sure ? "" : " <small>not sure yet</small>"}</td>`;
  const rows = prices.map(({ objective, point, sure, premium }) => `<tr><td>${level(objective)} of ${safe(data.unit)}</td>${
    point === null ? `${blank}<td>none, by the estimates</td><td></td>` : found(point, sure, premium)}</tr>`);
  return `<thead><tr><th>promise</th>${choiceHeads(focus)}<th>cost ${safe(data.per_period)}</th><th>against the chosen</th></tr></thead>
    <tbody>${rows.join("")}</tbody>`;
}

/** What the selection would be after more realizations, if the truth were as now estimated. */
function outlookTable({ focus, outlook }) {
  const blank = settingsOf(focus, isChoice).map(() => `<td>${missing}</td>`).join("");
  const rows = outlook.map(({ realizations, point, not_excluded, saving }) => `<tr><td>${grouped(realizations)}</td>${
    point === null ? blank : settingCells(point)}<td>${grouped(not_excluded)}</td><td>${saving === null ? missing : usd(saving)}</td></tr>`);
  return `<thead><tr><th>${safe(data.samples)}</th>${choiceHeads(focus)}<th>not excluded</th><th>could be saved at most</th></tr></thead>
    <tbody>${rows.join("")}</tbody>`;
}

/** How much of a quantity's variation over the grid each axis explains, alone and with its interactions. */
function effectsTable(effects) {
  const width = (share) => `style="width:${100 * Math.min(1, share)}%"`;
  const bars = ({ main, total }) => `<span class="effect"><i ${width(main)}></i><u ${width(total)}></u></span>`;
  const cell = (effect) => (effect.main === null ? `<td>${missing}</td>`
    : `<td>${bars(effect)} ${percent(Math.min(1, effect.main))} <small>${percent(Math.min(1, effect.total))}</small></td>`);
  const rows = effects.map(({ label, cost, violated, met }) => `<tr><td>${safe(label)}</td>${cell(cost)}${cell(violated)}${cell(met)}</tr>`);
  return `<thead><tr><th></th><th>cost</th><th>${safe(data.unit)} violated</th><th>${safe(data.samples)} that keep it</th></tr></thead>
    <tbody>${rows.join("")}</tbody>`;
}

function showSure() {
  const c = condition();
  fill(byId("sure-sentences"), c.sure.map((text) => `<li>${safe(text)}</li>`).join(""));
  byId("near-title").textContent = data.cells.valid > 1 ? "The settings in question" : "";
  fill(byId("near-table"), data.cells.valid > 1 ? nearTable(c) : "");
  byId("stricter").hidden = c.prices.length < 2;
  fill(byId("stricter-table"), stricterTable(c));
  byId("outlook").hidden = c.outlook.length === 0;
  fill(byId("outlook-table"), outlookTable(c));
}

function showEffects() {
  const { effects } = condition();
  byId("effects").hidden = effects.length < 2;
  fill(byId("effects-table"), effectsTable(effects));
}

function wireSure() {
  const choose = ({ target }) => {
    const row = target.closest("tr[data-point]");
    if (!row) return;
    pin(Number(row.dataset.point));
    byId("front").scrollIntoView();
  };
  byId("near-table").addEventListener("click", choose);
  byId("near-table").addEventListener("keydown", (event) => event.key === "Enter" && choose(event));
}

function showProvenance() {
  fill(byId("provenance-list"), data.provenance.map(([name, value]) => `<dt>${safe(name)}</dt><dd>${safe(value)}</dd>`).join(""));
  byId("sweep").textContent = data.sweep;
}

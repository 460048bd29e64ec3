// The answer, its figures, and the conditions it is given for.

function fill(element, html) {
  element.innerHTML = html;
}

/** Text for HTML. */
function safe(text) {
  return String(text).replace(/[&<>"]/g, (letter) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[letter]);
}

function tile({ label, kind, mean, low, high, note }) {
  const say = formats[kind];
  const more = [interval(low, high, say), note].filter(Boolean).map((text) => `<span>${safe(text)}</span>`).join("");
  return `<div class="tile"><span class="name">${safe(label)}</span><b>${say(mean)}</b>${more}</div>`;
}

const standingOrder = ["best", "not_excluded", "dearer", "infeasible", "invalid"];

function standingsBar(counts) {
  const there = standingOrder.filter((name) => counts[name] > 0);
  const parts = there.map((name) => `<i class="${name}" style="flex:${counts[name]} 0 0"></i>`).join("");
  const words = there.map((name) => `<li><i class="${name}"></i><b>${grouped(counts[name])}</b> ${standingWords[Standing[name]]}</li>`).join("");
  return `<div class="stack" role="img" aria-label="How many settings are excluded">${parts}</div><ul class="legend">${words}</ul>`;
}

function showAnswer() {
  const c = condition();
  byId("kicker").textContent = `${data.title} · ${data.sample} · ${grouped(data.cells.valid)} setting${data.cells.valid === 1 ? "" : "s"}`;
  byId("headline").textContent = c.headline;
  const settings = settingsOf(c.focus, isChoice);
  fill(byId("settings"), settings.map(([name, value, unit]) => `<li>${safe(name)} <b>${safe(value)}</b> <span>${safe(unit)}</span></li>`).join(""));
  byId("lead").textContent = c.lead;
  fill(byId("tiles"), c.tiles.map(tile).join(""));
  fill(byId("standings"), data.cells.valid > 1 ? standingsBar(c.counts) : "");
}

function conditionName(c) {
  const names = axes.flatMap((axis, i) => (axis.is_condition && axis.values.length > 1 ? [`${axis.label} ${axisValue(axis, c.position[i])}`] : []));
  return names.join(", ");
}

/** Looks at another condition, everywhere. */
function chooseCondition(index) {
  view.condition = index;
  view.pinned = null;
  byId("condition").value = String(index);
  showAll();
}

function conditionsTable() {
  const names = axes.filter((axis) => axis.is_condition && axis.values.length > 1);
  const choices = axes.filter((axis) => isChoice(axis) && axis.values.length > 1);
  const head = [...names, ...choices].map((axis) => `<th>${safe(axis.label)}</th>`).join("");
  const rows = data.conditions.map((c, index) => {
    const position = positionOf(c.focus);
    const under = axes.flatMap((axis, i) => (names.includes(axis) ? [`<td>${safe(axisValue(axis, c.position[i]))}</td>`] : []));
    const chosen = axes.flatMap((axis, i) => (choices.includes(axis) ? [`<td>${safe(axisValue(axis, position[i]))}</td>`] : []));
    const figures = [c.is_chosen ? "surely" : c.counts.not_excluded > 0 ? "not sure yet" : "no", estimateText(cells.cost, c.focus, usd),
      estimateText(cells.met, c.focus, percent)];
    return `<tr tabindex="0" data-condition="${index}"${index === view.condition ? ' class="current"' : ""}>${under.join("")}${chosen.join("")}${
      figures.map((text) => `<td>${text}</td>`).join("")}<td>${grouped(c.counts.not_excluded)}</td></tr>`;
  });
  return `<thead><tr>${head}<th>promise kept</th><th>cost ${safe(data.per_period)}</th><th>${safe(data.samples)} that keep it</th><th>not told apart</th></tr></thead>
    <tbody>${rows.join("")}</tbody>`;
}

function showConditions() {
  if (data.conditions.length < 2) return;
  byId("conditions").hidden = false;
  fill(byId("conditions-table"), conditionsTable());
  byId("conditions-note").textContent = data.conditions_note;
}

function wireConditions() {
  if (data.conditions.length < 2) return;
  byId("condition-choice").hidden = false;
  const select = byId("condition");
  fill(select, data.conditions.map((c, i) => `<option value="${i}">${safe(conditionName(c))}</option>`).join(""));
  select.addEventListener("change", () => chooseCondition(Number(select.value)));
  const table = byId("conditions-table");
  const choose = (event) => {
    const row = event.target.closest("tr[data-condition]");
    if (row) chooseCondition(Number(row.dataset.condition));
  };
  table.addEventListener("click", choose);
  table.addEventListener("keydown", (event) => event.key === "Enter" && choose(event));
}

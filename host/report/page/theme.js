// Light, dark and paper; how plots look in each; drawing them when they come into sight.

const root = document.documentElement;
const darkOutside = matchMedia("(prefers-color-scheme: dark)");
let themeChosen = null;

const color = (name) => getComputedStyle(root).getPropertyValue(`--${name}`).trim();
const byId = (id) => document.getElementById(id);

const plotConfig = { displaylogo: false, displayModeBar: false, showTips: false };
let onPaper = false;

/** A layout in the page's colours. */
function layout(more) {
  const axis = { gridcolor: color("grid"), linecolor: color("line"), zerolinecolor: color("grid"), tickcolor: color("line"), automargin: true };
  const out = {
    font: { family: getComputedStyle(document.body).fontFamily, size: onPaper ? 11 : 13, color: color("soft") },
    paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
    margin: { l: 10, r: 10, t: 10, b: 10 },
    hoverlabel: { bgcolor: color("card"), bordercolor: color("line"), align: "left", font: { color: color("ink"), size: 13 } },
    hovermode: "closest", dragmode: false, showlegend: false,
    ...more,
  };
  for (const name of Object.keys(out)) if (/^[xy]axis/.test(name)) out[name] = { ...axis, ...out[name] };
  return out;
}

const drawings = new Map();  // element → function that draws it
const drawn = new Set();

/** Draws an element's plot once it is near the screen, and again by redraw(). */
function onSight(element, draw) {
  drawings.set(element, draw);
  watcher.observe(element);
}

/** Lets go of an element that leaves the page. */
function forget(element) {
  watcher.unobserve(element);
  drawings.delete(element);
  drawn.delete(element);
}

function drawNow(element) {
  drawn.add(element);
  drawings.get(element)();
}

const watcher = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    if (!entry.isIntersecting) continue;
    watcher.unobserve(entry.target);
    setTimeout(() => {  // after the frame that shows the words
      if (!drawn.has(entry.target) && drawings.has(entry.target)) drawNow(entry.target);
    });
  }
}, { rootMargin: "300px" });

/** Draws again what has been drawn, or these of it. */
function redraw(...elements) {
  for (const element of elements.length ? elements : drawn) if (drawn.has(element)) drawings.get(element)();
}

/** plotly.js takes longer to start than all the rest together: it runs when the first plot is drawn, the answer being on the screen. */
function startPlotly() {
  const library = document.createElement("script");
  library.textContent = byId("plotly").textContent;
  document.head.append(library);
}

function plot(element, traces, plotLayout) {
  if (!window.Plotly) startPlotly();
  return Plotly.react(element, traces, layout({ width: element.clientWidth, height: element.clientHeight, ...plotLayout }), plotConfig);
}

/** Figures in place of those an element holds: [{caption (HTML), className, draw(element)}]. */
function showFigures(holder, figures) {
  for (const old of holder.querySelectorAll(".plot")) forget(old);
  fill(holder, figures.map(({ caption, className }) => `<figure><figcaption>${caption}</figcaption><div class="${className}"></div></figure>`).join(""));
  figures.forEach(({ draw }, i) => {
    const element = holder.children[i].lastElementChild;
    onSight(element, () => draw(element));
  });
}

function applyTheme() {
  const dark = !onPaper && (themeChosen ?? (darkOutside.matches ? "dark" : "light")) === "dark";
  root.dataset.theme = dark ? "dark" : "light";
}

function retheme() {
  applyTheme();
  redraw();
}

darkOutside.addEventListener("change", retheme);
byId("theme").addEventListener("click", () => {
  themeChosen = root.dataset.theme === "dark" ? "light" : "dark";
  retheme();
});

/** Paper is light, has one width (a style of its own lays the page out for it) and shows every plot. */
function toPaper(paper) {
  if (onPaper === paper) return;
  onPaper = paper;
  root.toggleAttribute("data-paper", paper);
  applyTheme();
  for (const element of drawings.keys()) drawNow(element);
}
addEventListener("beforeprint", () => toPaper(true));
addEventListener("afterprint", () => toPaper(false));

let resizing = 0;
addEventListener("resize", () => {
  clearTimeout(resizing);
  resizing = setTimeout(redraw, 120);
});

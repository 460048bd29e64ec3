"""fleetcast report in a browser: what the page says, hover and click, other conditions, dark, phone and paper; no error, no request.

Needs Debian's chromium and PyPI's playwright (scripts/setup --extra), and a fleetcast that was built with plotly.js; says so where one is
missing. `report_page_test.py FLEETCAST SOURCE SCREENSHOTS` also leaves pictures in a folder.
"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

SKIPPED = 77  # as CTest is told
FLEETCAST, SOURCE = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
SCREENSHOTS = pathlib.Path(sys.argv[3]) if len(sys.argv) > 3 else None
CHROMIUM = shutil.which("chromium")

try:
    from playwright.sync_api import sync_playwright
except ImportError:
    python = SOURCE / ".venv-extra/bin/python"
    if python.exists() and sys.executable != str(python):
        os.execv(python, [str(python), *sys.argv])
    print("skipped: PyPI's playwright is not there (scripts/setup --extra installs it)")
    sys.exit(SKIPPED)
if CHROMIUM is None:
    print("skipped: chromium is not there (scripts/setup --extra installs it)")
    sys.exit(SKIPPED)

# Two workloads, a good part of whose settings break the promise, cost too much or contradict themselves.
SWEEP = """
[sweep]
name = "two <!--<script>& loads"
realizations = 300
minutes = 240
warmup_minutes = 30
[workload]
drift_log_sd = 0.3
burst_cv = 0.1
[service]
startup_seconds = 120
[autoscaler]
initial_replicas = 3
[sla]
objective = 0.98
reliability = 0.8
[grid]
"workload.requests_per_minute" = [150, 300]
"autoscaler.scale_up_at" = { from = 80000, to = 360000, count = 15 }
"autoscaler.scale_down_at" = { from = 40000, to = 160000, count = 7 }
"""
ONE_CELL = "[sweep]\nname = \"one\"\nrealizations = 60\nminutes = 60\n[sla]\nttft_ms = 100\n"
ONE_AXIS = ONE_CELL + "[grid]\n\"autoscaler.min_replicas\" = [1, 2, 4]\n"
MOST_BYTES = 8e6


def run(*command, cwd):
    return subprocess.run([str(FLEETCAST), *map(str, command)], capture_output=True, text=True, cwd=cwd)


def setUpModule():
    holder = tempfile.TemporaryDirectory()
    playwright = sync_playwright().start()
    Pages.folder = pathlib.Path(holder.name)
    Pages.browser = playwright.chromium.launch(executable_path=CHROMIUM)
    for done in (holder.cleanup, playwright.stop, Pages.browser.close):  # called in the opposite order
        unittest.addModuleCleanup(done)


class Pages(unittest.TestCase):
    def setUp(self):
        self.troubles = []

    def fleetcast(self, *command):
        done = run(*command, cwd=self.folder)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def page_of(self, name, sweep, *options):
        """The page of a sweep's result, made once."""
        page = self.folder / f"{name}{len(options)}.html"
        if not (self.folder / f"{name}.h5").exists():
            (self.folder / f"{name}.toml").write_text(sweep)
            self.fleetcast("run", f"{name}.toml", "--quiet", "-o", f"{name}.h5")
        if not page.exists():
            self.fleetcast("report", f"{name}.h5", "-o", page, "--quiet", *options)
        self.assertLess(page.stat().st_size, MOST_BYTES)
        return page

    def opened(self, page, **context):
        """A page in the browser, every trouble noted."""
        tab = self.browser.new_context(viewport={"width": 1200, "height": 900}, **context).new_page()
        tab.on("console", lambda said: self.troubles.append(said.text) if said.type in ("error", "warning") else None)
        tab.on("pageerror", lambda error: self.troubles.append(str(error)))
        tab.on("request", lambda request: self.troubles.append(request.url) if not request.url.startswith("file:") else None)
        started = time.monotonic()
        tab.goto(page.as_uri())
        tab.wait_for_selector("#headline:not(:empty)")
        self.opened_seconds = time.monotonic() - started
        return tab

    def scrolled(self, tab):
        """Goes down the page, so that every plot is drawn."""
        for element in tab.query_selector_all("section:not([hidden])"):
            element.scroll_into_view_if_needed()
            tab.wait_for_timeout(60)
        tab.wait_for_function("[...document.querySelectorAll('section:not([hidden]) .plot')].every((plot) => plot.querySelector('svg'))")

    def close(self, tab, name=None):
        if SCREENSHOTS and name:
            SCREENSHOTS.mkdir(exist_ok=True)
            tab.evaluate("scrollTo(0, 0)")
            tab.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)
        tab.context.close()
        self.assertEqual(self.troubles, [])

    @staticmethod
    def point_of(tab, plot, trace):
        """Where the middle point of a plot's trace stands on the screen."""
        return tab.evaluate("""([id, trace]) => {
            const plot = document.getElementById(id), { xaxis, yaxis } = plot._fullLayout, { x, y } = plot.data[trace];
            const box = plot.getBoundingClientRect(), middle = Math.floor(x.length / 2);
            return [box.left + xaxis._offset + xaxis.d2p(x[middle]), box.top + yaxis._offset + yaxis.d2p(y[middle])];
        }""", [plot, trace])


class Answer(Pages):
    def test_it_says_what_analyze_says(self):
        tab = self.opened(self.page_of("two", SWEEP))
        started = time.monotonic()
        tab.locator("#front-plot").scroll_into_view_if_needed()
        tab.wait_for_selector("#front-plot .scatterlayer", state="attached")
        drawn_seconds = self.opened_seconds + time.monotonic() - started
        print(f"the answer in {self.opened_seconds:.2f} s, the first plot in {drawn_seconds:.2f} s, {self.page_of('two', SWEEP).stat().st_size / 1e6:.2f} MB")
        analyzed = json.loads(self.fleetcast("analyze", "two.h5", "--json"))["conditions"]

        for number, expected in enumerate(analyzed):
            with self.subTest(condition=number):
                tab.select_option("#condition", str(number))
                chips = [chip.inner_text() for chip in tab.query_selector_all("#settings li")]
                settings = expected["chosen"]["settings"]
                for key in ("scale_up_at", "scale_down_at"):
                    wanted = f"{key.replace('_', ' ')} {settings['autoscaler.' + key]:,.0f}"
                    self.assertTrue(any(chip.startswith(wanted) for chip in chips), (wanted, chips))
                self.assertIn(f"${expected['chosen']['cost_usd']['mean']:,.2f} per 240 min keeps the promise in at least 80% of realizations",
                              tab.inner_text("#headline"))
                counts = {name: int(re.search(rf"([\d,]+) {words}", tab.inner_text("#standings")).group(1).replace(",", ""))
                          for name, words in (("best", "best so far"), ("not_excluded", "can't be told apart")) if expected["counts"][name]}
                self.assertEqual(counts, {name: expected["counts"][name] for name in counts})
        self.scrolled(tab)
        self.assertEqual(tab.title(), "two <!--<script>& loads · fleetcast")
        self.assertIn("Intervals speak of sampling, not of the model", tab.inner_text("main"))
        self.assertEqual(len(tab.query_selector_all("#days-plots .plot")), 2)
        self.close(tab, "light")

    def test_hover_shows_a_setting_and_click_pins_it(self):
        tab = self.opened(self.page_of("two", SWEEP))
        tab.locator("#front-plot").scroll_into_view_if_needed()
        tab.wait_for_selector("#front-plot .scatterlayer")

        tab.mouse.move(*self.point_of(tab, "front-plot", 1))
        hovered = tab.wait_for_selector("#front-plot .hoverlayer .hovertext").text_content()
        self.assertRegex(hovered, r"scale up at [\d,]+ .*\$[\d.,]+ \[.*surely dearer")

        tab.mouse.click(*self.point_of(tab, "front-plot", 1))
        tab.wait_for_selector("#unpin")
        pinned = tab.inner_text("#pinned")
        self.assertIn("surely dearer", pinned)
        value = re.search(r"scale up at ([\d,]+)", hovered).group(1)
        self.assertIn(value, pinned)

        tab.click("#unpin")
        self.assertNotIn("surely dearer", tab.inner_text("#pinned"))
        tab.locator("#near-table tr[data-point]").last.click()
        tab.wait_for_selector("#unpin")
        self.close(tab)

    def test_the_map_takes_any_two_axes_and_hatches_what_is_excluded(self):
        tab = self.opened(self.page_of("two", SWEEP))
        tab.locator("#map-plot").scroll_into_view_if_needed()
        tab.wait_for_selector("#map-plot .heatmaplayer image")
        hatched = tab.evaluate("[...document.querySelectorAll('#map-plot .scatterlayer path.js-fill')].filter((p) => /url/.test(p.style.fill)).length")
        self.assertEqual(hatched, 2)
        before = tab.evaluate("document.getElementById('map-plot').data[0].z.flat()")
        tab.select_option("#map-controls select[data-id=quantity]", "violated")
        tab.select_option("#map-controls select[data-id=y]", label="requests per minute")
        after = tab.evaluate("document.getElementById('map-plot').data[0].z")
        self.assertEqual(len(after), 2)
        self.assertNotEqual(before, [v for row in after for v in row])
        x, y = self.point_of(tab, "map-plot", 4)
        tab.mouse.click(x + 40, y)
        tab.wait_for_selector("#unpin")
        self.close(tab)


class Looks(Pages):
    def test_dark(self):
        tab = self.opened(self.page_of("two", SWEEP), color_scheme="dark")
        self.scrolled(tab)
        dark = tab.evaluate("getComputedStyle(document.body).backgroundColor")
        self.close_to(dark, 20)
        tab.click("#theme")
        self.close_to(tab.evaluate("getComputedStyle(document.body).backgroundColor"), 250)
        tab.click("#theme")
        self.close(tab, "dark")

    def close_to(self, css, level):
        for channel in map(int, re.findall(r"\d+", css)[:3]):
            self.assertAlmostEqual(channel, level, delta=12)

    def test_a_phone_needs_no_sideways_scrolling(self):
        tab = self.opened(self.page_of("two", SWEEP))
        tab.set_viewport_size({"width": 390, "height": 844})
        self.scrolled(tab)
        self.assertLessEqual(tab.evaluate("document.documentElement.scrollWidth"), 390)
        self.close(tab, "phone")

    def test_paper_is_light_and_has_every_plot(self):
        tab = self.opened(self.page_of("two", SWEEP), color_scheme="dark")
        tab.evaluate("addEventListener('beforeprint', () => { window.onPaper = [document.documentElement.dataset.theme,"
                     " [...document.querySelectorAll('section:not([hidden]) .plot')].every((plot) => plot.querySelector('svg'))]; })")
        pdf = tab.pdf(prefer_css_page_size=True)
        if SCREENSHOTS:
            SCREENSHOTS.mkdir(exist_ok=True)
            (SCREENSHOTS / "print.pdf").write_bytes(pdf)
        self.assertEqual(tab.evaluate("window.onPaper"), ["light", True])
        self.assertEqual(tab.evaluate("document.documentElement.dataset.theme"), "dark")
        self.close(tab)


class Others(Pages):
    def test_one_setting_that_never_keeps_the_promise(self):
        tab = self.opened(self.page_of("one", ONE_CELL))
        self.scrolled(tab)
        self.assertIn("No setting keeps the promise", tab.inner_text("#headline"))
        self.assertFalse(tab.is_visible("#front"))
        self.assertFalse(tab.is_visible("#map"))
        self.close(tab)

    def test_one_axis_is_drawn_as_a_line(self):
        tab = self.opened(self.page_of("axis", ONE_AXIS))
        self.scrolled(tab)
        self.assertEqual(tab.evaluate("document.getElementById('map-plot').data.at(-1).x.length"), 3)
        self.close(tab)

    def test_a_question_can_be_narrowed(self):
        page = self.page_of("two", SWEEP, "--pin", "requests_per_minute=150", "--reliability", "0.5")
        tab = self.opened(page)
        self.assertFalse(tab.is_visible("#conditions"))
        self.assertIn("at least 50% of realizations", tab.inner_text("#headline"))
        self.close(tab)

    def test_days_need_the_files_that_the_sweep_names(self):
        (self.folder / "p.csv").write_text("minute,requests_per_minute\n0,100\n30,200\n")
        sweep = ONE_CELL + "[workload]\nprofile = \"p.csv\"\n"
        page = self.page_of("profile", sweep)
        self.assertIn('"days":[{', page.read_text())
        (self.folder / "p.csv").write_text("minute,requests_per_minute\n0,100\n30,210\n")
        for gone, said in ((False, "differ from those of the result"), (True, "p.csv")):
            if gone:
                (self.folder / "p.csv").unlink()
            page.unlink()
            tab = self.opened(self.page_of("profile", sweep))
            self.assertIn(said, tab.inner_text("#days-note"))
            self.assertEqual(len(tab.query_selector_all("#days-plots .plot")), 0)
            self.close(tab)


class BadInput(Pages):
    def test_refusals(self):
        self.page_of("one", ONE_CELL)
        (self.folder / "text.h5").write_text("no result")
        for code, said, *command in (
                (66, "none.h5", "none.h5"),
                (65, "text.h5", "text.h5"),
                (64, "this run reads that file", "one.h5", "-o", "./one.h5"),
                (64, "--reliability 1", "one.h5", "--reliability", "1"),
                (73, "nowhere", "one.h5", "-o", "nowhere/page.html")):
            with self.subTest(command=command):
                done = run("report", *command, cwd=self.folder)
                self.assertEqual(done.returncode, code, done.stderr)
                self.assertIn(said, done.stderr)
                self.assertEqual(done.stderr.count("\n"), 1)


if __name__ == "__main__":
    version = subprocess.run([str(FLEETCAST), "report", "none.h5"], capture_output=True, text=True)
    if version.returncode == 69:
        print(f"skipped: {version.stderr.strip()}")
        sys.exit(SKIPPED)
    unittest.main(argv=sys.argv[:1], verbosity=1)

"""fleetcast analyze as a person meets it: answers, their words, what is refused and how."""
import csv
import gzip
import json
import pathlib
import shlex
import subprocess
import sys
import tempfile
import unittest

FLEETCAST = str(pathlib.Path(sys.argv[1]).resolve())

# few requests and few ticks: a run takes a blink. Some settings keep the promise, some don't, some contradict themselves.
SWEEP = """
[sweep]
name = "a"
realizations = 400
minutes = 60
warmup_minutes = 0
quantiles = [0.5]
[workload]
requests_per_minute = 120
drift_log_sd = 0.2
[service]
startup_seconds = 0
[autoscaler]
scale_up_at = 90000
scale_down_at = 20000
max_replicas = 12
initial_replicas = 2
[sla]
objective = 0.9
reliability = 0.7
stricter_objectives = [0.9, 0.99]
[grid]
"autoscaler.scale_up_at" = [60000, 90000, 120000, 400000]
"autoscaler.scale_down_at" = [20000, 50000, 70000]
"""


def fleetcast(*arguments, folder, **options):
    return subprocess.run([FLEETCAST, *map(str, arguments)], capture_output=True, text=True, cwd=folder, **options)


class Analyze(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.path = pathlib.Path(cls.folder.name)
        cls.ran = cls.run_sweep("r.h5")

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    @classmethod
    def run_sweep(cls, output, *settings):
        (cls.path / "s.toml").write_text(SWEEP)
        sets = [word for setting in settings for word in ("--set", setting)]
        done = fleetcast("run", "s.toml", "--quiet", "--json", "-o", output, *sets, folder=cls.folder.name)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def analyze(self, *arguments):
        done = fleetcast("analyze", *arguments, folder=self.folder.name)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def words(self, *arguments):
        """The text with every break of a line a space."""
        return " ".join(self.analyze(*arguments).split())

    def answer(self, *arguments):
        return json.loads(self.analyze(*arguments, "--json"))

    def refused(self, code, words, *arguments):
        done = fleetcast("analyze", *arguments, folder=self.folder.name)
        self.assertEqual(done.returncode, code, done.stderr)
        self.assertIn(words, done.stderr)
        self.assertEqual(done.stdout, "")

    def test_answer_for_programs(self):
        told = self.answer("r.h5")
        counts = told["counts"]
        self.assertEqual((counts["cells"], counts["valid"]), (12, 11))   # 60000 with 70000 contradicts itself
        self.assertEqual(counts["best"] + counts["not_excluded"] + counts["excluded"], counts["valid"])
        self.assertEqual(counts["infeasible"] + counts["dearer"], counts["excluded"])
        chosen = told["chosen"]
        self.assertEqual(list(chosen["settings"]), ["autoscaler.scale_up_at", "autoscaler.scale_down_at"])
        self.assertEqual(chosen["standing"], "best")
        self.assertGreaterEqual(chosen["objective_met_share"]["low"], 0.7)
        for metric in ("cost_usd", "violated_share", "violated_request_share", "objective_met_share", "budget_burn", "cost_usd_known_work",
                       "mean_replicas", "shed_share", "regret_usd"):
            self.assertLessEqual(chosen[metric]["low"], chosen[metric]["mean"], metric)
            self.assertLessEqual(chosen[metric]["mean"], chosen[metric]["high"], metric)
        self.assertAlmostEqual(chosen["budget_burn"]["mean"], chosen["violated_request_share"]["mean"] / 0.1, places=12)
        self.assertEqual([q["quantile"] for q in chosen["cost_usd_quantiles"]], [0.5, 0.9, 0.95, 0.99])
        self.assertLessEqual(chosen["cost_usd_quantiles"][0]["value"], chosen["cost_usd_quantiles"][2]["value"])
        costs = [cell["cost_usd"]["mean"] for cell in told["front"]]
        shares = [cell["promised_share"]["mean"] for cell in told["front"]]
        self.assertEqual(costs, sorted(costs))
        self.assertEqual(shares, sorted(shares, reverse=True))
        self.assertEqual([price["objective"] for price in told["prices"]], [0.9, 0.99])
        self.assertEqual(set(told["effects"]), {"autoscaler.scale_up_at", "autoscaler.scale_down_at"})
        self.assertNotIn("baseline", chosen)

    def test_run_ends_with_the_same_answer(self):
        told = self.answer("r.h5")
        for key in ("answer", "counts", "chosen", "candidates", "front", "prices", "effects", "outlook"):
            self.assertEqual(self.ran[key], told[key], key)

    def test_answer_for_people(self):
        text = self.analyze("r.h5")
        self.assertRegex(" ".join(text.split()), r"^Take scale_up_at \d+, scale_down_at \d+\. With 95% confidence it keeps the promise \(90% of requests within 500 ms TTFT\) "
                               r"in at least 70% of realizations of 60 min\.")
        for words in ("USD per 60 min", "best so far", "11 valid of 12", "The front:", "The price of a stricter promise", "What matters:",
                      "error budget used", "not of the model"):
            self.assertIn(words, text)
        table = text.split("\n\n")[1].splitlines()
        self.assertEqual(len({len(line) for line in table if "─" not in line}), 1, "columns don't line up")

    def test_more_reliability_never_costs_less(self):
        costs = []
        for reliability in (0.3, 0.5, 0.7):
            chosen = self.answer("r.h5", "--reliability", reliability)["chosen"]
            costs.append(chosen["cost_usd"]["mean"])
        self.assertEqual(costs, sorted(costs))

    def test_more_confidence_widens_every_interval(self):
        wide, narrow = (self.answer("r.h5", "--confidence", c, "--reliability", "0.5", "--pin", "scale_up_at=90000")["candidates"] for c in (0.999, 0.8))
        wide, narrow = ({cell["cell"]: cell for cell in cells} for cells in (wide, narrow))
        for cell in set(wide) & set(narrow):
            for metric in ("cost_usd", "objective_met_share"):
                self.assertLess(wide[cell][metric]["low"], narrow[cell][metric]["low"])

    def test_intervals_of_shares_widen_too_and_never_end_in_themselves(self):
        wide, own = (self.answer("r.h5", "--reliability", "0.5", "--confidence", c)["chosen"] for c in (0.96, 0.95))
        for metric in ("shed_share", "ticks_at_max", "longest_violation_minutes"):
            self.assertLessEqual(wide[metric]["low"], own[metric]["low"])
            self.assertGreater(wide[metric]["high"], own[metric]["high"])   # none of them was ever shown to be 0

    def test_pins_and_slices(self):
        told = self.answer("r.h5", "--pin", "scale_up_at=120000", "--reliability", "0.2")
        self.assertEqual(told["counts"]["cells"], 3)
        self.assertTrue(all(cell["settings"]["autoscaler.scale_up_at"] == 120000 for cell in told["candidates"] + told["front"]))
        told = self.answer("r.h5", "--slice", "autoscaler.scale_up_at=90000:120000", "--slice", "scale_down_at=:50000")
        self.assertEqual(told["counts"]["cells"], 4)
        self.assertEqual(self.answer("r.h5", "--pin", "scale_up_at=90000", "--pin", "scale_down_at=20000")["counts"]["cells"], 1)

    def test_what_is_pinned_is_named(self):
        text = self.words("r.h5", "--pin", "autoscaler_scale_up_at=120000", "--pin", "scale_down_at=50000", "--reliability", "0.2")
        self.assertRegex(text, r"^Take scale_up_at 120000, scale_down_at 50000\.")

    def test_settings_can_be_told_apart_and_read_back(self):
        self.run_sweep("fine.h5", "grid.autoscaler.scale_up_at=[1000000, 1000001, 1234567.25]", "grid.service.backlog=[true, false]",
                       "sweep.realizations=60")
        self.answer("fine.h5", "--csv", "fine.csv")
        with open(self.path / "fine.csv", newline="") as file:
            self.assertEqual({(row["scale_up_at"], row["backlog"]) for row in csv.DictReader(file)},
                             {(value, flag) for value in ("1000000", "1000001", "1234567.25") for flag in ("true", "false")})
        text = self.analyze("fine.h5", "--reliability", "0.01")
        self.assertNotIn("e+06", text)
        for cell in self.answer("fine.h5")["candidates"]:
            self.assertIsInstance(cell["settings"]["service.backlog"], bool)

    def test_standard_output_in_a_file_is_not_taken_for_a_file_to_make(self):
        script = f"echo first; {shlex.quote(FLEETCAST)} analyze r.h5 --csv /dev/stdout; {shlex.quote(FLEETCAST)} analyze r.h5 --csv log.txt; echo last"
        done = subprocess.run(["bash", "-c", f"({script}) >log.txt"], capture_output=True, text=True, cwd=self.folder.name)
        self.assertEqual((self.path / "log.txt").read_text(), "first\nlast\n")
        self.assertEqual(done.stderr.count("what this command prints goes there"), 2)

    def test_the_objective_can_be_an_axis(self):
        told = self.run_sweep("objective.h5", "grid.sla.objective=[0.5, 0.99]", "sweep.realizations=60")
        self.assertEqual([part["settings"]["sla.objective"] for part in told["conditions"]], [0.5, 0.99])
        self.assertIn("sla_objective", self.analyze("objective.h5"))

    def test_pins_that_miss_name_what_is_near(self):
        self.refused(64, "--pin scale_up_at=100000: is no value of autoscaler.scale_up_at; nearest are 60000, 90000, 120000", "r.h5",
                     "--pin", "scale_up_at=100000")
        self.refused(64, "scale_upp is no axis of the result's grid; its axes are autoscaler.scale_up_at, autoscaler.scale_down_at", "r.h5",
                     "--pin", "scale_upp=1")
        self.refused(64, "--pin scale_up_at: write it as AXIS=VALUE", "r.h5", "--pin", "scale_up_at")
        self.refused(64, '"x" is not a number', "r.h5", "--pin", "scale_up_at=x")
        self.refused(64, "write it as --slice KEY=FROM:TO", "r.h5", "--slice", "scale_up_at=5")
        self.refused(64, "no value of autoscaler.scale_up_at lies there; nearest are 60000, 90000, 120000", "r.h5", "--slice", "scale_up_at=200000:300000")
        self.refused(64, "leaves nothing of the axis together", "r.h5", "--pin", "scale_up_at=90000", "--slice", "scale_up_at=100000:")
        self.refused(64, "contradicts itself and was not run", "r.h5", "--pin", "scale_up_at=60000", "--pin", "scale_down_at=70000")

    def test_shares_out_of_range(self):
        for option in ("--reliability", "--confidence"):
            for value in ("0", "1", "1.5", "-1"):
                self.refused(64, f"{option} {value}: must lie between 0 and 1, both excluded", "r.h5", option, value)
        for value in ("1e-300", "0.99999999"):
            self.refused(64, f"--confidence {value}: must lie in 0.01 to 0.9999", "r.h5", "--confidence", value)

    def test_results_that_are_none(self):
        self.refused(66, "none.h5: does not exist", "none.h5")
        (self.path / "text.h5").write_text("no result")
        self.refused(65, "text.h5: is no HDF5 file", "text.h5")

    def test_no_setting_keeps_the_promise(self):
        self.run_sweep("bad.h5", "workload.requests_per_minute=1500")
        text = self.words("bad.h5")
        self.assertIn("With 95% confidence no setting keeps the promise", text)
        self.assertIn("all 11 fall short. The least bad is scale_up_at", text)
        self.assertIn("percentage points short", text)
        told = self.answer("bad.h5")
        self.assertEqual(told["counts"]["infeasible"], 11)
        self.assertIsNone(told["chosen"])
        met = [cell["objective_met_share"]["mean"] for cell in told["candidates"]]
        self.assertEqual(met, sorted(met, reverse=True))

    def test_too_few_realizations_say_how_many_would_do(self):
        told = self.answer("r.h5", "--reliability", "0.99999")
        if told["counts"]["not_excluded"] == 0:
            self.skipTest("nothing left to prove")
        # ln(0.05/11)/ln(0.99999)
        self.assertEqual(told["realizations_needed"], 539361)

    def test_one_realization(self):
        self.run_sweep("one.h5", "sweep.realizations=1")
        told = self.answer("one.h5")
        self.assertIsNone(told["chosen"])
        self.assertEqual(told["realizations_needed"], 16)   # ln(0.05/11)/ln(0.7) = 15.1
        self.assertIsNone(told["candidates"][0]["cost_usd"]["low"])
        text = self.words("one.h5")
        self.assertIn("1 realization of 60 min is too few to prove it, be it good; 11 settings take 16", text)
        self.assertIn("too few for intervals of means, which need 50", text)

    def test_costs_that_never_vary(self):
        self.run_sweep("flat.h5", "autoscaler.min_replicas=4", "autoscaler.max_replicas=4", "autoscaler.initial_replicas=4", "grid.autoscaler.scale_down_at=[20000]")
        told = self.answer("flat.h5", "--reliability", "0.2")
        cost = told["candidates"][0]["cost_usd"]
        self.assertEqual(cost["low"], cost["high"])
        self.assertIn("it was the same in every one of the realizations", self.analyze("flat.h5", "--reliability", "0.2"))

    def test_conditions_are_not_chosen(self):
        self.run_sweep("c.h5", "grid.workload.requests_per_minute=[60, 120]", "grid.sla.ttft_ms=[500, 2000]")
        told = self.answer("c.h5")
        self.assertNotIn("chosen", told)
        self.assertEqual(len(told["conditions"]), 4)
        first = told["conditions"][0]
        self.assertEqual(set(first["settings"]), {"workload.requests_per_minute", "sla.ttft_ms"})
        self.assertEqual(first["counts"]["cells"], 12)
        self.assertIn("within 2000 ms", told["conditions"][1]["answer"] + told["conditions"][3]["answer"])
        self.assertIn("under each of 4 combinations of conditions", self.analyze("c.h5"))
        # ln(0.05/44)/ln(0.99999)
        self.assertIn("takes 677,989 realizations of 60 min at least, with 44 settings looked at together", self.analyze("c.h5", "--reliability", "0.99999"))
        pinned = self.answer("c.h5", "--pin", "requests_per_minute=60", "--pin", "ttft_ms=2000")
        self.assertEqual(pinned["counts"], {**pinned["counts"], "cells": 12})
        self.assertEqual({cell["settings"]["workload.requests_per_minute"] for cell in pinned["candidates"]}, {60})

    def test_a_baseline_is_compared_with(self):
        self.run_sweep("b.h5", "baseline.autoscaler.scale_up_at=60000", "baseline.autoscaler.scale_down_at=20000")
        told = self.answer("b.h5", "--reliability", "0.3")["chosen"]
        self.assertEqual(told["baseline"]["settings"], {"autoscaler.scale_up_at": 60000, "autoscaler.scale_down_at": 20000})
        whole = self.answer("b.h5", "--reliability", "0.3", "--pin", "scale_up_at=60000", "--pin", "scale_down_at=20000")["candidates"][0]
        difference = told["baseline"]["cost_usd_difference"]
        self.assertAlmostEqual(difference["mean"], told["cost_usd"]["mean"] - whole["cost_usd"]["mean"], places=6)
        self.assertIn("less the baseline's", self.analyze("b.h5", "--reliability", "0.3"))
        # every setting is: in the tables, for programs, and as CSV
        self.assertIn("USD less baseline", self.analyze("b.h5"))
        every = self.answer("b.h5", "--csv", "b.csv")["front"]
        with open(self.path / "b.csv", newline="") as file:
            rows = {int(row["cell"]): row for row in csv.DictReader(file)}
        self.assertGreater(len(every), 1)
        for cell in every:
            self.assertAlmostEqual(cell["baseline"]["cost_usd_difference"]["mean"], cell["cost_usd"]["mean"] - whole["cost_usd"]["mean"], places=6)
            row = rows[cell["cell"]]
            self.assertAlmostEqual(float(row["cost_usd_difference_mean"]), cell["baseline"]["cost_usd_difference"]["mean"], places=4)
            self.assertAlmostEqual(float(row["violated_difference_mean"]), cell["promised_share"]["mean"] - whole["promised_share"]["mean"], places=6)

    def test_a_result_is_not_written_over_by_its_table(self):
        before = (self.path / "r.h5").read_bytes()
        done = fleetcast("analyze", "r.h5", "--csv", "r.h5", folder=self.folder.name)
        self.assertEqual(done.returncode, 64)
        self.assertIn("--csv r.h5: this run reads that file", done.stderr)
        self.assertEqual((self.path / "r.h5").read_bytes(), before)

    def test_a_race_answers_its_own_question_alone(self):
        self.run_sweep("race.h5", "search.race=true", "stop.first_look=64")
        told = self.answer("race.h5")
        if told["counts"]["dearer"] == 0 or len({cell["realizations"] for cell in told["front"] + told["candidates"]}) == 0:
            self.skipTest("no cell left as dearer")
        self.assertIsNotNone(told["chosen"])
        self.refused(65, "is the result of a race for a reliability of 0.7", "race.h5", "--reliability", "0.5")
        self.refused(65, "run the sweep with --set search.race=false", "race.h5", "--confidence", "0.99")

    def test_each_condition_of_a_race_can_be_seen_alone(self):
        self.run_sweep("race-c.h5", "search.race=true", "grid.workload.requests_per_minute=[60, 120]", "sweep.realizations=1600")
        both = self.answer("race-c.h5")["conditions"]
        alone = self.answer("race-c.h5", "--pin", "requests_per_minute=120")
        self.assertEqual(alone["counts"]["cells"], 12)
        self.assertEqual(alone["counts"]["infeasible"] + alone["counts"]["dearer"] > 0, both[1]["counts"]["excluded"] > 0)
        self.assertIn("among the settings that stayed in the race", self.analyze("race-c.h5", "--pin", "requests_per_minute=120"))

    def test_a_run_that_stopped_early_says_so_and_has_its_page(self):
        told = self.run_sweep("stopped.h5", "stop.metric=cost_usd", "stop.relative_half_width=0.2")
        self.assertLess(told["realizations"], 400)
        self.assertEqual(told["stop_reason"], "cost_usd is known well enough")
        self.assertEqual(told["looks"]["looks"][-1]["realizations"], told["realizations"])
        self.assertAlmostEqual(told["looks"]["looks"][0]["confidence"], 0.975)
        page = fleetcast("report", "stopped.h5", "-o", "stopped.html", folder=self.folder.name)
        if page.returncode == 69:
            self.skipTest("this build has no plotly.js")
        self.assertEqual(page.returncode, 0, page.stderr)
        self.assertFalse("Single realizations are not shown" in (self.path / "stopped.html").read_text())

    def test_table_of_cells(self):
        told = self.answer("r.h5", "--csv", "cells.csv")
        self.analyze("r.h5", "--csv", "cells.csv.gz")
        text = (self.path / "cells.csv").read_text()
        self.assertEqual(gzip.open(self.path / "cells.csv.gz", "rt").read(), text)
        rows = list(csv.DictReader(text.splitlines()))
        self.assertEqual([row["cell"] for row in rows], [str(i) for i in range(12)])
        standing = [row["standing"] for row in rows]
        for name in ("best", "not_excluded", "infeasible", "dearer"):
            self.assertEqual(standing.count(name), told["counts"][name])
        self.assertEqual(standing.count("invalid"), 1)
        invalid = rows[standing.index("invalid")]
        self.assertEqual((invalid["front"], invalid["cost_usd_mean"]), ("", ""))
        self.assertEqual(sum(row["front"] == "yes" for row in rows), len(told["front"]))
        chosen = rows[told["chosen"]["cell"]]
        self.assertEqual(chosen["standing"], "best")
        self.assertAlmostEqual(float(chosen["cost_usd_low"]), told["chosen"]["cost_usd"]["low"], delta=1e-6)
        self.assertEqual(float(chosen["scale_up_at"]), told["chosen"]["settings"]["autoscaler.scale_up_at"])
        self.refused(73, "its folder does not exist", "r.h5", "--csv", "no/such/cells.csv")

    def test_help(self):
        text = self.analyze("--help")
        for words in ("Examples:", "--pin", "--slice", "--reliability", "conditions"):
            self.assertIn(words, text)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)

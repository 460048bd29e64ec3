"""fleetcast replay as a person meets it: numbers checked by hand, a run's ledgers met exactly, every error."""
import csv
import json
import os
import pathlib
import shlex
import signal
import subprocess
import sys
import tempfile
import time
import unittest

import h5py

FLEETCAST = str(pathlib.Path(sys.argv[1]).resolve())
SOURCE = pathlib.Path(sys.argv[2]).resolve()
CLASSIC, SMOKE, BASELINE = (str(SOURCE / "sweeps" / name) for name in ("classic.toml", "smoke.toml", "baseline.toml"))
HEADER = "minute,requests,prompt_tokens,completion_tokens"


class ReplayCase(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.path = pathlib.Path(self.folder.name)

    def tearDown(self):
        self.folder.cleanup()

    def fleetcast(self, *arguments):
        return subprocess.run([FLEETCAST, *map(str, arguments)], capture_output=True, text=True, cwd=self.folder.name)

    def replay(self, *arguments):
        """The summary and the timeline's rows of a replay that must succeed."""
        done = self.fleetcast("replay", *arguments, "-o", "out", "--json", "--quiet")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stdout, (self.path / "out/summary.json").read_text())
        with open(self.path / "out/timeline.csv", newline="") as file:
            return json.loads(done.stdout), list(csv.DictReader(file))

    def files(self):
        return sorted(str(p.relative_to(self.path)) for p in self.path.rglob("*"))

    def write(self, name, *rows):
        (self.path / name).write_text("\n".join(rows) + "\n")
        return name


class Classic(ReplayCase):
    """sweeps/classic.toml on ten minutes made by hand.

    A GPU takes 240000 tokens a minute at full load (4000 a second), so that the time to first token is
    100 ms + 400 ms * tokens / (240000 * GPUs), and 500 ms are exceeded above 240000 tokens a GPU. A GPU costs 0.05 USD a minute.
    One GPU more from the next minute on above 2500000 tokens, one less below 1800000, between 10 and 24, starting with 10.
    """

    #         minute requests tokens   GPUs ttft_ms: 100 + 400 * …            violated, USD so far, decision
    MINUTES = [
        (0, 1000, 2100000, 10, 450.0, 0, 0.50, "hold"),  # 2100000/2400000 = 0.875
        (1, 1200, 2700000, 10, 550.0, 1, 1.00, "up: 2700000 tokens/min above 2500000 (10 to 11)"),  # 2700000/2400000 = 1.125
        (2, 1100, 2508000, 11, 480.0, 0, 1.55, "up: 2508000 tokens/min above 2500000 (11 to 12)"),  # 2508000/2640000 = 0.95
        (3, 1500, 3168000, 12, 540.0, 1, 2.15, "up: 3168000 tokens/min above 2500000 (12 to 13)"),  # 3168000/2880000 = 1.1
        (4, 1150, 2500000, 13, 420.5128, 0, 2.80, "hold"),  # 2500000/3120000 = 25/31.2; at the threshold is not above it
        (5, 700, 1500000, 13, 292.3077, 0, 3.45, "down: 1500000 tokens/min below 1800000 (13 to 12)"),  # 15/31.2
        (6, 0, 0, 12, 100.0, 0, 4.05, "down: 0 tokens/min below 1800000 (12 to 11)"),
        (7, 800, 1800000, 11, 372.7273, 0, 4.60, "hold"),  # 1800000/2640000 = 18/26.4; at the threshold is not below it
        (8, 300, 600000, 11, 190.9091, 0, 5.15, "down: 600000 tokens/min below 1800000 (11 to 10)"),  # 6/26.4
        (9, 250, 600000, 10, 200.0, 0, 5.65, "none: at min_replicas 10 (600000 tokens/min below 1800000)"),  # 600000/2400000
    ]

    def test_every_number_by_hand(self):
        rows = [f"{minute},{requests},{tokens - tokens // 10},{tokens // 10}" for minute, requests, tokens, *_ in self.MINUTES]
        summary, timeline = self.replay(CLASSIC, "--workload", self.write("minutes.csv", HEADER, *rows))

        self.assertEqual(len(timeline), 10)
        for row, (minute, requests, tokens, gpus, ttft_ms, violated, cost_usd, decision) in zip(timeline, self.MINUTES):
            with self.subTest(minute=minute):
                self.assertEqual(int(row["minute"]), minute)
                self.assertEqual(int(row["requests"]), requests)
                self.assertEqual(int(row["prompt_tokens"]) + int(row["completion_tokens"]), tokens)
                self.assertEqual((int(row["ready"]), int(row["booting"]), int(row["billed"])), (gpus, 0, gpus))
                # seven digits are printed, and a load is a float: together at most 1e-3 ms off
                self.assertAlmostEqual(float(row["ttft_ms"]), ttft_ms, delta=1e-3)
                self.assertAlmostEqual(float(row["utilization"]), (ttft_ms - 100) / 400, delta=1e-5)
                self.assertEqual(row["backlog_seconds"], "0")
                self.assertEqual(row["tpot_ms"], "")
                self.assertEqual(int(row["violated"]), violated)
                self.assertAlmostEqual(float(row["cost_usd"]), cost_usd, delta=1e-9)
                self.assertEqual(row["decision"], decision)

        # 10 + 10 + 11 + 12 + 13 + 13 + 12 + 11 + 11 + 10 GPU-minutes; least GPUs that keep 500 ms, of 10 to 24:
        # 10 (8.75), 12 (11.25), 11 (10.45), 14 (13.2), 11 (10.42), 10 (6.25), 10 (idle), 10 (7.5), 10 (2.5), 10 (2.5)
        ledger = summary["ledger"]
        self.assertEqual(ledger["billed_replica_ticks"], 113)
        self.assertEqual(ledger["reference_replica_ticks"], 108)
        self.assertEqual(ledger["violated_ticks"], 2)
        self.assertEqual(ledger["violated_requests"], 1200 + 1500)
        self.assertEqual((ledger["scale_ups"], ledger["scale_downs"]), (3, 3))
        self.assertEqual(ledger["peak_replicas"], 13)
        self.assertEqual((ledger["ticks_at_max"], ledger["longest_violated_ticks"], ledger["shed_replica_ms"]), (0, 1, 0))
        self.assertFalse(summary["objective_met"])  # 8 of 10 minutes, where 95% are promised
        exact = {
            "cost_usd": 5.65,
            "reference_cost_usd": 5.40,
            "regret_usd": 0.25,
            "cost_over_reference": 113 / 108,
            "violated_share": 0.2,
            "violated_request_share": 2700 / 8000,
            "mean_replicas": 11.3,
            "longest_violation_minutes": 1,
            "shed_share": 0,
            "usd_per_million_tokens": 5.65 / 17.476,
        }
        for name, value in exact.items():
            self.assertAlmostEqual(summary[name], value, delta=1e-9, msg=name)
        # 17476000 tokens are 4369 seconds of work, of 113 minutes; the ledger keeps whole milliseconds of each tick's float
        self.assertAlmostEqual(summary["mean_utilization"], 4369 / (113 * 60), delta=1e-5)

    def test_times_before_zero_are_run_unbilled(self):
        rows = ["-2,1200,2700000,0", "-1,1200,2700000,0", "0,1000,2000000,0"]
        summary, timeline = self.replay(CLASSIC, "--workload", self.write("m.csv", HEADER, *rows))
        self.assertEqual([row["minute"] for row in timeline], ["-2", "-1", "0"])
        self.assertEqual([row["ready"] for row in timeline], ["10", "11", "12"])
        self.assertEqual([row["billed"] for row in timeline], ["0", "0", "12"])
        self.assertEqual([row["cost_usd"] for row in timeline], ["0", "0", "0.6"])
        self.assertEqual((summary["warmup_ticks"], summary["ledger_ticks"], summary["requests"]), (2, 1, 1000))
        self.assertEqual(summary["ledger"]["violated_ticks"], 0)

    def test_the_timeline_goes_by_the_clock_of_its_workload_and_can_be_replayed(self):
        table = self.write("later.csv", HEADER, *[f"{600 + m},{10 + m},1000,100" for m in range(4)])
        _, timeline = self.replay(CLASSIC, "--workload", table)
        self.assertEqual([row["minute"] for row in timeline], ["600", "601", "602", "603"])
        log = self.write("log.csv", "time_s,prompt_tokens,completion_tokens", "5,100,10", "45,200,20", "72,300,30", "119,5,5")
        _, first = self.replay(CLASSIC, "--set", "sweep.tick_seconds=20", "--workload", log)
        self.write("again.csv", (self.path / "out/timeline.csv").read_text().rstrip("\n"))
        _, second = self.replay(CLASSIC, "--set", "sweep.tick_seconds=20", "--workload", "again.csv")
        self.assertEqual(first, second)

    def test_columns_can_be_mapped_and_logs_are_binned(self):
        table = self.write("t.csv", "when,n,in,out", *[f"{m},{m + 1},{1000 * m},{10 * m}" for m in range(5)])
        mapped, _ = self.replay(CLASSIC, "--workload", table, "--columns", "time=when,requests=n,prompt=in,completion=out", "--time-unit", "min")
        self.assertEqual((mapped["requests"], mapped["prompt_tokens"], mapped["completion_tokens"], mapped["ledger_ticks"]), (15, 10000, 100, 5))
        log = self.write("log.csv", "time_s,prompt_tokens,completion_tokens", "0,100,10", "59.9,200,20", "60,300,30", "150,400,40")
        _, timeline = self.replay(CLASSIC, "--workload", log)
        self.assertEqual([(r["requests"], r["prompt_tokens"], r["completion_tokens"]) for r in timeline],
                         [("2", "300", "30"), ("1", "300", "30"), ("1", "400", "40")])

    def test_rows_shorter_than_a_tick_are_added_up(self):
        table = self.write("m.csv", HEADER, *[f"{i / 4},1,{100 + i},10" for i in range(8)])
        _, timeline = self.replay(CLASSIC, "--workload", table)
        self.assertEqual([(r["minute"], r["requests"], r["prompt_tokens"]) for r in timeline], [("0", "4", "406"), ("1", "4", "422")])


class Exactness(ReplayCase):
    CELL = "requests_per_minute=240,scale_up_at=0.75,scale_down_at=0.5,startup_seconds=150,backlog=true"

    def test_a_day_replayed_gives_that_cells_ledger_of_a_raw_run(self):
        drain = ["--set", "autoscaler.drain_seconds=100", "--realizations", "9"]
        self.assertEqual(self.fleetcast("run", SMOKE, *drain, "--raw", "--quiet", "-o", "r.h5").returncode, 0)
        for realization in (0, 8):
            summary, timeline = self.replay(SMOKE, *drain[:2], "--cell", self.CELL, "--realization", realization)
            with h5py.File(self.path / "r.h5") as result:
                # the axes in the file's order: 240 of (60, 240), 0.75 of four, 0.5 of three, 150 of (0, 150, 600), true of (true, false)
                where = (1, 1, 1, 1, 0, realization)
                for entry, value in summary["ledger"].items():
                    if f"raw_{entry}" in result:
                        self.assertEqual(value, result[f"raw_{entry}"][where], entry)
                self.assertGreater(sum(f"raw_{entry}" in result for entry in summary["ledger"]), 12)
            self.assertEqual(len(timeline), (720 + 45) * 2)  # half-minute ticks
            self.assertEqual([row["minute"] for row in timeline[:2]], ["-45", "-44.5"])
            # and its demand, read back from the timeline, is the same day
            (self.path / "day.csv").write_bytes((self.path / "out/timeline.csv").read_bytes())
            again, same = self.replay(SMOKE, *drain[:2], "--cell", self.CELL, "--workload", "day.csv")
            self.assertEqual(again["ledger"], summary["ledger"])
            self.assertEqual(same, timeline)

    def test_generated_minutes_and_requests_are_the_day_that_run_draws(self):
        traffic = ["--set", "workload.requests_per_minute=80", "--set", "sweep.minutes=300"]
        drawn, _ = self.replay(CLASSIC, *traffic, "--realization", 1)
        done = self.fleetcast("generate", CLASSIC, *traffic, "--realizations", 2, "-o", "g", "--quiet")
        self.assertEqual(done.returncode, 0, done.stderr)
        for table in ("minutes-1.csv", "requests-1.csv"):
            replayed, timeline = self.replay(CLASSIC, "--workload", f"g/{table}")
            self.assertEqual(len(timeline), 360, table)
            self.assertEqual(replayed["ledger"], drawn["ledger"], table)
            self.assertEqual(replayed["requests"], drawn["requests"], table)

    def test_the_sweep_written_beside_it_is_that_setting(self):
        summary, _ = self.replay(SMOKE, "--cell", self.CELL, "--realization", 3)
        (self.path / "out").rename(self.path / "first")
        text = (self.path / "first/sweep.toml").read_text()
        self.assertTrue(text.startswith("# fleetcast "))
        self.assertIn(") replay\n", text.splitlines(keepends=True)[0])
        again, _ = self.replay("first/sweep.toml", "--realization", 3)
        self.assertEqual(again, summary)

    def test_the_summary_for_people(self):
        done = self.fleetcast("replay", CLASSIC, "--realization", 1)
        self.assertEqual(done.returncode, 0, done.stderr)
        for word in ("classic on realization 1: 1,440 ticks of 60 s after 60 of warm-up", "promise", "perfect foresight", "decisions", "shed",
                     "results/classic-replay/timeline.csv"):
            self.assertIn(word, done.stdout)
        self.assertEqual(self.files(), ["results", "results/classic-replay", "results/classic-replay/summary.json",
                                        "results/classic-replay/sweep.toml", "results/classic-replay/timeline.csv"])


class Errors(ReplayCase):
    def expect(self, code, words, *arguments):
        before = self.files()
        done = self.fleetcast("replay", *arguments)
        self.assertEqual(done.returncode, code, done.stderr)
        self.assertIn(words, done.stderr)
        self.assertEqual(done.stdout, "")
        self.assertEqual(self.files(), before, "something was written")

    def minutes(self, *rows, header=HEADER):
        return self.write("m.csv", header, *rows)

    def test_help(self):
        done = self.fleetcast("replay", "--help")
        self.assertEqual(done.returncode, 0)
        self.assertIn("Examples:", done.stdout)

    def test_what_to_replay(self):
        self.expect(64, "Give --workload FILE or --realization K", CLASSIC)
        self.expect(64, "one of them", CLASSIC, "--workload", self.minutes("0,1,1,1", "1,1,1,1"), "--realization", "0")
        self.expect(64, "--realization", CLASSIC, "--realization", "-1")
        self.expect(66, "none.csv", CLASSIC, "--workload", "none.csv")
        self.expect(66, "none.toml: can't be read", "none.toml", "--realization", "0")

    def test_which_setting(self):
        grid = "has a grid over autoscaler.scale_up_at, autoscaler.scale_down_at, and a replay takes one cell"
        self.expect(64, grid, BASELINE, "--realization", "0")
        self.expect(64, "has a grid over autoscaler.scale_down_at", BASELINE, "--cell", "scale_up_at=180000", "--realization", "0")
        self.expect(64, "no axis of the sweep is called so; its axes are autoscaler.scale_up_at", BASELINE, "--cell", "step_up=2", "--realization", "0")
        self.expect(64, "is not name=value", BASELINE, "--cell", "scale_up_at", "--realization", "0")
        self.expect(64, "is not name=value", BASELINE, "--cell", "", "--realization", "0")
        self.expect(64, '"much" is not a number', BASELINE, "--cell", "scale_up_at=much", "--realization", "0")
        self.expect(64, "nearest are 177143, 180000, 182857 (--set autoscaler.scale_up_at=181000 replays any value)", BASELINE, "--cell", "scale_up_at=181000", "--realization", "0")
        self.expect(64, "its axes are autoscaler.scale_down_at", BASELINE, "--cell", "scale_up_at=180000,scale_up_at=180000", "--realization", "0")
        self.expect(78, "no cell is valid: scale_down_at 220000 is not below", BASELINE, "--cell", "scale_up_at=120000,scale_down_at=220000",
                    "--realization", "0")
        two = self.write("two.toml", "[service]\nttft = { curve = \"linear\" }\ntpot = { curve = \"linear\" }",
                         '[grid]\n"service.ttft.base_ms" = [1, 2]\n"service.tpot.base_ms" = [1, 2]')
        self.expect(64, "several axes are called so", two, "--cell", "base_ms=1", "--realization", "0")
        alike = self.write("alike.toml", '[grid]\n"autoscaler.scale_up_at" = [200000.1, 200000.2]')
        self.expect(64, "is no value of the axis; nearest are 200000.1, 200000.2", alike, "--cell", "scale_up_at=200000", "--realization", "0")

    def test_values_as_run_prints_them_and_workload_axes_that_do_not_matter(self):
        sweep = self.write("s.toml", '[grid]\n"autoscaler.scale_up_at" = { from = 120000, to = 300000, count = 64 }\n"service.backlog" = [true, false]',
                           '"workload.requests_per_minute" = [100, 200]\n"autoscaler.max_replicas" = [9]')
        done = self.fleetcast("replay", sweep, "--cell", "autoscaler.scale_up_at=177143,backlog=false", "--workload", self.minutes("0,1,1,1", "1,1,1,1"))
        self.assertEqual(done.returncode, 0, done.stderr)
        resolved = (self.path / "results/sweep-replay/sweep.toml").read_text()
        self.assertIn("scale_up_at = 177142.85714", resolved)
        self.assertIn("backlog = false", resolved)
        self.assertIn("max_replicas = 9", resolved)
        self.assertTrue(resolved.rstrip().endswith("[grid]"))
        self.expect(64, "has a grid over workload.requests_per_minute", sweep, "--cell", "scale_up_at=177143,backlog=false", "--realization", "0")

    def test_a_sweep_with_a_baseline_can_be_replayed(self):
        sweep = self.write("b.toml", "[sweep]\nminutes = 30", '[baseline]\n"autoscaler.scale_up_at" = 200000', '[grid]\n"autoscaler.scale_up_at" = [180000, 200000]')
        done = self.fleetcast("replay", sweep, "--cell", "scale_up_at=180000", "--realization", "0", "-o", "out")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotIn("[baseline]", (self.path / "out/sweep.toml").read_text())

    def test_workloads_that_can_not_be_replayed(self):
        rates = self.minutes("0,5", "60,6", "120,7", header="minute,requests_per_minute")
        self.expect(65, "holds no prompt and completion tokens", CLASSIC, "--workload", rates)
        slow = self.minutes("0,5,100,10", "1,5,100,10", "2,5,100,10")
        self.expect(64, "a row covers 60 s, more than the sweep's tick of 10 s", CLASSIC, "--set", "sweep.tick_seconds=10", "--workload", slow)
        self.expect(65, "all its times lie before minute 0", CLASSIC, "--workload", self.minutes("-3,5,100,10", "-2,5,100,10", "-1,5,100,10"))
        self.expect(65, "m.csv:3", CLASSIC, "--workload", self.minutes("0,5,100,10", "1,x,100,10"))
        self.expect(65, "m.csv:3", CLASSIC, "--workload", self.minutes("0,5,100,10", "1,2.5,100,10"))
        self.expect(65, "m.csv", CLASSIC, "--workload", self.minutes("0,5,100,10", "1,5,-100,10"))
        self.expect(65, "m.csv", CLASSIC, "--workload", self.minutes("0,5,100,10", "1,3000000000,100,10"))
        self.expect(65, "more than can be summed exactly", CLASSIC, "--set", "service.prefill_tokens_per_second=4", "--workload",
                    self.minutes(*[f"{minute},5,1000000000000,10" for minute in range(25)]))

    def test_outputs_that_can_not_be_written(self):
        workload = self.minutes("0,1,1,1", "1,1,1,1")
        self.write("file", "x")
        self.expect(73, "file: the folder can't be created", CLASSIC, "--workload", workload, "-o", "file")
        self.expect(73, "the folder can't be created", CLASSIC, "--workload", workload, "-o", "file/below")
        (self.path / "out").mkdir()
        (self.path / "m.csv").rename(self.path / "out/timeline.csv")
        self.expect(64, "this replay reads the timeline.csv there", CLASSIC, "--workload", "out/timeline.csv", "-o", "out")

    def test_signals_leave_nothing(self):
        # ten years of minutes, with a request in a few of them: drawn at once, walked for some seconds
        arguments = [FLEETCAST, "replay", CLASSIC, "--set", "sweep.days=3650", "--set", "workload.requests_per_minute=0.001", "--realization", "0",
                     "-o", "out"]
        for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
            with self.subTest(signal=number):
                process = subprocess.Popen(arguments, cwd=self.folder.name, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
                while not any(name.endswith(".part") for name in self.files()) and process.poll() is None:
                    time.sleep(0.001)
                process.send_signal(number)
                out, told = process.communicate(timeout=30)
                self.assertEqual((process.returncode, out), (code, ""), told)
                self.assertIn(f"stopped by {signal.Signals(number).name}; nothing was written", told)
                self.assertEqual(self.files(), [])

    def test_a_full_disk_leaves_nothing(self):
        # a limit on file size stands in for a disk that fills
        script = f"ulimit -f 4; exec {shlex.quote(FLEETCAST)} replay {shlex.quote(CLASSIC)} --realization 0 -o out"
        done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, cwd=self.folder.name)
        self.assertEqual(done.returncode, 74, done.stderr)
        self.assertIn("is the disk full", done.stderr)
        self.assertEqual(self.files(), [])


if __name__ == "__main__":
    os.environ.pop("NO_COLOR", None)
    unittest.main(argv=sys.argv[:1], verbosity=1)

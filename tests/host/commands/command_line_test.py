"""The command line as a person meets it: exit codes, messages, nothing half written, signals."""
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

FLEETCAST = str(pathlib.Path(sys.argv[1]).resolve())
SOURCE = pathlib.Path(sys.argv[2]).resolve()
SMOKE = str(SOURCE / "sweeps/smoke.toml")
LONG = str(SOURCE / "sweeps/baseline.toml")


class CommandLine(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.path = pathlib.Path(self.folder.name)

    def tearDown(self):
        self.folder.cleanup()

    def run_fleetcast(self, *arguments, **options):
        return subprocess.run([FLEETCAST, *map(str, arguments)], capture_output=True, text=True, cwd=self.folder.name, **options)

    def files(self):
        return sorted(p.name for p in self.path.iterdir())

    def expect_failure(self, code, words, *arguments):
        before = self.files()
        done = self.run_fleetcast(*arguments)
        self.assertEqual(done.returncode, code, done.stderr)
        self.assertIn(words, done.stderr)
        self.assertEqual(done.stdout, "")
        self.assertEqual(self.files(), before, "something was written")

    def sweep(self, text):
        path = self.path / "s.toml"
        path.write_text(text)
        return path

    def test_help_and_version(self):
        for arguments in (["--help"], ["run", "--help"], ["fit", "--help"], ["--help-keys"], ["--version"]):
            done = self.run_fleetcast(*arguments)
            self.assertEqual(done.returncode, 0)
            self.assertTrue(done.stdout)
        self.assertIn("Examples:", self.run_fleetcast("run", "--help").stdout)
        self.assertIn("scale_up_at", self.run_fleetcast("--help-keys").stdout)

    def test_usage_errors(self):
        self.expect_failure(64, "no command given")
        self.expect_failure(64, "--frobnicate", "run", SMOKE, "--frobnicate")
        self.expect_failure(64, "required", "run")
        self.expect_failure(64, "--memory lots: write a size such as 256M or 2G", "run", SMOKE, "--memory", "lots")
        self.expect_failure(64, "write it as key=value", "run", SMOKE, "--set", "nonsense")
        self.expect_failure(64, "--device", "run", SMOKE, "--device", "tpu")
        self.expect_failure(64, "fleetcast: analyse is no command; did you mean analyze? (fleetcast --help", "analyse", "r.h5")
        self.expect_failure(64, "fleetcast run: --relizations is no option of this command; did you mean --realizations? (fleetcast run --help", "run",
                            SMOKE, "--relizations", "3")
        self.expect_failure(64, "fleetcast info: x=two.h5 is one argument too many", "info", "one.h5", "x=two.h5")
        self.expect_failure(64, "fleetcast: --foo is no", "--foo", "run", SMOKE)

    def test_what_a_seed_can_not_be(self):
        self.expect_failure(64, "sweep.seed = 9007199254740993 can't be kept to the last digit", "run", SMOKE, "--seed", "9007199254740993")
        self.expect_failure(64, "sweep.seed", "run", SMOKE, "--seed", "-1")

    def test_a_baseline_by_the_names_of_tables(self):
        for name in ("autoscaler.scale_up_at", "scale_up_at"):
            done = self.run_fleetcast("run", LONG, "--dry-run", "--baseline", f"{name}=120000,autoscaler.scale_down_at=40000")
            self.assertEqual(done.returncode, 0, done.stderr)
        self.expect_failure(64, "--baseline foo=3: axis foo names no key", "run", LONG, "--baseline", "foo=3")
        text = "[grid]\n\"sla.ttft_ms\" = [300, 500]\n[baseline]\nttft_ms = 500\n"
        self.assertEqual(self.run_fleetcast("run", self.sweep(text), "--dry-run").returncode, 0)

    def test_names_that_are_no_utf_8(self):
        done = subprocess.run([FLEETCAST.encode(), b"fit", b"tr\xe9.csv"], capture_output=True, cwd=self.folder.name)
        self.assertEqual(done.returncode, 64)
        self.assertIn(b"argument 2, tr\xe9.csv, is no UTF-8", done.stderr)

    def test_a_report_of_a_fit_holds_no_table_of_an_earlier_one(self):
        (self.path / "log.csv").write_text("time,prompt_tokens,completion_tokens\n" + "".join(f"{3 * i},{100 + i % 7},{9 + i % 5}\n" for i in range(500)))
        (self.path / "minutes.csv").write_text("minute,requests\n" + "".join(f"{i},{20 + i % 7}\n" for i in range(30)))
        for trace, is_there in (("log.csv", True), ("minutes.csv", False)):
            done = self.run_fleetcast("fit", trace, "-o", "w.toml", "--report", "f")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual((self.path / "f/fit-lengths.csv").exists(), is_there)
        before = self.files()
        done = self.run_fleetcast("fit", "log.csv", "-o", "new.toml", "--report", "w.toml")
        self.assertEqual(done.returncode, 73)
        self.assertIn("name another with --report", done.stderr)
        self.assertEqual(self.files(), before)
        self.expect_failure(64, "a seed is 0 or more", "fit", "log.csv", "--seed", "-1")
        self.expect_failure(64, "a table of rates has no tokens; leave prompt=minute out", "fit", "minutes.csv", "--columns", "rate=requests,prompt=minute")

    def test_missing_input(self):
        self.expect_failure(66, "none.toml: can't be read", "run", "none.toml")
        self.expect_failure(66, "none.h5: does not exist", "info", "none.h5")
        self.expect_failure(66, "File name too long", "info", 300 * "a" + ".h5")
        self.expect_failure(66, "can't be read", "run", 300 * "a" + ".toml")
        self.expect_failure(66, "none.csv", "fit", "none.csv")
        sweep = self.sweep('[workload]\nprofile = "none.csv"\n')
        self.expect_failure(66, "none.csv: can't be read", "run", sweep)

    def test_bad_sweep_files(self):
        sweep = self.sweep("[autoscaler]\nscale_up_att = 3\n")
        self.expect_failure(78, "s.toml:2:16: scale_up_att is not a key of [autoscaler]", "run", sweep)
        sweep = self.sweep("[sla]\nttft_ms = -5\n")
        self.expect_failure(78, "must lie in 0 to", "run", sweep)

    def test_what_is_wrong_with_the_whole_names_the_sweep_file(self):
        says = 's.toml: service.ttft.curve = "measured" needs a table of latencies; name it in service.ttft.file'
        sweep = self.sweep('[service.ttft]\ncurve = "measured"\n')
        self.expect_failure(78, says, "run", sweep)
        self.expect_failure(78, says, "replay", sweep, "--realization", "0", "-o", "r")
        self.expect_failure(78, "s.toml: sweep.tick_seconds = 7 does not divide", "generate", self.sweep("[sweep]\ntick_seconds = 7\n"), "-o", "g")
        sweep = self.sweep('[grid]\n"sla.ttft_ms" = [300, 500]\n')
        done = self.run_fleetcast("run", sweep, "--baseline", "ttft_ms=400")
        self.assertTrue(done.stderr.startswith("--baseline ttft_ms=400: the baseline's sla.ttft_ms = 400 is not on its axis"), done.stderr)

    def test_bad_traffic_keys(self):
        sweep = self.sweep("[workload.drift]\nlog_sd = 0.3\n")
        self.expect_failure(78, "s.toml:1:1: workload.drift must be written as [[workload.drift]] tables", "run", sweep)
        sweep = self.sweep("[workload]\nsilence_share = 0.7\n")
        self.expect_failure(78, "lower workload.silence_share to 0.5 or make them longer", "run", sweep)
        sweep = self.sweep("[workload]\nprompt_drift_log_sd = 0.2\n[workload.drift_correlation]\nrate_prompt = 1\nrate_completion = 1\n")
        self.expect_failure(78, "can't hold together", "run", sweep)
        self.expect_failure(64, "no such number in this sweep, which has 2 classes and 0 drifts ([[workload.class]] and [[workload.drift]] tables add "
                            "more); did you mean workload.drift_log_sd?", "run", SMOKE, "--set", "workload.drift.0.log_sd=0.2")

    def test_bad_data(self):
        (self.path / "p.csv").write_text("minute,requests_per_minute\n0,5\n60,x\n")
        self.expect_failure(65, "p.csv:3: column requests_per_minute: \"x\" is not a finite number", "run", self.sweep('[workload]\nprofile = "p.csv"\n'))
        (self.path / "r.h5").write_text("no result")
        self.expect_failure(65, "r.h5: is no HDF5 file", "info", "r.h5")
        (self.path / "t.csv").write_text("time,prompt_tokens,completion_tokens\n5,1,1\n6,x,1\n")
        self.expect_failure(65, "t.csv:3", "fit", "t.csv", "-o", "w.toml")
        self.expect_failure(64, "-o t.csv: this run reads that file", "fit", "t.csv", "-o", "t.csv")
        (self.path / "fit-minutes.csv").write_text("time,prompt_tokens,completion_tokens\n5,1,1\n")
        self.expect_failure(64, "this run reads that file", "fit", "fit-minutes.csv", "--report", ".", "-o", "w.toml")
        self.expect_failure(73, "its folder does not exist", "fit", "t.csv", "-o", "none/w.toml")

    def test_outputs_that_cannot_be_created(self):
        self.expect_failure(73, "its folder does not exist; make it first", "run", SMOKE, "-o", "no/such/r.h5")
        self.expect_failure(73, "it is a folder; name a file", "run", SMOKE, "-o", self.folder.name)

    def test_outputs_that_would_destroy_something(self):
        sweep = self.sweep("[sweep]\nrealizations = 2\nminutes = 10\n")
        self.expect_failure(64, "this run reads that file; name another", "run", sweep, "-o", "./s.toml")
        os.mkfifo(self.path / "pipe")
        self.expect_failure(73, "it is no regular file; name another", "run", sweep, "-o", "pipe")

    def test_symbolic_links_are_followed(self):
        sweep = self.sweep("[sweep]\nrealizations = 2\nminutes = 10\n")
        (self.path / "target.h5").write_text("old")
        (self.path / "link.h5").symlink_to("target.h5")
        self.assertEqual(self.run_fleetcast("run", sweep, "--quiet", "-o", "link.h5").returncode, 0)
        self.assertTrue((self.path / "link.h5").is_symlink())
        self.assertGreater((self.path / "target.h5").stat().st_size, 1000)

    def test_full_standard_output(self):
        with open("/dev/full", "w") as full:
            done = subprocess.run([FLEETCAST, "--help-keys"], stdout=full, stderr=subprocess.PIPE, text=True)
        self.assertEqual(done.returncode, 74)
        self.assertIn("standard output can't be written", done.stderr)

    def test_a_law_refused_on_an_axis_leaves_the_other_cells(self):
        sweep = self.sweep(
            "[sweep]\nrealizations = 3\nminutes = 10\n[[workload.class]]\nprompt = { median = 10, sigma = 1, min = 1, max = 1048576 }\n"
            '[grid]\n"workload.class.0.prompt.sigma" = [1, 2]\n'
        )
        done = self.run_fleetcast("run", sweep, "--quiet", "--json", "-o", "r.h5")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual([one["counts"]["valid"] for one in json.loads(done.stdout)["conditions"]], [1, 0])

    def test_full_disk_leaves_no_file(self):
        # a limit on file size stands in for a disk that fills
        script = f"ulimit -f 64; exec {shlex.quote(FLEETCAST)} run {shlex.quote(SMOKE)} --quiet -o r.h5"
        done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, cwd=self.folder.name)
        self.assertEqual(done.returncode, 74, done.stderr)
        self.assertIn("is the disk full", done.stderr)
        self.assertEqual(self.files(), [])

    def test_without_a_gpu(self):
        done = self.run_fleetcast("verify", "--device", "cuda")
        if done.returncode == 0:
            self.skipTest("there is a GPU")
        self.assertEqual(done.returncode, 69)
        self.assertIn("run with --device cpu", done.stderr)

    def test_one_digest_whatever_the_machine_does(self):
        digests = set()
        for arguments in (["--threads", "1"], ["--threads", "2"], ["--memory", "64M"], ["--simd", "baseline"]):
            done = self.run_fleetcast("run", SMOKE, "--quiet", "--json", "--fresh", "-o", "r.h5", *arguments)
            self.assertEqual(done.returncode, 0, done.stderr)
            digests.add(json.loads(done.stdout)["digest"])
        self.assertEqual(len(digests), 1)
        info = self.run_fleetcast("info", "r.h5", "--json")
        self.assertEqual({json.loads(info.stdout)["digest"]}, digests)

    def test_resolved_sweep_runs_again(self):
        self.run_fleetcast("run", SMOKE, "--quiet", "-o", "r.h5")
        (self.path / "again.toml").write_text(self.run_fleetcast("info", "r.h5", "--sweep").stdout)
        self.run_fleetcast("run", "again.toml", "--quiet", "-o", "again.h5")
        digests = [json.loads(self.run_fleetcast("info", f, "--json").stdout)["digest"] for f in ("r.h5", "again.h5")]
        self.assertEqual(digests[0], digests[1])

    def test_compound_sampling_is_another_sweep_and_declares_its_error(self):
        digests = set()
        for sampler in ("request", "compound"):
            done = self.run_fleetcast("run", SMOKE, "--quiet", "--json", "-o", f"{sampler}.h5", "--set", f'workload.sampler="{sampler}"')
            self.assertEqual(done.returncode, 0, done.stderr)
            digests.add(json.loads(done.stdout)["digest"])
        self.assertEqual(len(digests), 2)
        self.assertIn('sampler = "compound"', self.run_fleetcast("info", "compound.h5", "--sweep").stdout)
        self.expect_failure(64, "choose one of request, compound", "run", SMOKE, "--set", 'workload.sampler="guess"', "-o", "r.h5")

    def test_plan_does_no_work(self):
        done = self.run_fleetcast("plan", LONG, "--json")
        self.assertEqual(done.returncode, 0)
        self.assertEqual(json.loads(done.stdout)["cells"], 4096)
        self.assertEqual(self.files(), [])
        self.assertIn("4,096 cells", self.run_fleetcast("run", LONG, "--dry-run").stdout)

    def test_bench_tells_rates_for_people_and_programs(self):
        short = ["bench", "--device", "cpu", "--threads", "1", "--simd", "baseline", "--seconds", "0.01", "--repeat", "1"]
        done = self.run_fleetcast(*short, "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        told = json.loads(done.stdout)
        self.assertEqual((told["backend"], told["threads"], told["simd"]), ("cpu", 1, "baseline"))
        for rate in ("requests_per_second", "steps_per_second", "classic_steps_per_second"):
            self.assertGreater(told[rate], 0)
        self.assertEqual({k["kernel"] for k in told["kernels"]}, {"arrivals", "tokens", "rows", "walk", "accumulate"})
        self.assertTrue(all(k["rate"] > 0 and k["bound"] is None for k in told["kernels"]))
        self.assertIn("whole_model", self.run_fleetcast(*short).stdout)
        self.expect_failure(64, "--seconds", "bench", "--seconds", "0")

    def test_run_tells_the_seconds_of_every_kernel(self):
        told = json.loads(self.run_fleetcast("run", SMOKE, "--quiet", "--json", "--device", "cpu", "-o", "r.h5").stdout)["kernel_seconds"]
        self.assertEqual(list(told), ["arrivals", "tokens", "rows", "walk", "accumulate"])
        self.assertGreater(told["walk"], 0)

    def test_refine_repeats_the_table_in_shorter_ticks(self):
        sweep = self.sweep("[sweep]\nrealizations = 60\nminutes = 240\ntick_seconds = 30\n[workload]\nrequests_per_minute = 200\n"
                           '[grid]\n"autoscaler.scale_up_at" = [150000, 170000, 200000, 240000]\n')
        done = self.run_fleetcast("run", sweep, "--refine", "--quiet", "--json", "-o", "r.h5")
        self.assertEqual(done.returncode, 0, done.stderr)
        told = json.loads(done.stdout)
        refine = told["refine"]
        self.assertEqual((refine["tick_seconds"], refine["shorter_tick_seconds"], refine["realizations"]), (30, 5, 32))
        self.assertEqual([s["settings"] for s in refine["settings"]], [s["settings"] for s in told["candidates"]])
        self.assertEqual(refine["warnings"], sum(setting["warning"] for setting in refine["settings"]))
        for setting, best in zip(refine["settings"], told["candidates"]):
            share = setting["violated_request_share"]
            self.assertAlmostEqual(share["factor"], share["shorter_tick"] / share["tick"])
            self.assertEqual(setting["warning"], not 1 / 1.5 <= share["factor"] <= 1.5)
            self.assertAlmostEqual(setting["cost_usd"]["tick"] / best["cost_usd"]["mean"], 1, delta=0.1)
        plain = self.run_fleetcast("run", sweep, "--quiet", "--json", "-o", "plain.h5")
        self.assertEqual(json.loads(plain.stdout)["digest"], told["digest"])
        self.assertNotIn("refine", json.loads(plain.stdout))

    def test_ticks_of_a_second_can_not_be_refined(self):
        sweep = self.sweep("[sweep]\nrealizations = 2\nminutes = 10\ntick_seconds = 1\n")
        self.expect_failure(64, "--refine: the sweep's ticks are of 1 s, the shortest there is", "run", sweep, "--refine", "-o", "r.h5")

    def test_a_signal_while_refining_leaves_the_result(self):
        # one cell whose days are few and long: the run is short, refining is not
        sweep = self.sweep("[sweep]\nrealizations = 2\ndays = 30\n[workload]\nrequests_per_minute = 300\n")
        process = subprocess.Popen([FLEETCAST, "run", sweep, "--refine", "--quiet", "--threads", "1", "-o", "r.h5"], cwd=self.folder.name,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(2000):
            if (self.path / "r.h5").exists():
                break
            time.sleep(0.005)
        process.send_signal(signal.SIGINT)
        out, told = process.communicate(timeout=30)
        self.assertEqual((process.returncode, out), (130, ""))
        self.assertIn("r.h5 is written, what shorter ticks would change is not known", told)
        self.assertEqual(self.run_fleetcast("info", "r.h5").returncode, 0)

    def test_default_output_and_table(self):
        done = self.run_fleetcast("run", SMOKE)
        self.assertEqual(done.returncode, 0)
        self.assertTrue((self.path / "results/smoke.h5").exists())
        self.assertIn("The chosen setting under each of 2 combinations of conditions", done.stdout)
        self.assertIn("digest", done.stdout)

    def test_a_promise_that_an_idle_fleet_breaks_is_told(self):
        sweep = self.sweep("[sweep]\nrealizations = 2\nminutes = 10\n[sla]\nttft_ms = 100\n")   # an idle fleet takes 220 ms
        self.assertIn("even an idle fleet takes 120 ms longer", self.run_fleetcast("run", sweep, "-o", "r.h5").stderr)

    def test_fit_then_run(self):
        rows = ["time,prompt_tokens,completion_tokens"]
        rows += [f"{second * 1.7:.2f},{100 + second * 37 % 900},{10 + second * 13 % 200}" for second in range(2000)]
        (self.path / "t.csv").write_text("\n".join(rows) + "\n")
        done = self.run_fleetcast("fit", "t.csv", "-o", "w.toml", "--law", "empirical")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("plain Poisson", done.stdout)
        self.assertEqual(self.files(), ["t.csv", "w-pairs.csv", "w.toml"])
        done = self.run_fleetcast("run", SMOKE, "--set", "workload.file=w.toml", "--set", "workload.requests_per_minute=30", "--quiet", "-o", "r.h5")
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_fit_for_programs(self):
        rows = ["time,prompt_tokens,completion_tokens"]
        rows += [f"{second * 1.7:.2f},{100 + second * 37 % 900},{10 + second * 13 % 200}" for second in range(2000)]
        (self.path / "t.csv").write_text("\n".join(rows) + "\n")
        done = self.run_fleetcast("fit", "t.csv", "-o", "w.toml", "--law", "parametric", "--report", "report", "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        fit = json.loads(done.stdout)
        self.assertIn(f"fleetcast {fit['version']} ", self.run_fleetcast("--version").stdout)
        self.assertEqual(fit, json.loads((self.path / "report" / "fit.json").read_text()))
        self.assertEqual(sorted(path.name for path in (self.path / "report").iterdir()),
                         ["fit-lengths.csv", "fit-minutes.csv", "fit-structure.csv", "fit.json"])
        cv = fit["verdict"]["tokens_per_minute_cv"]
        self.assertEqual(list(cv), ["trace", "model_mean", "band90", "inside"])
        self.assertEqual(cv["inside"], cv["band90"][0] <= cv["trace"] <= cv["band90"][1])
        self.assertIsNone(fit["verdict"]["tokens_per_minute_dispersion_5min"])   # 28 minutes hold five windows
        self.assertIn("workload.class.0.prompt.sigma", " ".join(fit["parameters"]).replace("mixture.0.", ""))
        self.assertFalse((self.path / "w-pairs.csv").exists())


if __name__ == "__main__":
    os.environ.pop("NO_COLOR", None)
    unittest.main(argv=sys.argv[:1], verbosity=1)

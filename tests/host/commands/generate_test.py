"""fleetcast generate as a person meets it: the files, their sums against a run, formats, errors, signals."""
import csv
import gzip
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
import numpy
import xarray

FLEETCAST = str(pathlib.Path(sys.argv[1]).resolve())
SOURCE = pathlib.Path(sys.argv[2]).resolve()
SMOKE = str(SOURCE / "sweeps/smoke.toml")
UNEVEN = str(SOURCE / "sweeps/uneven.toml")
LONG = str(SOURCE / "sweeps/baseline.toml")
SMALL = """
[sweep]
name = "small"
minutes = 30
warmup_minutes = 5
seed = 3
[workload]
requests_per_minute = 120
burst_cv = 0.6
[[workload.class]]
name = "chat"
share = 0.75
[[workload.class]]
share = 0.25
prompt = { median = 3000, sigma = 0.5, min = 1, max = 20000 }
"""
REQUEST_HEADER = "time_s,class,prompt_tokens,completion_tokens"
MINUTE_HEADER = "minute,requests,prompt_tokens,completion_tokens,total_tokens,peak_requests_per_second"


class Generate(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.path = pathlib.Path(self.folder.name)

    def tearDown(self):
        self.folder.cleanup()

    def run_fleetcast(self, *arguments):
        return subprocess.run([FLEETCAST, *map(str, arguments)], capture_output=True, text=True, cwd=self.folder.name)

    def generate(self, *arguments):
        """The summary of a run that went well."""
        done = self.run_fleetcast("generate", *arguments, "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def files(self):
        return sorted(str(p.relative_to(self.path)) for p in self.path.rglob("*"))

    def expect_failure(self, code, words, *arguments):
        before = self.files()
        done = self.run_fleetcast("generate", *arguments)
        self.assertEqual(done.returncode, code, done.stderr)
        self.assertIn(words, done.stderr)
        self.assertEqual(done.stdout, "")
        self.assertEqual(self.files(), before, "something was written")

    def sweep(self, text=SMALL):
        path = self.path / "s.toml"
        path.write_text(text)
        return path

    def table(self, name, opened=open):
        """Header and columns of a CSV; numbers where all of a column are."""
        with opened(self.path / name, "rt", newline="") as file:
            header, *rows = csv.reader(file)
        columns = {}
        for key, values in zip(header, zip(*rows)):
            columns[key] = numpy.array(values if key == "class" else [float(v) for v in values])
        return ",".join(header), columns

    def by_tick(self, requests, tick_seconds, ticks):
        """Requests, prompt and completion tokens of every ledger tick."""
        ledger = requests["time_s"] >= 0
        tick = (requests["time_s"][ledger] // tick_seconds).astype(int)
        return [numpy.bincount(tick, weights=weights, minlength=ticks)
                for weights in (None, requests["prompt_tokens"][ledger], requests["completion_tokens"][ledger])]

    def test_requests_add_up_to_the_demand_of_a_run(self):
        for scenario in (0, 1):
            value = (60, 240)[scenario]
            choice = ["--set", "workload.requests_per_minute=%d" % value]
            self.run_fleetcast("run", SMOKE, *choice, "--realizations", 1, "--quiet", "-o", "r.h5")
            self.generate(SMOKE, "--scenario", scenario, "-o", "by-number")
            self.generate(SMOKE, *choice, "-o", "by-key")

            with h5py.File(self.path / "r.h5") as run:
                expected = [run[f"{name}_mean"][:] for name in ("requests", "prompt_tokens", "completion_tokens")]
            for name in ("by-number", "by-key"):
                header, requests = self.table(f"{name}/requests-0.csv")
                self.assertEqual(header, REQUEST_HEADER)
                for generated, of_run in zip(self.by_tick(requests, 30, 1440), expected):
                    numpy.testing.assert_array_equal(generated, of_run)

    def test_they_do_under_every_part_of_the_model(self):
        short = ["--set", "sweep.minutes=180", "--set", 'sweep.start_weekday="sunday"']
        self.run_fleetcast("run", UNEVEN, *short, "--realizations", 1, "--quiet", "-o", "r.h5")
        self.generate(UNEVEN, *short, "-o", "g")

        _, requests = self.table("g/requests-0.csv")
        with h5py.File(self.path / "r.h5") as run:
            for generated, name in zip(self.by_tick(requests, 60, 180), ("requests", "prompt_tokens", "completion_tokens")):
                mean = run[f"{name}_mean"][:]
                numpy.testing.assert_array_equal(generated, mean[(0,) * (mean.ndim - 1)])

    def test_realizations_add_up_to_the_totals_of_a_run(self):
        told = self.generate(self.sweep(), "--realizations", 5, "-o", "g", "--seed", 8)
        self.run_fleetcast("run", "s.toml", "--realizations", 5, "--seed", 8, "--quiet", "-o", "r.h5")

        sums = numpy.zeros(3)
        for k in range(5):
            _, requests = self.table(f"g/requests-{k}.csv")
            sums += [of_ticks.sum() for of_ticks in self.by_tick(requests, 60, 30)]
            self.assertEqual(told["realizations"][k]["requests"], len(requests["time_s"]))
        with h5py.File(self.path / "r.h5") as run:
            self.assertEqual(list(sums), [run[f"sum_{name}_lo"][()] for name in ("requests", "prompt_tokens", "completion_tokens")])

    def test_minutes_follow_from_requests_whatever_the_tick(self):
        for tick in (60, 1, 20, 45, 90, 300):
            with self.subTest(tick_seconds=tick):
                text = SMALL.replace("seed = 3", f"seed = 3\ntick_seconds = {tick}").replace("minutes = 5", f"minutes = {45 if tick == 45 else 15}")
                told = self.generate(self.sweep(text.replace("burst_cv = 0.6", "burst_cv = 0.6\nburst_seconds = 900")), "-o", "g")

                header, minutes = self.table("g/minutes-0.csv")
                _, requests = self.table("g/requests-0.csv")
                self.assertEqual(header, MINUTE_HEADER)
                first = -45 if tick == 45 else -15
                numpy.testing.assert_array_equal(minutes["minute"], numpy.arange(first, 30))
                self.assertTrue((numpy.diff(requests["time_s"]) >= 0).all())
                of = (requests["time_s"] // 60).astype(int) - first
                for column, weights in (("requests", None), ("prompt_tokens", requests["prompt_tokens"]),
                                        ("completion_tokens", requests["completion_tokens"])):
                    numpy.testing.assert_array_equal(minutes[column], numpy.bincount(of, weights=weights, minlength=len(minutes["minute"])))
                numpy.testing.assert_array_equal(minutes["total_tokens"], minutes["prompt_tokens"] + minutes["completion_tokens"])
                seconds = numpy.bincount((requests["time_s"] // 1).astype(int) - 60 * first, minlength=60 * len(minutes["minute"]))
                numpy.testing.assert_array_equal(minutes["peak_requests_per_second"], seconds.reshape(-1, 60).max(axis=1))
                self.assertEqual(told["realizations"][0]["peak_requests_per_second"], seconds.max())

    def test_class_names(self):
        self.assertEqual(self.generate(self.sweep(), "-o", "g")["classes"], ["chat", "1"])
        _, requests = self.table("g/requests-0.csv")
        names, counts = numpy.unique(requests["class"], return_counts=True)
        self.assertEqual(list(names), ["1", "chat"])
        self.assertGreater(counts[1], 2 * counts[0])
        self.assertEqual(self.generate("s.toml", "-o", "g", "--set", "workload.class.1.name=summaries")["classes"], ["chat", "summaries"])
        self.expect_failure(78, "is another class's name, or its number", self.sweep(SMALL.replace('"chat"', '"1"')), "-o", "h")

    def test_gzip_holds_the_same_bytes(self):
        self.sweep()
        self.generate("s.toml", "-o", "plain")
        told = self.generate("s.toml", "-o", "zipped", "--gzip")
        for name in ("requests-0.csv", "minutes-0.csv"):
            self.assertEqual(gzip.open(self.path / "zipped" / f"{name}.gz").read(), (self.path / "plain" / name).read_bytes())
        self.assertEqual([file["path"] for file in told["realizations"][0]["files"]], ["zipped/requests-0.csv.gz", "zipped/minutes-0.csv.gz"])
        for file in told["realizations"][0]["files"]:
            self.assertEqual(file["bytes"], (self.path / file["path"]).stat().st_size)

    def test_hdf5_holds_the_same_values_and_opens_in_xarray_and_pandas(self):
        self.sweep()
        self.generate("s.toml", "-o", "csv", "--realizations", 2)
        for number, options in enumerate(([], ["--gzip"])):
            self.generate("s.toml", "-o", f"h{number}", "--format", "hdf5", "--realizations", 2, *options)
            for table in ("requests", "minutes"):
                _, expected = self.table(f"csv/{table}-1.csv")
                path = self.path / f"h{number}/{table}-1.h5"
                for engine in ("netcdf4", "h5netcdf"):
                    with xarray.open_dataset(path, engine=engine) as data:
                        frame = data.to_dataframe().reset_index()
                        self.assertEqual(data.attrs["filetype"], f"fleetcast {table}")
                        self.assertEqual((data.attrs["format_version"], data.attrs["realization"], data.attrs["seed"]), (1, 1, 3))
                        self.assertTrue(all(v.attrs["long_name"] and v.attrs["units"] for v in data.variables.values()))
                        if table == "requests":
                            self.assertEqual(data["class"].attrs["flag_meanings"], "chat 1")
                            self.assertEqual(data.sel(time_s=slice(0, 60)).time_s.size, ((expected["time_s"] >= 0) & (expected["time_s"] <= 60)).sum())
                    self.assertEqual(list(frame.columns), list(expected))
                    for column, values in expected.items():
                        wanted = (values != "chat").astype(int) if column == "class" else values
                        numpy.testing.assert_array_equal(frame[column].to_numpy(), wanted)
                with h5py.File(path) as file:
                    for column in expected:
                        self.assertIsNotNone(file[column].chunks)
                        self.assertEqual(file[column].compression, "gzip" if options else None)

    def test_the_same_bytes_on_any_number_of_threads_and_from_its_own_sweep_file(self):
        self.sweep(SMALL + '[grid]\n"workload.burst_cv" = [0.1, 0.6]\n"autoscaler.scale_up_at" = [150000, 200000]\n')
        self.generate("s.toml", "--scenario", 1, "-o", "one", "--realizations", 6, "--threads", 1)
        self.generate("s.toml", "--scenario", 1, "-o", "four", "--realizations", 6, "--threads", 4)
        self.generate("one/sweep.toml", "--realizations", 6, "-o", "again")
        names = [f"{table}-{k}.csv" for table in ("requests", "minutes") for k in range(6)]
        self.assertEqual(sorted(os.listdir(self.path / "one")), sorted([*names, "sweep.toml"]))
        for name in names:
            for other in ("four", "again"):
                self.assertEqual((self.path / "one" / name).read_bytes(), (self.path / other / name).read_bytes())
        self.assertRegex((self.path / "one/sweep.toml").read_text(), r"\A# fleetcast \S+ \(\S+\) generate\n")
        self.assertEqual(self.run_fleetcast("run", "one/sweep.toml", "--dry-run").returncode, 0)

    def test_measured_pairs_are_found_from_the_written_sweep(self):
        (self.path / "in").mkdir()
        (self.path / "in/pairs.csv").write_text("prompt_tokens,completion_tokens\n5,7\n11,13\n")
        (self.path / "in/s.toml").write_text('[sweep]\nminutes = 10\n[[workload.class]]\npairs = "pairs.csv"\n')
        self.generate("in/s.toml", "-o", "out/deep")
        self.generate("out/deep/sweep.toml", "-o", "again")
        _, requests = self.table("again/requests-0.csv")
        self.assertEqual({5, 11}, set(requests["prompt_tokens"]))

    def test_number_of_realizations(self):
        self.sweep(SMALL.replace("seed = 3", "seed = 3\nrealizations = 4"))
        for options, count in (([], 1), (["--set", "sweep.realizations=2"], 2), (["--realizations", 3], 3), (["--realizations", 7], 7)):
            self.assertEqual(len(self.generate("s.toml", "-o", "g", *options)["realizations"]), count)

    def test_table_and_default_folder(self):
        done = self.run_fleetcast("generate", self.sweep(), "--realizations", 12)
        self.assertEqual(done.returncode, 0, done.stderr)
        for words in ("prompt tokens", "peak per second", "… and 2 more", "results/small-workload"):
            self.assertIn(words, done.stdout)
        self.assertTrue((self.path / "results/small-workload/minutes-11.csv").exists())

    def test_ticks_without_requests(self):
        self.generate(self.sweep("[sweep]\nminutes = 3\nwarmup_minutes = 1\n[workload]\nrequests_per_minute = 0\n"), "-o", "g")
        self.assertEqual((self.path / "g/requests-0.csv").read_text(), REQUEST_HEADER + "\n")
        self.assertEqual((self.path / "g/minutes-0.csv").read_text(), MINUTE_HEADER + "\n" + "".join(f"{m},0,0,0,0,0\n" for m in (-1, 0, 1, 2)))
        self.generate("s.toml", "-o", "h", "--format", "hdf5")
        with xarray.open_dataset(self.path / "h/requests-0.h5") as data:
            self.assertEqual(data.time_s.size, 0)

    def test_which_scenario(self):
        self.expect_failure(64, "has 2 scenarios, over workload.requests_per_minute (2 values); choose one with --scenario 0 … 1", SMOKE, "-o", "g")
        self.expect_failure(64, "choose one with --scenario 0 … 1", SMOKE, "-o", "g", "--scenario", 2)
        self.expect_failure(64, "has one scenario, number 0", self.sweep(), "-o", "g", "--scenario", 1)
        self.expect_failure(64, "--scenario", SMOKE, "-o", "g", "--scenario", "busy")
        self.sweep(SMALL + '[grid]\n"workload.requests_per_minute" = [1, 2]\n"workload.burst_cv" = [0, 1, 2]\n')
        self.generate("s.toml", "--scenario", 4, "-o", "g")
        text = (self.path / "g/sweep.toml").read_text()
        self.assertIn("requests_per_minute = 2\n", text)
        self.assertIn("burst_cv = 1\n", text)

    def test_sweeps_without_requests_to_be_had(self):
        self.expect_failure(78, "--set workload.sampler=request draws requests", self.sweep(), "--set", "workload.sampler=compound", "-o", "g")
        self.expect_failure(78, "add up to 0.85; they must add up to 1", self.sweep(), "--set", "workload.class.1.share=0.1", "-o", "g")

    def test_usage_errors(self):
        sweep = self.sweep()
        self.expect_failure(64, "--format", sweep, "--format", "parquet")
        self.expect_failure(64, "sweep.realizations = 0 must lie in 1 to", sweep, "--realizations", "0")
        self.expect_failure(64, "must be a whole number", sweep, "--realizations", "1.5")
        self.expect_failure(64, "--set", sweep, "--set", "nonsense")
        self.expect_failure(64, "--threads", sweep, "--threads", "-1")
        self.expect_failure(66, "none.toml: can't be read", "none.toml")

    def test_folders_that_cannot_be_used(self):
        sweep = self.sweep()
        self.expect_failure(73, "s.toml: the folder can't be created: ", sweep, "-o", "s.toml")
        self.expect_failure(73, "the folder can't be created: ", sweep, "-o", "s.toml/g")
        (self.path / "taken/requests-0.csv").mkdir(parents=True)
        self.expect_failure(73, "it is a folder; name a file", sweep, "-o", "taken")

    def test_inputs_are_not_written_over(self):
        (self.path / "g").mkdir()
        (self.path / "g/sweep.toml").write_text(SMALL)
        self.expect_failure(64, "this run reads that file; name another", "g/sweep.toml", "-o", "g")
        (self.path / "g/requests-1.csv").write_text("prompt_tokens,completion_tokens\n5,7\n")
        sweep = self.sweep('[sweep]\nminutes = 3\n[[workload.class]]\npairs = "g/requests-1.csv"\n')
        (self.path / "g/sweep.toml").unlink()
        self.expect_failure(64, "this run reads that file; name another", sweep, "--realizations", 2, "-o", "g")

    def test_files_of_an_earlier_time_are_told(self):
        self.sweep()
        done = self.run_fleetcast("generate", "s.toml", "-o", "g/", "--realizations", 3)
        self.assertEqual(done.stderr, "")
        done = self.run_fleetcast("generate", "s.toml", "-o", "g")
        self.assertIn("g/minutes-1.csv is not of this run (4 such files in the folder)", done.stderr)

    def test_more_than_the_disk_holds_is_told(self):
        arguments = [FLEETCAST, "generate", self.sweep(), "--realizations", "1000000000", "-o", "g"]
        process = subprocess.Popen(arguments, cwd=self.folder.name, stderr=subprocess.PIPE, text=True)
        self.assertRegex(process.stderr.readline(), r"warning: about \S+ [TP]iB are going to be written, \S+ \S+ are free in g")
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)
        self.assertEqual(process.returncode, 130)

    def test_what_is_whole_when_one_fails_has_its_own_sweep_beside_it(self):
        self.sweep()
        self.run_fleetcast("generate", "s.toml", "--seed", 1, "-o", "g", "--quiet")
        (self.path / "g/requests-1.csv").mkdir()
        done = self.run_fleetcast("generate", "s.toml", "--seed", 2, "--realizations", 2, "--threads", 1, "-o", "g", "--quiet")
        self.assertEqual(done.returncode, 73, done.stderr)
        self.run_fleetcast("generate", "s.toml", "--seed", 2, "-o", "other", "--quiet")
        self.assertEqual((self.path / "g/requests-0.csv").read_text(), (self.path / "other/requests-0.csv").read_text())
        self.assertIn("\nseed = 2\n", (self.path / "g/sweep.toml").read_text())

    def test_full_disk_leaves_no_file(self):
        # a limit on file size stands in for a disk that fills
        for options in ("", "--gzip", "--format hdf5"):
            script = f"ulimit -f 200; exec {shlex.quote(FLEETCAST)} generate {shlex.quote(LONG)} -o g --quiet {options}"
            done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, cwd=self.folder.name)
            self.assertEqual(done.returncode, 74, done.stderr)
            self.assertIn("is the disk full", done.stderr)
            self.assertEqual(self.files(), [])

    def test_signals_leave_whole_realizations_alone(self):
        for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
            for options in ([], ["--gzip"], ["--format", "hdf5"]):
                with self.subTest(signal=number, options=options):
                    arguments = [FLEETCAST, "generate", LONG, "--set", "sweep.days=30", "--realizations", "50", "--quiet", "-o", "g", *options]
                    process = subprocess.Popen(arguments, cwd=self.folder.name, stderr=subprocess.PIPE, text=True)
                    while not any(name.endswith(".part") for name in self.files()):
                        time.sleep(0.01)
                    process.send_signal(number)
                    _, told = process.communicate(timeout=30)
                    self.assertEqual(process.returncode, code, told)
                    self.assertIn("of 50 realizations 0 were written whole, nothing of the others", told)
                    self.assertEqual(self.files(), [])

    def test_what_is_whole_when_a_signal_comes_stays(self):
        process = subprocess.Popen([FLEETCAST, "generate", self.sweep(), "--realizations", "1000000", "--quiet", "-o", "g"], cwd=self.folder.name,
                                   stderr=subprocess.PIPE, text=True)
        while not (self.path / "g/minutes-20.csv").exists():
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=30)
        self.assertEqual(process.returncode, 130)
        count = int(told.split("of 1000000 realizations ")[1].split(" were written whole")[0])
        self.assertEqual(len(list(self.path.glob("g/requests-*.csv"))), count)
        self.assertEqual(len(list(self.path.glob("g/*"))), 2 * count + 1)
        self.assertTrue((self.path / "g/sweep.toml").exists())

    def test_help_tells_the_columns_and_shows_examples(self):
        text = self.run_fleetcast("generate", "--help").stdout
        for words in (REQUEST_HEADER, MINUTE_HEADER, "Examples:", "by default 1"):
            self.assertIn(words, text)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)

"""fleetcast run --part and merge as a person meets them: parts of any sizes give the undivided run's digest; what is no whole is refused."""
import json
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import unittest

import h5py

FLEETCAST = str(pathlib.Path(sys.argv[1]).resolve())

SWEEP = """
[sweep]
name = "m"
realizations = 90
minutes = 60
warmup_minutes = 0
quantiles = [0.5]
[workload]
requests_per_minute = 120
drift_log_sd = 0.2
[autoscaler]
max_replicas = 12
[baseline]
"autoscaler.scale_up_at" = 90000
"autoscaler.scale_down_at" = 20000
[grid]
"workload.burst_cv" = [0, 0.4]
"autoscaler.scale_up_at" = [60000, 90000]
"autoscaler.scale_down_at" = [20000, 70000]
"""


class Merge(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.path = pathlib.Path(cls.folder.name)
        (cls.path / "s.toml").write_text(SWEEP)
        cls.whole = cls.told("run", "s.toml", "-o", "whole.h5")
        for count in (1, 2, 5):
            for number in range(1, count + 1):
                cls.told("run", "s.toml", "--part", f"{number}/{count}")

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    @classmethod
    def fleetcast(cls, *arguments):
        return subprocess.run([FLEETCAST, *map(str, arguments), *(["--quiet"] if arguments[0] in ("run", "merge") else [])],
                              capture_output=True, text=True, cwd=cls.path)

    @classmethod
    def told(cls, *arguments):
        done = cls.fleetcast(*arguments, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def refusal(self, code, *arguments):
        done = self.fleetcast(*arguments)
        self.assertEqual(done.returncode, code, done.stderr)
        self.assertEqual(done.stdout, "")
        return done.stderr

    def parts(self, count):
        return [f"results/m.part-{number}-of-{count}.h5" for number in range(1, count + 1)]

    def test_parts_add_up_to_the_undivided_run(self):
        for count in (1, 2, 5):
            merged = self.told("merge", *reversed(self.parts(count)), "-o", f"all-{count}.h5")
            self.assertEqual(merged["digest"], self.whole["digest"])
            self.assertEqual(merged["realizations"], 90)
            self.assertEqual(sum(part["realizations"] for part in merged["parts"]), 90)
            self.assertEqual(self.told("info", f"all-{count}.h5")["digest"], self.whole["digest"])
        answers = [self.told("analyze", result) for result in ("whole.h5", "all-5.h5")]
        for answer in answers:
            del answer["result"]
        self.assertEqual(*answers)

    def test_parts_of_other_divisions_go_together(self):
        mixed = [self.parts(2)[0], *(f"results/m.part-{number}-of-4.h5" for number in (3, 4))]
        for number in (3, 4):
            self.told("run", "s.toml", "--part", f"{number}/4")
        self.assertEqual(self.told("merge", *mixed, "-o", "mixed.h5")["digest"], self.whole["digest"])

    def test_a_person_is_told_the_digest_and_where_the_answer_is(self):
        done = self.fleetcast("merge", *self.parts(2), "-o", "told.h5")
        self.assertIn("merged 2 parts: 90 realizations", done.stdout)
        self.assertIn("digest " + self.whole["digest"], done.stdout)
        self.assertIn("fleetcast analyze told.h5", done.stdout)

    def test_a_part_says_that_it_is_one(self):
        part = self.parts(5)[1]
        self.assertIn("2/5: realizations 18 to 35", self.fleetcast("info", part).stdout)
        self.assertEqual(self.told("info", part)["part"], "2/5")
        self.assertEqual(self.told("info", part)["first_realization"], 18)
        self.assertIn("Part 2/5: realizations 18 to 35 of 90", self.fleetcast("run", "s.toml", "--part", "2/5").stdout)
        for command in ("analyze", "report"):
            self.assertIn("is part 2/5 of a sweep, which is no answer by itself", self.refusal(65, command, part))

    def test_a_part_is_answered_from_what_is_there_and_not_from_another_one(self):
        again = self.fleetcast("run", "s.toml", "--part", "2/5", "--json")
        self.assertEqual(json.loads(again.stdout)["digest"], self.told("info", self.parts(5)[1])["digest"])
        self.told("run", "s.toml", "--part", "1/3", "-o", "moved.h5")
        self.assertIn("moved.h5 has realizations 0 to 29, of which 60 to 89 are wanted",
                      self.refusal(65, "run", "s.toml", "--part", "3/3", "-o", "moved.h5"))
        moved = self.told("run", "s.toml", "--part", "3/3", "-o", "moved.h5", "--fresh")
        self.assertEqual(moved["first_realization"], 60)
        self.assertEqual(moved["realizations"], 30)

    def test_a_part_goes_on_from_its_own_checkpoint_alone(self):
        many = ["run", "s.toml", "--realizations", "200000", "-o", "stopped.h5"]
        process = subprocess.Popen([FLEETCAST, *many, "--part", "1/2", "--quiet", "--checkpoint-every", "0.01s", "--memory", "4M"], cwd=self.path,
                                   stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 60
        while not list(self.path.glob("stopped.h5.checkpoint-[ab]")) and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.001)
        process.send_signal(signal.SIGUSR1)
        self.assertEqual(process.wait(60), 75)

        self.assertIn("has realizations beside 100000 to 199999, those of another part", self.refusal(65, *many, "--part", "2/2"))
        gone_on = self.told(*many, "--part", "1/2")
        self.assertEqual(gone_on["realizations"], 100000)
        self.assertEqual(gone_on["digest"], self.told(*many, "--part", "1/2", "--fresh")["digest"])

    def test_a_part_grows_to_the_whole(self):
        self.told("run", "s.toml", "--part", "1/3", "-o", "grows.h5")
        self.assertEqual(self.told("run", "s.toml", "-o", "grows.h5")["digest"], self.whole["digest"])

    def test_holes_and_overlaps_are_listed(self):
        five = self.parts(5)
        said = self.refusal(65, "merge", five[0], five[3], "-o", "no.h5")
        self.assertIn(f"no file has realizations 18 to 53, next after {five[0]}, just before {five[3]}", said)
        self.assertIn(f"no file has realizations 72 to 89, next after {five[3]}", said)
        said = self.refusal(65, "merge", *five, self.parts(2)[0], "-o", "no.h5")
        self.assertIn("both have realizations 0 to 17", said)
        self.assertFalse((self.path / "no.h5").exists())

    def test_other_sweeps_are_refused_by_the_keys_that_differ(self):
        self.told("run", "s.toml", "--part", "2/2", "--set", "sla.ttft_ms=300", "-o", "other.h5")
        said = self.refusal(65, "merge", self.parts(2)[0], "other.h5", "-o", "no.h5")
        self.assertIn("sla.ttft_ms is 300 there and 500 here", said)

    def test_a_changed_file_is_refused(self):
        changed = self.path / "changed.h5"
        changed.write_bytes((self.path / self.parts(2)[0]).read_bytes())
        with h5py.File(changed, "r+") as file:
            file["sum_scale_ups_lo"][0, 0, 0] += 1
        self.assertIn("changed.h5: its sums have the digest", self.refusal(65, "merge", "changed.h5", self.parts(2)[1], "-o", "no.h5"))

    def test_a_part_is_never_the_output(self):
        before = (self.path / self.parts(2)[0]).read_bytes()
        self.assertIn("this run reads that file", self.refusal(64, "merge", *self.parts(2), "-o", self.parts(2)[0]))
        self.assertEqual((self.path / self.parts(2)[0]).read_bytes(), before)

    def test_a_result_of_more_is_not_replaced(self):
        self.told("run", "s.toml", "--realizations", 120, "-o", "bigger.h5")
        before = (self.path / "bigger.h5").read_bytes()
        self.assertIn("bigger.h5 has realizations 0 to 119, of which 0 to 89 are wanted; remove it first",
                      self.refusal(65, "merge", *self.parts(2), "-o", "bigger.h5"))
        self.assertEqual((self.path / "bigger.h5").read_bytes(), before)

    def test_nonsense_is_a_usage_error(self):
        for text in ("0/2", "3/2", "2", "2/", "/2", "a/b", "1/2/3", "-1/2", "1/0"):
            self.assertIn("write K/N", self.refusal(64, "run", "s.toml", f"--part={text}"))
        self.assertIn("too few for 91 parts", self.refusal(64, "run", "s.toml", "--part", "1/91"))
        for option in ("--raw", "--refine", "--dry-run"):
            self.assertIn("is about the whole sweep", self.refusal(64, "run", "s.toml", "--part", "1/2", option))
        self.assertIn("look at all realizations", self.refusal(64, "run", "s.toml", "--part", "1/2", "--set", "search.race=true"))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])

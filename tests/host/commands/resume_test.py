"""Runs that are stopped, killed and gone on with, as a person meets them: one digest, and a clear word wherever one can't go on."""
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import unittest

FLEETCAST = str(pathlib.Path(sys.argv[1]).resolve())

# a few seconds on one core, in tiles of 64 days
SWEEP = """
[sweep]
name = "resumed"
realizations = {realizations}
seed = 5
[workload]
requests_per_minute = 120
[autoscaler]
max_replicas = 20
[grid]
"autoscaler.scale_up_at" = {{ from = 40000, to = 200000, count = 24 }}
"autoscaler.scale_down_at" = {{ from = 20000, to = 90000, count = 24 }}
"""


class ResumeCase(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.path = pathlib.Path(self.folder.name)
        self.write("s.toml", SWEEP.format(realizations=1000))

    def tearDown(self):
        self.folder.cleanup()

    def write(self, name, text):
        (self.path / name).write_text(text)

    def files(self):
        return sorted(p.name for p in self.path.iterdir())

    def command(self, *arguments, sweep="s.toml"):
        return [FLEETCAST, "run", sweep, "-o", "r.h5", *([] if "--threads" in arguments else ["--threads", "1"]), *map(str, arguments)]

    def run_fleetcast(self, *arguments, sweep="s.toml"):
        return subprocess.run(self.command(*arguments, sweep=sweep), capture_output=True, text=True, cwd=self.folder.name)

    def digest(self, *arguments, sweep="s.toml"):
        done = self.run_fleetcast("--json", *arguments, sweep=sweep)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)["digest"]

    def undisturbed(self, *arguments):
        digest = self.digest("--fresh", *arguments)
        os.remove(self.path / "r.h5")
        return digest

    def stopped_by(self, number, *arguments):
        """Sends a signal once there is a checkpoint; what the program said."""
        process = subprocess.Popen(self.command("--checkpoint-every", "0.05s", *arguments), cwd=self.folder.name, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True)
        deadline = time.monotonic() + 60
        while not list(self.path.glob("r.h5.checkpoint-*")) and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.01)
        process.send_signal(number)
        _, told = process.communicate(timeout=60)
        return process.returncode, told


class Resume(ResumeCase):
    def test_a_signal_saves_what_is_done_and_the_same_command_goes_on(self):
        expected = self.undisturbed()
        for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGUSR1, 75)):
            with self.subTest(signal=number):
                returned, told = self.stopped_by(number)
                self.assertEqual(returned, code, told)
                self.assertIn("of 1,000 realizations are saved beside r.h5; the same command goes on from there", told)
                self.assertNotIn("r.h5", self.files())
                done = self.run_fleetcast("--json")
                self.assertIn("realizations: going on from there", done.stderr)
                self.assertEqual(json.loads(done.stdout)["digest"], expected)
                self.assertEqual(self.files(), ["r.h5", "s.toml"])
                os.remove(self.path / "r.h5")

    def test_a_killed_run_goes_on_with_another_number_of_threads_and_instruction_set(self):
        expected = self.undisturbed()
        self.stopped_by(signal.SIGKILL)
        self.assertIn("r.h5.lock", self.files())  # left behind; stops nobody
        self.assertEqual(self.digest("--threads", 2, "--simd", "baseline", "--memory", "64M"), expected)
        self.assertEqual(self.files(), ["r.h5", "s.toml"])

    def test_max_time_stops_in_time_to_save(self):
        expected = self.undisturbed()
        runs = 0
        while True:
            done = self.run_fleetcast("--max-time", "0.8s", "--json")
            runs += 1
            if done.returncode == 0:
                break
            self.assertEqual(done.returncode, 75, done.stderr)
            self.assertRegex(done.stderr, "--max-time 0.8s: stopped (in time to save|after .*: a tile or the saving took longer than was left)")
            self.assertLess(runs, 60)
        self.assertEqual(json.loads(done.stdout)["digest"], expected)

    def test_a_run_begun_anew_is_not_lost_to_the_result_it_replaces(self):
        expected = self.undisturbed()
        self.digest()
        returned, told = self.stopped_by(signal.SIGTERM, "--fresh")
        self.assertEqual(returned, 143, told)
        self.assertIn("the same command without --fresh goes on from there", told)
        done = self.run_fleetcast("--json")
        self.assertRegex(done.stderr, r"r\.h5\.checkpoint-[ab] has \d+ of 1,000 realizations: going on from there")
        self.assertEqual(json.loads(done.stdout)["digest"], expected)

    def test_a_run_begun_anew_of_less_goes_on_beside_the_result_of_more(self):
        expected = self.undisturbed("--realizations", 500)
        self.digest()
        returned, told = self.stopped_by(signal.SIGTERM, "--fresh", "--realizations", 500)
        self.assertEqual(returned, 143, told)
        self.assertEqual(self.digest("--realizations", 500), expected)

    def test_a_result_that_can_not_be_opened_is_not_taken_for_none(self):
        expected = self.digest("--realizations", 200)
        holder = subprocess.Popen(["/usr/bin/python3", "-c", "import h5py, sys; f = h5py.File(sys.argv[1], 'r+'); print(flush=True); input(); f.close()",
                                   self.path / "r.h5"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        holder.stdout.readline()
        while_open = self.run_fleetcast("--realizations", 100)
        holder.communicate("\n")
        self.assertEqual(while_open.returncode, 65)
        self.assertIn("r.h5: can't be opened now, and may hold a result", while_open.stderr)
        self.assertEqual(self.digest("--realizations", 200), expected)
        result = self.path / "r.h5"
        result.write_bytes(result.read_bytes()[:-1000])
        self.assertEqual(self.run_fleetcast("--realizations", 200).returncode, 65)
        self.assertEqual(self.digest("--realizations", 200, "--fresh"), expected)

    def test_a_result_of_more_is_not_replaced_by_less(self):
        first = self.digest("--realizations", 200)
        less = self.run_fleetcast("--realizations", 100)
        self.assertEqual(less.returncode, 65)
        self.assertIn("has realizations 0 to 199, of which 0 to 99 are wanted; replace it with --fresh", less.stderr)
        self.assertEqual(self.digest("--realizations", 200), first)
        other = self.run_fleetcast("--realizations", 100, "--seed", 6)
        self.assertIn("r.h5 is of another plan; it will be replaced", other.stderr)
        self.assertEqual(other.returncode, 0, other.stderr)

    def test_ledgers_do_not_cost_a_checkpoint(self):
        self.stopped_by(signal.SIGTERM)
        before = self.files()
        done = self.run_fleetcast("--raw")
        self.assertEqual(done.returncode, 64)
        self.assertIn("--raw: begins anew", done.stderr)
        self.assertEqual(self.files(), before)

    def test_more_realizations_continue_a_finished_result(self):
        expected = self.undisturbed("--realizations", 700)
        self.digest("--realizations", 300)
        done = self.run_fleetcast("--realizations", 700, "--json")
        self.assertIn("r.h5 has 300 of 700 realizations: going on from there", done.stderr)
        self.assertEqual(json.loads(done.stdout)["digest"], expected)

    def test_a_result_that_has_all_is_answered_from_and_told_so(self):
        first = self.run_fleetcast("--realizations", 100, "--json")
        again = self.run_fleetcast("--realizations", 100, "--json", "--set", "price.gpu_hour_usd=9")
        self.assertIn("nothing is left to simulate (--fresh does it again)", again.stderr)
        self.assertEqual(json.loads(first.stdout)["digest"], json.loads(again.stdout)["digest"])
        self.assertNotEqual(first.stdout, again.stdout)  # dearer
        self.assertNotIn("has 100 of", self.run_fleetcast("--realizations", 100, "--fresh").stderr)

    def test_another_sweeps_checkpoint_is_refused_by_name(self):
        self.stopped_by(signal.SIGTERM)
        before = self.files()
        done = self.run_fleetcast("--set", "workload.requests_per_minute=130", "--seed", 6)
        self.assertEqual(done.returncode, 65)
        self.assertIn("workload.requests_per_minute is 120", done.stderr)
        self.assertIn("sweep.seed is 5 there and 6 here", done.stderr)
        self.assertIn("--fresh", done.stderr)
        self.assertEqual(self.files(), before)
        self.assertEqual(self.run_fleetcast("--set", "workload.requests_per_minute=130", "--fresh", "--realizations", 10).returncode, 0)

    def test_a_race_goes_on_as_if_it_had_not_been_stopped(self):
        race = ["--set", "search.race=true", "--set", "stop.metric=selection"]
        expected = self.undisturbed(*race)
        returned, told = self.stopped_by(signal.SIGTERM, *race)
        if returned != 0:  # it may have been done before
            self.assertEqual(returned, 143, told)
        done = self.run_fleetcast("--json", *race, *([] if returned != 0 else ["--fresh"]))
        self.assertEqual(json.loads(done.stdout)["digest"], expected, done.stderr)
        again = self.run_fleetcast(*race)
        self.assertEqual(again.returncode, 65)
        self.assertIn("was run with [stop] or a race", again.stderr)
        self.assertIn("replace it with --fresh", again.stderr)
        self.assertEqual(self.run_fleetcast().returncode, 65, "a grid does not take a race's place, either")
        self.assertEqual(self.run_fleetcast("--fresh", "--realizations", 10).returncode, 0)
        self.assertEqual(self.run_fleetcast(*race).returncode, 65, "nor a race a grid's")

    def test_a_larger_result_of_another_build_is_not_replaced_by_less(self):
        self.digest("--realizations", 200)
        change = "import h5py, sys; h5py.File(sys.argv[1], 'r+').attrs['git_sha'] = '0123456789ab'"
        subprocess.run(["/usr/bin/python3", "-c", change, self.path / "r.h5"], check=True)
        less = self.run_fleetcast("--realizations", 100)
        self.assertEqual(less.returncode, 65)
        self.assertIn("was written by fleetcast", less.stderr)
        as_much = self.run_fleetcast("--realizations", 200)
        self.assertEqual(as_much.returncode, 0, as_much.stderr)
        self.assertIn("it will be replaced", as_much.stderr)

    def test_ledgers_of_less_do_not_replace_more(self):
        self.digest("--realizations", 200)
        less = self.run_fleetcast("--realizations", 20, "--raw")
        self.assertEqual(less.returncode, 65)
        self.assertIn("has realizations 0 to 199", less.stderr)
        self.assertEqual(self.run_fleetcast("--realizations", 20, "--raw", "--fresh").returncode, 0)

    def test_ledgers_that_go_are_told_of(self):
        self.run_fleetcast("--realizations", 20, "--raw")
        self.assertIn("holds the ledgers of its realizations; what takes its place will not", self.run_fleetcast("--realizations", 30).stderr)

    def test_a_run_that_can_not_begin_anew_takes_nothing_away(self):
        self.stopped_by(signal.SIGTERM)
        before = self.files()
        done = self.run_fleetcast("--fresh", "--device", "cuda")
        if done.returncode == 0:
            self.skipTest("a CUDA device works here")
        self.assertEqual(done.returncode, 69, done.stderr)
        self.assertEqual(self.files(), before)

    def test_one_run_per_output(self):
        process = subprocess.Popen(self.command("--realizations", 100000), cwd=self.folder.name, stderr=subprocess.DEVNULL)
        while "r.h5.lock" not in self.files():
            time.sleep(0.01)
        time.sleep(0.2)
        done = self.run_fleetcast()
        process.kill()
        process.wait()
        self.assertEqual(done.returncode, 73, done.stderr)
        self.assertIn(str(process.pid), done.stderr)

    def test_audit(self):
        expected = self.undisturbed("--realizations", 100)
        self.assertEqual(self.digest("--realizations", 100, "--audit", "10%", "--fresh"), expected)
        for text in ("10", "0%", "101%", "much"):
            done = self.run_fleetcast("--audit", text)
            self.assertEqual((done.returncode, "write a share above 0%" in done.stderr), (64, True), done.stderr)

    def test_durations_are_checked(self):
        for option in ("--max-time", "--checkpoint-every"):
            done = self.run_fleetcast(option, "soon")
            self.assertEqual(done.returncode, 64, done.stderr)
            self.assertIn(option, done.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])

"""A run that is watched: what run writes for it, and what fleetcast watch makes of it."""
import json
import os
import pathlib
import pty
import re
import shlex
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
from datetime import datetime, timedelta, timezone

FLEETCAST = str(pathlib.Path(sys.argv[1]).resolve())
SOURCE = pathlib.Path(sys.argv[2]).resolve()
SMOKE, BASELINE = (str(SOURCE / "sweeps" / name) for name in ("smoke.toml", "baseline.toml"))


def start_ticks(pid):
    return int(pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[19])


def ago(seconds):
    return (datetime.now(timezone.utc) - timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S.042Z")


class WatchCase(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.path = pathlib.Path(self.folder.name)
        self.status_file = self.path / "status.json"
        self.processes = []

    def tearDown(self):
        for process in self.processes:
            process.kill()
            process.communicate()
        self.folder.cleanup()

    def start(self, *arguments, **options):
        process = subprocess.Popen([*map(str, arguments)], cwd=self.folder.name, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)
        self.processes.append(process)
        return process

    def fleetcast(self, *arguments, **options):
        return subprocess.run([FLEETCAST, *map(str, arguments)], capture_output=True, text=True, cwd=self.folder.name, timeout=60, **options)

    def wait_for(self, condition):
        for _ in range(3000):
            if condition():
                return
            time.sleep(0.01)
        self.fail("waited in vain")

    def lines(self, name):
        return [json.loads(line) for line in (self.path / name).read_text().splitlines()]


class Watch(WatchCase):
    """fleetcast watch, with status files made by hand."""

    def write_status(self, **changes):
        """A run that this test's own process stands for."""
        status = {
            "filetype": "fleetcast status", "format_version": 1, "state": "running", "sweep": "night", "plan_hash": "ab", "output": "/data/night.h5",
            "backend": "cpu", "device": "2 threads", "host": socket.gethostname(), "pid": os.getpid(), "pid_start_ticks": start_ticks(os.getpid()),
            "started": ago(60), "updated": ago(1), "done": 250, "total": 1000, "elapsed_seconds": 60.0, "earlier_seconds": 0.0, "eta_seconds": 180.0,
            "realizations_per_second": 4.2, "requests_per_second": 8.1e8, "steps_per_second": 2.2e9, "requests": 5e10, "steps": 1e11,
            "looks_taken": 0, "looks_planned": 0, "best": [], "checkpoint": None, "checkpoints": 0, "checkpoint_seconds": 0.0, "warnings": 0,
            "faults": 0, "audited_realizations": 0, "exit_code": None, "message": "", "digest": "",
        }
        whole = self.path / "status.part"
        whole.write_text(json.dumps({**status, **changes}))
        whole.rename(self.status_file)

    def watch(self, *arguments, **options):
        return self.fleetcast("watch", "status.json", *arguments, **options)

    def test_once_shows_a_run_that_goes_on(self):
        self.write_status()
        done = self.watch("--once")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn(f"night running on {socket.gethostname()} (pid {os.getpid()}): cpu, 2 threads\n", done.stdout)
        self.assertIn("25.0%  250 of 1,000 realizations\n", done.stdout)
        self.assertNotIn("\x1b", done.stdout)

    def test_json_is_a_line_that_holds_the_status(self):
        self.write_status()
        done = self.watch("--once", "--json")
        self.assertEqual(done.returncode, 0)
        self.assertEqual(len(done.stdout.splitlines()), 1)
        self.assertEqual(json.loads(done.stdout), {**json.loads(self.status_file.read_text()), "share": 0.25})

    def test_ends_as_the_run_ended(self):
        for state, code in (("finished", 0), ("stopped", 75), ("stopped", 143), ("failed", 74)):
            self.write_status(state=state, exit_code=code, message="because", eta_seconds=None)
            done = self.watch()
            self.assertEqual((done.returncode, done.stderr), (code, ""), state)
            # one that has finished before has needed no more
            amount = "250 of at most 1,000" if state == "finished" else "25.0%  250 of 1,000"
            self.assertIn(f"night {state}: {amount} realizations, because\n", done.stdout)

    def test_follows_a_run_to_its_end_whoever_reads(self):
        self.write_status()
        process = self.start(FLEETCAST, "watch", "status.json")
        first = process.stdout.readline()
        self.write_status(done=1000, state="finished", exit_code=0, eta_seconds=None)
        rest, told = process.communicate(timeout=30)
        self.assertEqual((process.returncode, told), (0, ""))
        self.assertIn("night running: 25.0%", first)
        self.assertIn("night finished: 100.0%  1,000 of 1,000 realizations\n", rest)

    def test_a_terminal_is_drawn_in_place(self):
        def on_terminal(**environment):
            self.write_status()
            leader, follower = pty.openpty()
            process = subprocess.Popen([FLEETCAST, "watch", "status.json"], cwd=self.folder.name, stdout=follower, stderr=follower, env=environment)
            self.processes.append(process)
            os.close(follower)
            shown = os.read(leader, 10000)
            self.write_status(state="finished", exit_code=0, eta_seconds=None)
            try:
                while chunk := os.read(leader, 10000):
                    shown += chunk
            except OSError:  # how a terminal says that nobody writes any more
                pass
            os.close(leader)
            self.assertEqual(process.wait(timeout=30), 0)
            return shown.decode()
        shown = on_terminal(NO_COLOR="1")
        lines = 6  # head, bar, speed, left, spent, output
        self.assertRegex(shown, rf"\x1b\[{lines}Anight finished")
        self.assertNotIn("\x1b[32m", shown)
        self.assertIn("\x1b[32m██", on_terminal())

    def test_a_run_that_died_is_told_from_one_that_is_silent(self):
        self.write_status(updated=ago(100000))
        self.assertEqual(self.watch("--once").returncode, 0, "its process lives, however long its tiles take")
        self.write_status(pid_start_ticks=1)
        done = self.watch()
        self.assertEqual(done.returncode, 75)
        self.assertIn(f"status.json: the run died: process {os.getpid()} on {socket.gethostname()} is gone", done.stderr)
        self.write_status(host="elsewhere", updated=ago(500))
        self.assertEqual(self.watch("--once").returncode, 0)
        done = self.watch("--once", "--stale", "8m")
        self.assertEqual(done.returncode, 75)
        self.assertIn(f"process {os.getpid()} on elsewhere has not been heard of for 8 min 2", done.stderr)

    def test_waits_for_a_file_that_is_not_there_yet_and_says_so(self):
        process = self.start(FLEETCAST, "watch", "status.json")
        told = process.stderr.readline()
        self.assertIn("status.json is not there yet; waiting for a run to write it", told)
        self.write_status(state="finished", exit_code=0)
        process.communicate(timeout=30)
        self.assertEqual(process.returncode, 0)
        self.status_file.unlink()
        done = self.watch("--once")
        self.assertEqual(done.returncode, 66)
        self.assertIn("status.json: does not exist; run --status writes it", done.stderr)

    def test_a_file_that_is_removed_ends_it(self):
        self.write_status()
        process = self.start(FLEETCAST, "watch", "status.json")
        process.stdout.readline()
        self.status_file.unlink()
        _, told = process.communicate(timeout=30)
        self.assertEqual(process.returncode, 66)
        self.assertIn("status.json: was removed while it was watched", told)

    def test_bad_files(self):
        self.status_file.write_text("{}")
        done = self.watch()
        self.assertEqual(done.returncode, 65)
        self.assertIn("status.json: is no status of a run (it does not say that it is one); name a file that run --status writes", done.stderr)
        self.status_file.write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(range(256)))
        self.assertEqual(self.watch().returncode, 65)
        done = self.fleetcast("watch", ".")
        self.assertEqual(done.returncode, 66)
        self.assertIn("is no regular file", done.stderr)
        self.assertEqual(self.fleetcast("watch", "none/status.json", "--once").returncode, 66)
        done = self.watch("--stale", "soon")
        self.assertEqual(done.returncode, 64)
        self.assertIn("--stale soon: a number was expected", done.stderr)


class WatchedRun(WatchCase):
    """What run writes for those who watch it."""

    WATCHED = ["--quiet", "--log", "run.jsonl", "--status", "status.json", "--metrics", "run.prom", "-o", "r.h5"]

    def status(self):
        return json.loads(self.status_file.read_text())

    def metrics(self):
        samples = re.findall(r"^(fleetcast_\w+)\{(.*)\} (\S+)$", (self.path / "run.prom").read_text(), re.M)
        return {name + "".join(re.findall(r",state=.*", labels)): float(value) for name, labels, value in samples}

    def start_long_run(self):
        process = self.start(FLEETCAST, "run", BASELINE, "--realizations", 1000000, "--threads", 1, *self.WATCHED)
        self.wait_for(lambda: self.status_file.exists() and self.status()["done"] > 0)
        return process

    def test_a_finished_run_has_told_all(self):
        done = self.fleetcast("run", SMOKE, "--json", *self.WATCHED, env={**os.environ, "OMP_NUM_THREADS": "2"})
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        answer = json.loads(done.stdout)
        log = self.lines("run.jsonl")
        events = [line["event"] for line in log]
        self.assertEqual((events[0], events[-2:]), ("start", ["result", "done"]))
        start = log[0]
        self.assertEqual(start["command"], [FLEETCAST, "run", SMOKE, "--json", *self.WATCHED])
        self.assertEqual(os.path.realpath(start["working_directory"]), os.path.realpath(self.folder.name))
        self.assertEqual(start["environment"]["OMP_NUM_THREADS"], "2")
        self.assertEqual((start["plan_hash"], start["device"]), (answer["plan_hash"], answer["device"]))
        self.assertEqual(start["sweep_toml"], self.fleetcast("info", "r.h5", "--sweep").stdout)
        self.assertEqual({line["pid"] for line in log}, {start["pid"]})
        for line in log:
            self.assertLess(abs(datetime.now(timezone.utc) - datetime.fromisoformat(line["time"])), timedelta(minutes=5))
        status = self.status()
        self.assertEqual((status["state"], status["exit_code"], status["share"]), ("finished", 0, 1))
        self.assertEqual(status["message"], "all realizations done")
        self.assertEqual({answer["digest"]}, {status["digest"], log[-1]["digest"]})
        self.assertEqual(self.fleetcast("watch", "status.json").returncode, 0)
        metrics = self.metrics()
        self.assertEqual(metrics['fleetcast_run_state,state="finished"'], 1)
        self.assertEqual(metrics["fleetcast_realizations_total"], status["total"])

    def test_the_log_is_enough_to_repeat_a_run(self):
        self.fleetcast("run", SMOKE, "--set", "sla.ttft_ms=450", "--seed", 3, *self.WATCHED)
        log = self.lines("run.jsonl")
        (self.path / "again.toml").write_text(log[0]["sweep_toml"])
        again = self.fleetcast("run", "again.toml", "--quiet", "--json", "-o", "again.h5")
        self.assertEqual(json.loads(again.stdout)["digest"], log[-1]["digest"])

    def test_every_key_is_documented(self):
        self.fleetcast("run", SMOKE, *self.WATCHED)
        page = (SOURCE / "results/README.md").read_text()
        page = page[page.index("## Watched runs"):page.index("## Answers")]
        words = {key for line in self.lines("run.jsonl") for key in line} | set(self.status())
        self.assertEqual({word for word in words if f"`{word}`" not in page}, set())
        families = {re.sub(r",state.*", "", name) for name in self.metrics()}
        groups = ("fleetcast_checkpoint", "fleetcast_start_", "fleetcast_update_", "fleetcast_realizations_planned")
        self.assertEqual({name for name in families if f"`{name}`" not in page and not name.startswith(groups)}, set())

    def test_a_stopped_run_says_so(self):
        process = self.start_long_run()
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
        self.assertEqual(process.returncode, 143)
        status = self.status()
        self.assertEqual((status["state"], status["exit_code"]), ("stopped", 143))
        self.assertIn("SIGTERM", status["message"])
        self.assertIsNotNone(status["checkpoint"])
        last = self.lines("run.jsonl")[-1]
        self.assertEqual((last["event"], last["level"], last["exit_code"]), ("stopped", "warning", 143))
        self.assertEqual(self.fleetcast("watch", "status.json").returncode, 143)
        self.assertEqual(self.metrics()['fleetcast_run_state,state="stopped"'], 1)

    def test_a_run_that_goes_on_says_from_where(self):
        process = self.start_long_run()
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
        earlier = self.status()
        self.status_file.unlink()
        process = self.start_long_run()
        resumed = next(line for line in self.lines("run.jsonl") if line["event"] == "resumed")
        self.assertEqual(resumed["done"], earlier["done"])
        self.assertIn("r.h5.checkpoint-", resumed["from"])
        self.assertGreaterEqual(self.status()["done"], earlier["done"])
        self.assertAlmostEqual(self.status()["earlier_seconds"], earlier["elapsed_seconds"], delta=0.5)

    def test_a_killed_run_is_found_dead(self):
        process = self.start_long_run()
        self.assertEqual(self.status()["state"], "running")
        process.kill()
        process.communicate()
        done = self.fleetcast("watch", "status.json")
        self.assertEqual(done.returncode, 75)
        self.assertIn(f"the run died: process {process.pid} on", done.stderr)

    def test_a_failed_run_says_why(self):
        script = f"ulimit -f 64; exec {shlex.quote(FLEETCAST)} run {shlex.quote(SMOKE)} {' '.join(self.WATCHED)}"   # stands in for a disk that fills
        done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, cwd=self.folder.name)
        self.assertEqual(done.returncode, 74, done.stderr)
        self.assertEqual((self.status()["state"], self.status()["exit_code"]), ("failed", 74))
        last = self.lines("run.jsonl")[-1]
        self.assertEqual((last["event"], last["level"]), ("error", "error"))
        self.assertIn("is the disk full", last["message"])

    def test_runs_may_share_a_log(self):
        runs = [self.start(FLEETCAST, "run", SMOKE, "--quiet", "--threads", 1, "--log", "run.jsonl", "-o", f"{k}.h5") for k in range(3)]
        for run in runs:
            run.communicate(timeout=60)
        log = self.lines("run.jsonl")
        for run in runs:
            events = [line["event"] for line in log if line["pid"] == run.pid]
            self.assertEqual((events[0], events[-1]), ("start", "done"))

    def test_a_log_that_fills_the_disk_costs_a_warning(self):
        done = self.fleetcast("run", SMOKE, "--quiet", "--log", "/dev/full", "-o", "r.h5")
        self.assertEqual(done.returncode, 0)
        self.assertEqual(done.stderr, "warning: /dev/full: the log can't be written: No space left on device; the run goes on\n")

    def test_files_that_can_not_be_written_are_told_before_the_work(self):
        for option in ("--log", "--status", "--metrics"):
            done = self.fleetcast("run", SMOKE, option, "none/file", "-o", "r.h5")
            self.assertEqual(done.returncode, 73, option)
            self.assertIn("none/file: can't be", done.stderr)
        self.assertEqual(list(self.path.glob("r.h5*")), [])

    def test_files_that_would_destroy_something(self):
        sweep = self.path / "s.toml"
        sweep.write_text("[sweep]\nrealizations = 2\nminutes = 10\n")
        done = self.fleetcast("run", "s.toml", "--status", "./s.toml", "-o", "r.h5")
        self.assertEqual(done.returncode, 64)
        self.assertIn("--status ./s.toml: this run reads that file; name another", done.stderr)
        done = self.fleetcast("run", "s.toml", "--log", "a", "--metrics", "./a", "-o", "r.h5")
        self.assertEqual(done.returncode, 64)
        self.assertIn("--metrics ./a: is what --log writes; name another", done.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)

"""A run that is watched: what run writes for it, and what fleetcast watch makes of it."""
import json
import os
import pathlib
import pty
import re
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
            self.assertIn(f"night {state}: 25.0%  250 of 1,000 realizations, because\n", done.stdout)

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


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)

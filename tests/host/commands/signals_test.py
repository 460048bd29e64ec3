"""A run that is asked to stop, and one whose terminal or reader goes away."""
import os
import pathlib
import pty
import signal
import subprocess
import sys
import tempfile
import time
import unittest

FLEETCAST = str(pathlib.Path(sys.argv[1]).resolve())
SOURCE = pathlib.Path(sys.argv[2]).resolve()
SMOKE = str(SOURCE / "sweeps/smoke.toml")
LONG = [str(SOURCE / "sweeps/baseline.toml"), "--realizations", "100000", "--threads", "1"]


def close_standard_error():
    os.close(2)


def close_standard_output():
    os.close(1)


class Signals(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.path = pathlib.Path(self.folder.name)

    def tearDown(self):
        self.folder.cleanup()

    def start(self, *arguments, **options):
        streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
        return subprocess.Popen([FLEETCAST, "run", *arguments, "-o", "r.h5"], cwd=self.folder.name, text=True, **streams)

    def start_long(self):
        """A run that takes much longer than any test, when it computes."""
        process = self.start(*LONG, "--quiet")
        time.sleep(0.7)
        self.assertIsNone(process.poll(), "it has ended already")
        return process

    def expect_result(self):
        done = subprocess.run([FLEETCAST, "info", "r.h5"], cwd=self.folder.name, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_the_first_is_told_and_has_its_own_exit_code(self):
        for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGUSR1, 75)):
            with self.subTest(signal=number):
                process = self.start_long()
                process.send_signal(number)
                out, told = process.communicate(timeout=30)
                self.assertEqual((process.returncode, out), (code, ""), told)
                self.assertIn(f"stopped by {number.name}; ", told)
                self.assertFalse((self.path / "r.h5").exists())

    def test_the_second_ends_the_program_at_once(self):
        # while it is stopped both come to wait; they are delivered in the order of their numbers
        for first, second in ((signal.SIGINT, signal.SIGTERM), (signal.SIGINT, signal.SIGUSR1), (signal.SIGUSR1, signal.SIGTERM)):
            with self.subTest(first=first, second=second):
                process = self.start_long()
                for number in (signal.SIGSTOP, first, second, signal.SIGCONT):
                    process.send_signal(number)
                _, told = process.communicate(timeout=30)
                self.assertEqual((process.returncode, told), (-second, ""))

    def test_a_terminal_that_hangs_up_changes_nothing(self):
        process = self.start_long()
        process.send_signal(signal.SIGHUP)
        time.sleep(0.3)
        self.assertIsNone(process.poll())
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
        self.assertEqual(process.returncode, 143)

    def test_a_terminal_that_is_gone_does_not_end_a_run(self):
        master, slave = pty.openpty()
        process = self.start(SMOKE, "--realizations", "3000", stderr=slave)
        os.close(slave)
        os.read(master, 1)  # it shows its progress
        os.close(master)
        out, _ = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 0)
        self.assertIn("digest", out)
        self.expect_result()

    def test_a_reader_who_leaves_does_not_end_a_run(self):
        for form in ([], ["--json"]):
            with self.subTest(form=form):
                process = self.start(SMOKE, "--quiet", *form)
                process.stdout.close()
                told = process.stderr.read()
                process.stderr.close()
                self.assertEqual((process.wait(timeout=60), told), (0, ""))
                self.expect_result()
                (self.path / "r.h5").unlink()

    def test_nobody_who_hears_warnings_does_not_end_a_run(self):
        process = self.start(SMOKE)  # warns of long prompts
        process.stderr.close()
        out = process.stdout.read()
        process.stdout.close()
        self.assertEqual(process.wait(timeout=60), 0)
        self.assertIn("digest", out)
        self.expect_result()

    def test_closed_streams_are_not_taken_by_files(self):
        process = self.start(SMOKE, preexec_fn=close_standard_error)
        process.communicate(timeout=60)
        self.assertEqual(process.returncode, 0)
        self.expect_result()
        self.assertEqual(subprocess.run([FLEETCAST, "--version"], preexec_fn=close_standard_output, capture_output=True).returncode, 74)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])

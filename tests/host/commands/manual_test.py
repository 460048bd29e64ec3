"""Manual pages and completions as readers and shells meet them: groff has nothing to warn of, every option of --help is told, and an
interactive bash and zsh complete what is typed."""
import os
import pathlib
import pty
import re
import select
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

FLEETCAST = pathlib.Path(sys.argv[1]).resolve()
MANUAL = FLEETCAST.parent / "manual"


def help_of(*command):
    return subprocess.run([FLEETCAST, *command, "--help"], check=True, capture_output=True, text=True).stdout


COMMANDS = re.findall(r"^  ([a-z]+) {2,}\S", help_of().split("Subcommands:")[1].split("Examples:")[0], re.MULTILINE)


def options_of(*command):
    """The options that --help lists, as long names."""
    return re.findall(r"^  (?:-\w,)?(--[\w-]+)", help_of(*command), re.MULTILINE)


@unittest.skipUnless(shutil.which("groff"), "groff is not installed")
class ManualPages(unittest.TestCase):
    def rendered(self, page):
        done = subprocess.run(["groff", "-k", "-Tutf8", "-ww", "-man", "-P-cbou", "-rLL=200n", str(MANUAL / page)], check=True, capture_output=True,
                              text=True, env={**os.environ, "LC_ALL": "C.UTF-8"})
        self.assertEqual(done.stderr, "", f"groff warns of {page}")
        return done.stdout

    def test_every_command_has_a_page_with_all_its_options(self):
        self.assertIn("run", COMMANDS)
        self.assertEqual(sorted(p.name for p in MANUAL.glob("*.1")), sorted(["fleetcast.1", *(f"fleetcast-{c}.1" for c in COMMANDS)]))
        for command in COMMANDS:
            text = self.rendered(f"fleetcast-{command}.1")
            for section in ("NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "EXIT STATUS", "ENVIRONMENT", "EXAMPLES", "SEE ALSO"):
                self.assertRegex(text, rf"(?m)^{section}$", command)
            for option in options_of(command):
                self.assertRegex(text, rf"(?m)^ +(-\w, )?{option}\b", command)

    def test_the_program_s_page_names_commands_and_exit_codes(self):
        text = self.rendered("fleetcast.1")
        for word in [*COMMANDS, *options_of(), "75", "143", "NO_COLOR"]:
            self.assertIn(word, text)

    def test_values_choices_and_defaults_are_told(self):
        text = re.sub(r"\s+", " ", self.rendered("fleetcast-run.1"))
        self.assertIn("--memory SIZE memory for tiles, with K, M or G (default: 256M)", text)
        self.assertIn("--threads N CPU threads, 0 for all cores (from 0 to 4096)", text)
        self.assertIn("fleetcast run [OPTIONS] SWEEP.toml", text)
        self.assertIn("fleetcast run sweeps/baseline.toml --realizations 200", text)
        self.assertNotIn("Exit codes:", text)


class Shell:
    """An interactive shell on a terminal of its own, in `folder`."""

    def __init__(self, command, folder, setup):
        pid, self.terminal = pty.fork()
        if pid == 0:
            os.chdir(folder)
            os.environ.update(TERM="dumb", PS1="", HOME=str(folder), LC_ALL="C.UTF-8", INPUTRC="/dev/null")
            os.execvp(command[0], command)
        self.pid = pid
        self.type(setup + "; printf '{%s}' ready\n")
        self.wait_for("{ready}")

    def close(self):
        os.close(self.terminal)
        os.waitpid(self.pid, 0)

    def type(self, text):
        os.write(self.terminal, text.encode())

    def wait_for(self, pattern):
        """What the shell showed until then."""
        seen, deadline = "", time.monotonic() + 20
        while not re.search(pattern, seen):
            if not select.select([self.terminal], [], [], max(0, deadline - time.monotonic()))[0]:
                raise AssertionError(f"no {pattern} in {seen!r}")
            seen += os.read(self.terminal, 65536).decode(errors="replace")
        return seen

    def completed(self, typed):
        """The words that `typed` and a tab become."""
        # Ctrl-A: what stands on the line becomes the arguments of a command that shows them
        self.type(f"{typed}\t\x01printf '{{%s}}' \x05 '!'\n")
        return re.search(r"((?:\{[^%{}]*\})+)\{!\}", self.wait_for(r"\{!\}")).group(1)[1:-1].split("}{")


class Completion:
    """The same for every shell; a class for each below."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        folder = pathlib.Path(cls.folder.name)
        for name in ("mine.toml", "mine.txt", "zebra.h5", "zebra.csv", "two words.toml"):
            (folder / name).touch()
        (folder / "minutes").mkdir()
        (folder / "zone").mkdir()
        cls.shell = cls.start(folder)

    @classmethod
    def tearDownClass(cls):
        cls.shell.close()
        cls.folder.cleanup()

    def expect(self, typed, *words):
        self.assertEqual(self.shell.completed(typed), ["fleetcast", *words], typed)

    def test_commands(self):
        self.expect("fleetcast ver", "verify")
        self.expect("fleetcast --help-k", "--help-keys")

    def test_options_of_a_command(self):
        self.expect("fleetcast run --dry", "run", "--dry-run")
        self.expect("fleetcast run mine.toml --ref", "run", "mine.toml", "--refine")
        self.expect("fleetcast info --ref", "info", "--ref")

    def test_words_of_a_fixed_list(self):
        self.expect("fleetcast run --device cu", "run", "--device", "cuda")
        self.expect("fleetcast run --device=cu", "run", "--device=cuda")
        self.expect("fleetcast run --seed 7 mine.toml --simd ba", "run", "--seed", "7", "mine.toml", "--simd", "baseline")
        self.expect("fleetcast fit --format js", "fit", "--format", "jsonl")

    def test_keys_of_a_sweep_file(self):
        self.expect("fleetcast run --set sla.ttf", "run", "--set", "sla.ttft_ms=")
        self.expect("fleetcast run --set sla.ttft_ms=300 --set price.gpu_", "run", "--set", "sla.ttft_ms=300", "--set", "price.gpu_hour_usd=")
        self.expect("fleetcast run --set sla.ttft_ms=300 min", "run", "--set", "sla.ttft_ms=300", "min")  # mine.toml or minutes/

    def test_files_of_the_right_kind_and_folders(self):
        self.expect("fleetcast run mine", "run", "mine.toml")
        self.expect("fleetcast run two", "run", "two words.toml")
        self.expect("fleetcast info ze", "info", "zebra.h5")
        self.expect("fleetcast replay mine.toml --workload zebra.c", "replay", "mine.toml", "--workload", "zebra.csv")
        self.expect("fleetcast generate mine.toml -o z", "generate", "mine.toml", "-o", "zone/")
        self.expect("fleetcast run minu", "run", "minutes/")

    def test_nothing_where_nothing_can_be_told(self):
        self.expect("fleetcast run --seed z", "run", "--seed", "z")
        self.expect("fleetcast run mine.toml zeb", "run", "mine.toml", "zeb")


@unittest.skipUnless(shutil.which("bash"), "bash is not installed")
class BashCompletion(Completion, unittest.TestCase):
    @staticmethod
    def start(folder):
        return Shell(["bash", "--norc", "--noprofile", "-i"], folder, f"source '{MANUAL}/fleetcast.bash'")


@unittest.skipUnless(shutil.which("zsh"), "zsh is not installed")
class ZshCompletion(Completion, unittest.TestCase):
    @staticmethod
    def start(folder):
        return Shell(["zsh", "-f", "-i"], folder, f"bindkey -e; fpath=('{MANUAL}' $fpath); autoload -Uz compinit; compinit -D -u; unsetopt auto_remove_slash")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])

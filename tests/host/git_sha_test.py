"""The commit a build bears: looked up at every build, written only where it changed."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

SCRIPT = pathlib.Path(sys.argv[2]).resolve() / "host/git_sha.cmake"


class GitSha(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.tree = pathlib.Path(folder.name) / "tree"
        self.output = pathlib.Path(folder.name) / "git_sha.cpp"
        self.tree.mkdir()

    def git(self, *arguments):
        done = subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b.example", "-c", "commit.gpgsign=false", *arguments], cwd=self.tree,
                              check=True, capture_output=True, text=True)
        return done.stdout.strip()

    def commit(self, text):
        (self.tree / "file").write_text(text)
        self.git("add", "file")
        self.git("commit", "-q", "-m", text)
        return self.git("rev-parse", "--short=12", "HEAD")

    def looked_up(self, tree=None):
        subprocess.run(["cmake", "-D", "GIT=git", "-D", f"SOURCE_DIR={tree or self.tree}", "-D", f"OUTPUT={self.output}", "-P", SCRIPT], check=True)
        return self.output.read_text().split('"')[-2]

    def test_a_new_commit_shows_and_a_changed_tree_is_marked(self):
        self.git("init", "-q")
        first = self.commit("one")
        self.assertEqual(self.looked_up(), first)
        (self.tree / "file").write_text("changed")
        self.assertEqual(self.looked_up(), first + "+")
        second = self.commit("two")
        self.assertNotEqual(first, second)
        self.assertEqual(self.looked_up(), second)

    def test_the_file_is_left_alone_while_the_commit_stays(self):
        self.git("init", "-q")
        self.commit("one")
        self.looked_up()
        before = self.output.stat().st_mtime_ns
        self.looked_up()
        self.assertEqual(self.output.stat().st_mtime_ns, before)

    def test_a_tree_without_commits_of_its_own_has_none(self):
        self.assertEqual(self.looked_up(), "unknown")
        self.git("init", "-q")
        self.commit("one")
        inner = self.tree / "unpacked"
        inner.mkdir()
        self.assertEqual(self.looked_up(inner), "unknown")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])

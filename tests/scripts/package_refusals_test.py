"""What scripts/package-test says where it can't do its work."""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

SCRIPT = pathlib.Path(sys.argv[2]).resolve() / "scripts/package-test"


class Refusals(unittest.TestCase):
    def test_missing_tools_and_rights_are_named(self):
        with tempfile.TemporaryDirectory() as folder:
            for tool in ("bash", "dirname", "id"):
                os.symlink(shutil.which(tool), f"{folder}/{tool}")
            done = subprocess.run([shutil.which("bash"), SCRIPT], capture_output=True, text=True, env={"PATH": folder})
        self.assertEqual(done.returncode, 69)
        self.assertIn("apt-get install debootstrap" if os.geteuid() == 0 else "not root", done.stderr)

    @unittest.skipUnless(os.geteuid() == 0 and shutil.which("debootstrap"), "needs root and debootstrap")
    def test_a_missing_package_is_named(self):
        done = subprocess.run([SCRIPT, "none.deb"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 66)
        self.assertIn("none.deb does not exist; make one with scripts/package", done.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])

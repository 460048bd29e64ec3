"""Whether fleetcast has a GPU here."""

import json
import subprocess

from .measure import FLEETCAST


def found():
    """fleetcast's exit code on the GPU, and the GPU's name or why it can't be used."""
    command = [FLEETCAST, "bench", "--device", "cuda", "--seconds", "0.001", "--repeat", "1", "--json"]
    done = subprocess.run(command, capture_output=True, text=True)
    return done.returncode, json.loads(done.stdout)["device"] if done.returncode == 0 else done.stderr.strip()

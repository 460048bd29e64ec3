"""What peers can't do without: packages, a GPU that those can use, cuRAND's library."""

import importlib.util
import subprocess
import sys

from .curand_program import PROGRAM

PACKAGES = {"python": "pandas", "numba": "numba", "jax": "jax"}
ON_GPU = {  # module: (package, a line that fails where it can't use the GPU)
    "cupy": ("cupy", "import cupy; cupy.ones(2).sum().get()"),
    "jax": ("jax_cuda13_plugin", "import jax; jax.devices('cuda'); jax.numpy.ones(2).sum().item()"),
}


def missing(module, device):
    """Why this peer can't run on `device`, and what would help; None if it can."""
    if module == "curand":
        if not PROGRAM.exists():
            return f"build/{PROGRAM.name} is missing, which scripts/build makes where nvcc and libcurand are"
        return _failure([PROGRAM, "--realizations", "1"])
    package, probe = ON_GPU[module] if device == "cuda" else (PACKAGES.get(module, "numpy"), None)
    if importlib.util.find_spec(package) is None:
        return f"{package} is missing; scripts/setup {'--extra-gpu' if probe else '--extra'} installs it"
    return _failure([sys.executable, "-c", probe]) if probe else None


def _failure(command):
    """What a command says last if it fails."""
    done = subprocess.run(command, capture_output=True, text=True)
    return None if done.returncode == 0 else (done.stderr.strip().splitlines() or ["it failed without a word"])[-1]

"""The peers of scripts/compare-peers that need a GPU, where there is none: CuPy's array code on NumPy, the cuRAND program compiled for a
CPU, and what compare-peers says without a GPU.
"""
import json
import pathlib
import subprocess
import sys
import types

import numpy as np

fleetcast, source = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
curand_host = pathlib.Path(sys.argv[3]) if len(sys.argv) > 3 else None
sys.path.insert(0, str(source / "scripts"))

from peers import agreement, compare, cupy_peer, measure, numpy_peer, workload  # noqa: E402
from peers.curand_program import CurandProcess  # noqa: E402
from peers.worker import Worker  # noqa: E402

agreement.FLEETCAST = fleetcast
OURS, THEIRS = 1000, 64  # realizations


class Recorded:
    """NumPy under CuPy's names, which are written down as they are used."""

    def __init__(self, module, used, name=""):
        self.__dict__.update(_module=module, _used=used, _name=name)

    def __getattr__(self, name):
        self._used.add(self._name + name)
        found = getattr(self._module, name)
        return Recorded(found, self._used, f"{self._name}{name}.") if isinstance(found, types.SimpleNamespace) else found


class CupyGenerator:
    """The methods of cupy.random.Generator that the peer may take, as CuPy 14 declares them."""

    def __init__(self, bit_generator):
        self._rng = np.random.Generator(bit_generator)

    def standard_normal(self, size=None, dtype=np.float64):
        return self._rng.standard_normal(size, dtype)

    def gamma(self, shape, scale=1.0, size=None):
        assert type(shape) in (float, int)  # CuPy refuses NumPy's scalars
        return self._rng.gamma(shape, scale, size)

    def poisson(self, lam=1.0, size=None):
        return self._rng.poisson(lam, size)


def cupy_of_numpy(used):
    """What the peer takes for cupy."""
    random = types.SimpleNamespace(Generator=CupyGenerator, Philox4x3210=np.random.Philox)
    null = types.SimpleNamespace(synchronize=lambda: used.add("synchronized"))
    extra = types.SimpleNamespace(random=random, cuda=types.SimpleNamespace(Stream=types.SimpleNamespace(null=null)), asnumpy=np.asarray)
    names = ("add arange asarray ascontiguousarray broadcast_to clip cumsum diff empty exp maximum minimum rint where zeros").split()
    return Recorded(types.SimpleNamespace(**vars(extra), **{name: getattr(np, name) for name in names}), used)


def expect_agreement(ours, theirs):
    largest, compared = agreement.distance(ours, theirs, OURS, THEIRS)
    assert compared >= 3 and largest <= agreement.LIMIT, largest


def worker_of(peer):
    worker = Worker.__new__(Worker)
    worker.drawing, worker.peer, worker.settings, worker.seed = numpy_peer.Peer(1), peer, workload, 0
    return worker


# CuPy's array code draws from fleetcast's law and steps policies as NumPy's does, on NumPy itself and under CuPy's names
used = set()
for xp in (np, cupy_of_numpy(used)):
    worker, plain = worker_of(cupy_peer.Peer(1, xp)), worker_of(numpy_peer.Peer(1))
    for work in agreement.SETTINGS:
        asked = {"work": work, "ticks": agreement.TICKS, "side": agreement.SIDE}
        expect_agreement(agreement.our_means(work, OURS, "cpu"), worker.sums(realizations=THEIRS, **asked))
        different, compared = agreement.differing(plain.ledger(realizations=4, **asked), worker.ledger(realizations=4, **asked))
        assert compared > 600 and different == 0, (work, different)
assert "synchronized" in used and "asnumpy" in used

# sums do not depend on how many requests are drawn at once, and ticks without any have none
peer, traffic = cupy_peer.Peer(1, np), workload.Traffic(requests_per_minute=2.0, ticks=500, completion=workload.Lengths(7.0, 1e-9, 1, 99))
for cupy_peer.BATCH in (40, 1 << 20):
    requests, _, completion = peer.draw(traffic, 3, 1)
    assert (requests == 0).any() and (completion == 7 * requests).all()

# names exist in CuPy itself, where that is installed; it needs no GPU to say so
try:
    import cupy
except ImportError:
    print("CuPy is not installed: names not compared with its own")
else:
    for name in used - {"synchronized"}:
        found = cupy
        for part in name.split("."):
            found = getattr(found, part)
    assert all(hasattr(cupy.random.Generator, name) for name in vars(CupyGenerator) if not name.startswith("_"))

# cuRAND and Thrust draw from the same law
if curand_host is None:
    print("libcurand or Thrust is missing: the cuRAND peer is not tested")
else:
    with CurandProcess(curand_host) as process:
        found = compare.agreement("curand", process, "cpu", True, {})
        assert [a["work"] for a in found] == ["requests"] and found[0]["largest_difference_standard_errors"] <= agreement.LIMIT, found
    done = subprocess.run([curand_host, "--realizations", "1", "--minutes", "60", "--seconds", "0.01"], capture_output=True, text=True)
    assert json.loads(done.stdout)["requests_per_second"] > 0, done
    done = subprocess.run([curand_host, "--realizations", "0"], capture_output=True, text=True)
    assert done.returncode == 64 and "--realizations" in done.stderr, done

# without a GPU
def compare_peers(*options):
    return subprocess.run([source / "scripts/compare-peers", *options], capture_output=True, text=True)


done = compare_peers("--device", "tpu")
assert done.returncode == 64 and "tpu" in done.stderr, done
has_gpu = subprocess.run([fleetcast, "bench", "--device", "cuda", "--seconds", "0.001", "--repeat", "1"], capture_output=True).returncode == 0
if fleetcast == measure.FLEETCAST and not has_gpu:
    done = compare_peers("--device", "cuda")
    assert done.returncode == 69 and "scripts/compare-peers: --device cuda: " in done.stderr, done
print("ok")

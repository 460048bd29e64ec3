"""How scripts start several ranks on one machine."""

import os

# Open MPI: as root, more ranks than cores, unbound, by shared memory alone
SETTINGS = {
    "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
    "OMPI_MCA_rmaps_base_oversubscribe": "1", "OMPI_MCA_hwloc_base_binding_policy": "none",
    "OMPI_MCA_pml": "ob1", "OMPI_MCA_btl": "self,vader",
}


def environment():
    """What every program is started with."""
    return {**os.environ, **SETTINGS}


def mpirun(ranks, *command):
    """Words that start a program `ranks` times; by itself for 0."""
    return [*(["mpirun", "-n", str(ranks)] if ranks else []), *map(str, command)]

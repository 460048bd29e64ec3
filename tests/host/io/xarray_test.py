"""xarray opens a result with both its netCDF4 and its h5netcdf engine: named axes, units, all variables."""
import math
import pathlib
import subprocess
import sys
import tempfile

import numpy
import xarray

fleetcast, source = sys.argv[1], pathlib.Path(sys.argv[2])

with tempfile.TemporaryDirectory() as folder:
    path = pathlib.Path(folder) / "smoke.h5"
    subprocess.run([fleetcast, "run", source / "sweeps/smoke.toml", "--quiet", "--raw", "-o", path], check=True, stdout=subprocess.DEVNULL)
    netcdf4 = xarray.open_dataset(path).load()
    h5netcdf = xarray.open_dataset(path, engine="h5netcdf").load()
    subprocess.run(["h5dump", "-H", path], check=True, stdout=subprocess.DEVNULL)

assert set(netcdf4.variables) == set(h5netcdf.variables)
axes = ("requests_per_minute", "scale_up_at", "scale_down_at", "startup_seconds", "backlog")
for dataset in (netcdf4, h5netcdf):
    assert dataset.cost_usd_mean.dims == axes, dataset.cost_usd_mean.dims
    assert dataset.cost_usd_quantile.dims == axes + ("quantile",)
    assert dataset.ticks_above_mean.dims == axes + ("latency_level_ms",)
    assert dataset.requests_quantile.dims == ("requests_per_minute", "quantile", "tick")
    assert dataset.raw_violated_ticks.dims == axes + ("realization",)
    assert dataset.scale_up_at.attrs["key"] == "autoscaler.scale_up_at"
    assert list(dataset.scale_up_at.values) == [0.6, 0.75, 0.9, 1.1]
    for name, variable in dataset.variables.items():
        assert variable.attrs.get("long_name"), f"{name} has no long_name"
        assert name == "valid" or "units" in variable.attrs, f"{name} has no units"
    assert not any(dimension.startswith("phony") for dimension in dataset.dims), dataset.dims

for name in netcdf4.variables:
    numpy.testing.assert_array_equal(netcdf4[name].values, h5netcdf[name].values, err_msg=name)

result = netcdf4
valid = result.valid.values.astype(bool)
cost = result.cost_usd_mean.values
assert numpy.isfinite(cost[valid]).all() and numpy.isnan(cost[~valid]).all()
# the mean follows from the integer sums and from the raw ledgers alike
usd_per_replica_tick = 2 * 2.5 * 30 / 3600
billed = result.raw_billed_replica_ticks.values[valid]
assert numpy.allclose(billed.mean(axis=-1) * usd_per_replica_tick, cost[valid], rtol=1e-12)
assert (billed.sum(axis=-1) == result.sum_billed_replica_ticks_lo.values[valid]).all()
assert (result.billed_histogram.values[valid].sum(axis=-1) == result.attrs["realizations"]).all()
expected_error = billed.std(axis=-1, ddof=1) / math.sqrt(billed.shape[-1]) * usd_per_replica_tick
assert numpy.allclose(result.cost_usd_std_error.values[valid], expected_error, rtol=1e-9)
violated = result.raw_violated_ticks.values[valid] / result.attrs["ledger_ticks"]
assert numpy.allclose(violated.mean(axis=-1), result.violated_share_mean.values[valid], rtol=1e-12)
middle = result.violated_share_quantile.sel(quantile=0.5).values[valid]
lower_median = numpy.sort(violated, axis=-1)[:, (violated.shape[-1] + 1) // 2 - 1]
assert numpy.allclose(middle, lower_median, rtol=0.004), "medians come from the histogram, within half a bin"
assert (result.peak_replicas_max.values[valid] == result.raw_peak_replicas.values[valid].max(axis=-1)).all()
print("ok")

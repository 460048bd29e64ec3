"""What scripts/plot computes and draws: every kind of input, thinned, gappy, bad; and the numbers behind the pictures."""
import csv
import gzip
import json
import math
import pathlib
import shutil
import subprocess
import sys
import tempfile

import h5py
import numpy as np

source = pathlib.Path(sys.argv[2]).resolve()
sys.path[:0] = [str(source / "scripts"), str(pathlib.Path(__file__).parent)]

import synthetic  # noqa: E402
from matplotlib.text import Text  # noqa: E402
from plotting import (bands, bursts, clock, decision, distributions, generated, inputs, latency, laws, rates, series, style,  # noqa: E402
                      sweep_file, tables, timeline)
from plotting.errors import BadData, NoInput, NothingToDraw, PlotError  # noqa: E402
from plotting.result import open_result  # noqa: E402


def pictures(path, band=None, program=None):
    """Figures by stem; None for those with nothing to show. Each has been laid out, and is tidy."""
    drawn = {}
    for stem, draw in inputs.pictures_of(path, band, program):
        try:
            drawn[stem] = draw()
            assert_tidy(drawn[stem], stem)
        except NothingToDraw:
            drawn[stem] = None
    return drawn


def stems(path):
    """Names of the figures of an input."""
    return [stem for stem, _ in inputs.pictures_of(path)]


def assert_tidy(figure, name):
    """All text is on the page, none lies on another, none is smaller than the style's smallest."""
    figure.draw_without_rendering()
    renderer = figure.canvas.get_renderer()
    page = figure.bbox
    boxes = []
    for text in shown_texts(figure):
        box = text.get_window_extent(renderer)
        assert box.x0 > page.x0 - 1 and box.x1 < page.x1 + 1 and box.y0 > page.y0 - 1 and box.y1 < page.y1 + 1, (name, text.get_text(), box)
        assert text.get_size() >= style.FINE, (name, text.get_text())
        boxes.append((text, box.padded(-1)))
    for i, (text, box) in enumerate(boxes):
        for other, over in boxes[:i]:
            assert not box.overlaps(over), (name, text.get_text(), other.get_text())


def shown_texts(figure):
    """Every text that a reader sees; ticks beyond an axis' ends are not drawn."""
    hidden = set()
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            low, high = sorted(axis.get_view_interval())
            for tick in [*axis.get_major_ticks(), *axis.get_minor_ticks()]:
                if not low <= tick.get_loc() <= high or not tick.label1.get_visible():
                    hidden.add(tick.label1)
    return [text for text in figure.findobj(Text) if text.get_text().strip() and text.get_visible() and text not in hidden]


def words_of(figure):
    """All the text of a figure."""
    return "\n".join(text.get_text() for text in figure.findobj(Text)).replace("\n", " ")


def refused(error, fragment, function, *arguments):
    """The message of an error, which must hold a fragment and say what to do."""
    try:
        function(*arguments)
    except error as problem:
        assert fragment in str(problem), problem
        assert "; " in str(problem), problem
        return str(problem)
    raise AssertionError(f"{arguments} was taken, without {fragment}")


def refused_as_nothing(fragment, function, *arguments):
    """A figure that is left out says why."""
    try:
        function(*arguments)
    except NothingToDraw as reason:
        assert fragment in str(reason), reason
        return
    raise AssertionError(f"{arguments} was taken, without {fragment}")


def near(got, wanted, tolerance):
    assert abs(got - wanted) <= tolerance, (got, wanted)


def fleetcast(*arguments):
    """Run the program."""
    done = subprocess.run([sys.argv[1], *map(str, arguments)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_what_fleetcast_writes(home):
    sweep, folder = home / "real.toml", home / "real"
    sweep.write_text("[sweep]\nminutes = 60\nwarmup_minutes = 5\n[workload]\nburst_cv = 0.5\n")
    fleetcast("generate", sweep, "--realizations", 2, "-o", folder / "csv")
    fleetcast("generate", sweep, "--realizations", 2, "-o", folder / "hdf5", "--format", "hdf5")
    for kind in ("csv", "hdf5"):
        drawn = {stem: draw() for stem, draw in inputs.pictures_of(folder / kind)}
        assert list(drawn) == ["traffic", "lengths", "bursts"]
        assert "the law they are drawn from" in words_of(drawn["lengths"]) and "range of all 2" in words_of(drawn["traffic"])
    here = generated.in_folder(folder / "csv")
    counts, law = here.requests[0].lengths["0", "prompt_tokens"], laws.law_of(here.sweep, "0", "prompt_tokens")
    # 2.6 is passed by chance once in 370,000 times, 2 exp(-2 * 2.6^2); the table's own error is 1e-4 at most
    assert laws.distance(counts, law) < 2.6 / math.sqrt(counts.sum()) + 1e-4
    fleetcast("replay", sweep, "--workload", folder / "csv/minutes-0.csv", "-o", folder / "replay")
    drawn = pictures(folder / "replay")
    assert list(drawn) == ["fleet", "promise", "latency-curve"] and all(drawn.values())
    ticks, told = timeline.in_folder(folder / "replay"), json.loads((folder / "replay/summary.json").read_text())
    near(ticks.violated_share, told["violated_request_share"], 1e-12)
    near(ticks["cost_usd"][-1], told["cost_usd"], 1e-6)
    assert ticks["billed"].sum() == told["ledger"]["billed_replica_ticks"] and ticks.changes == (told["scale_ups"], told["scale_downs"])
    assert "minutes-0.csv" in words_of(drawn["fleet"]) and f"dot): ${told['reference_cost_usd']:.2f}" in words_of(drawn["promise"])
    fleetcast("fit", folder / "csv/requests-0.csv", "-o", home / "real-fit.toml", "--report", folder / "fit")
    assert stems(folder / "fit") == ["fit-traffic", "fit-lengths", "fit-structure", "fit-parameters", "fit-verdict"]


DECIDED = """
[sweep]
name = "decided"
minutes = 240
realizations = 300
[workload]
drift_log_sd = 0.3
[grid]
"autoscaler.scale_up_at" = [120000, 150000, 180000, 260000]
"autoscaler.scale_down_at" = [60000, 100000, 140000]
"workload.requests_per_minute" = [100, 600]
"""


def decided_result(home):
    """A result with two conditions, some cells of each excluded, contradictory or open."""
    path = home / "decided.h5"
    if not path.exists():
        (home / "decided.toml").write_text(DECIDED)
        fleetcast("run", home / "decided.toml", "--quiet", "-o", path)
    return path


def result_pictures(path, program=None):
    """The figures of a result, without its name."""
    return {stem.removeprefix(f"{path.stem}-"): figure for stem, figure in pictures(path, program=program).items()}


def hatched(axes):
    """The patch over what is excluded."""
    return next(patch for patch in axes.patches if patch.get_hatch())


def test_decisions_are_those_of_analyze(home):
    path, program = decided_result(home), sys.argv[1]
    fleetcast("analyze", path, "--csv", home / "cells.csv")
    with open(home / "cells.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    with open_result(path, program) as result:
        found = result.decision
        assert len(rows) == found.standing.size == 24
        for row in rows:
            assert (found.standing[int(row["cell"])], found.front[int(row["cell"])]) == (row["standing"], row["front"]), row
        assert {"best", "not_excluded", "infeasible", "dearer", "invalid"} == set(found.standing), set(found.standing)
        # the first condition is shown, its cells alone are compared; each has a choice of its own
        assert found.conditions == {"workload.requests_per_minute": 100} and found.chosen.sum() == 2
        assert result.in_question.sum() == 11 and (np.flatnonzero(result.in_question) % 2 == 0).all()
        assert found.standing[result.best.flat] == "best" and result.best.flat % 2 == 0 and result.best.keeps_promise
    excluded = sum(row["standing"] in ("infeasible", "dearer") for row in rows if row["requests_per_minute"] == "100")

    drawn = result_pictures(path, program)
    assert all(drawn.values())
    told = words_of(drawn["cost-violations"])
    assert "surely keeps the promise in 95% of realizations (95% confidence, all settings together)" in told
    assert "11 settings, all on the same traffic" in told and "Given: requests per minute 100" in told
    assert "surely beaten" in told and "may be the cheapest that keeps the promise" in told
    # few values stand side by side, so that a cell is of area 1
    corners = hatched(drawn["settings"].axes[0]).get_path().vertices.reshape(-1, 5, 2)
    assert np.prod(corners[:, 2] - corners[:, 0], axis=1).sum() == excluded > 0
    assert "excluded: surely breaks the promise, or is dearer" in words_of(drawn["settings"])


def test_decisions_without_fleetcast_are_estimates(home):
    path = decided_result(home)
    with open_result(path) as result:
        assert result.decision is None and result.in_question.sum() == result.valid.sum() == 22
        met, cost = result.cells("objective_met_share_mean"), result.cells("cost_usd_mean")
        assert met[result.best.flat] >= 0.95 and cost[result.best.flat] == cost[result.valid & (met >= 0.95)].min()
    drawn = result_pictures(path)
    assert "by the estimates alone (fleetcast analyze, which says how sure that is, is not built)" in words_of(drawn["distributions"])
    assert "excluded" not in words_of(drawn["settings"]) and "beaten" not in words_of(drawn["cost-violations"])
    refused(BadData, "can't be run", pictures, path, None, home / "no-such-program")
    refused(BadData, "ended with 1", pictures, path, None, "false")


def test_no_setting_keeps_the_promise(home):
    (home / "none.toml").write_text(DECIDED.replace("[workload]", "[sla]\nttft_ms = 225\n[workload]").replace("300", "60", 1))
    fleetcast("run", home / "none.toml", "--quiet", "-o", home / "none.h5")
    drawn = result_pictures(home / "none.h5", sys.argv[1])
    told = words_of(drawn["cost-violations"])
    assert "no setting keeps the promise" in told and "none keeps the promise in 95% of realizations (95% confidence); this one comes closest" in told
    assert "closest setting" in words_of(drawn["settings"])


def test_results_of_other_versions(home):
    for version, fragment in ((1, "older than 2"), (99, "newer than 2")):
        other = shutil.copy(decided_result(home), home / f"version-{version}.h5")
        with h5py.File(other, "r+") as file:
            file.attrs["format_version"] = version
        refused(BadData, fragment, pictures, other)


def test_quantiles_that_are_near_share_a_label(_):
    levels = (0.05, 0.25, 0.5, 0.75, 0.95)
    assert [text for _, text in distributions.labels_of(np.array([10, 30, 50, 70, 90.0]), levels, 100)] == ["5%", "25%", "median", "75%", "95%"]
    # 5% and 25% fall together, and what they then say is too wide for the median beside them
    assert distributions.labels_of(np.array([0, 0, 7, 50, np.nan]), levels, 100) == [(7 / 3, "5%–median"), (50, "75%")]


def test_bands_are_of_the_same_traffic(home):
    sweep, folder = home / "banded.toml", home / "banded"
    sweep.write_text("[sweep]\nminutes = 60\nrealizations = 30\n[workload]\nrequests_per_minute = 50\ndrift_log_sd = 0.2\n")
    fleetcast("run", sweep, "--quiet", "-o", home / "banded.h5")
    fleetcast("generate", sweep, "--realizations", 2, "-o", folder)
    (folder / "sweep.toml").unlink()
    assert "Shades are of 30 realizations" in words_of(pictures(folder, home / "banded.h5")["traffic"])
    fleetcast("generate", sweep, "--set", "workload.class.0.completion.median=260", "--realizations", 1, "-o", folder)
    (folder / "sweep.toml").unlink()
    told = refused(BadData, "minutes-0.csv: completion tokens add up to", pictures, folder, home / "banded.h5")
    assert "standard deviations away (the band would be of other traffic); give a result of the same sweep" in told
    fleetcast("generate", sweep, "--set", "sweep.minutes=90", "--realizations", 1, "-o", folder)
    (folder / "sweep.toml").unlink()
    refused(BadData, "holds 90 minutes, realizations of", pictures, folder, home / "banded.h5")


def test_generated(home):
    folder = home / "g"
    synthetic.generated(folder, realizations=2, minutes=90, warmup=10)
    drawn = pictures(folder)
    assert list(drawn) == ["traffic", "lengths", "bursts"] and all(drawn.values())
    assert "synthetic" in words_of(drawn["traffic"]) and "range of all 2" in words_of(drawn["traffic"])
    assert "Poisson" in words_of(drawn["bursts"]) and "KS distance" in words_of(drawn["lengths"])
    assert stems(folder / "requests-0.csv") == ["requests-0-traffic", "requests-0-lengths", "requests-0-bursts"]
    alone = pictures(folder / "minutes-1.csv")
    assert alone["minutes-1-lengths"] is None and "range of all" not in words_of(alone["minutes-1-traffic"])

    (folder / "sweep.toml").unlink()
    assert "laws are not known" in words_of(pictures(folder)["lengths"])


def test_formats_are_alike(home):
    csv, hdf5 = home / "formats/requests-0.csv", home / "formats/requests-0.h5"
    synthetic.generated(csv.parent, realizations=1, minutes=12, warmup=2)
    packed = home / "formats/requests-1.csv.gz"
    packed.write_bytes(gzip.compress(csv.read_bytes()))
    columns = np.loadtxt(csv, delimiter=",", skiprows=1).T
    with h5py.File(hdf5, "w") as file:
        for name, values in zip(("time_s", "class", "prompt_tokens", "completion_tokens"), columns):
            file[name] = values if name == "time_s" else values.astype(np.uint32)
        file["class"].attrs["flag_values"], file["class"].attrs["flag_meanings"] = np.array([0], np.uint8), "chat"
    read = [generated.Requests(path) for path in (csv, packed, hdf5)]
    for other in read[1:]:
        assert np.array_equal(read[0].per_second, other.per_second)
    assert np.array_equal(read[0].lengths["0", "prompt_tokens"], read[1].lengths["0", "prompt_tokens"])
    assert np.array_equal(read[0].lengths["0", "prompt_tokens"], read[2].lengths["chat", "prompt_tokens"])
    assert read[0].lengths["0", "prompt_tokens"].sum() == columns.shape[1]
    assert [path.name for path in generated.files_of(csv.parent)["requests"]] == ["requests-0.csv", "requests-1.csv.gz"]


def test_pieces_make_the_whole(home):
    path = home / "pieces/requests-0.csv"
    synthetic.generated(path.parent, realizations=1, minutes=10, warmup=2)
    whole = generated.Requests(path)
    minutes = generated.read_minutes(path.with_name("minutes-0.csv"))
    assert np.array_equal(whole.per_second.reshape(-1, 60).sum(1), minutes["requests"][minutes["minute"] >= 0][:whole.per_second.size // 60])
    assert whole.per_second.size in (540, 600)   # the last minute's last request need not be in its last second
    bad = home / "pieces/bad.csv"
    bad.write_text("minute,requests,prompt_tokens,completion_tokens\n" + "".join(f"{m},{-(m == 250)},0,0\n" for m in range(300)))
    rows = tables.ROWS_AT_ONCE
    try:
        tables.ROWS_AT_ONCE = 100
        pieces = generated.Requests(path)
        refused(BadData, "bad.csv:252: requests is -1", generated.read_minutes, bad)
    finally:
        tables.ROWS_AT_ONCE = rows
    assert np.array_equal(whole.per_second, pieces.per_second)
    assert np.array_equal(whole.lengths["0", "completion_tokens"], pieces.lengths["0", "completion_tokens"])


def test_replayed(home):
    synthetic.generated(home / "r-in", realizations=1, minutes=300, warmup=30)
    folder = home / "r"
    synthetic.replayed(folder, home / "r-in/minutes-0.csv")
    drawn = pictures(folder)
    assert list(drawn) == ["fleet", "promise", "latency-curve"] and all(drawn.values())
    ticks = timeline.in_folder(folder)
    assert words_of(drawn["promise"]).count("promise: 500 ms") == 1 and "budget: 1% of requests" in words_of(drawn["promise"])
    assert "93.3%" in words_of(drawn["latency-curve"])   # 220 + 300 ρ = 500 ms
    assert stems(folder / "timeline.csv") == ["timeline-fleet", "timeline-promise", "timeline-latency-curve"]
    broken = ticks["violated"][30:] * ticks["requests"][30:]
    near(ticks.violated_share, broken.sum() / ticks["requests"][30:].sum(), 1e-12)

    (folder / "summary.json").write_text(json.dumps({"reference_cost_usd": 12.5, "scale_ups": 3, "scale_downs": 1}))
    drawn = pictures(folder)
    assert "perfect foresight (dot): $12.50" in words_of(drawn["promise"]) and "grew 3 times and shrank 1 time" in words_of(drawn["fleet"])
    (folder / "summary.json").write_text("{")
    refused(BadData, "summary.json", timeline.in_folder, folder)
    (folder / "summary.json").unlink()
    (folder / "sweep.toml").unlink()
    drawn = pictures(folder)
    assert drawn["latency-curve"] is None and "budget" not in words_of(drawn["promise"])


def test_fitted(home):
    folder = home / "f"
    synthetic.fitted(folder)
    drawn = pictures(folder)
    assert list(drawn) == ["fit-traffic", "fit-lengths", "fit-structure", "fit-parameters", "fit-verdict"]
    assert stems(folder / "fit.json") == list(drawn)
    assert "12 of 13 statistics" in words_of(drawn["fit-verdict"]) and "0.9  not in  0.2 … 0.4" in words_of(drawn["fit-verdict"])
    assert "plain Poisson 0.07" in words_of(drawn["fit-traffic"]) and "KS held out 0.03 (0.02)" in words_of(drawn["fit-lengths"])
    assert "300/min  [296, 304]" in words_of(drawn["fit-parameters"])

    shutil.rmtree(folder)
    synthetic.fitted(folder, tokens=False)
    fit = json.loads((folder / "fit.json").read_text())
    (folder / "fit.json").write_text(json.dumps(fit | {"verdict": None, "judged_minutes": None}))
    drawn = pictures(folder)
    assert list(drawn) == ["fit-traffic", "fit-structure", "fit-parameters", "fit-verdict"]
    assert "Too short to be judged" in words_of(drawn["fit-verdict"])
    (folder / "fit-structure.csv").unlink()
    refused(NoInput, "fit-structure.csv", pictures, folder)
    del fit["parameters"]
    for text, fragment in (("[1]", "is no report"), ("{", "can't be read"), (json.dumps(fit), "no parameters")):
        (folder / "fit.json").write_text(text)
        (folder / "fit-structure.csv").write_text("quantity,minutes,trace,model_low,model_median,model_high\ndispersion,1,1,1,1,1\n")
        refused(BadData, fragment, pictures, folder)


def test_long_and_gappy(home):
    folder = home / "long"
    folder.mkdir()
    minute = np.delete(np.arange(100 * 1440), slice(30000, 40000))
    rows = np.column_stack([minute, 1000 + minute % 1440, 5000 + minute, 900 + minute])
    np.savetxt(folder / "minutes-0.csv", rows, fmt="%d", delimiter=",", header="minute,requests,prompt_tokens,completion_tokens", comments="")
    traffic = pictures(folder)["traffic"]
    assert "10,000 minutes missing" in words_of(traffic) and "means of 1 day" in words_of(traffic)
    line = traffic.axes[0].lines[0].get_ydata()
    assert line.size == 100 and 6 <= np.isnan(line).sum() <= 7


def test_tiny(home):
    folder = home / "tiny"
    folder.mkdir()
    for minutes in (1, 9):
        (folder / "minutes-0.csv").write_text("minute,requests,prompt_tokens,completion_tokens\n"
                                              + "".join(f"{m},{5 + m},1000,100\n" for m in range(minutes)))
        drawn = pictures(folder)
        assert drawn["traffic"] and bool(drawn["bursts"]) == (minutes == 9)
    (folder / "minutes-0.csv").write_text("minute,requests,prompt_tokens,completion_tokens\n" + "".join(f"{m},0,0,0\n" for m in range(20)))
    assert pictures(folder)["bursts"] is None
    # ticks of seven minutes, which are no round window
    (folder / "minutes-0.csv").write_text("minute,requests,prompt_tokens,completion_tokens\n"
                                          + "".join(f"{7 * m},{m % 5},9,9\n" for m in range(40)))
    assert "variance of 7 minutes' count" in words_of(pictures(folder)["bursts"])
    shutil.rmtree(folder)
    folder.mkdir()
    rows = "0,0,0,0,0,0,0,,0,,,0,0,", '0.5,3,9,9,1,0,1,0.5,0,inf,20,1,0.1,"up, 0 to 1"'
    (folder / "timeline.csv").write_text("\n".join([synthetic.TIMELINE_HEADER, *rows, ""]))
    assert pictures(folder)["promise"]


def test_band_of_a_few_holds_each(_):
    grid = series.grid(np.arange(3000.0), 300)
    rows = np.random.default_rng(1).random((3, 3000))
    band = bands.of_rows(grid, list(rows))
    for row in rows:
        assert (grid.least(row) >= band.quantiles[0]).all() and (grid.most(row) <= band.quantiles[1]).all()
    many = bands.of_rows(grid, list(np.random.default_rng(1).random((40, 3000))))
    assert many.levels == bands.LEVELS and (np.diff(many.quantiles, axis=0) > 0).all()


def test_bad_tables(home):
    header = "minute,requests,prompt_tokens,completion_tokens\n"
    cases = {
        "": "columns: none",
        "a,b\n1,2\n": "no table that can be drawn",
        header: "has no rows",
        header + "0,1,2,3\n1,x,2,3\n": ':3: requests is "x"',
        header + "0,1,2,3\n1,,2,3\n": ":3: requests is empty",
        header + '0,1,2,3\n1,"1,000",2,3\n': ':3: requests is "1,000"',
        header + "0,1,2,3\n1,-4,2,3\n": ":3: requests is -4",
        header + "0,1,2,3\n1,nan,2,3\n": ":3: requests is empty",
        header + "0,1,2,3\n1,inf,2,3\n": ":3: requests is inf",
        header + "0,1,2,3\n1,1,2,3,9\n": ":3: 5 fields",
        header + "0,1,2,3\n1,1,2\n": ":3: ",
        header + "0,1,2,3\n0,1,2,3\n": ":3: minute is 0 after 0",
        "minute,requests,prompt_tokens\n0,1,2\n": "has no column completion_tokens",
        "time_s,class,prompt_tokens,completion_tokens\n": "has no rows",
        "time_s,class,prompt_tokens,completion_tokens\n0,,1,2\n": ":2: class is empty",
        "time_s,class,prompt_tokens,completion_tokens\n0,0,1e9,2\n": "prompt_tokens reaches 1e+09",
        "time_s,class,prompt_tokens,completion_tokens\n1.7e9,0,1,2\n0,0,1,2\n": "time_s goes from",
    }
    path = home / "bad.csv"
    for text, fragment in cases.items():
        path.write_text(text)
        assert str(path) in refused(BadData, fragment, pictures, path), text
    path.write_bytes(b"\xff\xfe\x00\x01" * 10)
    refused(BadData, "not a CSV file", pictures, path)
    packed = home / "minutes-9.csv.gz"
    packed.write_bytes(gzip.compress(header.encode() + b"".join(b"%d,1,2,3\n" % m for m in range(5000)))[:-40])
    refused(BadData, "breaks off", pictures, packed)
    path.write_text("\ufeff" + header.replace("\n", "\r\n") + "0,1,2,3\r\n1,1,2,3")   # neither harms
    assert stems(path) == ["bad-traffic", "bad-lengths", "bad-bursts"]
    rows = "".join(f"{second},{name},{20 + second % 7},{5 + second % 3}\n" for second in range(600) for name in ("EU", "NA"))
    path.write_text("time_s,class,prompt_tokens,completion_tokens\n" + rows)   # North America is a class, too
    assert "NA" in words_of(pictures(path)["bad-lengths"])


def test_bad_folders_and_results(home):
    folder = home / "nothing"
    folder.mkdir()
    refused(BadData, "holds nothing to draw", pictures, folder)
    refused(NoInput, "no such file", pictures, home / "absent.csv")
    (folder / "no.h5").write_text("no HDF5")
    refused(BadData, "not an HDF5 file", pictures, folder / "no.h5")
    with h5py.File(folder / "other.h5", "w") as file:
        file.attrs["filetype"] = "other"
    refused(BadData, 'filetype is "other"', pictures, folder / "other.h5")
    with h5py.File(folder / "minutes-0.h5", "w") as file:
        for length, name in enumerate(("minute", "requests", "prompt_tokens", "completion_tokens"), 3):
            file[name] = np.arange(length)
    refused(BadData, "differ in shape", pictures, folder / "minutes-0.h5")
    synthetic.generated(folder, realizations=1, minutes=10, warmup=0, sweep="[sweep\n")
    refused(BadData, "sweep.toml: can't be read", pictures, folder)
    (folder / "sweep.toml").write_text('[sweep]\nname = "x"\nseed = 1\n')
    refused(BadData, "has no workload.class", pictures, folder)


def sweep_of(text, folder=pathlib.Path(".")):
    """A sweep of the given TOML."""
    folder.mkdir(exist_ok=True)
    (folder / "sweep.toml").write_text(text)
    return sweep_file.in_folder(folder)


def test_laws(home):
    sweep = sweep_of('[[workload.class]]\nname = "chat"\nprompt = { median = 100, sigma = 0.5, min = 10, max = 1000 }\n'
                     'completion = { min = 1, max = 500, mixture = [{ weight = 3, median = 20, sigma = 0.1 }, '
                     '{ weight = 1, median = 200, sigma = 0.1 }] }\n'
                     '[[workload.class]]\npairs = "pairs.csv"\n', home / "laws")
    (home / "laws/pairs.csv").write_text("ContextTokens,GeneratedTokens\n10,1\n10,2\n30,3\n40,4\n")
    prompt = laws.law_of(sweep, "chat", "prompt_tokens")
    near(prompt(100), 0.5 * (1 + math.erf(math.log(100.5 / 100) / 0.5 / math.sqrt(2))), 1e-12)
    assert prompt(9) == 0 and prompt(1000) == 1 and prompt(999) < 1
    near(laws.law_of(sweep, "chat", "completion_tokens")(60), 0.75, 1e-9)
    measured = laws.law_of(sweep, "1", "prompt_tokens")
    assert [measured(k) for k in (9, 10, 35, 40)] == [0, 0.5, 0.75, 1]
    assert laws.law_of(sweep, "unheard of", "prompt_tokens") is None
    (home / "laws/pairs.csv").rename(home / "laws/gone.csv")
    assert laws.law_of(sweep, "1", "prompt_tokens") is None
    counts = np.zeros(41)
    counts[[10, 30, 40]] = 2, 1, 1
    assert laws.distance(counts, measured) == 0
    counts[10] = 6
    near(laws.distance(counts, measured), 0.25, 1e-12)


def test_bursts(_):
    # a known variance: counts of 0 and 2 by turns have mean 1 and variance n/(n-1)
    turns = np.tile([0.0, 2.0], 50)
    near(bursts.index_of_dispersion(turns, np.ones(100), 1), 100 / 99, 1e-12)
    assert bursts.index_of_dispersion(turns, np.ones(100), 2) == 0
    assert np.isnan(bursts.index_of_dispersion(turns, np.ones(100), 13))   # seven windows
    near(bursts.autocorrelation(turns, np.ones(100), [1])[0], -99 / 100, 1e-12)
    # a known curve is no burst
    curve = 1 + 0.9 * np.sin(np.arange(4000) / 300)
    poisson = np.random.default_rng(5).poisson(200 * curve)
    index, half = bursts.index_of_dispersion(poisson, curve, 1), bursts.poisson_dispersion_range(4000, [1])[0]
    near(index, 1, 2 * half)   # four standard errors
    assert bursts.index_of_dispersion(poisson, np.ones(4000), 1) > 50
    # plain Poisson's law sums to one and has its own variance
    edges = (np.arange(0, 200) - 0.5) / 50
    law = bursts.relative_counts_law(np.full(1000, 50.0), edges)
    ratio = (edges[1:] + edges[:-1]) / 2
    near(law.sum(), 1, 1e-9)
    near((law * (ratio - 1) ** 2).sum(), 1 / 50, 1e-9)
    # intervals where nothing is expected tell nothing
    quiet = np.tile([2.0, 0.0], 50)
    assert np.isnan(bursts.autocorrelation(quiet, quiet, [1])[0]) and bursts.index_of_dispersion(quiet, quiet, 1) == 0
    assert np.isnan(bursts.autocorrelation(np.ones(20), np.ones(20), [1])[0])


def test_rates(home):
    base = "[sweep]\nstart_weekday = 'saturday'\n[workload]\n"
    daily = sweep_of(base + "daily_amplitude = 0.5\ndaily_peak_hour = 15\nweekday_factors = [1, 1, 1, 1, 1, 2, 4]\n", home / "rates")
    rate = rates.relative_rate(daily, np.array([15, 27, 39]) * 60)
    near(rate[1] / rate[0], 2 * 0.5 / 1.5, 1e-12)   # Sunday's trough to Saturday's peak
    near(rate[2] / rate[0], 2, 1e-12)
    assert rates.relative_rate(sweep_of(base, home / "rates"), np.arange(10)) is None
    (home / "rates/profile.csv").write_text("minute,rate\n0,1\n1440,2\n2880,3\n4320,4\n5760,5\n7200,6\n8640,7\n")
    profile = sweep_of(base + "profile = 'profile.csv'\n", home / "rates")
    assert list(rates.relative_rate(profile, np.array([0, 1440, 2880.0]))) == [6, 7, 1]   # Monday comes after Sunday
    (home / "rates/profile.csv").unlink()
    assert rates.relative_rate(profile, np.arange(3.0)) is None


def test_latency(home):
    text = "[sweep]\ntick_seconds = 60\n[service]\nbacklog = true\n[service.ttft]\n"
    queue = latency.of_sweep(sweep_of(text + "curve = 'erlang_c'\nbase_ms = 10\nslots = 1\nservice_ms = 100\n", home / "latency"), "ttft")
    near(queue.at(0.5), 10 + 100, 1e-9)      # M/M/1: service ρ/(1-ρ)
    near(queue.at(0.8), 10 + 400, 1e-9)
    near(queue.at(1.0), 10 + 30000, 1e-9)    # half a tick
    near(latency.highest_within(queue, 110), 0.5, 1e-9)
    assert latency.highest_within(queue, 5) is None and latency.highest_within(queue, 1e6) == 1
    (home / "latency/c.csv").write_text("utilization,latency_ms\n0,100\n0.5,200\n1,1000\n")
    measured = latency.of_sweep(sweep_of(text + "curve = 'measured'\nfile = 'c.csv'\n", home / "latency"), "ttft")
    near(measured.at(0.75), 600, 1e-9)
    (home / "latency/c.csv").unlink()
    refused_as_nothing("no longer there", latency.of_sweep, sweep_of(text + "curve = 'measured'\nfile = 'c.csv'\n", home / "latency"), "ttft")
    linear = text + "curve = 'linear'\nbase_ms = 200\nslope_ms = 400\n"
    assert not latency.of_sweep(sweep_of(linear, home / "latency"), "ttft").goes_on
    assert latency.of_sweep(sweep_of(linear.replace("true", "false"), home / "latency"), "ttft").goes_on
    assert latency.of_sweep(sweep_of(text + "curve = 'none'\n", home / "latency"), "ttft") is None


def test_series(_):
    grid = series.grid(np.array([-2, -1, 0, 1, 4, 5.0]))
    assert grid.missing == 2 and grid.rows_per_block == 1
    assert np.array_equal(np.isnan(grid.mean(np.ones(6))), [0, 0, 0, 0, 1, 1, 0, 0])
    near(grid.edges[0], -2 / 60, 1e-12)
    thinned = series.grid(np.arange(-60, 14400.0), 300)
    assert thinned.rows_per_block == 60 and thinned.hours[0] == -1 and thinned.missing == 0
    assert (thinned.most(np.arange(14460.0)) - thinned.least(np.arange(14460.0)) == 59).all()
    assert thinned.last(np.arange(14460.0))[0] == 59
    fine = series.grid(np.arange(600) / 6)   # ticks of ten seconds
    near(series.row_minutes(np.round(np.arange(600) / 6, 6)), 1 / 6, 1e-12)
    assert fine.hours.size == 600 and fine.missing == 0


def test_clock(_):
    figure = style.page("", "", "", 1)
    for first, last, weekday, labels in ((-1, 24, "monday", ["00:00", "24:00"]), (-1, 3, None, ["\N{MINUS SIGN}01:00", "03:00"]),
                                         (-1, 3, "monday", ["23:00", "03:00"]), (0, 0.25, None, ["00:00", "00:14"]),
                                         (0, 48, "sunday", ["Sun", "12:00", "Mon", "Tue"]), (0, 400 * 24, None, ["0", "400"])):
        plot = figure.add_axes((0, 0, 1, 1))
        clock.axis(plot, first, last, weekday)
        ticks = [plot.xaxis.get_major_formatter()(where) for where in plot.get_xticks()]
        assert [label for label in ticks if label in labels] and set(labels) <= set(ticks) and len(ticks) <= 10, (ticks, labels)
        plot.remove()


with tempfile.TemporaryDirectory() as name:
    for test in [value for key, value in list(globals().items()) if key.startswith("test_")]:
        try:
            test(pathlib.Path(name))
        except PlotError as problem:
            raise AssertionError(f"{test.__name__}: {problem}") from problem
        print(f"{test.__name__}: ok")

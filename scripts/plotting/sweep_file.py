"""The settings behind a picture: the resolved sweep that stands beside generated and replayed files, or in a result."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from .errors import BadData

FILE_NAME = "sweep.toml"


@dataclass(frozen=True)
class Sweep:
    """Resolved settings, by dotted key."""

    path: Path       # where they stand, for messages; other files are named from its folder
    settings: dict
    made_by: str     # the program, for the footer

    def get(self, key, default=None):
        """The value at a dotted key such as "service.ttft.curve" or "workload.class.0.share".

        @param default  where the key is absent; without one that is an error
        """
        value = self.settings
        for part in key.split("."):
            try:
                value = value[int(part)] if isinstance(value, list) else value[part]
            except (KeyError, IndexError, ValueError, TypeError):
                if default is None:
                    raise BadData(f"{self.path}: has no {key} (the resolved sweep has every key); write the folder again") from None
                return default
        return value

    def with_settings(self, values):
        """The same with some keys set otherwise.

        @param values  by dotted key
        """
        def changed(node, parts, value):
            if not parts:
                return value
            if isinstance(node, list):
                return [changed(member, parts[1:], value) if i == int(parts[0]) else member for i, member in enumerate(node)]
            return {**node, parts[0]: changed(node.get(parts[0], {}), parts[1:], value)}

        settings = self.settings
        for key, value in values.items():
            settings = changed(settings, key.split("."), value)
        return Sweep(self.path, settings, self.made_by)

    def differences(self, other, table):
        """Keys of a table on which two sweeps differ, of those that both have, as (key, value here, value there); files aside."""
        def walk(key, ours, theirs):
            if isinstance(ours, dict) and isinstance(theirs, dict):
                for name in ours.keys() & theirs.keys() - {"file", "pairs", "profile"}:
                    yield from walk(f"{key}.{name}", ours[name], theirs[name])
            elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
                for number, pair in enumerate(zip(ours, theirs)):
                    yield from walk(f"{key}.{number}", *pair)
            elif ours != theirs:
                yield key, ours, theirs

        return sorted(walk(table, self.get(table), other.get(table)), key=lambda entry: entry[0])

    def beside(self, name):
        """Path of a file that the sweep names, from its own folder or from here; None where it is no longer there."""
        return next((path for path in (self.path.parent / name, Path(name)) if path.is_file()), None)

    @property
    def name(self):
        """The sweep's name."""
        return self.get("sweep.name")

    @property
    def start_weekday(self):
        """Of minute 0."""
        return self.get("sweep.start_weekday", "monday")


def in_folder(folder):
    """The sweep of a folder; None where it has none."""
    path = folder / FILE_NAME
    if not path.is_file():
        return None
    try:
        text = path.read_text(encoding="utf-8")
        settings = tomllib.loads(text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
        raise BadData(f"{path}: can't be read ({problem}); write the folder again, or remove the file to draw without laws and limits"
                      ) from problem
    first = text.partition("\n")[0]
    made_by = first.removeprefix("# ").strip() if first.startswith("# fleetcast") else "fleetcast"
    return Sweep(path, settings, made_by)


def footer(sweep, path):
    """What it takes to get a picture of a file or folder again."""
    parts = [sweep.made_by, f"seed {sweep.get('sweep.seed')}"] if sweep else ["fleetcast"]
    return " · ".join([*parts, path.resolve().name])

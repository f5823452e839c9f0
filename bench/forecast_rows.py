"""The rows of bench/backtest: what `hearth forecast --features` said of an archive, with the outcomes that may be scored.

An archive is NAME.tsv.zst (or NAME.tsv) beside NAME.groups.tsv. A row's outcome counts once its time is over: by the day of
obs_end where the archive has it, else of the file's last line. Owns: the known causes. Not here: models, scores.
"""
import csv
import datetime
import hashlib
import pathlib
import re
import subprocess

import numpy as np

FEATURES = ("momentum", "reversion", "recent", "known", "weeks", "speakers", "since", "uneven", "restless", "unanswered", "core_quiet")
EVENTS = ("halve", "fall")
HORIZON_DAYS = {"halve": 84, "fall": 252}
SIMULATED = "simulated"  # the archive of groups that forecast_simulated.py makes: learnt from, never scored
EPOCH = datetime.date(1970, 1, 1)

# Groups whose end has a known cause: (archive, group or pattern, its day, what happened). Source: the archives' README.
CAUSES = (
    ("raku", r"perl6|perl6-dev", "2019-10-01", "renamed to raku and raku-dev"),
    ("lean", r".*[Ss]eminar.*|L[Ff][Tt][Cc][Mm].*|Lean-Together.*|ItaLean.*|.*Masterclass.*|Lean-for-the-curious.*|Lean-for-Scientists.*",
     None, "a seminar or workshop, meant to end"),
)


def day_of(date):
    return (datetime.date.fromisoformat(date) - EPOCH).days


def closed_rooms(archive, file):
    """fcc: rooms in which an admin posted that they would be closed, the only lines of type notice in the archive."""
    if archive != "fcc":
        return {}
    unpack = ["zstd", "-dc", "--long=27", str(file)] if file.suffix == ".zst" else ["cat", str(file)]
    lines = subprocess.run(unpack, check=True, capture_output=True).stdout.decode().split("\n")
    notices = (line.split("\t") for line in lines if "\tnotice\t" in line)
    return {fields[1]: int(fields[0]) // 86400 for fields in notices}


def causes_of(archive, groups, file):
    """group -> (day from which its outcome is not its own, or 0; what happened)"""
    found = {group: (day, "closed by the platform") for group, day in closed_rooms(archive, file).items() if group in groups}
    for name, pattern, date, what in CAUSES:
        for group in groups:
            if name == archive and re.fullmatch(pattern, group):
                found[group] = (day_of(date) if date else 0, what)
    return found


def said(binary, file, cache):
    """The command's own output, kept in cache under the hash of program and file (both are slow to change)."""
    key = hashlib.sha256(pathlib.Path(binary).read_bytes() + str((file, file.stat().st_size)).encode()).hexdigest()[:16]
    kept = cache / f"{file.name}.{key}.rows"
    if not kept.exists():
        cache.mkdir(parents=True, exist_ok=True)
        out = subprocess.run([binary, "forecast", str(file), "--features"], check=True, capture_output=True)
        kept.write_bytes(out.stdout)
    with open(kept, newline="") as text:
        return list(csv.DictReader(text, delimiter="\t", quoting=csv.QUOTE_NONE))


def ends_of(folder, archive):
    with open(folder / f"{archive}.groups.tsv", newline="") as text:
        rows = csv.DictReader(text, delimiter="\t", quoting=csv.QUOTE_NONE)
        return {r["group"]: day_of(r["obs_end"][:10]) for r in rows if r.get("obs_end") not in (None, "", "-")}


class Rows:
    """Arrays of one or several archives; y[event] is NaN where there is nothing to score."""

    def __init__(self, **arrays):
        self.__dict__.update(arrays)

    def take(self, keep):
        return Rows(**{k: v[keep] for k, v in self.__dict__.items()})

    @staticmethod
    def join(several):
        return Rows(**{k: np.concatenate([getattr(r, k) for r in several]) for k in several[0].__dict__})

    def real(self):
        return self.take(self.archive != SIMULATED)

    def scored(self, event, whole_groups_out):
        """Rows with an outcome; without groups of known cause, or only without what reaches past the cause."""
        known = ~np.isnan(getattr(self, event))
        fine = ~self.caused if whole_groups_out else (self.day + HORIZON_DAYS[event] <= self.cause_day)
        return self.take(known & fine)


def load(binary, folder, archive, cache):
    """(Rows, {group left out: what happened}) of one archive."""
    file = next(p for p in (folder / f"{archive}.tsv.zst", folder / f"{archive}.tsv") if p.exists())
    ends = ends_of(folder, archive)
    lines = [r for r in said(binary, file, cache) if r["momentum"]]
    number = lambda name: np.array([float(r[name]) for r in lines])
    group = np.array([r["group"] for r in lines])
    causes = causes_of(archive, set(group), file)
    day, h, med = number("day"), number("messages"), number("usual")
    later = number("later168") / 2
    # The command goes on to the file's last line; a group's own record may have ended before.
    end = np.array([ends.get(g, 10**9) for g in group])
    end = np.minimum(end, max(ends.values()))
    over = {e: day + HORIZON_DAYS[e] <= end for e in EVENTS}
    may_fall = h >= .75 * med
    rows = Rows(
        archive=np.full(len(lines), archive), group=np.char.add(archive + "/", group), day=day,
        raw=np.column_stack([-np.log((3 * number("last28") + 1) / (h + 1)), -np.log((h + 1) / (number("before") + 1)), -np.log(h)]),
        x=np.column_stack([number(f) for f in FEATURES]),
        halve=np.where(over["halve"], number("next84") < h / 2, np.nan),
        fall=np.where(over["fall"] & may_fall, later < med / 2, np.nan),
        z_halve=np.log((number("next84") + 3) / (h + 3)), z_fall=np.log((later + 3) / (med + 3)),
        caused=np.isin(group, list(causes)), cause_day=np.array([causes.get(g, (10**9, ""))[0] for g in group], float))
    keep = day <= end
    return rows.take(keep), {g: what for g, (_, what) in sorted(causes.items())}

#!/usr/bin/env python3
"""Turn content/remedies/ID.zh and ID.en into the table that src/insight/remedies.h declares.

usage: remedies.py --list FOLDER       print the files
       remedies.py FILE... OUT.c

A file is lines "key: value"; failing, stages, act, person and rest_days are the same in both languages of a remedy.
"""
import pathlib
import sys

SAME = ("failing", "stages", "act", "person", "rest_days")
WORDS = ("title", "when", "what", "expect", "source")
FAILINGS = ("any", "no_persistence", "self_interest", "ego", "not_giving", "poor_activities", "mixed_crowd")
STAGES = ("unknown", "warming", "steady", "cooling", "quiet")  # in the order of enum warmth_stage
ACTS = ("none", "chat", "members", "about", "manage", "packet")
PERSONS = ("none", "greet", "newcomer")


def read(path: pathlib.Path) -> dict:
    got = dict(line.split(": ", 1) for line in path.read_text().splitlines() if line.strip())
    if sorted(got) != sorted(SAME + WORDS):
        sys.exit(f"{path.name}: has {sorted(got)}")
    return got


def one_of(path: str, value: str, known: tuple) -> str:
    if value not in known:
        sys.exit(f"{path}: {value!r} is none of {known}")
    return value


def c_text(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def row(name: str, zh: dict, en: dict) -> str:
    if any(zh[key] != en[key] for key in SAME):
        sys.exit(f"{name}: the two languages differ in what must be the same")
    stages = sum(1 << STAGES.index(one_of(name, stage, STAGES)) for stage in zh["stages"].split())
    words = ["{ " + ", ".join(c_text(half[key]) for key in WORDS) + " }" for half in (en, zh)]
    return (f"\t{{ {c_text(name)}, {c_text(one_of(name, zh['failing'], FAILINGS))}, {stages}u, {c_text(one_of(name, zh['act'], ACTS))},\n"
            f"\t\tINSIGHT_FOR_{one_of(name, zh['person'], PERSONS).upper()}, {int(zh['rest_days'])}, {{ {words[0]},\n\t\t{words[1]} }} }},\n")


def main() -> None:
    if sys.argv[1] == "--list":
        print("\n".join(str(path) for path in sorted(pathlib.Path(sys.argv[2]).glob("*.[ez][nh]"))))
        return
    *files, out = map(pathlib.Path, sys.argv[1:])
    names = sorted({path.stem for path in files})
    rows = [row(name, *(read(next(path for path in files if path.name == f"{name}.{half}")) for half in ("zh", "en"))) for name in names]
    out.write_text('#include "insight/remedies.h"\n\nconst struct insight_remedy insight_remedies[] = {\n' + "".join(rows)
                   + f"}};\nconst size_t insight_remedy_count = {len(rows)};\n")


main()

#!/usr/bin/env python3
"""Check that every room includes only rooms on earlier lines of LAYERS, and nobody's private headers.

usage: layers.py CHECKOUT [STAMP]   exit 1 and a line per offence when the order is broken
"""
import pathlib
import re
import sys


def main() -> int:
    root = pathlib.Path(sys.argv[1])
    level = {room: n for n, line in enumerate((root / "LAYERS").read_text().splitlines()) for room in line.split()}
    bad = []
    for path in sorted((root / "src").glob("*/*.[ch]")):
        room = path.parent.name
        if room not in level:
            bad.append(f"{path.relative_to(root)}: room {room} is not in LAYERS")
            continue
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
            found = re.match(r'\s*#\s*include\s+"([a-z]+)/([^"]+)"', line)
            if not found or found[1] == room:
                continue
            other, name = found[1], found[2]
            if other not in level:
                bad.append(f"{path.relative_to(root)}:{number}: no such room: {other}")
            elif level[other] >= level[room]:
                bad.append(f"{path.relative_to(root)}:{number}: {room} may not include {other}")
            elif name.endswith(("_private.h", "_sql.h")):
                bad.append(f"{path.relative_to(root)}:{number}: {other}/{name} is private")
    for line in bad:
        print(line, file=sys.stderr)
    if not bad and len(sys.argv) > 2:
        pathlib.Path(sys.argv[2]).touch()
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""Turn schema/NNNN_name.sql into one C file.

usage: migrations.py --list FOLDER          print the files, in order
       migrations.py FILE.sql... OUT.c      write the table that src/db/db_private.h declares
"""
import pathlib
import sys


def c_text(text: str) -> str:
    return "\n\t".join('"' + line.replace("\\", "\\\\").replace('"', '\\"') + '\\n"' for line in text.splitlines())


def main() -> None:
    if sys.argv[1] == "--list":
        print("\n".join(str(p) for p in sorted(pathlib.Path(sys.argv[2]).glob("[0-9]*.sql"))))
        return
    *files, out = map(pathlib.Path, sys.argv[1:])
    rows = []
    for n, path in enumerate(files, 1):
        number, name = path.stem.split("_", 1)
        if int(number) != n:
            sys.exit(f"{path.name}: the next number is {n:04}")
        rows.append(f'\t{{ {n}, "{name}",\n\t{c_text(path.read_text())} }},')
    out.write_text('#include "db/db_private.h"\n\nconst struct db_migration db_migrations[] = {\n' + "\n".join(rows)
                   + f"\n}};\nconst size_t db_migration_count = {len(rows)};\n")


main()

#!/usr/bin/env python3
"""Put the built web app into the binary: every file of web/dist, plain and pressed, as the table of src/api/files.h.

usage: embed.py DIST OUT_C OUT_S OUT_BLOB

OUT_BLOB holds all bytes, OUT_S takes it in by .incbin (so a compiler never reads megabytes of text), OUT_C is the table.
A file is kept pressed only where that makes it smaller. No DIST, no files: the table is empty and the server says so.
Outputs are left alone when nothing changed, so that nothing is compiled or linked again.
"""
import concurrent.futures
import gzip
import hashlib
import os
import pathlib
import re
import subprocess
import sys

FORMAT = "1"  # raise it when the outputs change for the same input
PRESS_BYTES_MIN = 256
FILES_MAX = 2000
FILE_BYTES_MAX = 32 << 20

TYPES = {
    ".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".mjs": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8", ".json": "application/json", ".webmanifest": "application/manifest+json",
    ".svg": "image/svg+xml", ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".webp": "image/webp",
    ".gif": "image/gif", ".ico": "image/x-icon", ".woff2": "font/woff2", ".wasm": "application/wasm",
    ".txt": "text/plain; charset=utf-8", ".md": "text/markdown; charset=utf-8", ".mp3": "audio/mpeg", ".ogg": "audio/ogg",
    ".map": "application/json", ".xml": "application/xml",
}
PRESSED = {".html", ".js", ".mjs", ".css", ".json", ".webmanifest", ".svg", ".ico", ".wasm", ".txt", ".md", ".map", ".xml"}

# Vite writes NAME-HASH.EXT under assets/; such a name never means other bytes.
IMMUTABLE = re.compile(r"/assets/.*[-.][A-Za-z0-9_-]{8,}\.[a-z0-9]+$")


def press(path: pathlib.Path, plain: bytes) -> tuple[bytes, bytes]:
    """(brotli, gzip), each empty where it would not be smaller."""
    if path.suffix not in PRESSED or len(plain) < PRESS_BYTES_MIN:
        return b"", b""
    br = subprocess.run(["brotli", "-q", "11", "-w", "22", "-c", str(path)], check=True, stdout=subprocess.PIPE).stdout
    gz = gzip.compress(plain, 9, mtime=0)
    return (br if len(br) < len(plain) else b""), (gz if len(gz) < len(plain) else b"")


def files_of(dist: pathlib.Path) -> list[tuple[str, pathlib.Path, bytes]]:
    found = []
    for path in sorted(dist.rglob("*")) if dist.is_dir() else []:
        name = "/" + path.relative_to(dist).as_posix()
        if not path.is_file() or path.suffix in (".br", ".gz") or name.startswith("/.vite/"):
            continue
        if not re.fullmatch(r"[A-Za-z0-9/._@+~-]+", name):
            sys.exit(f"embed: a name that does not belong in a URL: {name}")
        if path.suffix not in TYPES:
            sys.exit(f"embed: no content type for {name}; add its ending to TYPES in tools/embed.py")
        if path.stat().st_size > FILE_BYTES_MAX:
            sys.exit(f"embed: {name} is over {FILE_BYTES_MAX} bytes")
        found.append((name, path, path.read_bytes()))
    if len(found) > FILES_MAX:
        sys.exit(f"embed: over {FILES_MAX} files in {dist}")
    return found


def table(found: list, pressed: list, stamp: str) -> tuple[str, bytes]:
    blob = bytearray()
    rows = []

    def place(data: bytes) -> str:
        if not data:
            return "NULL"
        at = len(blob)
        blob.extend(data)
        return f"hearth_web_blob + {at}"

    for (name, path, plain), (br, gz) in zip(found, pressed):
        etag = '\\"' + hashlib.sha256(plain).hexdigest()[:24] + '\\"'
        rows.append(f'\t{{.path = "{name}", .content_type = "{TYPES[path.suffix]}", .etag = "{etag}",\n'
                    f"\t\t.plain = {place(plain)}, .br = {place(br)}, .gz = {place(gz)},\n"
                    f"\t\t.plain_n = {len(plain)}, .br_n = {len(br)}, .gz_n = {len(gz)},"
                    f" .immutable = {'true' if IMMUTABLE.search(name) else 'false'}}},\n")
    text = (f"/* {stamp} written by tools/embed.py from web/dist; sorted by path */\n"
            '#include "api/files.h"\n\n'
            "extern const unsigned char hearth_web_blob[];\n\n"
            "const struct web_file web_files[] = {\n" + "".join(rows) + ("" if rows else "\t{.path = NULL},\n") + "};\n"
            f"const size_t web_file_count = {len(rows)};\n")
    return text, bytes(blob)


def assembler(blob: pathlib.Path, stamp: str) -> str:
    # The note keeps the stack from becoming executable.
    return (f"/* {stamp} */\n\t.section .rodata\n\t.balign 16\n\t.globl hearth_web_blob\n\t.hidden hearth_web_blob\n"
            f"\t.type hearth_web_blob, %object\nhearth_web_blob:\n\t.incbin \"{blob}\"\n\t.byte 0\n"
            "\t.size hearth_web_blob, . - hearth_web_blob\n\t.section .note.GNU-stack,\"\",%progbits\n")


def main() -> int:
    dist, out_c, out_s, out_blob = (pathlib.Path(arg) for arg in sys.argv[1:5])
    found = files_of(dist)
    digest = hashlib.sha256(FORMAT.encode() + pathlib.Path(__file__).read_bytes())
    for name, _, plain in found:
        digest.update(f"{name}\0{len(plain)}\0".encode())
        digest.update(plain)
    stamp = digest.hexdigest()[:32]
    if all(out.exists() for out in (out_c, out_s, out_blob)) and stamp in out_c.read_text()[:80]:
        return 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 2) as pool:
        pressed = list(pool.map(lambda one: press(one[1], one[2]), found))
    text, blob = table(found, pressed, stamp)
    out_blob.write_bytes(blob)
    out_s.write_text(assembler(out_blob.absolute(), stamp))
    out_c.write_text(text)  # last: it carries the stamp that says all is there
    total = sum(len(plain) for _, _, plain in found)
    print(f"embed: {len(found)} files, {total} bytes plain, {sum(len(b) for b, _ in pressed)} in brotli")
    return 0


if __name__ == "__main__":
    sys.exit(main())

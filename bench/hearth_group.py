#!/usr/bin/env python3
"""Start Hearth with one group of N members, for the benches: prints what a client needs, serves until it is stopped.

usage: hearth_group.py BINARY MEMBERS [hearth serve options…]
Prints one line of JSON: {"pid", "port", "group", "number", "tokens": FILE, "folder"}. Ends with standard input.
"""
import concurrent.futures
import http.client
import json
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time


class Caller:
    """One connection, kept."""

    def __init__(self, port: int):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def __call__(self, path: str, token: str | None = None, **body) -> dict:
        self.connection.request("POST", "/api/v1" + path, json.dumps(body),
                                {"Authorization": "Bearer " + token} if token else {})
        answer = self.connection.getresponse()
        got = answer.read()
        if answer.status >= 300:
            sys.exit(f"{path}: {answer.status} {got.decode(errors='replace')}")
        return json.loads(got)


def main() -> None:
    binary, members, *options = sys.argv[1:]
    folder = tempfile.mkdtemp(prefix="hearth-bench.")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen([binary, "serve", "--data", folder, "--listen", f"127.0.0.1:{port}", "--no-rates", *options],
                              stdout=subprocess.PIPE, text=True)
    try:
        for line in server.stdout:
            found = re.search(r"/enter/([\w-]{43})", line)
            if found:
                break
        time.sleep(0.3)
        call = Caller(port)
        owner = call(f"/enter/{found[1]}", name="owner", locale="en")["token"]
        group = call("/groups", owner, name="bench", common_ground="speed", capacity=max(100, int(members) + 1))["id"]
        code = call(f"/groups/{group}/invitations", owner)["code"]

        def join(some: range) -> list[str]:
            mine = Caller(port)
            return [mine(f"/invitations/{code}", name=f"member {i}")["token"] for i in some]
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            parts = pool.map(join, [range(k, int(members) - 1, 4) for k in range(4)])
        tokens = [owner] + [t for part in parts for t in part]
        path = pathlib.Path(folder) / "tokens"
        path.write_text("\n".join(tokens) + "\n")
        connection = http.client.HTTPConnection("127.0.0.1", port)
        connection.request("GET", f"/api/v1/groups/{group}", headers={"Authorization": "Bearer " + owner})
        number = json.loads(connection.getresponse().read())["number"]
        print(json.dumps({"pid": server.pid, "port": port, "group": group, "number": number, "tokens": str(path), "folder": folder}), flush=True)
        sys.stdin.read()
    finally:
        server.terminate()
        server.wait()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()

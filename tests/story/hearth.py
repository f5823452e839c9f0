"""What stories are told with: the real server, a person who speaks HTTP to it, and a socket.

Nothing here knows Hearth's insides. Python's standard library only.
"""
import base64
import hashlib
import http.client
import json
import os
import pathlib
import re
import secrets
import signal
import socket
import sqlite3
import struct
import subprocess
import tempfile
import time
import urllib.parse
import zlib

WAIT_S = 20


class Server:
    """hearth serve on a folder (or a fresh PostgreSQL database), on a free port."""

    def __init__(self, *options: str, env: dict | None = None):
        self.folder = tempfile.mkdtemp(prefix="hearth-story.")
        self.options = list(options)
        self.env = {**os.environ, **(env or {})}
        self.url = os.environ.get("HEARTH_DB", "sqlite")
        self.postgres = self.url.startswith("postgres")
        if self.postgres:
            name = "story_" + secrets.token_hex(6)
            subprocess.run(["psql", "-qX", self.url, "-c", f"CREATE DATABASE {name}"], check=True)
            parts = urllib.parse.urlsplit(self.url)
            self.url = urllib.parse.urlunsplit(parts._replace(path="/" + name))
            self.options += ["--db", self.url]
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.start()

    def start(self) -> None:
        self.log = open(pathlib.Path(self.folder) / "log", "ab")
        self.process = subprocess.Popen(
            [os.environ["HEARTH_BIN"], "serve", "--data", self.folder + "/data", "--listen", f"127.0.0.1:{self.port}", *self.options],
            stdout=subprocess.PIPE, stderr=self.log, env=self.env)
        self.said = b""
        os.set_blocking(self.process.stdout.fileno(), False)
        until = time.monotonic() + WAIT_S
        while time.monotonic() < until:
            self.said += self.process.stdout.read() or b""
            if self.process.poll() is not None:
                break
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                self.said += self.process.stdout.read() or b""
                return
            except OSError:
                time.sleep(0.02)
        raise AssertionError(f"the server did not start: {self.process.poll()}\n{self.logged()}")

    def logged(self) -> str:
        return (pathlib.Path(self.folder) / "log").read_text(errors="replace")[-6000:]

    def first_code(self) -> str:
        until = time.monotonic() + WAIT_S
        while time.monotonic() < until:
            self.said += self.process.stdout.read() or b""
            found = re.search(rb"/enter/([\w-]{43})", self.said)
            if found:
                return found[1].decode()
            time.sleep(0.02)
        raise AssertionError("no sign-in link was printed")

    def stop(self, how: int = signal.SIGTERM) -> None:
        self.process.send_signal(how)
        code = self.process.wait(WAIT_S)
        if how == signal.SIGTERM and code != 0:
            raise AssertionError(f"the server ended with {code}\n{self.logged()}")

    def sql(self, text: str) -> None:
        """Past the stopped server, for what would take a day to come about."""
        if self.postgres:
            subprocess.run(["psql", "-qX", "-v", "ON_ERROR_STOP=1", self.url, "-c", text], check=True)
            return
        db = sqlite3.connect(pathlib.Path(self.folder) / "data/hearth.db")
        db.execute(text)
        db.commit()
        db.close()

    def rows(self, text: str) -> list:
        """What a query answers, as lists of text."""
        if self.postgres:
            said = subprocess.run(["psql", "-qXAtF\t", self.url, "-c", text], check=True, capture_output=True, text=True).stdout
            return [line.split("\t") for line in said.splitlines()]
        db = sqlite3.connect(pathlib.Path(self.folder) / "data/hearth.db")
        try:
            return [[str(value) for value in row] for row in db.execute(text)]
        finally:
            db.close()

    def __enter__(self):
        return self

    def __exit__(self, *failed):
        if self.process.poll() is None:
            self.stop()
        if failed[0]:
            print("\n".join("# " + line for line in self.logged().splitlines()[-40:]))

    def owner(self, name: str = "甲") -> "Person":
        person = Person(self)
        person.post(f"/enter/{self.first_code()}", name=name, locale="zh")
        return person


class Problem(Exception):
    def __init__(self, status: int, body: dict):
        super().__init__(f"{status} {body}")
        self.status, self.body = status, body
        self.slug = body.get("type", "").rsplit("/", 1)[-1]
        self.field = body.get("field")


class Person:
    """Somebody with a browser: keeps the token, speaks JSON."""

    def __init__(self, server: Server, token: str | None = None, language: str = "zh"):
        self.server, self.token, self.language = server, token, language

    def raw(self, method: str, path: str, body: bytes | None = None, headers: dict | None = None):
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=WAIT_S)
        sent = {"Accept-Language": self.language, **({"Authorization": "Bearer " + self.token} if self.token else {}), **(headers or {})}
        connection.request(method, path if path.startswith("/api") else "/api/v1" + path, body, sent)
        answer = connection.getresponse()
        got = answer.read()
        connection.close()
        return answer, got

    def call(self, method: str, path: str, body=None, headers: dict | None = None):
        data = body if isinstance(body, (bytes, type(None))) else json.dumps(body).encode()
        answer, got = self.raw(method, path, data, headers)
        tree = json.loads(got) if "json" in (answer.getheader("Content-Type") or "") else got
        if answer.status >= 400:
            assert answer.getheader("Content-Type") == "application/problem+json", answer.getheader("Content-Type")
            raise Problem(answer.status, tree)
        if isinstance(tree, dict) and tree.get("token"):
            self.token = tree["token"]
        return tree

    def get(self, path: str):
        return self.call("GET", path)

    def post(self, path: str, **body):
        return self.call("POST", path, body)

    def put(self, path: str, **body):
        return self.call("PUT", path, body)

    def patch(self, path: str, **body):
        return self.call("PATCH", path, body)

    def delete(self, path: str):
        return self.call("DELETE", path)

    def found(self, name: str = "骑行群", ground: str = "周末一起骑车的人", **more) -> int:
        return self.post("/groups", name=name, common_ground=ground, **more)["id"]

    def invite(self, group: int, **how) -> str:
        return self.post(f"/groups/{group}/invitations", **how)["code"]

    def newcomer(self, group: int, name: str, **how) -> "Person":
        person = Person(self.server)
        person.post(f"/invitations/{self.invite(group, **how)}", name=name)
        return person

    def say(self, group: int, text: str, **more) -> int:
        return self.post(f"/groups/{group}/messages", id=more.pop("id", secrets.token_hex(8)), text=text, **more)["number"]

    def live(self, **how) -> "Live":
        return Live(self, **how)


def refused(slug: str, call, field: str | None = None) -> dict:
    """call must be refused with this slug; its body."""
    try:
        got = call()
    except Problem as p:
        assert p.slug == slug, f"wanted {slug}, got {p}"
        assert field is None or p.field == field, f"wanted field {field}, got {p}"
        assert p.body["title"] and p.body["detail"], p
        return p.body
    raise AssertionError(f"wanted {slug}, got {got}")


class Live:
    """A WebSocket client of a hundred lines, so that the server meets one that we did not take from it."""

    def __init__(self, person: Person, path: str = "/api/v1/live", headers: dict | None = None):
        self.socket = socket.create_connection(("127.0.0.1", person.server.port), WAIT_S)
        key = base64.b64encode(secrets.token_bytes(16)).decode()
        lines = [f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{person.server.port}", "Upgrade: websocket", "Connection: Upgrade",
                 f"Sec-WebSocket-Key: {key}", "Sec-WebSocket-Version: 13"]
        lines += [f"Authorization: Bearer {person.token}"] if person.token else []
        lines += [f"{k}: {v}" for k, v in (headers or {}).items()]
        self.socket.sendall("\r\n".join(lines + ["", ""]).encode())
        self.buffer = b""
        while b"\r\n\r\n" not in self.buffer:
            more = self.socket.recv(4096)
            if not more:
                raise Problem(0, {"type": "/problems/closed"})
            self.buffer += more
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        self.status = int(head.split()[1])
        if self.status != 101:
            raise Problem(self.status, {"type": "/problems/upgrade"})
        wanted = base64.b64encode(hashlib.sha1((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest())
        assert wanted in head
        self.asked = self.deflated_frames = 0
        self.waiting: list = []
        self.hello = self.until(lambda m: isinstance(m, dict) and "hello" in m)["hello"]

    def send(self, message) -> None:
        data = json.dumps(message, ensure_ascii=False).encode() if not isinstance(message, bytes) else message
        mask = secrets.token_bytes(4)
        n = len(data)
        head = struct.pack("!BB", 0x81, 0x80 | n) if n < 126 else struct.pack("!BBH", 0x81, 0xFE, n) if n < 65536 else \
            struct.pack("!BBQ", 0x81, 0xFF, n)
        repeated = mask * (n // 4 + 1)
        self.socket.sendall(head + mask + bytes(a ^ b for a, b in zip(data, repeated)))

    def _take(self, n: int) -> bytes:
        while len(self.buffer) < n:
            more = self.socket.recv(65536)
            if not more:
                raise EOFError
            self.buffer += more
        got, self.buffer = self.buffer[:n], self.buffer[n:]
        return got

    def receive(self, timeout: float = WAIT_S):
        self.socket.settimeout(timeout)
        while True:
            first, second = self._take(2)
            n = second & 127
            n = struct.unpack("!H", self._take(2))[0] if n == 126 else struct.unpack("!Q", self._take(8))[0] if n == 127 else n
            data = self._take(n)
            if first & 15 == 8:
                raise EOFError(struct.unpack("!H", data[:2])[0] if data else None)
            if first & 15 == 1:
                return json.loads(data)
            if first & 15 == 2:  # deflated, for who asked for it
                self.deflated_frames += 1
                return json.loads(zlib.decompress(data, -15))

    def until(self, fits, timeout: float = WAIT_S):
        """The next message that fits; others wait for a later call."""
        for i, m in enumerate(self.waiting):
            if fits(m):
                return self.waiting.pop(i)
        until = time.monotonic() + timeout
        while time.monotonic() < until:
            m = self.receive(max(0.01, until - time.monotonic()))
            if fits(m):
                return m
            self.waiting.append(m)
        raise AssertionError("it did not come")

    def do(self, name: str, **fields) -> dict:
        self.asked += 1
        asked = self.asked
        self.send({"do": name, "as": asked, **fields})
        answer = self.until(lambda m: isinstance(m, dict) and m.get("re") == asked)
        if answer["status"] >= 400:
            raise Problem(answer["status"], answer["body"])
        return answer["body"]

    def follow(self, groups: dict, **more) -> list:
        return self.do("live.follow", groups={str(k): v for k, v in groups.items()}, **more)["behind"]

    def events(self, count: int, group: int | None = None) -> list:
        """The next count events (of a group), in the order in which they came."""
        got: list = []
        while len(got) < count:
            for event in self.until(lambda m: isinstance(m, list)):
                if group is None or event[0] == group:
                    got.append(event)
        return got

    def silent(self, seconds: float = 0.3) -> bool:
        try:
            self.until(lambda m: isinstance(m, list), seconds)
        except (TimeoutError, AssertionError, socket.timeout):
            return True
        return False

    def close(self) -> None:
        self.socket.close()

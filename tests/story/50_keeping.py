"""Keeping: backups taken while people talk, damage, restore, two servers, SIGKILL, TLS, and what the commands say."""
import json
import os
import pathlib
import re
import signal
import socket
import sqlite3
import ssl
import subprocess
import tempfile
import threading
import time

from hearth import WAIT_S, Live, Person, Problem, Server, refused

SQLITE_ONLY = "PostgreSQL has its own backups and checks"


def hearth(*words: str) -> tuple:
    done = subprocess.run([os.environ["HEARTH_BIN"], *words], capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout, done.stderr


def data_of(server: Server) -> pathlib.Path:
    return pathlib.Path(server.folder) / "data"


def all_messages(person: Person, group: int) -> list:
    got, after = [], 0
    while True:
        page = person.get(f"/groups/{group}/messages?after={after}&limit=200")
        got += page["messages"]
        if not page["more_after"]:
            return got
        after = page["last"]


def does_not_start(*words: str) -> str:
    code, said, wrong = hearth("serve", "--listen", "127.0.0.1:0", *words)
    assert code == 1, (code, said, wrong)
    return said + wrong


class At:
    """What Person and Live need of a server that this story started by itself."""

    def __init__(self, folder: str, *options: str, env: dict | None = None):
        self.folder = folder
        self.process = subprocess.Popen([os.environ["HEARTH_BIN"], "serve", "--data", folder, *options], stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True)
        first = self.process.stdout.readline()
        assert first.startswith("Hearth 围炉"), (first, self.process.stderr.read())
        self.address = first.split()[-1]
        self.port = int(self.address.rsplit(":", 1)[1]) if "--public-url" not in options else None

    def __enter__(self):
        return self

    def __exit__(self, *failed):
        self.process.send_signal(signal.SIGTERM)
        self.rest, self.wrong = self.process.communicate(timeout=WAIT_S)
        assert self.process.returncode == 0, self.wrong


def story_backup_while_people_talk_and_restore():
    with Server("--no-rates") as s:
        if s.postgres:
            return SQLITE_ONLY
        a = s.owner()
        g = a.found()
        p = a.call("POST", f"/groups/{g}/pictures", (pathlib.Path(__file__).parent.parent / "fixtures/media/hill.jpg").read_bytes())
        a.say(g, "", picture=p["id"])
        said, stop = [], threading.Event()

        def talk(k: int):
            live = a.live()
            i = 0
            while not stop.is_set():
                live.do("chat.post", group=g, id=f"{k}-{i}", text=f"{k}-{i}")
                said.append((time.monotonic(), f"{k}-{i}"))
                i += 1
        threads = [threading.Thread(target=talk, args=(k,)) for k in range(4)]
        [t.start() for t in threads]
        time.sleep(0.7)
        began = time.monotonic()
        kept = s.folder + "/kept.db"
        code, out, wrong = hearth("backup", "--data", str(data_of(s)), kept)
        assert code == 0 and kept in out, wrong
        assert hearth("check", "--data", str(data_of(s)))[0] == 0  # also while they talk
        time.sleep(0.2)
        stop.set()
        [t.join() for t in threads]
        assert hearth("backup", "--data", str(data_of(s)), kept)[0] == 1  # never over another file
        assert hearth("restore", "--data", str(data_of(s)), kept)[0] == 1  # never under a running server
        assert sorted(m["text"] for m in all_messages(a, g)) == sorted([""] + [t for _, t in said])

        fresh = tempfile.mkdtemp(prefix="hearth-story.") + "/anew/data"
        code, out, wrong = hearth("restore", "--data", fresh, kept)
        assert code == 0, wrong
        assert sorted(f.name for f in pathlib.Path(fresh).iterdir()) == ["hearth.db", "hearth.lock"], list(pathlib.Path(fresh).iterdir())
        code, out, wrong = hearth("check", "--data", fresh)
        assert (code, out) == (0, "the database is sound\n"), (out, wrong)
        subprocess.run(["cp", "-r", str(data_of(s) / "media"), fresh], check=True)
        with At(fresh, "--listen", "127.0.0.1:0") as there:
            again = Person(there, a.token)
            texts = [m["text"] for m in all_messages(again, g)]
            assert len(set(texts)) == len(texts)
            before = {t for at, t in said if at < began}
            assert before and before <= set(texts) and set(texts) <= {t for _, t in said} | {""}
            assert again.raw("GET", p["original"])[1] == a.raw("GET", p["original"])[1]
            again.say(g, "接着说")


def story_a_damaged_database():
    with Server("--no-rates") as s:
        if s.postgres:
            return SQLITE_ONLY
        a = s.owner()
        g = a.found()
        live = a.live()
        for i in range(400):
            live.do("chat.post", group=g, id=f"{i}", text=f"第{i}句 " + "话" * 200)
        kept = s.folder + "/kept.db"
        assert hearth("backup", "--data", str(data_of(s)), kept)[0] == 0
        s.stop()
        path = data_of(s) / "hearth.db"
        whole = path.read_bytes()
        assert len(whole) > 200_000
        for begin, bytes_ in ((len(whole) // 2 // 4096 * 4096, b"\xa5" * 16384), (0, b"nonsense" * 20), (len(whole) - 60000, None)):
            harmed = whole[:begin] + bytes_ + whole[begin + len(bytes_):] if bytes_ else whole[:begin]
            path.write_bytes(harmed)
            said = does_not_start("--data", str(data_of(s)))
            assert "damaged" in said and "hearth restore" in said, said
            assert path.read_bytes() == harmed  # as it was
            code, out, wrong = hearth("check", "--data", str(data_of(s)))
            assert code == 1 and "hearth restore" in out, (out, wrong)
            assert path.read_bytes() == harmed
        strange, other = pathlib.Path(s.folder + "/strange"), s.folder + "/other.db"
        db = sqlite3.connect(other)
        db.execute("CREATE TABLE bookmark (url TEXT)")
        db.close()
        for text in (b"", b"no database", whole[:100_000]):  # no backup at all
            strange.write_bytes(text)
            for file in (str(strange), other, s.folder + "/nothing"):
                code, out, wrong = hearth("restore", "--data", str(data_of(s)), file)
                assert code == 1 and "nothing was changed" in wrong and path.read_bytes() == harmed, (text[:20], file, out, wrong)
        assert sorted(f.name for f in data_of(s).iterdir() if "restore" in f.name) == []
        code, out, wrong = hearth("restore", "--data", str(data_of(s)), kept)
        assert code == 0 and "kept as" in out, wrong
        old = re.search(r"kept as (\S+)", out)[1]
        assert pathlib.Path(old).read_bytes() == harmed
        s.start()
        assert len(all_messages(a, g)) == 400


def story_two_servers_and_a_newer_database():
    with Server() as s:
        if s.postgres:
            s.owner()
            s.stop()
            s.sql("INSERT INTO migration (number, name, at_us) VALUES (9999, 'later', 0)")
            assert "newer" in does_not_start("--data", s.folder + "/other", "--db", s.url)
            s.sql("DELETE FROM migration WHERE number = 9999")
            s.start()
            return
        a = s.owner()
        said = does_not_start("--data", str(data_of(s)))
        assert "another Hearth" in said and str(data_of(s)) in said, said
        code, said, wrong = hearth("serve", "--data", s.folder + "/other", "--listen", f"127.0.0.1:{s.port}")
        assert code == 1 and str(s.port) in wrong, wrong
        assert a.get("/me")["name"] == "甲"
        s.stop()
        s.sql("INSERT INTO migration (number, name, at_us) VALUES (9999, 'later', 0)")
        assert "newer" in does_not_start("--data", str(data_of(s)))
        s.sql("DELETE FROM migration WHERE number = 9999")
        s.start()
        assert a.get("/me")["name"] == "甲"


def story_killed_under_load():
    with Server("--no-rates") as s:
        a = s.owner()
        g = a.found()
        people = [a.newcomer(g, f"人{i}") for i in range(10)]
        answered: dict = {}
        asked: set = set()

        def talk(k: int, life: int):
            try:
                live = people[k].live()
                for i in range(100000):
                    mine = f"{life}-{k}-{i}"
                    asked.add(mine)
                    answered[mine] = live.do("chat.post", group=g, id=mine, text=mine)["number"]
            except (EOFError, OSError, Problem):
                pass
        for life in range(3):
            threads = [threading.Thread(target=talk, args=(k, life)) for k in range(10)]
            [t.start() for t in threads]
            time.sleep(0.8)
            s.stop(signal.SIGKILL)
            [t.join() for t in threads]
            s.start()
        assert len(answered) > 100, len(answered)
        kept = all_messages(a, g)
        numbers = {m["text"]: m["number"] for m in kept}
        assert len(numbers) == len(kept)  # once
        assert all(numbers.get(text) == number for text, number in answered.items())  # what was acknowledged
        assert set(numbers) <= asked
        got = [m["number"] for m in kept]
        assert got == sorted(got)
        lost = next(iter(asked - set(answered)), None)
        if lost:  # who was not answered sends again: it is there once
            k = int(lost.split("-")[1])
            people[k].say(g, lost, id=lost)
            assert [m["text"] for m in all_messages(a, g)].count(lost) == 1
        if not s.postgres:
            assert hearth("check", "--data", str(data_of(s)))[0] == 0


def story_tls_with_files():
    folder = tempfile.mkdtemp(prefix="hearth-story.")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext",
                    "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", folder + "/key.pem", "-out", folder + "/cert.pem"],
                   check=True, capture_output=True)
    trust = ssl.create_default_context(cafile=folder + "/cert.pem")
    said = does_not_start("--data", folder + "/none", "--tls-cert", folder + "/nothing.pem", "--tls-key", folder + "/key.pem")
    assert "nothing.pem" in said, said

    def connect(port: int) -> ssl.SSLSocket:
        return trust.wrap_socket(socket.create_connection(("127.0.0.1", port), WAIT_S), server_hostname="localhost")

    def ask(port: int, request: str) -> str:
        with connect(port) as c:
            c.sendall(request.encode())
            got = b""
            while more := c.recv(65536):
                got += more
        return got.decode()
    with At(folder + "/data", "--listen", "127.0.0.1:0", "--tls-cert", folder + "/cert.pem", "--tls-key", folder + "/key.pem") as s:
        assert s.address == f"https://127.0.0.1:{s.port}"
        link = ""
        while "/enter/" not in link:
            link = s.process.stdout.readline()
        code = link.strip().rsplit("/", 1)[1]
        body = json.dumps({"name": "甲"})
        answer = ask(s.port, f"POST /api/v1/enter/{code} HTTP/1.1\r\nHost: localhost\r\nOrigin: https://localhost\r\nConnection: close\r\n"
                     f"Content-Length: {len(body.encode())}\r\n\r\n{body}")
        assert answer.startswith("HTTP/1.1 200"), answer
        cookie = re.search(r"Set-Cookie: (hearth_session=[\w-]+); (.*)\r", answer)
        assert "Secure" in cookie[2] and "HttpOnly" in cookie[2] and "SameSite=Lax" in cookie[2], cookie[0]
        assert '"name":"甲"' in ask(s.port, f"GET /api/v1/me HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nCookie: {cookie[1]}\r\n\r\n")
        with connect(s.port) as c:
            c.sendall((f"GET /api/v1/live HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nOrigin: https://localhost\r\n"
                       f"Cookie: {cookie[1]}\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n").encode())
            got = b""
            while b"hello" not in got:
                got += c.recv(4096)
            assert got.startswith(b"HTTP/1.1 101")
        with socket.create_connection(("127.0.0.1", s.port), WAIT_S) as c:  # who forgets the s of https hears so
            c.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert c.recv(100).startswith(b"HTTP/1.1 4")


def story_where_it_listens():
    folder = tempfile.mkdtemp(prefix="hearth-story.")
    with At(folder + "/a", "--listen", "0.0.0.0:0") as s:
        assert s.port > 0 and "0.0.0.0" not in s.address
        socket.create_connection(("127.0.0.1", s.port), WAIT_S).close()
        # a link made beside it opens where it is
        code, out, wrong = hearth("link", "--data", folder + "/a")
        assert code == 0 and out.startswith(s.address + "/enter/"), (out, wrong)
        owner = Person(s)
        owner.post("/enter/" + out.strip().rsplit("/", 1)[1], name="甲")
        assert owner.get("/me")["site_owner"]
        lost = hearth("link", "--data", folder + "/a", "--public-url", "https://chat.example")[1].strip()
        assert lost.startswith("https://chat.example/enter/")
        again = Person(s)
        assert again.post("/enter/" + lost.rsplit("/", 1)[1])["id"] == owner.get("/me")["id"]
        refused("gone-link", lambda: again.post("/enter/" + lost.rsplit("/", 1)[1]))
    assert "/enter/" not in s.rest or "第一位" in s.rest
    with At(folder + "/a", "--listen", "127.0.0.1:0", "--public-url", "https://chat.example/") as s:
        pass
    assert "/enter/" not in s.rest  # a second start prints no link
    for bad in ("127.0.0.1", "127.0.0.1:x", "127.0.0.1:70000", ":80", "127.0.0.1:-1"):
        code, out, wrong = hearth("serve", "--data", folder + "/b", "--listen", bad)
        assert code == 2 and "hearth serve" in wrong, (bad, code, wrong)
    assert not pathlib.Path(folder + "/b").exists()


def story_what_the_commands_say():
    folder = tempfile.mkdtemp(prefix="hearth-story.")
    code, out, wrong = hearth("--help")
    names = re.findall(r"^hearth (\w+)", out, re.M)
    assert code == 0 and {"serve", "diagnose", "import", "export", "link", "check", "backup", "restore", "openapi"} <= set(names), out
    for name in names:
        code, out, wrong = hearth(name, "--help")
        assert code == 0 and out.startswith(f"hearth {name}") and wrong == "", (name, out, wrong)
        code, out, wrong = hearth(name, "--nonsense")
        assert code == 2 and "--nonsense" in wrong, (name, code, wrong)
    assert hearth()[0] == 2 and hearth("nonsense")[0] == 2
    assert hearth("--version")[1].startswith("hearth ")
    for command in (("check", "--data", folder + "/no"), ("backup", "--data", folder + "/no", folder + "/x.db"), ("link", "--data", folder + "/no")):
        code, out, wrong = hearth(*command)
        assert code == 1 and folder + "/no" in wrong, (command, out, wrong)
    assert list(pathlib.Path(folder).iterdir()) == []  # asking makes nothing
    json.loads(hearth("openapi")[1])

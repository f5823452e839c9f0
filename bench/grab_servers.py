"""The servers of bench/grab: each is started with its packets made and its members in, and afterwards looked through.

A server is a context: `with Redis(bench) as s:` gives s.pid, s.words (for grab_client) and s.trouble(packets), which says what
does not add up in what it keeps, or nothing.
"""
import concurrent.futures
import contextlib
import hashlib
import http.client
import json
import os
import pathlib
import random
import secrets
import shutil
import socket
import sqlite3
import subprocess
import sys

from bench_shared import end, free_port, wait_for
from hearth_group import Caller

HERE = pathlib.Path(__file__).resolve().parent
SHARES = 100
SUM = 8800
OPEN_MAX = 190  # packets of one group of Hearth's at once; it allows 200


class Missing(Exception):
    """Not installed."""


def split(number: int) -> list[int]:
    """Shares of a packet, drawn before anybody grabs: cut points, each share at least 1."""
    cuts = sorted(random.Random(number).sample(range(1, SUM), SHARES - 1))
    return [b - a for a, b in zip([0, *cuts], [*cuts, SUM])]


class Bench:
    def __init__(self, folder: pathlib.Path, binary: str, members: int, packets: int, connections: int):
        self.folder, self.binary, self.members, self.packets, self.connections = folder, binary, members, packets, connections

    def write_packets(self, name: str, groups_and_ids: list) -> str:
        path = self.folder / f"{name}.packets"
        path.write_text("".join(f"{group} {packet} {SUM} {SHARES}\n" for group, packet in groups_and_ids))
        return f"packets={path}"


class Server:
    def __init__(self, bench: Bench):
        self.bench = bench
        self.port = free_port()

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            self.start(stack)
            self.stack = stack.pop_all()
        return self

    def __exit__(self, *failed):
        self.stack.close()

    def spawn(self, stack, *command):
        log = stack.enter_context(open(self.bench.folder / "server.out", "w"))
        server = subprocess.Popen([str(c) for c in command], stdout=log, stderr=log)
        stack.callback(end, server)
        wait_for(self.port)
        self.pid = server.pid

    def trouble(self, packets: int) -> str:
        return ""


class Floor(Server):
    """Nothing behind the messages."""
    told = []

    def start(self, stack):
        self.spawn(stack, self.bench.folder / "bare", self.port, SHARES, SUM // SHARES, *self.told)
        self.words = ["way=hearth", f"port={self.port}", f"told={len(self.told)}",
                      self.bench.write_packets("floor", [(1, i) for i in range(1, self.bench.packets + 1)])]


class FloorTold(Floor):
    told = ["told"]


# ---- Redis ----

class Redis(Server):
    told = False

    def start(self, stack):
        exe = shutil.which("redis-server")
        if not exe:
            raise Missing
        data = self.bench.folder / "redis"
        shutil.rmtree(data, ignore_errors=True)
        data.mkdir()
        self.spawn(stack, exe, "--port", self.port, "--bind", "127.0.0.1", "--dir", data, "--save", "", "--appendonly", "yes",
                   "--appendfsync", "always", "--auto-aof-rewrite-percentage", "0", "--daemonize", "no", "--logfile", data / "log",
                   "--maxclients", "20000", "--client-output-buffer-limit", "pubsub", "0", "0", "0")
        self.socket = stack.enter_context(socket.create_connection(("127.0.0.1", self.port)))
        self.file = stack.enter_context(self.socket.makefile("rb"))
        script = (HERE / "grab.lua").read_text()
        script = script.replace("-- told: ", "") if self.told else script
        digest = self.call(("SCRIPT", "LOAD", script))[0].decode()
        assert digest == hashlib.sha1(script.encode()).hexdigest()
        self.call(("SADD", "m1", *range(1, self.bench.members + 1)))
        self.call(*(("RPUSH", f"s{i}", *split(i)) for i in range(1, self.bench.packets + 1)))
        self.words = [f"way=redis{'-told' if self.told else ''}", f"port={self.port}", f"wrap={digest}", f"told={int(self.told)}",
                      self.bench.write_packets("redis", [(1, i) for i in range(1, self.bench.packets + 1)])]

    def call(self, *commands) -> list:
        """Commands in one go, and their answers."""
        for command in commands:
            parts = [str(c).encode() for c in command]
            self.socket.sendall(b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%s\r\n" % (len(p), p) for p in parts))
        return [self.answer() for _ in commands]

    def answer(self):
        line = self.file.readline()[:-2]
        if line[:1] == b"-":
            raise SystemExit(f"redis: {line.decode()}")
        if line[:1] == b"$":
            return self.file.read(int(line[1:]) + 2)[:-2]
        if line[:1] == b"*":
            return [self.answer() for _ in range(int(line[1:]))]
        return int(line[1:]) if line[:1] == b":" else line[1:]

    def trouble(self, packets):
        for i in range(1, packets + 1):
            got = self.call(("HVALS", f"g{i}"))[0]
            if len(got) != SHARES or sum(int(v.split()[0]) for v in got) != SUM:
                return f"packet {i} does not add up"
        return ""


class RedisTold(Redis):
    told = True


# ---- PostgreSQL ----

class Postgres(Server):
    def start(self, stack):
        if not pathlib.Path(os.environ.get("PG_BIN", "/usr/lib/postgresql/15/bin"), "initdb").exists() or not shutil.which("psql"):
            raise Missing
        durable = "-c fsync=on -c synchronous_commit=on -c full_page_writes=on"
        said = subprocess.run([HERE.parent / "tools/pg", "start"], check=True, capture_output=True, text=True,
                              env={**os.environ, "HEARTH_PG_OPTIONS": durable}).stdout
        known = dict(line.split("=", 1) for line in said.splitlines())
        stack.callback(subprocess.run, [HERE.parent / "tools/pg", "stop", known["HEARTH_PG_FOLDER"]], check=True)
        self.url = known["HEARTH_PG"].replace("\\", "")
        self.port = int(self.url.rsplit(":", 1)[1].split("/")[0])
        packets = range(1, self.bench.packets + 1)
        rows = "\n".join(f"{i}\t{SUM}\t{SHARES}\t{{{','.join(map(str, split(i)))}}}" for i in packets)
        self.sql((HERE / "grab.sql").read_text())
        self.sql(f"COPY packet FROM STDIN;\n{rows}\n\\.\nINSERT INTO course SELECT id, 0 FROM packet;"
                 f"INSERT INTO member SELECT generate_series(1, {self.bench.members});"
                 "INSERT INTO balance SELECT account, 0 FROM member;")
        self.sql("VACUUM ANALYZE;")
        self.sql("CHECKPOINT;")
        self.pid = int(self.sql("SELECT pg_read_file('postmaster.pid', 0, 20)").split()[0])
        self.words = ["way=postgres", f"port={self.port}", "hello=hearth", f"connections={min(self.bench.connections, self.bench.members)}",
                      self.bench.write_packets("postgres", [(1, i) for i in packets])]

    def sql(self, text: str) -> str:
        return subprocess.run(["psql", "-qXAt", "-v", "ON_ERROR_STOP=1", self.url], input=text, check=True, capture_output=True,
                              text=True).stdout

    def trouble(self, packets):
        bad = self.sql(f"SELECT p.id FROM packet p LEFT JOIN share s ON s.packet = p.id WHERE p.id <= {packets} GROUP BY p.id "
                       "HAVING count(s.account) <> p.shares OR sum(s.amount) <> p.sum LIMIT 1").strip()
        if bad:
            return f"packet {bad} does not add up"
        same = self.sql("SELECT (SELECT sum(amount) FROM balance) = (SELECT sum(amount) FROM share)").strip()
        return "" if same == "t" else "balances and shares differ"


# ---- Hearth ----

class Hearth(Server):
    options: list[str] = []

    def start(self, stack):
        if not pathlib.Path(self.bench.binary).is_file():
            raise Missing
        house = subprocess.Popen([sys.executable, str(HERE / "hearth_group.py"), self.bench.binary, str(self.bench.members + 1), *self.options],
                                 text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        stack.callback(house.wait, 60)
        stack.callback(house.stdin.close)
        line = house.stdout.readline()
        if not line:
            raise SystemExit("Hearth did not start")
        at = json.loads(line)
        self.port, self.pid, self.folder = at["port"], at["pid"], pathlib.Path(at["folder"])
        self.tokens = pathlib.Path(at["tokens"]).read_text().split()
        self.owner = self.tokens[0]
        (self.bench.folder / "tokens").write_text("\n".join(self.tokens[1:]) + "\n")
        groups = [at["group"]] + [self.another_group(i) for i in range(1, -(-self.bench.packets // OPEN_MAX))]
        self.give(self.bench.packets * SUM)
        self.packets = self.send(groups)
        follow = {group: self.get(f"/groups/{group}")["number"] for group in groups}
        hello = json.dumps({"do": "live.follow", "as": 0, "groups": follow}, separators=(",", ":"))
        self.words = ["way=hearth", f"port={self.port}", "path=/api/v1/live", f"tokens={self.bench.folder}/tokens", f"hello={hello}",
                      "told=1", self.bench.write_packets("hearth", self.packets)]

    def get(self, path: str):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request("GET", "/api/v1" + path, headers={"Authorization": "Bearer " + self.owner})
        answer = connection.getresponse()
        got = json.loads(answer.read())
        connection.close()
        if answer.status != 200:
            raise SystemExit(f"{path}: {answer.status} {got}")
        return got

    def another_group(self, i: int) -> int:
        call = Caller(self.port)
        group = call("/groups", self.owner, name=f"bench {i}", common_ground="speed", capacity=max(100, self.bench.members + 1))["id"]
        code = call(f"/groups/{group}/invitations", self.owner)["code"]

        def join(some):
            mine = Caller(self.port)
            for token in some:
                mine(f"/invitations/{code}", token)
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            list(pool.map(join, [self.tokens[1 + k::4] for k in range(4)]))
        return group

    def give(self, amount: int) -> None:
        me = self.get("/me")
        Caller(self.port)("/site/grants", self.owner, id="bench", account=me.get("account", me.get("id")), amount=amount)

    def send(self, groups: list[int]) -> list:
        """In turns, so that no group is without an open packet for long."""
        call, packets = Caller(self.port), []
        commitment = self.get(f"/groups/{groups[0]}/packets/terms")["commitment"]
        for i in range(self.bench.packets):
            group = groups[i // OPEN_MAX]
            sent = call(f"/groups/{group}/packets", self.owner, id=f"b{i}", kind="lucky", sum=SUM, shares=SHARES, message="",
                        commitment=commitment, nonce=secrets.token_hex(32))
            packets.append((group, sent["packet"]))
            commitment = self.get(f"/groups/{group}/packets/terms")["commitment"]
        return packets

    def trouble(self, packets):
        for group, packet in self.packets[:packets]:
            got = self.get(f"/groups/{group}/packets/{packet}")
            amounts = [grab["amount"] for grab in got["grabs"]]
            if len(amounts) != SHARES or sum(amounts) != SUM or got["packet"]["state"] != "taken":
                return f"packet {packet} does not add up"
        db = sqlite3.connect(f"file:{self.folder}/hearth.db?mode=ro", uri=True)
        try:
            posted, held, holds = db.execute("SELECT (SELECT sum(posted) FROM ledger_account), (SELECT sum(held) FROM ledger_account),"
                                             " (SELECT sum(left_minor) FROM ledger_hold WHERE ended = 0)").fetchone()
            legs = db.execute("SELECT count(*) FROM ledger_account a WHERE (SELECT coalesce(sum(amount), 0) FROM ledger_leg l"
                              " WHERE l.account = a.id) <> a.posted").fetchone()[0]
        finally:
            db.close()
        if posted != 0 or legs != 0:
            return f"the wallets sum to {posted}; {legs} differ from their legs"
        return "" if held == (holds or 0) == (len(self.packets) - packets) * SUM else f"{held} is held, {holds} in open packets"

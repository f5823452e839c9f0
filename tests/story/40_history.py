"""Exports: dropped, asked, shown, kept as a group or behind one; brought again; hostile ones."""
import datetime
import io
import json
import os
import pathlib
import random
import signal
import socket
import stat
import subprocess
import time
import urllib.parse
import zipfile

from hearth import Person, Problem, Server, WAIT_S, refused

FIXTURES = pathlib.Path(__file__).resolve().parent.parent / "fixtures" / "parse"
NAMES = ["Ann", "Bo", "Cy Müller", "甲乙", "Di"]


def drop(person: Person, name: str, data: bytes) -> int:
    return person.call("POST", "/thermometer/files?name=" + urllib.parse.quote(name), data)["id"]


def settled(person: Person, file: int, seconds: float = WAIT_S) -> dict:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        view = person.get(f"/thermometer/files/{file}")
        if view["state"] != "reading":
            return view
        time.sleep(0.05)
    raise AssertionError(f"still reading: {view}")


def kept(person: Person, file: int, seconds: float = WAIT_S) -> dict:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        view = person.get(f"/thermometer/files/{file}")
        if view["keeping"] and view["keeping"]["state"] not in ("waiting", "bringing"):
            return view["keeping"]
        time.sleep(0.05)
    raise AssertionError(f"still keeping: {view['keeping']}")


def bring(person: Person, name: str, data: bytes, answers: dict | None = None, **how) -> tuple[int, dict]:
    """Drop, answer, keep its first group; the group and the outcome."""
    file = drop(person, name, data)
    view = settled(person, file)
    if view["state"] == "asks" and answers:
        person.patch(f"/thermometer/files/{file}", **answers)
        view = settled(person, file)
    group = person.post(f"/thermometer/files/{file}/keep", group=0, **how)["group"]
    return group, kept(person, file)


def history(person: Person, group: int, limit: int = 200) -> list:
    """All of it, oldest first, page by page from the newest back."""
    lines: list = []
    before = ""
    while True:
        page = person.get(f"/groups/{group}/history?limit={limit}" + (f"&before={before}" if before else ""))
        lines = page["lines"] + lines
        assert page["more"] or len(page["lines"]) <= limit
        if not page["more"]:
            return lines
        before = page["lines"][0]["cursor"]


def whatsapp(count: int, seed: int = 1, per_minute: int = 3) -> list[str]:
    """Lines of an Android export whose minutes hold several, also equal ones."""
    chance = random.Random(seed)
    at = datetime.datetime(2024, 1, 13, 9, 0)
    lines = []
    for i in range(count):
        if i % per_minute == 0:
            at += datetime.timedelta(minutes=chance.choice([1, 7, 55, 600]))
        text = chance.choice(["哈哈", "ok", "see you", f"line {i}", f"第{i}条"])
        lines.append(f"{at.month}/{at.day}/{at:%y}, {at.hour % 12 or 12}:{at:%M %p} - {chance.choice(NAMES)}: {text}")
    return lines


def as_file(lines: list[str]) -> bytes:
    return ("\n".join(lines) + "\n").encode()


def shown(lines: list[dict]) -> list[tuple]:
    return [(line["at"], line["author_name"], line["text"]) for line in lines]


ZONE = {"zone": "Asia/Shanghai"}


def story_drop_look_report_keep():
    with Server() as s:
        a = s.owner()
        data = (FIXTURES / "telegram_group.json").read_bytes()
        file = drop(a, "../result.json", data)
        view = settled(a, file)
        assert view["state"] == "done" and view["name"] == "result.json", view
        assert view["format"].startswith("telegram") and "Telegram" in view["format_title"]
        assert view["groups"][0]["name"] == "Lakeside walkers" and view["bytes"] == view["bytes_read"] == len(data)
        assert view["first_lines"][0]["text"] == "Who walks on Sunday?" and view["first_lines"][0]["author_name"] == "Ann"
        assert view["people"] and view["messages"] == view["groups"][0]["messages"] > 0 and view["kept"] is None
        report = a.get(f"/thermometer/files/{file}/report")
        assert report["group"] == "Lakeside walkers" and report["messages"] == view["messages"] and "order_of_silence" in report
        answer, page = a.raw("GET", f"/thermometer/files/{file}/report.html?group=0&lang=en")
        assert answer.status == 200 and answer.getheader("Content-Type").startswith("text/html") and b"Lakeside walkers" in page
        assert "default-src 'none'" in answer.getheader("Content-Security-Policy") and b'lang="en"' in page
        refused("not-found", lambda: a.get(f"/thermometer/files/{file}/report?group=1"), "group")
        group = a.post(f"/thermometer/files/{file}/keep", group=0)["group"]
        outcome = kept(a, file)
        assert outcome["state"] == "done" and outcome["added"] > 0 and outcome["doubled"] == 0
        assert a.get(f"/thermometer/files/{file}")["kept"] == group
        g = a.get(f"/groups/{group}")
        assert g["kind"] == "external" and g["name"] == "Lakeside walkers" and g["history"] is True
        lines = history(a, group, 3)
        assert [x["at"] for x in lines] == sorted(x["at"] for x in lines)
        assert lines == history(a, group, 200) and "Who walks on Sunday?" in [x["text"] for x in lines]
        assert a.post(f"/thermometer/files/{file}/keep", group=0)["group"] == group  # again: the same group, nothing new
        again = kept(a, file)
        assert again["added"] == 0 and again["doubled"] == outcome["added"], again
        assert shown(history(a, group)) == shown(lines)
        of_group = a.get(f"/thermometer/groups/{group}")
        assert of_group["messages"] == report["messages"] and of_group["members"] == report["members"]
        assert of_group["series"] == report["series"] and of_group["joins"] == report["joins"]
        mine = a.get("/thermometer")["groups"]
        assert [x["id"] for x in mine] == [group] and len(mine[0]["weeks"]) == 12 and mine[0]["messages"] == report["messages"]
        a.delete(f"/thermometer/files/{file}")
        refused("not-found", lambda: a.get(f"/thermometer/files/{file}"))
        assert not list(pathlib.Path(s.folder, "data", "drops").iterdir())


def story_history_told_live():
    with Server() as s:
        a = s.owner()
        g = a.found()
        b = a.newcomer(g, "乙")
        their = b.live()
        assert not their.follow({g: a.get(f"/groups/{g}")["number"]})
        bring(a, "chat.txt", as_file(whatsapp(30)), ZONE, into=g)
        assert their.until(lambda m: isinstance(m, list) and any(isinstance(e[4], dict) and e[4].get("history") for e in m))
        before = a.get(f"/groups/{g}")["number"]
        bring(a, "chat.txt", as_file(whatsapp(30)), into=g)  # nothing new: nobody is told
        assert a.get(f"/groups/{g}")["number"] == before


def story_questions():
    with Server() as s:
        a = s.owner()
        lines = ["03/04/2024, 10:00 - Ann: first", "03/04/2024, 10:01 - Bo: second", "05/06/2024, 11:00 - Ann: third"]
        file = drop(a, "chat.txt", as_file(lines))
        view = settled(a, file)
        assert view["state"] == "asks" and view["asks"]["zone"] and view["asks"]["date_order"], view
        refused("asks-first", lambda: a.post(f"/thermometer/files/{file}/keep", group=0))
        refused("unknown-zone", lambda: a.patch(f"/thermometer/files/{file}", zone="Mars/Olympus"), "zone")
        refused("not-one-of", lambda: a.patch(f"/thermometer/files/{file}", date_order="ydm"), "date_order")
        a.patch(f"/thermometer/files/{file}", zone="Asia/Shanghai", date_order="mdy", self_name="Ann")
        view = settled(a, file)
        assert view["state"] == "done" and view["asks"] == {"zone": False, "date_order": False, "year": False}
        assert view["answers"]["self_name"] == "Ann" and view["first_lines"][0]["at"] == "2024-03-04T02:00:00Z", view["first_lines"]
        a.patch(f"/thermometer/files/{file}", date_order="dmy")
        assert settled(a, file)["first_lines"][0]["at"] == "2024-04-03T02:00:00Z"
        group, _ = bring(a, "chat.txt", as_file(lines), {"zone": "Asia/Shanghai", "date_order": "dmy"})
        # The next file of the same group need not be asked again.
        lines.append("05/06/2024, 11:05 - Bo: fourth")
        file = drop(a, "chat.txt", as_file(lines))
        settled(a, file)
        a.patch(f"/thermometer/files/{file}", date_order="dmy")
        assert settled(a, file)["state"] == "asks"
        assert a.post(f"/thermometer/files/{file}/keep", group=0, into=group)["group"] == group
        outcome = kept(a, file)
        assert (outcome["added"], outcome["doubled"]) == (1, 3), outcome


def story_overlapping_exports():
    lines = whatsapp(900, seed=7)
    with Server("--no-rates") as s:
        a = s.owner()
        whole, outcome = bring(a, "whole.txt", as_file(lines), ZONE)
        assert outcome["added"] == 900
        expected = shown(history(a, whole))
        assert [t[2] for t in expected] == [line.split(": ", 1)[1] for line in lines]
        # cut within a minute; the later one first, and the earlier one first
        for first, second in [((0, 500), (400, 900)), ((401, 900), (0, 502)), ((200, 700), (0, 900))]:
            g = a.found()
            _, one = bring(a, "a.txt", as_file(lines[slice(*first)]), ZONE, into=g)
            _, two = bring(a, "b.txt", as_file(lines[slice(*second)]), ZONE, into=g)
            _, three = bring(a, "b.txt", as_file(lines[slice(*second)]), ZONE, into=g)
            assert one["doubled"] == 0 and one["added"] == first[1] - first[0]
            assert one["added"] + two["added"] == 900 and three["added"] == 0, (one, two, three)
            assert shown(history(a, g)) == expected
            assert a.get(f"/thermometer/groups/{g}")["messages"] == 900


def story_history_beside_talk():
    with Server() as s:
        a = s.owner()
        g = a.found()
        b = a.newcomer(g, "乙")
        a.say(g, "第一条")
        bring(a, "chat.txt", as_file(whatsapp(60)), ZONE, into=g)
        assert b.get(f"/groups/{g}/messages")["messages"][0]["text"] == "第一条"
        assert len(history(b, g)) == 60
        refused("not-found", lambda: Person(s, b.token).get(f"/groups/{g + 1}/history"))
        refused("wrong-type", lambda: b.get(f"/groups/{g}/history?before=nonsense"), "before")
        report = a.get(f"/thermometer/groups/{g}")
        assert report["messages"] == 61 and report["format"] == "hearth"
        assert report["leaves"] is None and report["leaves_why"]
        refused("only-owner", lambda: b.get(f"/thermometer/groups/{g}"))
        for i in range(5):
            a.newcomer(g, f"客{i}").post(f"/groups/{g}/leave")
        report = a.get(f"/thermometer/groups/{g}")
        assert report["leaves"] in (None, 5) and not any(p["name"].startswith("客") for p in report["people"])
        empty = a.found("空群")
        for i in range(5):
            a.newcomer(empty, f"客{i}").post(f"/groups/{empty}/leave")
        report = a.get(f"/thermometer/groups/{empty}")
        assert (report["joins"], report["leaves"]) == (5, 5) and "leaves_why" not in report
        answer, page = a.raw("GET", f"/thermometer/groups/{g}/report.html")
        assert answer.status == 200 and "骑行群".encode() in page
        # whoever wished to be left out is
        b.say(g, "我说过话")
        assert a.get(f"/thermometer/groups/{g}")["messages"] == 62
        b.patch("/me", left_out=True)
        report = a.get(f"/thermometer/groups/{g}")
        assert report["messages"] == 61 and report["people"] == []  # and nobody is named who has not said yes


def story_claims():
    with Server() as s:
        a = s.owner()
        g = a.found()
        b, c = a.newcomer(g, "乙"), a.newcomer(g, "丙")
        bring(a, "chat.txt", as_file(whatsapp(100)), ZONE, into=g)
        line = next(x for x in history(b, g) if x["author_name"] == "Bo")
        author = line["author"]
        assert line["account"] is None
        refused("only-owner", lambda: b.get(f"/groups/{g}/history/authors"))
        authors = a.get(f"/groups/{g}/history/authors")["authors"]
        assert {x["name"] for x in authors} == set(NAMES) and sum(x["messages"] for x in authors) == 100
        assert [x["messages"] for x in authors] == sorted((x["messages"] for x in authors), reverse=True)
        claim = f"/groups/{g}/history/authors/{author}/claim"
        refused("not-found", lambda: a.post(claim + "/answer", yes=True))
        told = {p: p.live() for p in (a, b)}
        news = {p: told[p].do("live.follow", groups={})["me"] for p in (a, b)}
        assert a.get(f"/groups/{g}")["claims"] == 0 and b.get(f"/groups/{g}")["claims"] is None
        b.post(claim)
        b.post(claim)  # again: nothing happens
        assert told[a].until(lambda m: isinstance(m, dict) and "me" in m)["me"] == [news[a] + 1, {"claim": g}]
        assert a.get(f"/groups/{g}")["claims"] == 1
        refused("name-claimed", lambda: c.post(claim))
        refused("only-owner", lambda: b.post(claim + "/answer", yes=True))
        first = a.get(f"/groups/{g}/history/authors")["authors"][0]
        assert first["id"] == author and first["claim"]["name"] == "乙" and first["account"] is None
        a.post(claim + "/answer", yes=False)
        assert told[b].until(lambda m: isinstance(m, dict) and "me" in m)["me"] == [news[b] + 1, {"claim": g}]
        c.post(claim)
        assert told[a].until(lambda m: isinstance(m, dict) and "me" in m)["me"] == [news[a] + 2, {"claim": g}]
        a.post(claim + "/answer", yes=True)
        refused("name-claimed", lambda: b.post(claim))
        line = next(x for x in history(b, g) if x["author"] == author)
        assert line["author_name"] == "丙" and line["account"] == c.get("/me")["id"]
        c.say(g, "我也在这里")
        report = a.get(f"/thermometer/groups/{g}")
        assert report["messages"] == 101 and report["members"] == len(NAMES)  # one person
        refused("not-found", lambda: b.post(f"/groups/{g}/history/authors/999999/claim"))
        refused("left-group", lambda: (b.post(f"/groups/{g}/leave"), b.post(claim)))


def zip_bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("_chat.txt", b"\0" * (300 << 20))
    return out.getvalue()


def story_hostile_files():
    with Server("--no-rates") as s:
        a = s.owner()
        refused("empty-file", lambda: drop(a, "empty.txt", b""))
        strange = {
            "noise.bin": random.Random(3).randbytes(70000), "words.txt": "今天天气不错\n去爬山\n".encode() * 50, "bomb.zip": zip_bomb(),
            "deep.json": b"[" * 100000, "torn.json": (FIXTURES / "telegram_group.json").read_bytes()[:700], "zero.txt": b"\0" * 4096,
            "wide.txt": b"x" * (3 << 20),
        }
        for name, data in strange.items():
            file = drop(a, name, data)
            view = settled(a, file)
            assert view["state"] == "strange" and view["why"], (name, view)
            refused("strange-file", lambda: a.get(f"/thermometer/files/{file}/report"))
            refused("strange-file", lambda: a.post(f"/thermometer/files/{file}/keep", group=0))
            a.delete(f"/thermometer/files/{file}")
        for name in ["../../etc/passwd", "..", "a/../b.txt", "名字.txt", ".hidden", ""]:
            file = drop(a, name, as_file(whatsapp(5)))
            view = settled(a, file)
            assert "/" not in view["name"] and not view["name"].startswith("."), view["name"]
            assert pathlib.Path(s.folder, "data", "drops", str(file), view["name"]).is_file()
            a.delete(f"/thermometer/files/{file}")
        assert os.listdir(pathlib.Path(s.folder, "data", "drops")) == []
        assert a.get("/thermometer")["groups"] == []  # nothing half-done is left


def story_upload_stopped():
    with Server() as s:
        a = s.owner()
        with socket.create_connection(("127.0.0.1", s.port)) as nobody:  # large bodies are for who is signed in
            nobody.sendall(f"POST /api/v1/thermometer/files?name=x HTTP/1.1\r\nHost: h\r\nContent-Length: {50 << 20}\r\n\r\n".encode())
            assert nobody.recv(100).startswith(b"HTTP/1.1 413")
        with socket.create_connection(("127.0.0.1", s.port)) as half:
            half.sendall(f"POST /api/v1/thermometer/files?name=x HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {a.token}\r\n"
                         f"Content-Length: {50 << 20}\r\n\r\n".encode() + b"x" * (4 << 20))
            time.sleep(0.2)
        until = time.monotonic() + 5
        while os.listdir(pathlib.Path(s.folder, "data", "spool")) and time.monotonic() < until:
            time.sleep(0.05)
        assert os.listdir(pathlib.Path(s.folder, "data", "spool")) == []
        assert os.listdir(pathlib.Path(s.folder, "data", "drops")) == []


def story_only_mine():
    with Server() as s:
        a = s.owner()
        g = a.found()
        b = a.newcomer(g, "乙")
        file = drop(a, "chat.txt", as_file(whatsapp(20)))
        settled(a, file)
        for call in [lambda: b.get(f"/thermometer/files/{file}"), lambda: b.get(f"/thermometer/files/{file}/report"),
                     lambda: b.patch(f"/thermometer/files/{file}", zone="UTC"), lambda: b.delete(f"/thermometer/files/{file}"),
                     lambda: b.post(f"/thermometer/files/{file}/stop")]:
            refused("not-found", call)
        refused("forbidden", lambda: drop(b, "chat.txt", b"x"))
        refused("not-signed-in", lambda: drop(Person(s), "chat.txt", b"x"))
        refused("not-signed-in", lambda: Person(s).get("/thermometer"))
        other = b.get("/me")["id"]
        a.patch("/site", may_found="all")
        mine = drop(b, "chat.txt", as_file(whatsapp(20)))
        settled(b, mine)
        b.patch(f"/thermometer/files/{mine}", **ZONE)
        settled(b, mine)
        refused("only-owner", lambda: b.post(f"/thermometer/files/{mine}/keep", group=0, into=g), "into")
        group = b.post(f"/thermometer/files/{mine}/keep", group=0)["group"]
        assert b.get(f"/groups/{group}")["owner"]["id"] == other
        refused("not-found", lambda: a.get(f"/thermometer/groups/{group}"))
        for i in range(20):
            try:
                drop(b, f"{i}.txt", as_file(whatsapp(3)))
            except Problem as p:
                assert p.slug == "too-many-files", p
                break
        else:
            raise AssertionError("no limit")


def story_restart_forgets_files():
    with Server() as s:
        a = s.owner()
        file = drop(a, "chat.txt", as_file(whatsapp(20)))
        settled(a, file)
        s.stop()
        assert os.listdir(pathlib.Path(s.folder, "data", "drops")) == []
        s.start()
        refused("not-found", lambda: a.get(f"/thermometer/files/{file}"))
        settled(a, drop(a, "chat.txt", as_file(whatsapp(20))))
        s.stop(signal.SIGKILL)
        assert len(os.listdir(pathlib.Path(s.folder, "data", "drops"))) == 1
        s.start()
        until = time.monotonic() + 5
        while os.listdir(pathlib.Path(s.folder, "data", "drops")) and time.monotonic() < until:
            time.sleep(0.05)
        assert os.listdir(pathlib.Path(s.folder, "data", "drops")) == []


def telegram(count: int) -> bytes:
    at = 1_600_000_000
    messages = [{"id": i + 1, "type": "message", "date": "x", "date_unixtime": str(at + i * 40), "from": NAMES[i % 5],
                 "from_id": f"user{i % 5}", "text": f"message {i} " + "words " * 12} for i in range(count)]
    return json.dumps({"name": "Big", "type": "private_supergroup", "id": 77, "messages": messages}).encode()


def story_chat_goes_on_while_keeping():
    with Server("--no-rates") as s:
        a = s.owner()
        g = a.found()
        data = telegram(20000)
        file = drop(a, "result.json", data)
        settled(a, file, 60)
        a.post(f"/thermometer/files/{file}/keep", group=0, into=g)
        waits = []
        while True:
            began = time.monotonic()
            a.say(g, "在吗")
            waits.append(time.monotonic() - began)
            keeping = a.get(f"/thermometer/files/{file}")["keeping"]
            if keeping["state"] == "done":
                break
            assert keeping["state"] in ("waiting", "bringing"), keeping
        assert keeping["added"] == 20000 and len(waits) > 3
        waits.sort()
        assert waits[len(waits) // 2] < 0.5, waits  # a sanitized build on a busy machine; nobody waits for the whole file
        lines = history(a, g)
        assert len(lines) == 20000 and [x["text"].split()[1] for x in lines] == [str(i) for i in range(20000)]


def story_keeping_stopped_and_done_again():
    with Server("--no-rates") as s:
        a = s.owner()
        file = drop(a, "result.json", telegram(30000))
        settled(a, file, 60)
        group = a.post(f"/thermometer/files/{file}/keep", group=0)["group"]
        while a.get(f"/thermometer/files/{file}")["keeping"]["added"] == 0:
            time.sleep(0.01)
        a.post(f"/thermometer/files/{file}/stop")
        outcome = kept(a, file)
        assert outcome["state"] == "stopped" and 0 < outcome["added"] < 30000, outcome
        assert a.post(f"/thermometer/files/{file}/keep", group=0)["group"] == group
        rest = kept(a, file, 120)
        assert rest["state"] == "done" and rest["added"] + outcome["added"] == 30000 and rest["doubled"] == outcome["added"]
        assert a.get(f"/thermometer/groups/{group}")["messages"] == 30000


def hearth(s: Server, *args: str, data: bool = True) -> subprocess.CompletedProcess:
    more = ["--data", s.folder + "/data"] if data else []
    return subprocess.run([os.environ["HEARTH_BIN"], "import", *args, "--server", f"http://127.0.0.1:{s.port}", *more], capture_output=True,
                          text=True, timeout=120)


def story_import_command():
    with Server() as s:
        a = s.owner()
        token = pathlib.Path(s.folder, "data", "operator-token")
        assert stat.S_IMODE(token.stat().st_mode) == 0o600
        g = a.found("老群")
        path = pathlib.Path(s.folder, "chat.txt")
        path.write_bytes(as_file(whatsapp(300)))
        asks = hearth(s, str(path), "--group", "老群")
        assert asks.returncode == 1 and "--tz" in asks.stderr, asks
        nobody = hearth(s, str(path), "--group", "没有这个群", "--tz", "Asia/Shanghai")
        assert nobody.returncode == 1 and "老群" in nobody.stderr, nobody
        done = hearth(s, str(path), "--group", "老群", "--tz", "Asia/Shanghai")
        assert done.returncode == 0 and "300" in done.stdout, done
        assert len(history(a, g)) == 300
        again = hearth(s, str(path), "--group", "老群")  # the zone is known by now
        assert again.returncode == 0 and len(history(a, g)) == 300, again
        new = hearth(s, str(FIXTURES / "telegram_group.json"), "--group", "湖边", "--new")
        assert new.returncode == 0, new
        assert "湖边" in [x["name"] for x in a.get("/thermometer")["groups"]]
        by_token = hearth(s, str(path), "--group", "老群", "--token", a.token, data=False)
        assert by_token.returncode == 0, by_token
        not_his = hearth(s, str(path), "--group", "老群", "--token", "x" * 43, data=False)
        assert not_his.returncode == 1, not_his
        assert hearth(s, str(path) + "x", "--group", "老群").returncode == 1
        assert hearth(s, "--group", "老群").returncode == 2
        strange = pathlib.Path(s.folder, "strange.bin")
        strange.write_bytes(b"\0\1\2" * 999)
        assert hearth(s, str(strange), "--group", "老群").returncode == 1
        assert os.listdir(pathlib.Path(s.folder, "data", "drops")) == []  # it cleans up behind itself
        assert a.get("/me")["devices"] == 1  # and signs out

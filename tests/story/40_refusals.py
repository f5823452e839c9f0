"""What is refused, and how: RFC 9457, a stable type, both languages, the field; nothing half-done; nobody else disturbed."""
import http.client
import json
import pathlib
import socket
import sqlite3
import struct
import time

from hearth import WAIT_S, Live, Person, Problem, Server, refused


def status_of(person: Person, method: str, path: str, body: bytes | None = None, **headers):
    """(status, problem) of a request as bytes; every refusal is checked for its form."""
    answer, got = person.raw(method, path, body, {k.replace("_", "-"): v for k, v in headers.items()})
    if answer.status < 400:
        return answer.status, json.loads(got) if got else None
    assert answer.getheader("Content-Type") == "application/problem+json", (answer.status, got[:200])
    tree = json.loads(got) if got else {}
    if method != "HEAD":
        assert tree["type"].startswith("/problems/") and tree["status"] == answer.status and tree["title"] and tree["detail"], tree
    return answer.status, tree


def slug_of(*asked, **headers) -> str:
    return status_of(*asked, **headers)[1].get("type", "").rsplit("/", 1)[-1]


def raw_http(server: Server, data: bytes) -> tuple:
    """What comes back to bytes that no HTTP library would send: (status, headers, body) of the first answer."""
    with socket.create_connection(("127.0.0.1", server.port), WAIT_S) as c:
        try:
            c.sendall(data)
        except OSError:
            pass
        answer = http.client.HTTPResponse(c)
        answer.begin()
        return answer.status, answer.headers, answer.read()


def has_chinese(text: str) -> bool:
    return any("\u4e00" <= c <= "\u9fff" for c in text)


def messages(person: Person, group: int) -> list:
    return [m["text"] for m in person.get(f"/groups/{group}/messages?limit=200")["messages"]]


def story_in_the_callers_language():
    with Server() as s:
        a = s.owner()
        g = a.found()
        path = f"/groups/{g}/messages"
        for language, chinese in (("zh-CN,zh;q=0.9,en;q=0.8", True), ("en-GB,en;q=0.9,zh;q=0.5", False), ("fr, en;q=0.5", False), ("", True)):
            # as a stranger by what the browser says; who is signed in by what he chose
            _, problem = status_of(Person(s), "GET", "/me", Accept_Language=language)
            assert has_chinese(problem["title"]) == has_chinese(problem["detail"]) == chinese, (language, problem)
            _, problem = status_of(a, "POST", "/enter/x", b"{", Accept_Language=language)
            assert has_chinese(problem["title"]) == chinese
        a.patch("/me", locale="en")
        try:
            a.live().do("chat.post", group=g, id="x", text=" ")
            raise AssertionError("an empty message was taken")
        except Problem as p:
            assert p.slug == "empty-message" and p.field == "text" and not has_chinese(p.body["title"])
        a.patch("/me", locale="zh")
        live = a.live()
        for command, slug in (({"do": "no.such", "as": 5}, "not-found"), ({"as": 6}, "bad-json"), (b"{", "bad-json"), ([1], "bad-json")):
            live.send(command)
            answer = live.until(lambda m: isinstance(m, dict) and "status" in m)
            assert answer["body"]["type"] == f"/problems/{slug}" and has_chinese(answer["body"]["detail"]), answer
            assert answer.get("re") == (command.get("as") if isinstance(command, dict) else None)


def story_every_kind_of_field():
    with Server("--no-rates") as s:
        a = s.owner()
        g = a.found()
        b = a.newcomer(g, "乙")
        post, founding, invite = f"/groups/{g}/messages", "/groups", f"/groups/{g}/invitations"
        good = {"name": "群", "common_ground": "一起"}
        values = {"null": None, "int": 3, "real": 3.5, "text": "x", "bool": True, "list": [1], "object": {"a": 1}}

        def every(method, path, field, base, fits):
            for kind, value in values.items():
                if kind in fits:
                    continue
                status, problem = status_of(a, method, path, json.dumps({**base, field: value}).encode())
                wanted = "required" if kind == "null" else "wrong-type"
                assert (status, problem["type"], problem["field"]) == (400, f"/problems/{wanted}", field), (path, field, kind, problem)
        every("POST", post, "text", {"id": "i"}, ("text", "null"))
        every("POST", post, "id", {"text": "t"}, ("text",))
        every("POST", post, "reply", {"id": "i", "text": "t"}, ("int", "null"))
        every("POST", post, "all", {"id": "i", "text": "t"}, ("bool", "null"))
        every("POST", post, "mentions", {"id": "i", "text": "t"}, ("list", "null"))
        every("POST", founding, "name", good, ("text",))
        every("POST", founding, "capacity", good, ("int", "null"))
        every("POST", founding, "tags", good, ("list", "null"))
        every("POST", invite, "expires_s", {}, ("int", "null"))
        every("PUT", f"/groups/{g}/pin", "pinned", {}, ("bool",))
        every("PUT", f"/groups/{g}/read", "number", {}, ("int",))
        every("PATCH", "/me", "left_out", {}, ("bool", "null"))
        for body, slug, field in (
                ({**good, "tags": [1]}, "wrong-type", "tags"), ({**good, "tags": ["标签"] * 11}, "too-many", "tags"),
                ({**good, "tags": ["很" * 21]}, "too-long", "tags"), ({**good, "tags": [""]}, "required", "tags"),
                ({**good, "capacity": 1}, "out-of-range", "capacity"), ({**good, "capacity": 50001}, "out-of-range", "capacity"),
                ({**good, "capacity": 2**63}, "wrong-type", "capacity"), ({**good, "capacity": 1e300}, "wrong-type", "capacity"),
                ({**good, "kind": "secret"}, "not-one-of", "kind"), ({**good, "name": " \u3000 "}, "required", "name"),
                ({**good, "name": "群" * 41}, "too-long", "name"), ({**good, "name": "a\nb"}, "control-characters", "name"),
                ({**good, "extra": 1}, "unknown-field", "extra"), ({**good, "Name": "x"}, "unknown-field", "Name"), ({}, "required", "name"),
                ({"name": "群"}, "required", "common_ground")):
            refused(slug, lambda: a.call("POST", founding, body), field)
        assert len(a.get("/groups")["groups"]) == 1 and messages(a, g) == []
        name = "名" * 40
        assert b.patch("/me", name=name)["name"] == name
        limits = refused("too-long", lambda: b.patch("/me", name=name + "字"), "name")
        assert limits["max"] == 40 and b.get("/me")["name"] == name
        refused("unknown-field", lambda: a.get(post + "?nonsense=1"), "nonsense")
        refused("wrong-type", lambda: a.get(post + "?limit=x"), "limit")
        refused("out-of-range", lambda: a.get(post + "?limit=201"), "limit")
        refused("out-of-range", lambda: a.get(post + "?before=0"), "before")
        refused("required", lambda: a.get(f"/groups/{g}/events"), "after")
        for path in ("/groups/x", "/groups/-1", "/groups/0", "/groups/99999", "/groups/9223372036854775808", "/groups/1e3", f"/groups/{g}/members/x"):
            assert status_of(a, "GET", path)[0] in (400, 404), path


def story_bodies_that_are_no_json():
    with Server("--no-rates") as s:
        a = s.owner()
        g = a.found()
        path = f"/groups/{g}/messages"
        text = lambda inner: b'{"id":"i","text":"' + inner + b'"}'
        deep = lambda n: b'{"id":"i","text":"t","mentions":' + b"[" * n + b"]" * n + b"}"
        for body, slug in ((b"{", "bad-json"), (b"nonsense", "bad-json"), (b"[]", "bad-json"), (b'"x"', "bad-json"), (b"1", "bad-json"),
                           (b"null", "bad-json"), (b"{}{}", "bad-json"), (b'{"id":"i","text":"t",}', "bad-json"), (b"{'id':'i'}", "bad-json"),
                           (b'{"id":"i","text":"a","text":"b"}', "bad-json"), (b'\xef\xbb\xbf{"id":"i","text":"t"}', "bad-json"),
                           (text(b"\xff"), "not-utf8"), (text(b"\xc0\xaf"), "not-utf8"), (text(b"\xed\xa0\x80"), "not-utf8"),
                           (text(b"\xe4\xb8"), "not-utf8"), (text(b"\0"), "not-utf8"), (text(b"\\u0000"), "bad-json"),
                           (text(b"\\ud800"), "bad-json"), (text(b"\\x"), "bad-json"), (text(b"\x01"), "bad-json"),
                           (deep(3), "wrong-type"), (deep(20), "bad-json"), (deep(20000), "bad-json"), (b"[" * 60000, "bad-json"),
                           ("\ufeff".encode("utf-16") + '{"id":"i"}'.encode("utf-16-le"), "not-utf8"), ('{"text":"你好"}'.encode("gbk"), "not-utf8")):
            got = slug_of(a, "POST", path, body)
            assert got == slug or (got == "control-characters" and body == text(b"\x01")), (body[:60], got)
        assert slug_of(a, "POST", path, b"") == "required" and slug_of(a, "POST", path, None) == "required"
        assert status_of(a, "POST", path, b"{}")[1]["field"] == "id"
        status, _ = status_of(a, "POST", path, text(b"a" * 70000))
        assert status == 413
        assert status_of(a, "PUT", f"/groups/{g}/pin", b'{"pinned":true' + b" " * 2000 + b"}")[0] == 413
        # a body where there is none
        assert status_of(a, "GET", path, b'{"x":1}')[0] in (200, 413)
        assert messages(a, g) == [] and a.get(f"/groups/{g}")["number"] == 0


def story_heads_and_addresses():
    with Server("--no-rates") as s:
        a = s.owner()
        assert status_of(a, "GET", "/me", X_Long="x" * 9000)[0] == 431
        assert status_of(a, "GET", "/me?x=" + "y" * 5000)[0] == 414
        assert slug_of(a, "GET", "/nonsense") == slug_of(a, "POST", "/nonsense", b"{}") == "not-found"
        assert slug_of(a, "GET", "/api/v2/me") == "not-found"
        for method, path, allow in (("POST", "/me", "GET, PATCH, DELETE"), ("DELETE", "/groups", "GET, POST"), ("PUT", "/sessions/current", None)):
            answer, _ = a.raw(method, path, b"{}")
            assert answer.status == 405 and (allow is None or answer.getheader("Allow") == allow), answer.getheader("Allow")
        answer, got = a.raw("HEAD", "/me")
        assert answer.status == 200 and got == b"" and int(answer.getheader("Content-Length")) > 50
        answer, got = Person(s).raw("HEAD", "/me")
        assert answer.status == 401 and got == b""
        answer, _ = a.raw("GET", "/me")
        assert answer.getheader("Cache-Control") == "no-store" and answer.getheader("X-Content-Type-Options") == "nosniff"
        for bad in (b"nonsense\r\n\r\n", b"GET /api/v1/me HTTP/1.1\r\n\r\n", b"GET /api/v1/me HTTP/1.1\r\nHost: x\r\nbroken\r\n\r\n",
                    b"POST /api/v1/groups HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
                    b"POST /api/v1/groups HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
                    b"POST /api/v1/groups HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
                    b"GET /api/v1/groups/%00 HTTP/1.1\r\nHost: x\r\n\r\n", b"GET /api/v1/groups/%ff HTTP/1.1\r\nHost: x\r\n\r\n",
                    b"GET /api/v1/gr%zzoups HTTP/1.1\r\nHost: x\r\n\r\n"):
            status, headers, body = raw_http(s, bad)
            assert status in (400, 401, 404, 501), (bad, status)
            assert json.loads(body)["status"] == status and headers["Content-Type"] == "application/problem+json", (bad, body)
        assert a.get("/me")["name"] == "甲"


def story_links_that_are_over():
    with Server("--no-rates") as s:
        a = s.owner()
        g = a.found(capacity=3)
        made = a.post(f"/groups/{g}/invitations", expires_s=60)
        link = a.post("/me/device-links")
        s.stop()
        s.sql("UPDATE invitation SET expires_us = 1")
        s.sql("UPDATE enter_link SET expires_us = 1")
        s.start()
        assert Person(s).get(f"/invitations/{made['code']}")["state"] == "expired"
        refused("gone-invitation", lambda: Person(s).post(f"/invitations/{made['code']}", name="乙"))
        assert Person(s).get(f"/enter/{link['code']}")["state"] == "expired"
        refused("gone-link", lambda: Person(s).post(f"/enter/{link['code']}"))
        refused("gone-link", lambda: Person(s).post("/enter/nonsense"))
        refused("gone-invitation", lambda: Person(s).post("/invitations/" + "x" * 22, name="乙"))
        assert slug_of(Person(s), "POST", "/invitations/" + "x" * 65, b'{"name":"x"}') == "too-long"
        b = a.newcomer(g, "乙")
        a.newcomer(g, "丙")
        code = a.invite(g)
        refused("group-full", lambda: Person(s).post(f"/invitations/{code}", name="丁"))
        people = a.get("/site")["people"]
        assert people == 3  # nobody was made for what was refused
        b.post(f"/groups/{g}/leave")
        refused("left-group", lambda: b.say(g, "还在吗"))
        refused("left-group", lambda: b.live().do("chat.post", group=g, id="x", text="还在吗"))
        refused("not-found", lambda: b.say(g + 1, "哪里"))
        assert messages(a, g) == []


def story_floods():
    with Server() as s:
        a = s.owner()
        g = a.found()
        b, c = a.newcomer(g, "乙"), a.newcomer(g, "丙")
        phone = Person(s)
        b.put("/me/password", login="yi-2", password="八个字的密码很长")
        phone.post("/sessions", login="yi-2", password="八个字的密码很长")
        said, slow = 0, None
        for i in range(60):  # one person, two devices, HTTP and socket: one bucket
            try:
                (b if i % 2 else phone).say(g, f"{i}")
                said += 1
            except Problem as p:
                slow = p
                break
        assert slow is not None and slow.slug == "slow-down" and slow.status == 429 and 25 <= said <= 45, said
        answer, got = b.raw("POST", f"/groups/{g}/messages", b'{"id":"q","text":"q"}')
        assert answer.status == 429 and int(answer.getheader("Retry-After")) >= 1 and json.loads(got)["retry_after_s"] >= 1
        refused("slow-down", lambda: b.live().do("chat.post", group=g, id="w", text="w"))
        assert c.say(g, "别人照常") == a.get(f"/groups/{g}")["number"]
        assert b.get(f"/groups/{g}/messages")["messages"]  # he may still read
        assert len(messages(a, g)) == said + 1  # what was refused was not said
        time.sleep(1.2)
        b.say(g, "过一会儿又行了")
        guesses = ["wrong-password"]
        while guesses[-1] == "wrong-password" and len(guesses) < 40:  # by address: nobody is signed in
            guesses.append(slug_of(Person(s), "POST", "/sessions", json.dumps({"login": "yi-2", "password": f"guess-{len(guesses)}"}).encode()))
        assert guesses[-1] == "slow-down", guesses
        assert c.get("/me")["name"] == "丙"
        bogus = [slug_of(Person(s, f"{i:043d}"), "GET", "/me") for i in range(30)]
        assert "slow-down" in bogus and b.get("/me")["name"] == "乙"


def story_other_sites_pages():
    with Server() as s:
        a = s.owner()
        g = a.found()
        body = json.dumps({"id": "x", "text": "谁说的"}).encode()
        cookie = {"Cookie": f"other=1; hearth_session={a.token}"}
        browser = Person(s)
        ours = f"http://127.0.0.1:{s.port}"
        path = f"/groups/{g}/messages"
        for origin in ("https://evil.example", "null", ours + ".evil.example", f"http://127.0.0.1:{s.port + 1}", "http://evil.example/" + ours):
            assert slug_of(browser, "POST", path, body, **cookie, Origin=origin) == "foreign-origin", origin
            try:
                Live(Person(s), headers={**cookie, "Origin": origin})
                raise AssertionError(f"a socket for {origin}")
            except Problem as p:
                assert p.status == 403, p
        for site in ("cross-site", "same-site"):
            assert slug_of(browser, "POST", path, body, **cookie, Sec_Fetch_Site=site) == "foreign-origin"
        assert messages(a, g) == []
        assert status_of(browser, "POST", path, body, **cookie, Origin=ours)[0] == 200
        assert Live(Person(s), headers={**cookie, "Origin": ours}).hello["account"] == a.get("/me")["id"]
        assert status_of(a, "POST", path, b'{"id":"y","text":"y"}', Origin="https://app.example")[0] == 200  # a bearer token is no cookie
        for headers in ({}, {"Cookie": "hearth_session=" + "x" * 43}):
            try:
                Live(Person(s), headers=headers)
                raise AssertionError("a socket for nobody")
            except Problem as p:
                assert p.status == 401, p
        try:
            Live(a, path="/api/v1/nothing")
            raise AssertionError("a socket to nowhere")
        except Problem as p:
            assert p.status == 404, p


def story_cookies_and_proxies():
    proxied = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"}

    def cookie_of(server: Server, code: str, headers: dict) -> list:
        answer, _ = Person(server).raw("POST", f"/invitations/{code}", '{"name":"乙"}'.encode(), headers)
        assert answer.status == 200
        return [part.strip() for part in answer.getheader("Set-Cookie").split(";")]

    def open_sign_ins(server: Server) -> int:
        """How many wrong passwords an address has; by turns from two of them, as they say."""
        for i in range(60):
            try:
                Person(server).call("POST", "/sessions", {"login": "nobody", "password": "x"}, {"X-Forwarded-For": f"198.51.100.{i % 2}"})
            except Problem as p:
                if p.slug == "slow-down":
                    return i
        return 60

    with Server("--trust-proxy", "--public-url", "https://chat.example") as s:
        a = s.owner()
        code = a.invite(a.found())
        parts = cookie_of(s, code, proxied)
        assert "HttpOnly" in parts and "SameSite=Lax" in parts and "Secure" in parts and "Path=/" in parts, parts
        assert "Secure" not in cookie_of(s, code, {"X-Forwarded-Proto": "http"})
        assert a.post(f"/groups/1/invitations")["url"].startswith("https://chat.example/i/")
        assert open_sign_ins(s) >= 36
    with Server() as s:
        a = s.owner()
        parts = cookie_of(s, a.invite(a.found()), proxied)
        assert "HttpOnly" in parts and "SameSite=Lax" in parts and "Secure" not in parts, parts
        assert open_sign_ins(s) <= 22


def story_tokens_are_not_in_the_database():
    with Server() as s:
        a = s.owner()
        g = a.found()
        b = a.newcomer(g, "乙")
        code = a.post("/me/device-links")["code"]
        b.put("/me/password", login="yi-2", password="八个字的密码很长")
        s.stop()
        if s.postgres:
            import subprocess
            kept = subprocess.run(["pg_dump", s.url], check=True, capture_output=True).stdout
        else:
            kept = b"".join(p.read_bytes() for p in (pathlib.Path(s.folder) / "data").iterdir() if p.name.startswith("hearth.db"))
            with sqlite3.connect(pathlib.Path(s.folder) / "data/hearth.db") as db:
                assert [len(h) for (h,) in db.execute("SELECT token_hash FROM session")] == [32, 32]
            db.close()
        assert "乙".encode() in kept
        for secret in (a.token, b.token, code, "八个字的密码很长"):
            assert secret.encode() not in kept
        assert b"$argon2id$" in kept
        log = (pathlib.Path(s.folder) / "log").read_text()
        assert not any(secret in log for secret in (a.token, b.token, code, "八个字"))


def story_frames_that_are_no_commands():
    with Server("--no-rates") as s:
        a = s.owner()
        g = a.found()

        def closed(frame: bytes) -> int:
            live = a.live()
            live.socket.sendall(frame)
            try:
                while True:
                    live.receive(5)
            except EOFError as e:
                return e.args[0]
        masked = lambda first, data: struct.pack("!BBH", first, 0xFE, len(data)) + b"\0\0\0\0" + data
        assert closed(masked(0x82, b"x" * 200)) == 1003  # binary
        assert closed(masked(0x81, b"\xff" * 200)) == 1007  # not UTF-8
        assert closed(struct.pack("!BBQ", 0x81, 0xFF, 1 << 20) + b"\0\0\0\0" + b"x" * 70000) == 1009  # too large
        assert closed(struct.pack("!BB", 0x81, 5) + b"hello") == 1002  # not masked
        assert closed(masked(0x83, b"x" * 200)) == 1002  # of no known kind
        live = a.live()
        refused("not-found", lambda: live.do("group.add", common_ground="x"))  # an entry, but no command
        refused("required", lambda: live.do("chat.post", id="x", text="x"), "group")
        refused("unknown-field", lambda: live.do("chat.post", group=g, id="x", text="x", nonsense=1), "nonsense")
        refused("wrong-type", lambda: live.do("chat.post", group=str(g), id="x", text="x"), "group")
        live.send({"do": "chat.post", "group": g, "id": "quiet", "text": "没有 as，也说得出"})
        live.send({"do": "chat.post", "group": g, "id": "quiet2"})  # refused: said also without "as"
        assert live.until(lambda m: isinstance(m, dict) and m.get("status") == 400)["body"]["type"] == "/problems/empty-message"
        assert messages(a, g) == ["没有 as，也说得出"]


def story_five_thousand_of_every_script():
    with Server("--no-rates") as s:
        a = s.owner()
        g = a.found()
        live = a.live()
        live.follow({g: 0})
        texts = ["字", "é", "é", "😀", "👩🏽‍🚀", "مرحبا ", "בְּרֵאשִׁית", "བོད་ཡིག་", "ᠮᠣᠩᠭᠣᠯ", "ꦲꦏ꧀ꦱꦫ", "𒀀", "𠮷", "\u200f\u202e", "a\tb\r\nc\n", " \u3000", "\u2028", "\ufffd", "�"]
        for i, unit in enumerate(texts):
            text = (unit * 5000)[:5000]
            text = "x" + text[1:] if i > 11 else text  # what is blank needs something to be seen
            n = a.say(g, text, id=f"t{i}")
            [event] = live.events(1)
            assert event[1] == n and event[4] == text, unit
            assert a.get(f"/groups/{g}/messages?limit=1")["messages"][0]["text"] == text, unit
            limits = refused("too-long", lambda: a.say(g, text + unit[0]), "text")
            assert limits["max"] == 5000
        assert a.get(f"/groups/{g}")["number"] == len(texts)
        refused("empty-message", lambda: a.say(g, " \n\u3000\t"), "text")
        refused("control-characters", lambda: a.say(g, "a\x1bb"), "text")


def story_a_group_handed_on():
    with Server("--no-rates") as s:
        a = s.owner()
        g = a.found()
        b, c = a.newcomer(g, "乙"), a.newcomer(g, "丙")
        ida, idb = a.get("/me")["id"], b.get("/me")["id"]
        live = c.live()
        live.follow({g: c.get(f"/groups/{g}")["number"]})
        refused("only-owner", lambda: b.post(f"/groups/{g}/hand-on", account=idb))
        refused("not-a-member", lambda: a.post(f"/groups/{g}/hand-on", account=999), "account")
        refused("not-a-member", lambda: a.post(f"/groups/{g}/hand-on", account=ida), "account")
        got = a.post(f"/groups/{g}/hand-on", account=idb)
        assert got["owner"]["id"] == idb and got["role"] == "steward"
        assert [e[4] for e in live.events(2)] == [{"role": [idb, "owner"]}, {"role": [ida, "steward"]}]
        refused("only-owner", lambda: a.patch(f"/groups/{g}", name="x"))
        b.patch(f"/groups/{g}", name="乙的群")
        roles = {m["name"]: m["role"] for m in c.get(f"/groups/{g}/members")["members"]}
        assert roles == {"甲": "steward", "乙": "owner", "丙": "member"}
        a.post(f"/groups/{g}/leave")  # now he may
        refused("owner-stays", lambda: b.post(f"/groups/{g}/leave"))


def story_ones_own_data():
    with Server("--no-rates") as s:
        a = s.owner()
        g, h = a.found(), a.found("第二群")
        b = a.newcomer(g, "乙")
        b.post(f"/invitations/{a.invite(h)}")
        a.say(g, "不是乙说的")
        for i in range(30):
            b.say(g if i % 3 else h, f"第{i}句")
        taken = b.say(g, "撤回的")
        b.post(f"/groups/{g}/messages/{taken}/recall")
        b.say(g, "答", reply=b.say(g, "问"))
        b.post(f"/groups/{h}/leave")
        page = b.get("/me/data")
        assert page["me"]["name"] == "乙" and "token" not in page["me"]
        assert {(x["name"], x["state"]) for x in page["groups"]} == {("骑行群", "in"), ("第二群", "left")}
        texts = [m["text"] for m in page["messages"]]
        assert len(texts) == 32 and "不是乙说的" not in texts and "撤回的" not in texts and page["next"] is None
        asked = page["messages"][[m["text"] for m in page["messages"]].index("答")]
        assert asked["group"] == g and asked["reply"] == asked["number"] - 1
        again = b.get(f"/me/data?group={g}&after={asked['reply']}")  # as a next page would
        assert [m["text"] for m in again["messages"] if m["group"] == g] == ["答"] and again["me"] is None and again["groups"] == []


def story_deleting_ones_account():
    with Server("--no-rates") as s:
        a = s.owner()
        g = a.found()
        b, c = a.newcomer(g, "乙"), a.newcomer(g, "丙")
        a.patch("/site", may_found="all")
        own = b.found("乙的群")
        d = b.newcomer(own, "丁")
        b.put("/me/password", login="yi-2", password="八个字的密码很长")
        kept, gone = b.say(g, "丙会读到这句"), c.say(g, "这句要清空")
        refused("site-owner-stays", lambda: a.call("DELETE", "/me", {"messages": "keep"}))
        refused("required", lambda: b.call("DELETE", "/me", {}), "messages")
        refused("password-needed", lambda: b.call("DELETE", "/me", {"messages": "keep"}), "password")
        assert refused("hand-on-first", lambda: b.call("DELETE", "/me", {"messages": "keep", "password": "八个字的密码很长"}))["group"] == own
        b.post(f"/groups/{own}/hand-on", account=d.get("/me")["id"])
        watch, sock = a.live(), b.live()
        number = a.get(f"/groups/{g}")["number"]
        watch.follow({g: number})
        b.call("DELETE", "/me", {"messages": "keep", "password": "八个字的密码很长"})
        try:
            while True:
                sock.receive(5)
        except EOFError as e:
            assert e.args[0] == 4001
        refused("not-signed-in", lambda: b.get("/me"))
        refused("wrong-password", lambda: Person(s).post("/sessions", login="yi-2", password="八个字的密码很长"))
        c.call("DELETE", "/me", {"messages": "empty"})
        assert watch.silent() and a.get(f"/groups/{g}")["number"] == number and a.get(f"/groups/{g}")["members"] == 1
        until = time.monotonic() + WAIT_S
        while messages(a, g) != ["丙会读到这句", ""]:
            assert time.monotonic() < until, messages(a, g)
            time.sleep(0.05)
        shown = a.get(f"/groups/{g}/messages")["messages"]
        assert [m["author_name"] for m in shown] == ["离开的人", "离开的人"] and shown[1]["kind"] == "recalled"
        assert "乙" not in json.dumps(a.get(f"/groups/{g}/log"), ensure_ascii=False)
        assert a.get("/site")["people"] == 2

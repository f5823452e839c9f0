"""Live talk: order, repeats, absence, recall, removal, mentions, reads, silence on leaving."""
import json
import threading

from hearth import Person, Problem, Server, refused


def three(s):
    a = s.owner()
    g = a.found()
    return a, a.newcomer(g, "乙"), a.newcomer(g, "丙"), g


def story_two_talk_live():
    with Server() as s:
        a, b, c, g = three(s)
        number = a.get(f"/groups/{g}")["number"]
        la, lb = a.live(), b.live()
        assert la.follow({g: number}) == [] and lb.follow({g: number}) == []
        first = la.do("chat.post", group=g, id="a1", text="周六早上六点半集合")["number"]
        assert first == number + 1
        [event] = lb.events(1)
        assert event[:3] == [g, first, a.get("/me")["id"]] and event[4] == "周六早上六点半集合"
        lb.do("chat.post", group=g, id="b1", text="我带两个轮胎", reply=first)
        got = la.events(2)
        assert got[0][1] == first and got[1][4] == {"text": "我带两个轮胎", "reply": first}
        page = b.get(f"/groups/{g}/messages")
        assert [m["text"] for m in page["messages"]] == ["周六早上六点半集合", "我带两个轮胎"]
        assert page["messages"][1]["reply"]["text"] == "周六早上六点半集合" and page["messages"][1]["id"] == "b1"
        assert "id" not in page["messages"][0]


def story_a_repeat_has_one_effect():
    with Server() as s:
        a, b, c, g = three(s)
        one = a.post(f"/groups/{g}/messages", id="same", text="一次")
        assert a.post(f"/groups/{g}/messages", id="same", text="一次") == one
        refused("conflict", lambda: a.post(f"/groups/{g}/messages", id="same", text="两次"), "id")
        assert len(a.get(f"/groups/{g}/messages")["messages"]) == 1
        assert b.post(f"/groups/{g}/messages", id="same", text="别人的编号")["number"] == one["number"] + 1


def story_away_and_back():
    with Server("--no-rates") as s:
        a, b, c, g = three(s)
        have = b.get(f"/groups/{g}")["number"]
        for i in range(30):
            a.say(g, f"第{i}句")
        lb = b.live()
        behind = dict(map(tuple, lb.follow({g: have})))
        seen = []
        while g in behind:  # fetch what was missed, follow again
            got = b.get(f"/groups/{g}/events?after={behind[g]}&limit=7")
            seen += got["events"]
            behind = dict(map(tuple, lb.follow({g: got["last"]}))) if not got["more"] else {g: got["last"]}
        a.say(g, "现在")
        while len(seen) < 31:
            seen += lb.events(1)
        assert [e[1] for e in seen] == list(range(have + 1, have + 32)), seen
        assert seen[-1][4] == "现在" and lb.silent()


def story_back_within_moments():
    """Who comes back while others are here gets the last few from memory; in order, nothing twice."""
    with Server("--no-rates") as s:
        a, b, c, g = three(s)
        have = b.get(f"/groups/{g}")["number"]
        lc = c.live()
        assert lc.follow({g: have}) == []
        for i in range(5):
            a.say(g, f"{i}")
        lc.events(5)
        lb = b.live()
        assert lb.follow({g: have}) == []
        assert [e[4] for e in lb.events(5)] == list("01234") and lb.silent()


def story_many_senders_one_order():
    with Server("--no-rates") as s:
        a, b, c, g = three(s)
        have = a.get(f"/groups/{g}")["number"]
        watch = [p.live() for p in (a, b, c)]
        for w in watch:
            assert w.follow({g: have}) == []
        senders = [p.live() for p in (a, b, c)]

        def send(k: int):
            for i in range(50):
                senders[k].send({"do": "chat.post", "group": g, "id": f"{k}-{i}", "text": f"{k}-{i}"})
        threads = [threading.Thread(target=send, args=(k,)) for k in range(3)]
        [t.start() for t in threads]
        [t.join() for t in threads]
        orders = [w.events(150) for w in watch]
        for order in orders:
            assert [e[1] for e in order] == list(range(have + 1, have + 151))
            assert [e[4] for e in order] == [e[4] for e in orders[0]]
        for k in range(3):  # what one socket sent stays in its order
            assert [e[4] for e in orders[0] if e[4].startswith(f"{k}-")] == [f"{k}-{i}" for i in range(50)]


def story_recall_and_removal():
    with Server() as s:
        a, b, c, g = three(s)
        n = b.say(g, "说错了")
        refused("not-yours", lambda: a.post(f"/groups/{g}/messages/{n}/recall"))
        refused("forbidden", lambda: c.post(f"/groups/{g}/messages/{n}/remove"))
        live = a.live()
        live.follow({g: a.get(f"/groups/{g}")["number"]})
        b.post(f"/groups/{g}/messages/{n}/recall")
        assert live.events(1)[0][4] == {"recalled": n}
        assert b.post(f"/groups/{g}/messages/{n}/recall") == {"number": 0}  # again: nothing happens
        m = a.get(f"/groups/{g}/messages")["messages"][0]
        assert m["kind"] == "recalled" and m["text"] == ""
        assert a.get(f"/groups/{g}/events?after={n - 1}")["events"][0][4] == {"was_recalled": True}
        n = c.say(g, "广告")
        a.post(f"/groups/{g}/messages/{n}/remove")
        assert a.get(f"/groups/{g}/messages")["messages"][1]["kind"] == "removed"
        refused("no-such-message", lambda: a.post(f"/groups/{g}/messages/99999/remove"))


def story_mentions_unread_reads():
    with Server("--no-rates") as s:
        a, b, c, g = three(s)
        b_id = b.get("/me")["id"]
        a.say(g, "@乙 带伞", mentions=[b_id, 99999])
        last = a.say(g, "大家早", all=True)
        refused("forbidden", lambda: b.post(f"/groups/{g}/messages", id="x", text="大家", all=True), "all")
        line = b.get("/groups")["groups"][0]
        assert (line["unread"], line["mentions"], line["last"]["text"]) == (2, 2, "大家早"), line
        assert a.get(f"/groups/{g}/messages")["messages"][0]["mentions"] == [b_id]
        assert b.put(f"/groups/{g}/read", number=last) == {"read_number": last, "unread": 0, "mentions": 0}
        assert b.put(f"/groups/{g}/read", number=1)["read_number"] == last  # never back
        assert a.get(f"/groups/{g}/messages/{last}/reads") == {"count": None}  # under five: nobody is to be recognised
        refused("not-yours", lambda: b.get(f"/groups/{g}/messages/{last}/reads"))
        for i in range(5):
            p = a.newcomer(g, f"新人{i}")
            p.put(f"/groups/{g}/read", number=last)
        assert a.get(f"/groups/{g}/messages/{last}/reads")["count"] == 6


def story_leaving_is_silent():
    with Server() as s:
        a, b, c, g = three(s)
        a.say(g, "在吗")
        live = a.live()
        number = a.get(f"/groups/{g}")["number"]
        live.follow({g: number})
        lb = b.live()
        lb.follow({g: number})
        refused("owner-stays", lambda: a.post(f"/groups/{g}/leave"))
        b.post(f"/groups/{g}/leave")
        assert live.silent() and a.get(f"/groups/{g}")["number"] == number
        assert all("left" not in json.dumps(e["event"]) for e in a.get(f"/groups/{g}/log")["entries"])
        assert a.get(f"/groups/{g}")["members"] == 2
        refused("left-group", lambda: b.say(g, "还能说吗"))
        assert b.get(f"/groups/{g}/messages")["messages"][0]["text"] == "在吗"  # what was there stays readable
        a.say(g, "后来的话")
        assert len(b.get(f"/groups/{g}/messages")["messages"]) == 1
        assert lb.silent()
        assert [x["state"] for x in b.get("/groups")["groups"]] == ["left"]


def story_removed_and_barred():
    with Server() as s:
        a, b, c, g = three(s)
        code = a.invite(g)
        b_id, c_id = b.get("/me")["id"], c.get("/me")["id"]
        refused("forbidden", lambda: b.post(f"/groups/{g}/members/{c_id}/remove"))
        a.patch(f"/groups/{g}/members/{b_id}", role="steward")
        refused("only-owner", lambda: b.post(f"/groups/{g}/members/{a.get('/me')['id']}/remove"))
        lc = c.live()
        lc.follow({g: c.get(f"/groups/{g}")["number"]})
        b.post(f"/groups/{g}/members/{c_id}/remove", ban=True)
        assert lc.until(lambda m: isinstance(m, dict) and "me" in m)["me"][1] == {"out": g}
        a.say(g, "这句他听不到")
        assert lc.silent()
        refused("not-in", lambda: c.post(f"/invitations/{code}"))
        kinds = [next(iter(e["event"])) for e in a.get(f"/groups/{g}/log")["entries"]]
        assert "barred" in kinds and "role" in kinds, kinds
        stranger = Person(s)
        stranger.post(f"/invitations/{a.invite(a.found('别的群'))}", name="路人")
        for path in ("", "/messages", "/members", "/log", "/events?after=0", "/invitations", "/requests", "/names?ids=1"):
            refused("not-found", lambda: stranger.get(f"/groups/{g}{path}"))  # as if there were none
        assert stranger.live().follow({g: 0}) == []


def story_mute_and_pin():
    with Server() as s:
        a, b, c, g = three(s)
        assert b.put(f"/groups/{g}/mute", **{"for": "always"}) == {"muted": "always"}
        assert b.get("/groups")["groups"][0]["muted"] == "always"
        assert b.put(f"/groups/{g}/mute", **{"for": "hour"})["muted"].endswith("Z")
        assert b.put(f"/groups/{g}/mute", **{"for": "none"}) == {"muted": None}
        b.put(f"/groups/{g}/pin", pinned=True)
        assert b.get("/groups")["groups"][0]["pinned"] and not c.get("/groups")["groups"][0]["pinned"]
        assert "muted" not in json.dumps(a.get(f"/groups/{g}/log"))  # nobody else hears of it


def story_slow_reader_is_cut_and_told():
    with Server("--no-rates") as s:
        a, b, c, g = three(s)
        have = a.get(f"/groups/{g}")["number"]
        slow, quick = b.live(), c.live()
        assert slow.follow({g: have}) == [] and quick.follow({g: have}) == []
        sender = a.live()
        text = "很长的话" * 1000
        count = 1500
        seen = 0
        for i in range(count):  # far more than any socket's buffer; the quick one reads as it comes
            sender.send({"do": "chat.post", "group": g, "id": f"m{i}", "text": text})
            if i % 5 == 4:
                while seen < i + 1:
                    seen += len(quick.events(1))
        got, cut = [], None
        while cut is None:
            m = slow.receive()
            if isinstance(m, list):
                got += [e[1] for e in m]
            elif "behind" in m:
                [[group, cut]] = m["behind"]
        assert got == list(range(have + 1, cut + 1)), (got[:3], got[-3:], cut)
        while cut < have + count:
            page = b.get(f"/groups/{g}/events?after={cut}&limit=100")
            got += [e[1] for e in page["events"]]
            cut = page["last"]
        assert got == list(range(have + 1, have + count + 1))
        assert slow.follow({g: cut}) == []
        a.say(g, "又跟上了")
        assert slow.events(1)[0][4] == "又跟上了"


def story_deflated_for_thin_lines():
    """Who asks for it gets frames that were deflated once for all; same events, same order, beside who does not."""
    with Server("--no-rates") as s:
        a, b, c, g = three(s)
        have = b.get(f"/groups/{g}")["number"]
        thin, plain = b.live(path="/api/v1/live?pack=deflate-raw"), c.live()
        assert thin.follow({g: have}) == [] and plain.follow({g: have}) == []
        for i in range(10):
            a.say(g, f"{i} " + "周末一起骑车的人，集合不迟到。" * 20)
        got = thin.events(10)
        assert got == plain.events(10) and [e[1] for e in got] == list(range(have + 1, have + 11))
        assert thin.deflated_frames > 0 and plain.deflated_frames == 0


def story_what_happened_between():
    """Who joined stands between the messages for who asks, once, on whichever page it belongs to."""
    with Server("--no-rates") as s:
        a = s.owner()
        g = a.found()
        said = []
        for i in range(6):
            a.newcomer(g, f"新人{i}")
            said.append(a.say(g, f"欢迎新人{i}"))
        whole = a.get(f"/groups/{g}/messages?events=true")["messages"]
        assert [m["kind"] for m in whole] == ["event", "text"] * 6, whole
        assert whole[0]["event"] == {"joined": whole[0]["author"], "name": "新人0"} and whole[0]["author_name"] == "新人0"
        assert len(a.get(f"/groups/{g}/messages")["messages"]) == 6
        pages, before = [], None
        while True:
            page = a.get(f"/groups/{g}/messages?events=true&limit=2" + (f"&before={before}" if before else ""))
            pages = page["messages"] + pages
            if not page["more_before"]:
                break
            before = page["first"]
        assert [m["number"] for m in pages] == [m["number"] for m in whole], pages
        pages, after = [], 0
        while True:
            page = a.get(f"/groups/{g}/messages?events=true&limit=2&after={after}")
            pages += page["messages"]
            if not page["more_after"]:
                break
            after = page["last"]
        assert [m["number"] for m in pages] == [m["number"] for m in whole], pages

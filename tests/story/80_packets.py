"""Red packets: sent, grabbed, over; who may not; what comes back; a burst with duplicates, killed in its middle."""
import hashlib
import secrets
import signal
import threading
import time

from hearth import Live, Person, Problem, Server, WAIT_S, refused

POINTS = 100_00  # what a wallet begins with


def available(p: Person) -> int:
    return p.get("/wallet")["wallets"][0]["available"]


def posted(p: Person) -> int:
    return p.get("/wallet")["wallets"][0]["posted"]


def packet_of(p: Person, group: int, sum: int = 1000, shares: int = 4, **more) -> dict:
    """The fields of a packet that p may send next."""
    terms = p.get(f"/groups/{group}/packets/terms")
    return {"id": secrets.token_hex(8), "kind": "lucky", "sum": sum, "shares": shares, "message": "路上喝口热的",
            "commitment": terms["commitment"], "nonce": secrets.token_hex(32), **more}


def send(p: Person, group: int, *how, **more) -> int:
    return p.post(f"/groups/{group}/packets", **packet_of(p, group, *how, **more))["packet"]


def grab(p: Person, group: int, packet: int) -> dict:
    return p.post(f"/groups/{group}/packets/{packet}/grab")


def whole(p: Person, group: int, packet: int) -> dict:
    return p.get(f"/groups/{group}/packets/{packet}")


def sums_hold(s: Server) -> None:
    """The ledger adds up, row by row; asked of the tables, not of the server."""
    assert s.rows("SELECT COALESCE(SUM(posted), 0) FROM ledger_account") == [["0"]]
    assert s.rows("SELECT entry FROM ledger_leg GROUP BY entry HAVING SUM(amount) <> 0") == []
    assert s.rows("SELECT a.id FROM ledger_account a LEFT JOIN ledger_leg l ON l.account = a.id GROUP BY a.id, a.posted, a.held "
                  "HAVING a.posted <> COALESCE(SUM(l.amount), 0) OR a.held <> COALESCE(SUM(l.held), 0)") == []
    # what was held is what was taken, is left, and went back
    assert s.rows("SELECT p.id FROM packet p JOIN packet_course c ON c.packet = p.id JOIN ledger_hold h ON h.entry = p.hold "
                  "WHERE c.taken_minor <> (SELECT COALESCE(SUM(amount), 0) FROM packet_share WHERE packet = p.id) "
                  "OR c.taken <> (SELECT COUNT(*) FROM packet_share WHERE packet = p.id) OR c.taken > p.shares "
                  "OR (c.ended = '' AND h.left_minor <> p.sum_minor - c.taken_minor) OR (c.ended <> '' AND h.left_minor <> 0)") == []


def story_a_packet_is_sent_grabbed_and_over():
    with Server("--no-rates") as s:
        a = s.owner()
        g = a.found()
        b, c, d = (a.newcomer(g, name) for name in "乙丙丁")
        live = b.live()
        at = a.get(f"/groups/{g}")["number"]
        live.follow({g: at})
        fields = packet_of(a, g, 1000, 3)
        sent = a.post(f"/groups/{g}/packets", **fields)
        assert sent["number"] == at + 1
        assert a.post(f"/groups/{g}/packets", **fields) == sent  # said again: the same packet
        refused("conflict", lambda: a.post(f"/groups/{g}/packets", **{**fields, "sum": 1001}), "id")
        assert (available(a), posted(a)) == (POINTS - 1000, POINTS)
        [told] = live.events(1, g)
        assert told[1] == at + 1 and told[4]["packet"]["sum"] == 1000 and told[4]["packet"]["state"] == "open"
        p = sent["packet"]
        line = b.get("/groups")["groups"][0]
        assert (line["last"]["kind"], line["last"]["text"], line["unread"]) == ("packet", "路上喝口热的", 1)
        assert [x["id"] for x in b.get("/packets")["packets"]] == [p]
        seen = whole(b, g, p)
        assert seen["packet"]["secret"] is None and seen["packet"]["split"] is None and seen["grabs"] == []
        got = grab(b, g, p)
        assert got["outcome"] == "got" and got["place"] == 0 and 1 <= got["amount"] <= 998
        assert [grab(b, g, p) for _ in range(3)] == [got] * 3
        [told] = live.events(1, g)
        assert told[4]["grabbed"]["grabs"] == [[2, "乙", 0, got["amount"]]] and told[4]["grabbed"]["taken"] == 1
        assert b.get("/packets")["packets"] == []
        on_socket = live.do("packet.grab", group=g, packet=p)
        assert on_socket == got
        amounts = [got["amount"], grab(a, g, p)["amount"], grab(c, g, p)["amount"]]  # one's own packet is for oneself too
        assert sum(amounts) == 1000
        assert grab(d, g, p) == {"outcome": "gone"} and grab(d, g, p) == {"outcome": "gone"}
        assert grab(b, g, p) == got
        seen = whole(d, g, p)["packet"]
        assert (seen["state"], seen["taken"], seen["taken_sum"], seen["mine"]) == ("taken", 3, 1000, None)
        assert seen["split"] == amounts and seen["luckiest"] == [2, 1, 3][amounts.index(max(amounts))]
        secret, nonce = bytes.fromhex(seen["secret"]), bytes.fromhex(seen["nonce"])
        assert hashlib.sha256(b"hearth packet promise 1\n" + secret).hexdigest() == fields["commitment"] == seen["commitment"]
        assert nonce.hex() == fields["nonce"] and seen["key"] == fields["id"]
        assert (posted(b), posted(c), available(a)) == (POINTS + amounts[0], POINTS + amounts[2], POINTS - 1000 + amounts[1])
        board = c.get(f"/groups/{g}/packets/board")
        assert sorted((x["account"], x["sum"]) for x in board["board"]) == sorted(zip([2, 1, 3], amounts))
        assert [x["sum"] for x in board["board"]] == sorted(amounts, reverse=True)
        assert c.get(f"/groups/{g}/packets/board?from=2099-01-01T00:00:00.000Z")["board"] == []
        refused("wrong-type", lambda: c.get(f"/groups/{g}/packets/board?from=tomorrow"), "from")
        a.patch(f"/groups/{g}", packet_board=False)
        assert c.get(f"/groups/{g}/packets/board") == {"off": True, "board": []}
        lines = b.get("/wallet/entries")["entries"]
        assert [(x["what"], x["amount"], x["posted_after"]) for x in lines] == [
            ("packet_share", amounts[0], POINTS + amounts[0]), ("welcome", POINTS, POINTS)]
        page = c.get(f"/groups/{g}/messages?events=true")["messages"]
        assert [m["event"]["packet"]["id"] for m in page if m["kind"] == "event" and "packet" in m["event"]] == [p]
        more = [send(a, g, 10, 2) for _ in range(3)]
        # that the owner gives is a remedy done, once a week; what came of it is looked at later
        assert [(x["remedy"]["id"], x["effect"]) for x in a.get(f"/groups/{g}/remedies")["done"]] == [("red-packet", "too_little")]
        listed = lambda how: [x["id"] for x in c.get(f"/groups/{g}/packets?{how}")["packets"]]
        assert listed("limit=2") == more[:0:-1] and listed(f"before={more[1]}") == [more[0], p] and listed(f"before={more[2] + 1}") == more[::-1] + [p]
        sums_hold(s)


def story_what_is_refused():
    with Server("--no-rates") as s:
        a = s.owner()
        g, other = a.found(), a.found("读书会")
        b, c = a.newcomer(g, "乙"), a.newcomer(g, "丙")
        stranger = a.newcomer(other, "外人")
        post = lambda p, **more: p.post(f"/groups/{g}/packets", **packet_of(p, g, **more))
        assert refused("no-funds", lambda: post(a, sum=POINTS + 1, shares=10), "sum")["available"] == POINTS
        assert refused("packet-terms", lambda: post(a, sum=3, shares=4), "sum")["share_min"] == 1
        refused("packet-terms", lambda: post(a, sum=1000, shares=101), "shares")
        refused("packet-terms", lambda: post(a, sum=1001, shares=4, kind="equal"), "sum")
        refused("wrong-type", lambda: post(a, nonce="z" * 64), "nonce")
        refused("not-a-member", lambda: post(a, **{"for": [1, 999]}), "for")
        refused("not-found", lambda: stranger.post(f"/groups/{g}/packets", **packet_of(a, g)))
        fields = packet_of(a, g)
        send(a, g)  # on another device meanwhile: the promise is used up
        fresh = refused("promise-changed", lambda: a.post(f"/groups/{g}/packets", **fields), "commitment")["commitment"]
        assert fresh != fields["commitment"]
        a.post(f"/groups/{g}/packets", **{**fields, "commitment": fresh})
        named = send(a, g, 300, 1, **{"for": [3]})
        assert grab(b, g, named) == {"outcome": "not_for_you"} and grab(b, g, named) == {"outcome": "not_for_you"}
        assert not whole(b, g, named)["packet"]["for_me"] and whole(b, g, named)["packet"]["for"] == [3]
        assert grab(c, g, named)["amount"] == 300
        both = packet_of(a, g, 400, 2, **{"for": [2, 3, 3]})
        sent = a.post(f"/groups/{g}/packets", **both)
        assert a.post(f"/groups/{g}/packets", **{**both, "for": [3, 2]}) == sent  # in another order, once each: the same people
        refused("conflict", lambda: a.post(f"/groups/{g}/packets", **{**both, "for": [3]}), "id")
        # who never asked for the terms has no promise, so a refusal tells none that would not be kept
        assert "commitment" not in refused("promise-changed", lambda: c.post(f"/groups/{g}/packets", **{**both, "id": "y", "for": []}), "commitment")
        open_one = send(a, g)
        refused("not-found", lambda: grab(stranger, g, open_one))
        refused("not-found", lambda: grab(stranger, other, open_one))  # a packet of another group
        refused("not-found", lambda: whole(stranger, other, open_one))
        refused("not-found", lambda: grab(b, g, 999))
        equal = send(a, g, 900, 3, kind="equal")
        assert [grab(p, g, equal)["amount"] for p in (a, b, c)] == [300] * 3
        assert whole(a, g, equal)["packet"]["luckiest"] is None
        refused("forbidden", lambda: b.post("/site/grants", id="1", account=2, amount=5))
        refused("forbidden", lambda: b.patch("/site/packets", shares_max=5))
        a.patch("/site/packets", shares_max=5, share_min=100, share_max=200)
        refused("packet-terms", lambda: post(a, sum=1000, shares=6), "shares")
        refused("packet-terms", lambda: post(a, sum=1001, shares=5), "sum")
        limited = send(a, g, 1000, 5)
        assert grab(b, g, limited)["amount"] == 200
        before = posted(b)
        entry = a.post("/site/grants", id="奖", account=2, amount=777)
        assert a.post("/site/grants", id="奖", account=2, amount=777) == entry and posted(b) == before + 777
        refused("conflict", lambda: a.post("/site/grants", id="奖", account=2, amount=778), "id")
        sums_hold(s)


def story_who_goes_keeps_what_he_has():
    with Server("--no-rates") as s:
        a = s.owner()
        g = a.found()
        b, c, d, e, f = (a.newcomer(g, name) for name in "乙丙丁戊己")
        p = send(b, g, 1000, 6)
        c.put(f"/groups/{g}/mute", **{"for": "always"})
        assert grab(c, g, p)["outcome"] == "got"  # muting is about noise
        got = grab(d, g, p)
        d.post(f"/groups/{g}/leave")
        refused("left-group", lambda: grab(d, g, p))
        assert whole(d, g, p)["packet"]["mine"]["amount"] == got["amount"]  # it was there when he went
        later = send(b, g, 100, 2)
        refused("not-found", lambda: whole(d, g, later))
        a.post(f"/groups/{g}/members/5/remove")
        refused("left-group", lambda: grab(e, g, p))
        assert available(e) == POINTS and posted(d) == POINTS + got["amount"]
        thanks = a.post("/site/grants", id="谢谢", account=2, amount=5)
        b.call("DELETE", "/me", {"messages": "keep"})  # the sender goes for good; his packet goes on
        refused("not-found", lambda: a.post("/site/grants", id="谢", account=2, amount=6), "account")
        assert a.post("/site/grants", id="谢谢", account=2, amount=5) == thanks  # a repeat is answered as it was
        assert grab(f, g, p)["outcome"] == "got" and grab(a, g, later)["outcome"] == "got"
        assert whole(f, g, p)["packet"]["sender_name"] == "离开的人"
        sums_hold(s)
        assert s.rows("SELECT posted - held FROM ledger_account WHERE kind = 'member' AND owner = 2") == [["0"]]
        a.post(f"/groups/{g}/dissolve")  # what is left goes to the site: the sender's account keeps nothing
        refused("left-group", lambda: grab(c, g, p))
        refused("left-group", lambda: a.say(g, "还有人吗"))
        refused("left-group", lambda: a.post(f"/groups/{g}/packets", id="x", kind="lucky", sum=1, shares=1, commitment="0" * 64, nonce="0" * 64))
        seen = whole(c, g, p)["packet"]
        assert seen["state"] == "dissolved" and seen["returned"] == 1000 - seen["taken_sum"]
        assert s.rows("SELECT posted, held FROM ledger_account WHERE kind = 'member' AND owner = 2") == [["0", "0"]]
        assert a.get("/groups")["groups"][0]["state"] == "left"
        sums_hold(s)


def story_what_nobody_took_goes_back_once():
    with Server("--no-rates") as s:
        a = s.owner()
        g = a.found()
        b = a.newcomer(g, "乙")
        a.patch("/site/packets", keep_s=1)
        live = b.live()
        live.follow({g: a.get(f"/groups/{g}")["number"]})
        p = send(a, g, 1000, 4)
        got = grab(b, g, p)["amount"]
        returned = live.until(lambda m: isinstance(m, list) and any("returned" in x[4] for x in m if isinstance(x[4], dict)))
        [body] = [x[4]["returned"] for x in returned if "returned" in x[4]]
        assert body == {"packet": p, "state": "expired", "taken": 1, "taken_sum": got, "returned": 1000 - got}
        assert available(a) == POINTS - got and posted(a) == POINTS - got
        assert grab(b, g, p)["amount"] == got  # what he has stays his answer
        assert whole(b, g, p)["packet"]["split"][0] == got
        page = lambda who: [list(m["event"])[0] for m in who.get(f"/groups/{g}/messages?events=true")["messages"] if m["kind"] == "event"]
        assert page(a) == ["joined", "packet", "returned"] and page(b) == ["joined", "packet"]  # what came back is the sender's matter
        # its time comes while the server is down
        p = send(a, g, 500, 2)
        s.stop(signal.SIGKILL)
        time.sleep(1.2)
        s.start()
        c = a.newcomer(g, "丙")
        assert grab(c, g, p) == {"outcome": "over"}
        until = time.monotonic() + WAIT_S
        while whole(c, g, p)["packet"]["state"] == "open" and time.monotonic() < until:
            time.sleep(0.05)
        assert whole(c, g, p)["packet"]["returned"] == 500 and available(a) == POINTS - got
        assert [x["what"] for x in a.get("/wallet/entries")["entries"]] == ["packet_back", "packet_sent", "packet_back", "packet_share",
                                                                            "packet_sent", "welcome"]
        sums_hold(s)


def burst(s: Server, people: list, group: int, packet: int, times: int, answers: list) -> None:
    """Everybody at once, each so many times on one socket; what was answered, in answers[who]."""
    gate = threading.Barrier(len(people))

    def one(i: int) -> None:
        try:
            live = Live(people[i])
            gate.wait(WAIT_S * 3)
            for k in range(times):
                live.send({"do": "packet.grab", "as": k, "group": group, "packet": packet})
            for _ in range(times):
                m = live.until(lambda m: isinstance(m, dict) and "re" in m, WAIT_S * 3)
                answers[i].append((m["status"], m["body"].get("outcome"), m["body"].get("amount"), m["body"].get("place")))
        except (OSError, EOFError, AssertionError, threading.BrokenBarrierError):
            pass  # the server was killed under it

    threads = [threading.Thread(target=one, args=(i,)) for i in range(len(people))]
    for t in threads:
        t.start()
    for t in threads:
        t.join()


def crowd(a: Person, group: int, count: int) -> list:
    code = a.invite(group)
    people = []
    for i in range(count):
        person = Person(a.server)
        person.post(f"/invitations/{code}", name=f"人{i}")
        people.append(person)
    return people


def story_five_hundred_at_once_each_ten_times():
    with Server("--no-rates") as s:
        a = s.owner()
        g = a.found(capacity=1000)
        people = crowd(a, g, 500)
        p = send(a, g, 10000, 100)
        answers: list = [[] for _ in people]
        burst(s, people, g, p, 10, answers)
        assert all(len(x) == 10 for x in answers), "somebody was not answered"
        assert all(len(set(x)) == 1 for x in answers), "a repeat was answered otherwise"
        firsts = [x[0] for x in answers]
        winners = [x for x in firsts if x[1] == "got"]
        assert len(winners) == 100 and sorted(x[3] for x in winners) == list(range(100)) and sum(x[2] for x in winners) == 10000
        assert all(x == (200, "gone", None, None) for x in firsts if x[1] != "got")
        sums_hold(s)


def story_killed_in_the_middle_the_winners_stay():
    with Server("--no-rates") as s:
        a = s.owner()
        g = a.found(capacity=1000)
        people = crowd(a, g, 120)
        packets = [send(a, g, 100, 100) for _ in range(12)]
        told: dict = {}
        for p in packets:
            answers: list = [[] for _ in people]
            killer = threading.Timer(0.35, lambda: s.process.send_signal(signal.SIGKILL)) if p == packets[5] else None
            if killer:
                killer.start()
            burst(s, people, g, p, 2, answers)
            if killer:
                killer.join()
                s.process.wait(WAIT_S)
                s.start()
            for i, x in enumerate(answers):
                if x:
                    told[p, i] = x[0]
        for (p, i), x in told.items():  # whatever was acknowledged stands
            again = grab(people[i], g, p)
            assert (again["outcome"], again.get("amount"), again.get("place")) == x[1:], (p, i, x, again)
        for p in packets:
            for person in people:
                grab(person, g, p)
            seen = whole(a, g, p)
            assert len(seen["grabs"]) == 100 and sum(x["amount"] for x in seen["grabs"]) == 100
        sums_hold(s)

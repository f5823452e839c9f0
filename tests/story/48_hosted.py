"""What a group that lives here tells its owner beyond an export, as counts from five up; and what a member sees of himself."""
import json
import time

from hearth import WAIT_S, Server, refused

DAY_US = 86400 * 10**6
FEW = {"under_day": None, "under_week": None, "under_month": None, "longer": None}
NOBODY = {"none": None, "one": None, "some": None, "many": None}


def people_of(a, group: int, count: int, first: int = 0) -> list:
    return [a.newcomer(group, f"人{first + i}") for i in range(count)]



def story_leavers_are_counted_from_five_up():
    with Server("--no-rates") as s:
        a = s.owner()
        g = a.found()
        leavers, stayer = people_of(a, g, 5), a.newcomer(g, "留下的")
        figures = lambda: a.get(f"/thermometer/groups/{g}/hosted")
        for p in leavers[:4]:
            p.post(f"/groups/{g}/leave")
        assert figures()["left"] == FEW and figures()["members"] == 3
        asked = a.newcomer(g, "没进来", approval=True)  # asked, and took it back with his account: was never in it
        asked.call("DELETE", "/me", {"messages": "keep"})
        assert figures()["left"] == FEW
        leavers[4].post(f"/groups/{g}/leave")
        assert figures()["left"] == {**FEW, "under_day": 5}
        leavers[0].patch("/me", left_out=True)
        assert figures()["left"] == FEW
        leavers[0].patch("/me", left_out=False)
        refused("only-owner", lambda: stayer.get(f"/thermometer/groups/{g}/hosted"))
        refused("left-group", lambda: leavers[0].get(f"/thermometer/groups/{g}/hosted"))
        refused("not-found", lambda: a.get("/thermometer/groups/999/hosted"))
        assert not any(name in json.dumps(figures()) for name in ("人0", "留下的"))
        # by how long they stayed; where only one count would be missing, the least of the others goes too
        people_of(a, g, 16, 10)
        ids = [int(row[0]) for row in s.rows(f"SELECT account FROM member WHERE group_id = {g} AND state = 'in' ORDER BY account")][-16:]
        s.stop()
        for stay, some in ((3, ids[:6]), (20, ids[6:13]), (90, ids[13:])):
            s.sql(f"UPDATE member SET state = 'left', last_seen = 1, left_us = joined_us + {stay * DAY_US} "
                  f"WHERE group_id = {g} AND account IN ({','.join(map(str, some))})")
        s.start()
        assert figures()["left"] == {"under_day": None, "under_week": 6, "under_month": 7, "longer": None}
        s.stop()
        s.sql(f"UPDATE chat_group SET kind = 'external' WHERE id = {g}")
        s.start()
        refused("not-found", figures)  # a group read from files knows none of this


def story_mutes_and_reads_are_counts():
    with Server("--no-rates") as s:
        a = s.owner()
        g = a.found()
        people = people_of(a, g, 6)
        figures = lambda: a.get(f"/thermometer/groups/{g}/hosted")
        assert (figures()["muted"], figures()["read"], figures()["read_latest"]) == (None, None, 50)
        old = a.say(g, "很久以前")
        for i in range(50):
            a.say(g, f"话 {i}")
        last = a.say(g, "最后一句")
        a.put(f"/groups/{g}/mute", **{"for": "always"})
        for p in people[:4]:
            p.put(f"/groups/{g}/mute", **{"for": "always"})
            p.put(f"/groups/{g}/read", number=last)
        people[4].put(f"/groups/{g}/read", number=old)
        late = people_of(a, g, 3, 10)  # came later: had nothing to read
        assert (figures()["muted"], figures()["read"]) == (None, None)  # the owner does not make the fifth
        people[4].put(f"/groups/{g}/mute", **{"for": "week"})
        people[4].put(f"/groups/{g}/read", number=last - 10)
        assert (figures()["muted"], figures()["read"]) == (5, 5)
        people[4].put(f"/groups/{g}/mute", **{"for": "none"})
        assert figures()["muted"] is None
        late[0].put(f"/groups/{g}/mute", **{"for": "hour"})
        assert figures()["muted"] == 5


def story_inviters_are_a_distribution():
    with Server("--no-rates") as s:
        a = s.owner()
        g = a.found()
        a.patch(f"/groups/{g}", members_invite=True)
        inviters = people_of(a, g, 10)
        for n, p in enumerate(inviters):
            people_of(p, g, 1 if n < 5 else 2, 100 + 10 * n)
        figures = lambda: a.get(f"/thermometer/groups/{g}/hosted")["inviters"]
        assert figures() == NOBODY  # too early to say who stays
        s.stop()
        s.sql(f"UPDATE member SET joined_us = joined_us - {40 * DAY_US} WHERE group_id = {g}")
        s.start()
        assert figures() == {"none": None, "one": 5, "some": 5, "many": None}
        inviters[0].patch("/me", left_out=True)
        assert figures() == {**NOBODY, "some": 5}
        inviters[0].patch("/me", left_out=False)
        s.stop()
        s.sql(f"UPDATE member SET state = 'left', last_seen = 1, left_us = joined_us + {3 * DAY_US} WHERE group_id = {g} "
              f"AND invited_by IN ({','.join(str(account_id) for account_id in by_id(s, g)[:5])})")
        s.start()
        assert figures() == {"none": 5, "one": None, "some": 5, "many": None}


def by_id(s: Server, group: int) -> list:
    """Who invited others into the group, the owner left out."""
    return [int(row[0]) for row in s.rows(f"SELECT DISTINCT m.invited_by FROM member m JOIN chat_group g ON g.id = m.group_id "
                                          f"WHERE m.group_id = {group} AND m.invited_by <> g.owner ORDER BY 1")]


def story_a_member_sees_what_is_counted_of_him():
    with Server("--no-rates") as s:
        a = s.owner()
        g, other = a.found(), a.found("另一个")
        b = a.newcomer(g, "乙")
        assert b.get("/me/counts") == {"left_out": False, "greetable": False, "groups": []}
        for i in range(7):
            b.say(g, f"话 {i}")
        a.say(other, "这边一句")
        until = time.monotonic() + WAIT_S
        while not (counts := b.get("/me/counts"))["groups"] or counts["groups"][0]["messages"] < 7:
            assert time.monotonic() < until, counts
            time.sleep(.2)
        assert counts["groups"] == [{"group": g, "name": "骑行群", "messages": 7, "days": 1, "weeks": [0] * 11 + [7]}], counts
        s.stop()
        day = int(s.rows("SELECT day FROM member_day ORDER BY day LIMIT 1")[0][0])
        s.sql("INSERT INTO member_day (group_id, day, account, messages) VALUES "
              + ", ".join(f"({g}, {day - back}, {account_id}, {n})" for account_id in [int(s.rows("SELECT MAX(id) FROM account")[0][0])]
                          for back, n in ((7, 2), (83, 4), (90, 100))))
        s.start()
        mine = b.get("/me/counts")["groups"][0]
        assert (mine["messages"], mine["days"]) == (13, 3) and mine["weeks"] == [4] + [0] * 9 + [2, 7], mine
        first = b.get("/me/data")
        assert first["counts"] == b.get("/me/counts") and b.get(f"/me/data?group={g}&after=0")["counts"] is None
        b.patch("/me", left_out=True, greetable=True)
        assert b.get("/me/counts") == {"left_out": True, "greetable": True, "groups": []}
        s_without = type(b)(s)
        refused("not-signed-in", lambda: s_without.get("/me/counts"))


def talk(s: Server, group: int, author: int, weeks: int, more_from: int) -> None:
    """Seven to nine lines a week; three times as many in the last more_from weeks."""
    now = int(time.time() * 1e6)
    number = int(s.rows(f"SELECT last_number FROM stream WHERE stream = 1 AND owner = {group}")[0][0])
    rows = []
    for day in range(weeks * 7, 0, -1):
        for i in range((1 + (day % 5 == 0)) * (3 if day <= 7 * more_from else 1)):
            number += 1
            rows.append(f"({group}, {number}, {author}, 'c{number}', '一句', {now - day * DAY_US + i * 60000000})")
    s.sql("INSERT INTO message (group_id, number, author, client_id, text, at_us) VALUES " + ", ".join(rows))
    s.sql(f"UPDATE stream SET last_number = {number} WHERE stream = 1 AND owner = {group}")


def story_what_worked_in_my_groups():
    with Server("--no-rates") as s:
        a = s.owner()
        a.patch("/site", may_found="all")
        same, more = a.found(), a.found("热起来的")
        b, _ = a.newcomer(same, "乙"), a.newcomer(more, "丙")
        assert a.get("/remedies/worked") == {"worked": []}
        did = lambda who, group, remedy, **how: who.post(f"/groups/{group}/remedies", remedy=remedy, state=how.get("state", "done"))["id"]
        acts = [did(a, same, "small-activity"), did(a, more, "small-activity")]
        did(a, more, "small-activity")
        did(a, more, "greet-one", state="later")  # put off is not done
        did(b, b.found("乙的群"), "small-activity")
        s.stop()
        me = int(s.rows("SELECT MIN(id) FROM account")[0][0])
        talk(s, same, me, 50, 0)
        talk(s, more, me, 50, 9)
        s.sql(f"UPDATE remedy_act SET at_us = at_us - {70 * DAY_US} WHERE id IN ({acts[0]}, {acts[1]})")
        s.start()
        worked = a.get("/remedies/worked")["worked"]
        assert [w["remedy"] for w in worked] == ["small-activity"], worked
        w = worked[0]
        assert (w["done"], w["helped"], w["no_sign"], w["harmed"], w["too_early"], w["too_little"]) == (3, 1, 1, 0, 1, 0), w
        each = [x["ratio"] for group in (same, more) for x in a.get(f"/groups/{group}/remedies")["done"] if x["ratio"]]
        assert len(each) == 2 and abs(w["ratio"] - (each[0] * each[1]) ** .5) < 1e-6 and w["low"] < w["ratio"] < w["high"], (w, each)
        theirs = b.get("/remedies/worked")["worked"]
        assert len(theirs) == 1 and theirs[0]["done"] == 1 and theirs[0]["ratio"] is None, theirs

"""The made-up village: a way in is printed, every page has something to show, a second start keeps it, nobody's own is touched.

On PostgreSQL too, so that its statements are told to both; the village is kept small there and under sanitizers.
"""
import pathlib
import re
import time

from hearth import WAIT_S, Person, Server

SMALL = ("--demo", "--demo-size", "6")


def owner_of(s: Server) -> Person:
    person = Person(s)
    person.post(f"/enter/{s.first_code()}")
    return person


def talk(person: Person, group: int) -> list:
    return [(m["author"], m["text"]) for m in person.get(f"/groups/{group}/messages")["messages"]]


def story_a_village_to_look_at():
    with Server(*SMALL) as s:
        me = owner_of(s)
        said = s.said.decode()
        assert "编出来的" in said and "made up" in said, said
        assert me.get("/me")["site_owner"]
        groups = {g["name"]: g for g in me.get("/groups")["groups"]}
        assert len(groups) == 10, list(groups)
        walkers, big = groups["周末徒步"], groups["河滨花园邻居"]
        assert walkers["unread"] > 5 and walkers["mentions"] >= 1, walkers
        assert me.get(f"/groups/{big['id']}")["members"] > 300
        assert me.get(f"/groups/{walkers['id']}/requests")["requests"], "somebody waits to be let in"
        page = me.get(f"/groups/{walkers['id']}/messages")["messages"]
        assert any(m["text"].startswith("@陈望山") for m in page) and any(m.get("reply") for m in page)
        read = me.put(f"/groups/{walkers['id']}/read", number=page[-1]["number"])
        assert read["unread"] == 0, read
        # what was said carries the year's times, in order
        first = me.get(f"/groups/{walkers['id']}/messages?after=0&limit=50")["messages"]
        times = [m["at"] for m in first]
        assert times == sorted(times) and times[0][:4] < page[-1]["at"][:4] or times[0][:7] < page[-1]["at"][:7], (times[0], page[-1]["at"])
        # a picture opens
        pictures = [m["picture"] for g in groups.values() for m in me.get(f"/groups/{g['id']}/messages?limit=200")["messages"] if m.get("picture")]
        answer, thumb = me.raw("GET", f"/pictures/{pictures[0]['id']}/thumb")
        assert answer.status == 200 and thumb[:4] == b"RIFF" and thumb[8:12] == b"WEBP"
        # the one that lives elsewhere was read from its export
        outside = next(g for g in groups.values() if g["kind"] == "external")
        assert me.get(f"/groups/{outside['id']}/history")["lines"], "its history can be read"
        until = time.monotonic() + WAIT_S
        while True:  # worked out one after another, behind the first answer
            warmth = {g["id"]: g for g in me.get("/thermometer")["groups"]}
            if all(g["as_of"] for g in warmth.values()) or time.monotonic() > until:
                break
            time.sleep(.2)
        assert set(warmth) == {g["id"] for g in groups.values()} and all(g["messages"] > 0 for g in warmth.values())


def story_a_second_start_keeps_it():
    with Server(*SMALL) as s:
        me = owner_of(s)
        group = me.get("/groups")["groups"][0]["id"]
        me.say(group, "我改了一点")
        before = talk(me, group)
        first = s.first_code()
        s.stop()
        s.start()
        again = owner_of(s)  # a fresh link
        assert s.first_code() != first and talk(again, group) == before


def story_the_same_day_gives_the_same_village():
    with Server(*SMALL) as a, Server(*SMALL) as b:
        one, two = owner_of(a), owner_of(b)
        for group in one.get("/groups")["groups"]:
            assert two.get(f"/groups/{group['id']}")["name"] == group["name"]
            # the last ones may have come between the two starts
            assert talk(one, group["id"])[:3] == talk(two, group["id"])[:3] or len(talk(one, group["id"])) < 4
        code = one.get("/groups")["groups"][0]["id"]
        codes = [p.get(f"/groups/{code}/invitations")["invitations"] for p in (one, two)]
        assert codes[0][0]["code"] != codes[1][0]["code"], "what opens a door is never made from the seed"


def story_nobodys_own_groups_become_a_demo():
    with Server() as s:
        me = s.owner()
        group = me.found()
        s.stop()
        s.options += list(SMALL)
        try:
            s.start()
        except AssertionError:
            pass
        else:
            raise AssertionError("it started over somebody's own groups")
        assert "somebody's own" in s.logged(), s.logged()
        assert not pathlib.Path(s.folder, "data", "made-up").exists()
        s.options = [o for o in s.options if o not in SMALL]
        s.start()
        assert me.get(f"/groups/{group}")["name"] == "骑行群"

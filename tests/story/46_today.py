"""What to do today, what was done, what came of it; nobody is named who did not agree."""
import datetime

from hearth import Server, refused

DAY_US = 86400 * 10**6


def a_year_of_talk(s: Server, group: int, people: list, weeks: int, quiet: int) -> None:
    """Everybody says something most days of every week; the last one named has been silent for so many days."""
    s.stop()
    now = int(datetime.datetime.now().timestamp() * 1e6)
    number = int(s.rows(f"SELECT last_number FROM stream WHERE stream = 1 AND owner = {group}")[0][0])
    rows = []
    for day in range(weeks * 7, 0, -1):
        for n, account in enumerate(people):
            if (day + n) % 2 or (n == len(people) - 1 and day <= quiet):
                continue
            number += 1
            rows.append(f"({group}, {number}, {account}, 'c{number}', '一句', {now - day * DAY_US + n * 60000000})")
    s.sql("INSERT INTO message (group_id, number, author, client_id, text, at_us) VALUES " + ", ".join(rows))
    s.sql(f"UPDATE stream SET last_number = {number} WHERE stream = 1 AND owner = {group}")
    s.start()


def story_today_names_only_who_agreed():
    with Server("--no-rates") as s:
        a = s.owner()
        g = a.found()
        b, c = a.newcomer(g, "乙"), a.newcomer(g, "丙")
        ids = [each.get("/me")["id"] for each in (a, b, c)]
        assert a.get("/today")["cards"] == []
        a_year_of_talk(s, g, ids, 20, 25)
        assert all(card["person"] is None for card in a.get("/today")["cards"])
        c.patch("/me", greetable=True)
        card = a.get("/today")["cards"][0]
        assert card["group"] == g and card["remedy"]["id"] == "greet-one"
        assert card["person"]["name"] == "丙" and card["person"]["account"] == ids[2] and card["person"]["quiet_days"] in (25, 26)
        assert [p["name"] for p in a.get(f"/thermometer/groups/{g}")["people"]] == ["丙"]
        assert b.get("/today")["cards"] == []
        # put off: not before tomorrow; undone: there again; done: rests
        later = a.post(f"/groups/{g}/remedies", remedy="greet-one", person=ids[2], state="later")["id"]
        assert all(x["remedy"]["id"] != "greet-one" for x in a.get("/today")["cards"])
        a.delete(f"/groups/{g}/remedies/{later}")
        assert a.get("/today")["cards"][0]["remedy"]["id"] == "greet-one"
        refused("not-found", lambda: a.delete(f"/groups/{g}/remedies/{later}"))
        a.post(f"/groups/{g}/remedies", remedy="greet-one", person=ids[2], state="done")
        assert all(x["remedy"]["id"] != "greet-one" for x in a.get("/today")["cards"])
        done = a.get(f"/groups/{g}/remedies")["done"]
        assert len(done) == 1 and done[0]["effect"] == "too_early" and done[0]["again_at"] and done[0]["ratio"] is None
        c.patch("/me", greetable=False)  # at once, also what was kept
        assert a.get(f"/thermometer/groups/{g}")["people"] == []
        refused("only-owner", lambda: b.get(f"/groups/{g}/remedies"))
        refused("only-owner", lambda: b.post(f"/groups/{g}/remedies", remedy="greet-one", state="done"))
        refused("not-one-of", lambda: a.post(f"/groups/{g}/remedies", remedy="shout", state="done"), "remedy")
        refused("not-a-member", lambda: a.post(f"/groups/{g}/remedies", remedy="greet-one", person=999, state="done"), "person")
        english = a.call("GET", "/remedies", headers={"Accept-Language": "en"})["remedies"]
        assert len(english) >= 12 and all(x["source"] and x["what"] for x in english)


def story_an_effect_is_told_plainly():
    with Server("--no-rates") as s:
        a = s.owner()
        g = a.found()
        people = [a.get("/me")["id"]] + [a.newcomer(g, name).get("/me")["id"] for name in "乙丙丁"]
        act = a.post(f"/groups/{g}/remedies", remedy="small-activity", state="done")["id"]
        a_year_of_talk(s, g, people, 40, 0)
        s.stop()
        s.sql(f"UPDATE remedy_act SET at_us = at_us - {70 * DAY_US} WHERE id = {act}")  # ten weeks ago
        s.start()
        done = a.get(f"/groups/{g}/remedies")["done"][0]
        assert done["effect"] == "no_sign" and done["low"] < 1 < done["high"], done  # the same talk before and after
        assert len(done["weeks"]) >= 8 and all(w["low"] <= w["expected"] <= w["high"] for w in done["weeks"])

"""Member lists of a group that lives elsewhere: who came and went is inferred, and said to be."""
import datetime
import json
import time
import urllib.parse

from hearth import WAIT_S, Person, Server, refused

WORDS = {"zh": "推算的，不是记录到的", "en": "Inferred, not recorded"}


def export() -> bytes:
    """A file that knows nobody's coming and going: 甲乙丙 talk every day of March 2024, 丁 from the 20th on."""
    begin = datetime.datetime(2024, 3, 1, 12, tzinfo=datetime.timezone.utc)
    said = []
    for day in range(31):
        for n, name in enumerate("甲乙丙丁"):
            if name != "丁" or day >= 19:
                at = begin + datetime.timedelta(days=day, minutes=n)
                said.append({"sender": name, "accountName": name, "timestamp": int(at.timestamp()), "type": 0, "content": f"第 {day} 天"})
    return json.dumps({"chatlab": {"version": "0.0.1", "exportedAt": 1711900000}, "meta": {"name": "湖边", "platform": "wechat", "type": "group"},
                       "members": [{"platformId": n, "accountName": n} for n in "甲乙丙丁"], "messages": said}, ensure_ascii=False).encode()


def outside(a: Person) -> int:
    file = a.call("POST", "/thermometer/files?name=" + urllib.parse.quote("湖边.json"), export())["id"]
    until = time.monotonic() + WAIT_S
    while a.get(f"/thermometer/files/{file}")["state"] == "reading":
        assert time.monotonic() < until
        time.sleep(.05)
    group = a.post(f"/thermometer/files/{file}/keep", group=0)["group"]
    while (a.get(f"/thermometer/files/{file}")["keeping"] or {"state": "waiting"})["state"] in ("waiting", "bringing"):
        assert time.monotonic() < until
        time.sleep(.05)
    return group


def page(a: Person, group: int, lang: str) -> str:
    return a.get(f"/thermometer/groups/{group}/report.html?lang={lang}").decode()


def story_coming_and_going_is_inferred():
    with Server("--no-rates") as s:
        a = s.owner()
        g = outside(a)
        lists = f"/groups/{g}/rosters"
        before = a.get(f"/thermometer/groups/{g}")
        assert before["joins"] is None and before["leaves"] is None and "inferred" not in before
        assert a.get(lists) == {"rosters": []}

        one = a.post(lists, at="2024-03-10", text="甲\n乙、丙，Ann\r\n  ann  \n\n戊,")
        assert one["names"] == 5 and one["at"].startswith("2024-03-10"), one  # Ann once, blanks never
        report = a.get(f"/thermometer/groups/{g}")
        assert report["joins"] is None and "inferred" not in report  # one list says nothing
        a.post(lists, at="2024-03-25T00:00:00Z", names=["甲", "乙", "丙", "丁"])
        report = a.get(f"/thermometer/groups/{g}")
        assert (report["joins"], report["leaves"], report["inferred"]) == (1, 2, True), report
        assert report["inferred_joins"] and report["inferred_leaves"]
        assert (report["inferred_from"][:10], report["inferred_to"][:10]) == ("2024-03-10", "2024-03-25")
        assert report["at"] == before["at"] and report["people"] == before["people"]
        for lang, words in WORDS.items():
            assert words in page(a, g, lang)

        # a list long after the last line: counted, and the group is looked at from its last line all the same
        late = a.post(lists, at="2024-12-01", text="甲 乙 丙\n甲\n丁")
        assert late["names"] == 3  # a blank parts nothing
        report = a.get(f"/thermometer/groups/{g}")
        assert (report["joins"], report["leaves"]) == (2, 4), report  # 甲 乙 丙 as one name joined; 乙 and 丙 left too
        assert report["at"] == before["at"] and report["level"] == before["level"]

        assert [x["id"] for x in a.get(lists)["rosters"]][0] == late["id"]
        gone = a.delete(f"{lists}/{late['id']}")
        assert sorted(gone["names"]) == sorted(["甲", "丁", "甲 乙 丙"])
        assert a.get(f"/thermometer/groups/{g}")["leaves"] == 2
        a.post(lists, at=gone["at"], names=gone["names"])  # undone
        assert a.get(f"/thermometer/groups/{g}")["leaves"] == 4
        refused("not-found", lambda: a.delete(f"{lists}/{late['id']}"))

        # the same day in two parts
        for each in a.get(lists)["rosters"]:
            a.delete(f"{lists}/{each['id']}")
        assert a.get(f"/thermometer/groups/{g}")["joins"] is None
        a.post(lists, at="2024-03-10", text="甲")
        a.post(lists, at="2024-03-10", text="乙")
        assert a.get(f"/thermometer/groups/{g}")["joins"] is None
        a.post(lists, at="2024-03-12", text="甲\n乙")
        report = a.get(f"/thermometer/groups/{g}")
        assert (report["joins"], report["leaves"]) == (0, 0), report


def story_member_lists_are_the_owners_and_bounded():
    with Server("--no-rates") as s:
        a = s.owner()
        g = outside(a)
        hosted = a.found()
        b = a.newcomer(hosted, "乙")
        lists = f"/groups/{g}/rosters"
        for call in (lambda: b.get(lists), lambda: b.post(lists, at="2024-01-01", text="甲")):
            refused("not-found", call)  # not in it: as if there were none
        refused("only-owner", lambda: b.get(f"/groups/{hosted}/rosters"))
        for lang in ("zh", "en"):  # a group that lives here knows by itself
            a.patch("/me", locale=lang)
            said = refused("not-one-of", lambda: a.post(f"/groups/{hosted}/rosters", at="2024-01-01", text="甲"), "group")
            assert ("itself" if lang == "en" else "自己") in said["detail"], said
        refused("not-one-of", lambda: a.get(f"/groups/{hosted}/rosters"), "group")
        refused("required", lambda: a.post(lists, at="2024-01-01"), "names")
        refused("required", lambda: a.post(lists, at="2024-01-01", text=" \n、, \t"), "names")
        refused("required", lambda: a.post(lists, text="甲"), "at")
        refused("out-of-range", lambda: a.post(lists, at="1999-12-31", text="甲"), "at")
        refused("out-of-range", lambda: a.post(lists, at="2100-01-01", text="甲"), "at")
        refused("wrong-type", lambda: a.post(lists, at="yesterday", text="甲"), "at")
        refused("too-long", lambda: a.post(lists, at="2024-01-01", text="甲\n" + "长" * 41), "text")
        refused("too-long", lambda: a.post(lists, at="2024-01-01", names=["长" * 41]), "names")
        a.post(lists, at="2024-01-01", text="长" * 40)
        most = [f"成员{i}" for i in range(50_000)]
        refused("too-many", lambda: a.post(lists, at="2024-01-02", text="\n".join([*most, "一位"])), "text")
        refused("too-many", lambda: a.post(lists, at="2024-01-02", names=most[:20_001]), "names")
        refused("too-big", lambda: a.post(lists, at="2024-01-02", names=["a"] * 180_000))
        assert len(a.get(lists)["rosters"]) == 1  # nothing half-done
        begun = time.monotonic()
        assert a.post(lists, at="2024-01-02", text="\n".join(most))["names"] == 50_000
        a.post(lists, at="2024-01-03", names=most[:20_000])
        whole = a.post(lists, at="2024-01-03", text="、".join(most[20_000:]))
        print(f"# two lists of 50000: {time.monotonic() - begun:.1f} s")
        assert a.get(f"/thermometer/groups/{g}")["joins"] == 50_000
        assert len(a.delete(f"{lists}/{whole['id']}")["names"]) == 30_000
        assert a.get(f"/thermometer/groups/{g}")["leaves"] == 1 + 30_000
        for i in range(197):
            a.post(lists, at=f"2024-02-01T00:{i // 60:02}:{i % 60:02}Z", text="甲")
        refused("too-many", lambda: a.post(lists, at="2024-02-02", text="甲"), "rosters")

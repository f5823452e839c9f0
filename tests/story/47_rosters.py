"""Member lists of a group that lives elsewhere: who came and went is inferred, and said to be."""
import datetime
import json
import urllib.parse

from hearth import Server, refused

TELLS_NOTHING = "chatlab"


def export() -> bytes:
    """A group whose file knows nobody's coming and going: 甲乙丙 talk every day of March 2024, 丁 from the 20th on."""
    begin = datetime.datetime(2024, 3, 1, 12, tzinfo=datetime.timezone.utc)
    said = []
    for day in range(31):
        for n, name in enumerate("甲乙丙丁"):
            if name != "丁" or day >= 19:
                at = begin + datetime.timedelta(days=day, minutes=n)
                said.append({"sender": name, "accountName": name, "timestamp": int(at.timestamp()), "type": 0, "content": f"第 {day} 天"})
    return json.dumps({"chatlab": {"version": "0.0.1", "exportedAt": 1711900000}, "meta": {"name": "湖边", "platform": "wechat", "type": "group"},
                       "members": [{"platformId": n, "accountName": n} for n in "甲乙丙丁"], "messages": said}, ensure_ascii=False).encode()


def outside(a) -> int:
    import time
    file = a.call("POST", "/thermometer/files?name=" + urllib.parse.quote("湖边.json"), export())["id"]
    until = time.monotonic() + 20
    while a.get(f"/thermometer/files/{file}")["state"] == "reading":
        assert time.monotonic() < until
        time.sleep(.05)
    group = a.post(f"/thermometer/files/{file}/keep", group=0)["group"]
    while (a.get(f"/thermometer/files/{file}")["keeping"] or {"state": "waiting"})["state"] in ("waiting", "bringing"):
        assert time.monotonic() < until
        time.sleep(.05)
    return group

"""The first owner, newcomers, approval, full groups and sisters, devices, passwords, lost devices."""
from hearth import Person, Problem, Server, refused


def story_first_owner_once():
    with Server() as s:
        visitor = Person(s)
        refused("not-signed-in", lambda: visitor.get("/me"))
        assert visitor.get("/sessions/current") == {"me": None}
        code = s.first_code()
        assert visitor.get(f"/enter/{code}") == {"kind": "first", "name": None, "state": "open"}
        assert visitor.get(f"/enter/{code}")["state"] == "open"  # looking changes nothing
        refused("required", lambda: visitor.post(f"/enter/{code}"), "name")
        me = visitor.post(f"/enter/{code}", name="  围炉人 ", locale="zh")
        assert me["name"] == "围炉人" and me["site_owner"] and me["may_found"] and me["local_only"]
        refused("gone-link", lambda: Person(s).post(f"/enter/{code}", name="乙"))
        assert Person(s).get(f"/enter/{code}")["state"] == "used"
        s.stop()
        s.start()
        assert b"/enter/" not in s.said  # not needed any more
        assert visitor.get("/me") == visitor.get("/sessions/current")["me"] and visitor.get("/me")["name"] == "围炉人"


def story_invitation_page_and_joining():
    with Server() as s:
        a = s.owner()
        g = a.found(tags=["骑车", "周末"], rules="集合不迟到")
        code = a.invite(g)
        page = Person(s).get(f"/invitations/{code}")
        assert page["state"] == "open" and page["group"]["tags"] == ["骑车", "周末"] and page["me"] is None
        refused("required", lambda: Person(s).post(f"/invitations/{code}"), "name")
        b = Person(s)
        assert b.post(f"/invitations/{code}", name="乙")["group"] == g
        assert b.get(f"/invitations/{code}")["state"] == "in"
        assert b.post(f"/invitations/{code}") == {"state": "in", "group": g}  # again: nothing happens
        assert [m["name"] for m in a.get(f"/groups/{g}/members")["members"]].count("乙") == 1
        assert a.get(f"/groups/{g}")["members"] == 2
        refused("gone-invitation", lambda: b.get("/invitations/nonsense"))


def story_invitations_end():
    with Server() as s:
        a = s.owner()
        g = a.found()
        once = a.invite(g, uses_max=1)
        Person(s).post(f"/invitations/{once}", name="乙")
        refused("gone-invitation", lambda: Person(s).post(f"/invitations/{once}", name="丙"))
        assert Person(s).get(f"/invitations/{once}")["state"] == "used"
        made = a.post(f"/groups/{g}/invitations")
        a.patch(f"/groups/{g}/invitations/{made['id']}", stopped=True)
        refused("gone-invitation", lambda: Person(s).post(f"/invitations/{made['code']}", name="丁"))
        a.patch(f"/groups/{g}/invitations/{made['id']}", stopped=False)  # undo
        Person(s).post(f"/invitations/{made['code']}", name="丁")
        assert "<svg" in a.get(f"/groups/{g}/invitations/{made['id']}")["qr"]


def story_approval():
    with Server() as s:
        a = s.owner()
        g = a.found()
        code = a.invite(g, approval=True)
        live = a.live()
        b, c = Person(s), Person(s)
        assert b.post(f"/invitations/{code}", name="乙")["state"] == "waiting"
        assert c.post(f"/invitations/{code}", name="丙")["state"] == "waiting"
        assert live.until(lambda m: isinstance(m, dict) and "me" in m and "waiting" in m["me"][1])["me"][1]["waiting"] == g
        refused("not-found", lambda: b.get(f"/groups/{g}"))
        waiting = a.get(f"/groups/{g}/requests")["requests"]
        assert [w["name"] for w in waiting] == ["乙", "丙"] and a.get(f"/groups/{g}")["waiting"] == 2
        their = b.live()
        a.post(f"/groups/{g}/requests/{waiting[0]['account']}", let_in=True)
        assert their.until(lambda m: isinstance(m, dict) and "me" in m and "in" in m["me"][1])["me"][1] == {"in": g}
        a.post(f"/groups/{g}/requests/{waiting[1]['account']}", let_in=False)
        assert b.get(f"/groups/{g}")["state"] == "in"
        assert c.get(f"/invitations/{code}")["state"] == "not_in"
        refused("not-in", lambda: c.post(f"/invitations/{code}"))
        refused("not-found", lambda: a.post(f"/groups/{g}/requests/{waiting[1]['account']}", let_in=True))


def story_full_group_and_sister():
    with Server() as s:
        a = s.owner()
        g = a.found(capacity=2)
        code = a.invite(g)
        Person(s).post(f"/invitations/{code}", name="乙")
        body = refused("group-full", lambda: Person(s).post(f"/invitations/{code}", name="丙"))
        assert "sister" not in body
        a.patch(f"/groups/{g}", sister_found=True)
        assert refused("group-full", lambda: Person(s).post(f"/invitations/{code}", name="丙"))["sister"]
        c = Person(s)
        there = c.post(f"/invitations/{code}", name="丙", sister=True)["group"]
        assert there != g and c.get(f"/groups/{there}")["name"] == "骑行群 2"
        assert c.get(f"/groups/{there}")["common_ground"] == "周末一起骑车的人"
        d = Person(s)
        assert d.post(f"/invitations/{code}", name="丁", sister=True)["group"] != there  # 骑行群 2 holds two: the owner and 丙
        refused("out-of-range", lambda: a.patch(f"/groups/{g}", capacity=1), "capacity")


def story_capacity_under_a_rush():
    import threading
    with Server("--no-rates") as s:
        a = s.owner()
        g = a.found(capacity=10)
        code = a.invite(g)
        results: list = []

        def come(i: int):
            try:
                Person(s).post(f"/invitations/{code}", name=f"新人{i}")
                results.append("in")
            except Problem as p:
                results.append(p.slug)
        threads = [threading.Thread(target=come, args=(i,)) for i in range(40)]
        [t.start() for t in threads]
        [t.join() for t in threads]
        assert results.count("in") == 9 and results.count("group-full") == 31, results
        assert a.get(f"/groups/{g}")["members"] == 10


def story_second_device():
    with Server() as s:
        a = s.owner()
        live = a.live()
        link = a.post("/me/device-links")
        assert "<svg" in link["qr"] and link["url"].endswith(link["code"])
        phone = Person(s)
        assert phone.get(f"/enter/{link['code']}")["kind"] == "device"
        ticket = phone.post(f"/enter/{link['code']}")["ticket"]
        assert phone.post(f"/enter/{link['code']}", ticket=ticket) == {"ticket": ticket}
        assert live.until(lambda m: isinstance(m, dict) and "me" in m)["me"][1] == {"device": link["link"]}
        assert a.get(f"/me/device-links/{link['link']}")["state"] == "asking"
        refused("gone-link", lambda: Person(s).post(f"/enter/{link['code']}"))  # somebody else cannot ask too
        a.post(f"/me/device-links/{link['link']}", let_in=True)
        assert phone.post(f"/enter/{link['code']}", ticket=ticket)["name"] == "甲"
        refused("gone-link", lambda: phone.post(f"/enter/{link['code']}", ticket=ticket))
        assert a.get("/me")["devices"] == 2
        sessions = a.get("/sessions")["sessions"]
        other = next(x for x in sessions if not x["current"])
        theirs = phone.live()
        a.delete(f"/sessions/{other['id']}")
        refused("not-signed-in", lambda: phone.get("/me"))
        try:
            while True:
                theirs.receive(5)
        except EOFError:
            pass


def story_password():
    with Server() as s:
        a = s.owner()
        refused("too-short", lambda: a.put("/me/password", login="jia", password="short"), "password")
        a.put("/me/password", login="jia", password="八个字的密码很长了")
        refused("password-needed", lambda: a.put("/me/password", login="jia", password="another-password"))
        elsewhere = Person(s)
        refused("wrong-password", lambda: elsewhere.post("/sessions", login="jia", password="wrong-password"))
        refused("wrong-password", lambda: elsewhere.post("/sessions", login="nobody", password="wrong-password"))
        assert elsewhere.post("/sessions", login="jia", password="八个字的密码很长了")["name"] == "甲"
        b = a.newcomer(a.found(), "乙")
        refused("login-taken", lambda: b.put("/me/password", login="jia", password="long-enough-too"), "login")
        elsewhere.delete("/sessions/current")
        refused("not-signed-in", lambda: elsewhere.get("/me"))


def story_lost_every_device():
    with Server() as s:
        a = s.owner()
        g = a.found()
        b = a.newcomer(g, "乙")
        account = b.get("/me")["id"]
        refused("only-owner", lambda: b.post(f"/groups/{g}/members/{account}/link"))
        link = a.post(f"/groups/{g}/members/{account}/link")
        again = Person(s)
        code = link["url"].rsplit("/", 1)[-1]
        assert again.get(f"/enter/{code}")["name"] == "乙"
        assert again.post(f"/enter/{code}")["id"] == account
        refused("gone-link", lambda: again.post(f"/enter/{code}"))
        entries = b.get(f"/groups/{g}/log")["entries"]  # all see that it was made
        assert any("link_for" in e["event"] for e in entries)

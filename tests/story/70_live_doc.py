"""docs/live.md is enough: a client written from it alone keeps up exactly, through cuts and kills; its examples are real."""
import json
import pathlib
import random
import re
import threading
import time

from hearth import WAIT_S, Live, Person, Problem, Server

PAGE = pathlib.Path(__file__).resolve().parent.parent.parent / "docs/live.md"


class Client:
    """As docs/live.md says. Live is only the frames of RFC 6455."""

    def __init__(self, person: Person):
        self.person, self.have, self.me, self.events, self.news = person, {}, None, [], []
        self.connect()

    def connect(self) -> None:
        self.live, self.behind, self.missed = Live(self.person), set(), False
        for group in self.person.get("/groups")["groups"]:
            self.have.setdefault(group["id"], group["number"])
        self.follow(self.have)
        self.settle()

    def settle(self) -> None:
        """What was found to be missing is fetched, and followed again."""
        while self.behind or self.missed:
            groups, self.behind, self.missed = self.behind, set(), False
            for g in groups:
                more = True
                while more:
                    page = self.person.get(f"/groups/{g}/events?after={self.have[g]}")
                    [self.apply(e) for e in page["events"]]
                    more = page["more"]
            self.follow({g: self.have[g] for g in groups})

    def follow(self, groups: dict) -> None:
        self.live.asked += 1
        mine = self.live.asked
        self.live.send({"do": "live.follow", "as": mine, "groups": {str(g): n for g, n in groups.items()},
                        **({} if self.me is None else {"me": self.me})})
        while not (isinstance(m := self.live.receive(), dict) and m.get("re") == mine):
            self.take(m)
        assert m["status"] == 200, m
        if self.me is None or m["body"]["me"] - self.me > 500:
            self.me = m["body"]["me"]
        self.missed = self.missed or self.me < m["body"]["me"]
        self.behind |= {g for g, _ in m["body"]["behind"]}

    def apply(self, event: list) -> None:
        group, number = event[0], event[1]
        if number == self.have[group] + 1:
            self.have[group] = number
            self.events.append(event)
        elif number > self.have[group]:
            self.behind.add(group)

    def take(self, m) -> None:
        if isinstance(m, list):
            [self.apply(e) for e in m]
        elif "behind" in m:
            self.behind |= {g for g, _ in m["behind"]}
        elif "me" in m and self.me is not None:
            number, what = m["me"]
            if number == self.me + 1:
                self.me = number
                self.news.append(what)
                if what.get("in") and what["in"] not in self.have:
                    self.have[what["in"]] = 0
                    self.behind.add(what["in"])
            elif number > self.me:
                self.missed = True

    def read(self, done, seconds: float = WAIT_S) -> None:
        until = time.monotonic() + seconds
        while not done() and time.monotonic() < until:
            try:
                self.take(self.live.receive(0.5))
            except TimeoutError:
                pass
            self.settle()


def story_a_client_from_the_page_keeps_up():
    with Server("--no-rates") as s:
        a = s.owner()
        g = a.found()
        b = a.newcomer(g, "乙")
        client = Client(b)
        begin = client.have[g]
        asked, answered = [0], [0]

        def talk(k: int):
            speaker = a.live()
            for i in range(120):
                asked[0] += 1
                speaker.do("chat.post", group=g, id=f"{k}-{i}", text=f"{k}-{i}")
                answered[0] += 1
                time.sleep(random.uniform(0, 0.004))
        threads = [threading.Thread(target=talk, args=(k,)) for k in range(3)]
        [t.start() for t in threads]
        for _ in range(4):  # the network goes away in the middle, again and again
            client.read(lambda: False, 0.15)
            client.live.close()
            time.sleep(0.1)
            client.connect()
        [t.join() for t in threads]
        client.read(lambda: client.have[g] == begin + 360)
        assert [e[1] for e in client.events] == list(range(begin + 1, begin + 361))
        assert sorted(e[4] for e in client.events) == sorted(f"{k}-{i}" for k in range(3) for i in range(120))
        # own news: away while they happen, told on coming back, once
        client.live.close()
        h = a.found("第二群")
        b.post(f"/invitations/{a.invite(h)}")
        b.put(f"/groups/{g}/read", number=begin + 5)
        client.connect()
        assert client.news == [{"in": h}, {"read": [g, begin + 5]}], client.news
        a.say(h, "欢迎")
        client.read(lambda: any(e[0] == h and e[4] == "欢迎" for e in client.events))
        b.put(f"/groups/{g}/read", number=begin + 9)
        client.read(lambda: len(client.news) == 3)
        assert client.news[-1] == {"read": [g, begin + 9]} and len({(e[0], e[1]) for e in client.events}) == len(client.events)


def story_more_than_five_hundred_of_ones_own():
    with Server("--no-rates") as s:
        a = s.owner()
        g = a.found()
        live = a.live()
        for i in range(505):
            live.do("group.pin", group=g, pinned=i % 2 == 0)
        live.until(lambda m: isinstance(m, dict) and m.get("me", [0])[0] == 506)  # all of it was told
        there = a.live()
        newest = there.do("live.follow", groups={}, me=0)["me"]
        assert newest == 506 and there.waiting == []  # the founding, and the pins
        assert there.do("live.follow", groups={}, me=newest - 3)["me"] == newest
        assert [m["me"][0] for m in there.waiting] == [newest - 2, newest - 1, newest]


def story_the_pages_examples_are_real():
    """Every kind of body that the page shows comes from a server, and every one that comes is on the page."""
    page = PAGE.read_text()
    shown = {key for text in re.findall(r"\| `(\{.*?\})`[, |]", page) + re.findall(r"`(\{[^`]*\})`", page)
             for key in re.findall(r'^\{"(\w+)"', text)}
    with Server("--no-rates") as s:
        a = s.owner()
        g = a.found()
        b = a.newcomer(g, "乙")
        sock, own = b.live(), a.live()
        assert set(sock.hello) == {"account", "server"}
        while sock.follow({g: b.get(f"/groups/{g}")["number"]}):
            pass  # its own news was still under way: ask again, as the page says
        n = b.say(g, "说错了", reply=b.say(g, "一句"))
        events = sock.events(2)  # before it is taken back: an event is told as things stand
        b.post(f"/groups/{g}/messages/{n}/recall")
        a.post(f"/groups/{g}/messages/{n - 1}/remove")
        c = a.newcomer(g, "丙")
        c.patch("/me", name="丙丙")
        account = c.get("/me")["id"]
        a.patch(f"/groups/{g}/members/{account}", role="steward")
        a.patch(f"/groups/{g}", rules="集合不迟到")
        a.post(f"/groups/{g}/members/{account}/link")
        a.post(f"/groups/{g}/members/{account}/remove")
        d = a.newcomer(g, "丁")
        a.post(f"/groups/{g}/members/{d.get('/me')['id']}/remove", ban=True)
        events += sock.events(10)
        bodies = [e[4] for e in events if isinstance(e[4], dict)] + \
            [e[4] for e in b.get(f"/groups/{g}/events?after={n - 2}")["events"] if isinstance(e[4], dict)]
        sock.do("chat.read", group=g, number=3)
        sock.do("group.mute", group=g, **{"for": "day"})
        sock.do("me.set", locale="en")
        w = Person(s)
        w.post(f"/invitations/{a.invite(g, approval=True)}", name="戊")
        b.post(f"/groups/{g}/leave")
        for live in (sock, own):
            live.silent(0.5)
            bodies += [m["me"][1] for m in live.waiting if "me" in m]
        kinds = {next(iter(body)) for body in bodies}
        assert kinds <= shown, kinds - shown
        assert kinds >= {"text", "was_recalled", "was_removed", "recalled", "removed", "joined", "named", "role", "changed", "link_for", "gone",
                         "barred", "read", "muted", "me", "out", "waiting"}, kinds
        commands = set(re.findall(r"`((?:chat|group|me|live)\.\w+)`", page))
        listed = {op["operationId"] for path in json.loads(b.raw("GET", "/openapi.json")[1])["paths"].values() for op in path.values()
                  if isinstance(op, dict) and "operationId" in op}
        assert commands and all(c in listed or c.replace(".", "_") in {x.replace(".", "_") for x in listed} for c in commands), commands - listed
        for command in commands:
            try:
                sock.do(command)
            except Problem as p:
                assert p.slug != "not-found" or command == "live.follow", (command, p)

#!/usr/bin/env python3
"""Loss of power under load: what was acknowledged is there afterwards, once.

usage: powerloss.py POWERLOSS_SERVE HEARTH        speaks TAP

The server runs on a file layer that keeps in memory what was not synced (forgetful.h), several sockets post as fast as they
are answered, SIGKILL comes at a random moment; again and again on the same folder. That this test can fail is tested too:
with synchronous=OFF it must.
"""
import os
import pathlib
import random
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "story"))
os.environ["HEARTH_DB"] = "sqlite"

from hearth import Live, Person, Problem, Server  # noqa: E402

POWERLOSS_SERVE, HEARTH = sys.argv[1], sys.argv[2]
LOSSES = 20
LOSSES_UNSYNCED_MAX = 3
SENDERS = 4
IN_FLIGHT = 8             # of one sender: posts sent and not yet answered
LOAD_S = (0.05, 0.8)
PAGE = 200


class House(Server):
    """The test's own server: like hearth serve, on the layer that forgets."""

    def start(self) -> None:
        os.environ["HEARTH_BIN"] = self.wrapper
        super().start()


def house(folder: str) -> House:
    wrapper = pathlib.Path(folder) / "serve"
    unsynced = pathlib.Path(folder) / "unsynced"
    wrapper.write_text(f"#!/bin/sh\nif [ -e '{unsynced}' ]; then set -- --sync-off \"$@\"; fi\nexec '{POWERLOSS_SERVE}' \"$@\"\n")
    wrapper.chmod(0o755)
    House.wrapper = str(wrapper)
    return House("--no-rates")


class Sender:
    """Posts with ids of its own; knows which were acknowledged under which number, and sends again what was not."""

    def __init__(self, person: Person, name: str, group: int):
        self.person, self.name, self.group = person, name, group
        self.acknowledged: dict[str, int] = {}
        self.open: list[str] = []
        self.made = 0
        self.odd: list[str] = []

    def run(self) -> None:
        try:
            live = Live(self.person)
            for name in self.open:
                self.send(live, name)
            while True:
                while len(self.open) < IN_FLIGHT:
                    self.made += 1
                    self.open.append(f"{self.name}-{self.made}")
                    self.send(live, self.open[-1])
                answer = live.receive()
                if isinstance(answer, dict) and "re" in answer:
                    name = f"{self.name}-{answer['re']}"
                    if answer["status"] != 200:
                        self.odd.append(f"{name}: {answer}")
                        return
                    self.open.remove(name)
                    self.acknowledged[name] = answer["body"]["number"]
        except (EOFError, OSError):
            return  # the power is gone
        except Problem as p:
            if p.status:  # 0: it went while this one was coming in
                self.odd.append(traceback.format_exc())
        except Exception:
            self.odd.append(traceback.format_exc())

    def send(self, live: Live, name: str) -> None:
        live.send({"do": "chat.post", "as": int(name.split("-")[1]), "group": self.group, "id": name, "text": self.text(name)})

    @staticmethod
    def text(name: str) -> str:
        return f"第 {name} 句 " + "话" * (1 + int(name.split("-")[1]) * 37 % 400)


def under_load_until_the_power_goes(s: House, senders: list[Sender]) -> None:
    threads = [threading.Thread(target=sender.run) for sender in senders]
    for t in threads:
        t.start()
    time.sleep(random.uniform(*LOAD_S))
    s.process.send_signal(signal.SIGKILL)
    s.process.wait()
    for t in threads:
        t.join(30)
        assert not t.is_alive(), "a sender did not notice that the server is gone"
    odd = [o for sender in senders for o in sender.odd]
    assert not odd, odd


def all_messages(person: Person, group: int, after: int) -> list[dict]:
    found: list[dict] = []
    while True:
        page = person.get(f"/groups/{group}/messages?after={after}&limit={PAGE}")
        found += page["messages"]
        if not page["messages"]:
            return found
        after = page["messages"][-1]["number"]


def look(s: House, senders: list[Sender], group: int, after: int) -> int:
    """Everything acknowledged is there once, under its number, with its text; numbers have no gaps. The last number."""
    numbers: list[int] = []
    last = after
    while True:
        page = senders[0].person.get(f"/groups/{group}/events?after={last}&limit=500")
        numbers += [e[1] for e in page["events"]]
        if not page["events"]:
            break
        last = page["last"]
    assert numbers == list(range(after + 1, after + 1 + len(numbers))), f"gaps after {after}: {numbers}"
    for sender in senders:
        mine = [m for m in all_messages(sender.person, group, after) if "id" in m]
        there = {m["id"]: m for m in mine}
        assert len(there) == len(mine), f"{sender.name}: a message is there twice"
        for name, number in sender.acknowledged.items():
            if number > after:
                assert name in there, f"{name}, acknowledged as {number}, is lost"
                assert there[name]["number"] == number, f"{name} was acknowledged as {number} and is {there[name]['number']}"
                assert there[name]["text"] == sender.text(name), f"{name} says something else"
        foreign = set(there) - set(sender.acknowledged) - set(sender.open)
        assert not foreign, f"never sent: {foreign}"
    return last


def is_sound(s: House) -> None:
    """hearth check, on a copy: the folder itself is recovered by the server."""
    with tempfile.TemporaryDirectory() as copy:
        shutil.copytree(s.folder + "/data", copy + "/data")
        done = subprocess.run([HEARTH, "check", "--data", copy + "/data"], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr


def settle(s: House) -> tuple[list[Sender], int]:
    owner = s.owner()
    group = owner.found()
    people = [owner] + [owner.newcomer(group, f"第{i}位") for i in range(1, SENDERS)]
    return [Sender(p, "abcdefgh"[i], group) for i, p in enumerate(people)], group


def what_was_acknowledged_is_there(folder: str) -> str:
    with house(folder) as s:
        senders, group = settle(s)
        first = last = senders[0].person.get(f"/groups/{group}")["number"]
        for _ in range(LOSSES):
            under_load_until_the_power_goes(s, senders)
            is_sound(s)
            s.start()
            last = look(s, senders, group, last)
        look(s, senders, group, first)
        posted = sum(len(sender.acknowledged) for sender in senders)
        assert posted > LOSSES * SENDERS, f"only {posted} messages were acknowledged: no load"
        return f"{posted} acknowledged over {LOSSES} losses"


def the_test_can_fail(folder: str) -> str:
    with house(folder) as s:
        senders, group = settle(s)
        first = senders[0].person.get(f"/groups/{group}")["number"]
        s.stop()
        (pathlib.Path(folder) / "unsynced").touch()
        for losses in range(1, LOSSES_UNSYNCED_MAX + 1):
            try:
                s.start()
                under_load_until_the_power_goes(s, senders)
                assert any(sender.acknowledged for sender in senders) or losses < LOSSES_UNSYNCED_MAX, "no load"
                is_sound(s)
                s.start()
                look(s, senders, group, first)
            except AssertionError as lost:
                if not any(sender.acknowledged for sender in senders):
                    raise
                if s.process.poll() is None:
                    s.stop(signal.SIGKILL)
                return "without syncing: " + str(lost).splitlines()[0][:100]
        raise AssertionError(f"synchronous=OFF lost nothing in {LOSSES_UNSYNCED_MAX} losses of power")


def main() -> int:
    failed = 0
    tests = [what_was_acknowledged_is_there, the_test_can_fail]
    print(f"1..{len(tests)}")
    for number, test in enumerate(tests, 1):
        seed = secrets.randbits(32)
        random.seed(seed)
        folder = tempfile.mkdtemp(prefix="hearth-power.")
        began = time.monotonic()
        try:
            said = test(folder)
            print(f"ok {number} - {test.__name__} # {said}, {time.monotonic() - began:.1f} s", flush=True)
        except Exception:
            failed += 1
            print(f"not ok {number} - {test.__name__}, seed {seed}")
            print("\n".join("# " + line for line in traceback.format_exc().splitlines()), flush=True)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

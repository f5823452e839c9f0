"""The daily counts follow the journal: each message once, over kills, recalls and people who wish to be left out."""
import signal
import threading
import time

from hearth import WAIT_S, Problem, Server

COUNTED = "SELECT group_id, day, account, messages FROM member_day WHERE messages > 0 ORDER BY 1, 2, 3"
SAID = ("SELECT m.group_id, m.at_us / 86400000000, m.author, COUNT(*) FROM message m JOIN account a ON a.id = m.author "
        "WHERE m.state = 0 AND a.left_out = 0 GROUP BY 1, 2, 3 ORDER BY 1, 2, 3")
GROUPS = "SELECT group_id, day, messages FROM group_day WHERE messages > 0 ORDER BY 1, 2"
SUMS = "SELECT group_id, day, SUM(messages) FROM member_day WHERE messages > 0 GROUP BY 1, 2 ORDER BY 1, 2"


def agree(s: Server) -> list:
    """The counts come to say what the messages say."""
    until = time.monotonic() + WAIT_S
    while True:
        counted, said = s.rows(COUNTED), s.rows(SAID)
        if counted == said and s.rows(GROUPS) == s.rows(SUMS):
            return counted
        assert time.monotonic() < until, (counted, said)
        time.sleep(.2)


def story_counts_follow_what_is_said():
    with Server("--no-rates") as s:
        a = s.owner()
        g, other = a.found(), a.found("另一个")
        b = a.newcomer(g, "乙")
        for i in range(30):
            a.say(g, f"话 {i}")
            last = b.say(g, f"答 {i}")
        a.say(other, "这边一句")
        assert sorted(int(row[3]) for row in agree(s)) == [1, 30, 30]
        b.post(f"/groups/{g}/messages/{last}/recall")
        assert sorted(int(row[3]) for row in agree(s)) == [1, 29, 30]
        came = s.rows(f"SELECT SUM(joins), SUM(leaves) FROM group_day WHERE group_id = {g}")
        assert came[0][0] == "1", came
        today = {line["id"]: line["today"] for line in a.get("/thermometer")["groups"]}
        assert today == {g: 59, other: 1}, today
        b.patch("/me", left_out=True)  # what was counted goes, what comes is not counted
        b.say(g, "不计入的一句")
        a.say(g, "计入的一句")
        assert sorted(int(row[3]) for row in agree(s)) == [1, 31]


def story_counts_survive_kills():
    with Server("--no-rates") as s:
        a = s.owner()
        g = a.found()
        for round in range(3):
            over = threading.Event()

            def talk():
                while not over.is_set():
                    try:
                        a.say(g, "一句")
                    except (OSError, Problem):
                        return
            talking = threading.Thread(target=talk)
            talking.start()
            time.sleep(1.3)
            s.process.send_signal(signal.SIGKILL)
            over.set()
            talking.join()
            s.stop(signal.SIGKILL)
            s.start()
        assert sum(int(row[3]) for row in agree(s)) > 20

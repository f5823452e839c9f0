"""The ledger from outside: books for other programs beside a running server, its check, a start that is refused, proofs."""
import json
import os
import pathlib
import re
import secrets
import subprocess
import tempfile
import time

from hearth import WAIT_S, Person, Server, refused

PROOF = pathlib.Path(__file__).resolve().parents[1] / "fixtures/ledger/proof.json"
KEY = "48e301518a00ecc44d2dcc7307c6209550c732088338be0f65641cd29b0cc1b7"


def hearth(*words: str) -> tuple:
    done = subprocess.run([os.environ["HEARTH_BIN"], *words], capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout, done.stderr


def where(s: Server) -> tuple:
    return ("--db", s.url) if s.postgres else ("--data", s.folder + "/data")


def tool(*words: str, ok: bool = True) -> str:
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, env={**os.environ, "LC_ALL": "C.UTF-8"})
    assert (done.returncode == 0) == ok, (words, done.stdout, done.stderr)
    return done.stdout


def send(p: Person, group: int, total: int, shares: int) -> int:
    commitment = p.get(f"/groups/{group}/packets/terms")["commitment"]
    return p.post(f"/groups/{group}/packets", id=secrets.token_hex(8), kind="lucky", sum=total, shares=shares, message="", commitment=commitment,
                  nonce=secrets.token_hex(32))["packet"]


def grab(p: Person, group: int, packet: int) -> dict:
    return p.post(f"/groups/{group}/packets/{packet}/grab")


def some_money(s: Server) -> Person:
    """Welcomes, a packet that is taken, one that is half taken; the owner."""
    a = s.owner()
    g = a.found()
    people = [a.newcomer(g, name) for name in "乙丙丁"]
    first, second = send(a, g, 1000, 2), send(people[0], g, 600, 3)
    for who, packet in ((people[1], first), (people[2], first), (a, second)):
        assert grab(who, g, packet)["outcome"] == "got"
    return a


def story_books_for_other_programs():
    with Server("--no-rates") as s:
        some_money(s)
        for name, check in (("hledger", ("hledger", "check", "-s", "-f")), ("beancount", ("bean-check",))):
            path = f"{s.folder}/books.{name}"
            code, out, wrong = hearth("ledger", "export", "--format", name, "--out", path, *where(s))
            assert code == 0 and out == "", (out, wrong)
            tool(*check, path)
            text = pathlib.Path(path).read_text()
            assert text == hearth("ledger", "export", "--format", name, *where(s))[1]
            assert not pathlib.Path(path + ".part").exists()
        told = {r[0]: int(r[1]) for r in s.rows("SELECT owner, posted FROM ledger_account WHERE kind = 'member'")}
        counted = tool("hledger", "-f", f"{s.folder}/books.hledger", "balance", "--flat", "--no-total", "-E", "-O", "csv", "liabilities:member")
        for owner, posted in told.items():
            found = re.search(rf'"liabilities:member:{owner}","(-?[\d.]+)( POINTS)?"', counted)
            assert round(float(found[1]) * 100) == -posted, (owner, posted, counted)
        assert len(told) == 4 and any(told.values())
        code, out, wrong = hearth("ledger", "export", "--format", "csv", *where(s))
        assert code == 0 and len(out.splitlines()) == 1 + int(s.rows("SELECT COUNT(*) FROM ledger_leg")[0][0])
        assert hearth("ledger", "export", "--format", "xls", *where(s))[0] == 2
        assert hearth("ledger", "export")[0] == 2
        assert hearth("ledger", "export", "--format", "csv", "--data", s.folder + "/no")[0] == 1
        code, out, wrong = hearth("ledger", "export", "--format", "csv", "--out", s.folder + "/no/such/folder", *where(s))
        assert code == 1 and "/no/such/folder" in wrong, wrong


def free(s: Server, table: str) -> None:
    """Take away what keeps the table as it is."""
    if s.postgres:
        s.sql(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
    else:
        s.sql(f"DROP TRIGGER {table}_update")


def story_a_ledger_that_does_not_fit():
    with Server("--no-rates") as s:
        some_money(s)
        code, out, wrong = hearth("check", *where(s))
        assert code == 0 and "sound" in out, (out, wrong)
        until = time.monotonic() + WAIT_S
        while s.rows("SELECT COUNT(*) FROM ledger_seal") == [["0"]] and time.monotonic() < until:
            time.sleep(0.05)
        s.stop()
        assert s.rows("SELECT SUM(entries) FROM ledger_seal")[0][0] == s.rows("SELECT COUNT(*) FROM ledger_entry")[0][0]
        last = s.rows("SELECT MAX(position) FROM ledger_entry")[0][0]
        s.sql("UPDATE ledger_account SET posted = posted + 1 WHERE id = "
              f"(SELECT MAX(account) FROM ledger_leg WHERE entry = {last})")
        code, out, wrong = hearth("check", *where(s))
        assert code == 1 and f"ledger: entry {last} (" in out and "not sound" in out, out
        s.sql("UPDATE ledger_account SET posted = posted - 1 WHERE id = "
              f"(SELECT MAX(account) FROM ledger_leg WHERE entry = {last})")
        assert hearth("check", *where(s))[0] == 0
        free(s, "ledger_leg")
        first = s.rows("SELECT MIN(entry) FROM ledger_leg WHERE amount > 0")[0][0]
        s.sql(f"UPDATE ledger_leg SET amount = amount + 1 WHERE entry = {first} AND amount > 0")
        code, out, wrong = hearth("check", *where(s))
        assert code == 1 and out.startswith(f"ledger: entry {first} ("), out
        s.sql(f"UPDATE ledger_leg SET amount = amount - 1 WHERE entry = {first} AND amount > 0")
        s.start()
        s.stop()
        # money out of nothing, behind the last seal: nobody may go on from there
        s.sql("INSERT INTO ledger_entry (caller_id, kind, purpose, subject, actor, at_us) VALUES ('forged', 1, 2, 1, 0, 1)")
        s.sql("INSERT INTO ledger_leg (entry, account, amount, held, posted_after, held_after) SELECT MAX(position), 1, 500, 0, "
              "(SELECT posted + 500 FROM ledger_account WHERE id = 1), (SELECT held FROM ledger_account WHERE id = 1) FROM ledger_entry")
        s.sql("UPDATE ledger_account SET posted = posted + 500 WHERE id = 1")
        forged = s.rows("SELECT MAX(position) FROM ledger_entry")[0][0]
        done = subprocess.run([os.environ["HEARTH_BIN"], "serve", "--listen", "127.0.0.1:0", "--data", s.folder + "/data",
                               *(("--db", s.url) if s.postgres else ())], capture_output=True, text=True, timeout=60)
        assert done.returncode == 1 and f"entry {forged}" in done.stderr, done.stderr
        assert "hearth check" in done.stderr and "hearth restore" in done.stderr, done.stderr


def story_a_proof_without_the_server():
    folder = tempfile.mkdtemp(prefix="hearth-story.")
    code, out, wrong = hearth("ledger", "verify-proof", str(PROOF))
    assert code == 0 and "member 12: +100" in out and KEY in out and "whoever has this key" in out, (out, wrong)
    code, out, wrong = hearth("ledger", "verify-proof", str(PROOF), "--key", KEY)
    assert code == 0 and "the one you named" in out, (out, wrong)
    assert hearth("ledger", "verify-proof", str(PROOF), "--key", KEY[:-1] + "8")[0] == 1
    assert hearth("ledger", "verify-proof", str(PROOF), "--key", "8")[0] == 2
    proof = json.loads(PROOF.read_text())
    bad = pathlib.Path(folder) / "bad.json"
    for field, value in (("leaf", proof["leaf"].replace("64", "65", 1)), ("index", 4), ("entries", 13), ("day", 20001), ("root", proof["chain"]),
                         ("chain", proof["root"]), ("public_key", proof["root"]), ("path", proof["path"][1:]), ("position", 5),
                         ("signature", proof["signature"][:-2] + "00"), ("state", "sealed"), ("format", "x")):
        bad.write_text(json.dumps({**proof, field: value}))
        code, out, wrong = hearth("ledger", "verify-proof", str(bad))
        assert code == 1 and out == "" and wrong, (field, out, wrong)
    bad.write_text("no proof")
    assert hearth("ledger", "verify-proof", str(bad))[0] == 1
    assert hearth("ledger", "verify-proof", folder + "/none")[0] == 1


def story_a_proof_from_the_server():
    with Server("--no-rates") as s:
        a = some_money(s)
        mine = a.get("/wallet/entries")["entries"][-1]["position"]
        until = time.monotonic() + WAIT_S
        while a.get(f"/wallet/entries/{mine}/proof")["state"] == "not_sealed" and time.monotonic() < until:
            time.sleep(0.05)
        proof = a.get(f"/wallet/entries/{mine}/proof")
        assert proof["state"] == "sealed" and proof["position"] == mine and "signature" not in proof
        refused("not-found", lambda: a.get("/wallet/entries/99999/proof"))
        [others] = s.rows("SELECT MIN(entry) FROM ledger_leg WHERE entry NOT IN (SELECT entry FROM ledger_leg WHERE account = "
                          "(SELECT id FROM ledger_account WHERE kind = 'member' AND owner = 1))")
        refused("not-found", lambda: a.get(f"/wallet/entries/{others[0]}/proof"))
        assert a.get("/ledger/roots") == {"roots": [], "more": False}
        code, out, wrong = hearth("ledger", "proof", "1", *where(s))
        assert code == 0, wrong
        proof = json.loads(out)
        assert proof["position"] == 1 and proof["state"] in ("not_sealed", "sealed") and bytes.fromhex(proof["leaf"]).startswith(b"hearth ledger entry 1\n")
        assert hearth("ledger", "proof", "99999", *where(s))[0] == 1
        assert hearth("ledger", "proof", "x", *where(s))[0] == 2
        code, out, wrong = hearth("ledger", "key", *where(s))
        assert code == 0 and re.fullmatch(r"[0-9a-f]{64}\n", out), (out, wrong)

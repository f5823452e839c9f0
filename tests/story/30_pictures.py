"""Pictures: sent, seen by whom, cleaned of what they tell about their maker, taken back, swept; and what is no picture."""
import pathlib
import struct
import time
import zlib

from hearth import WAIT_S, Person, Problem, Server, refused

FIXTURES = pathlib.Path(__file__).resolve().parent.parent / "fixtures/media"
PICTURE_BYTES_MAX = 20 << 20


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int = 40, height: int = 30, extra: bytes = b"", rows: int | None = None) -> bytes:
    row = b"\0" + bytes((x * 5 % 256, 90, 160)[i] for x in range(width) for i in range(3))
    pixels = zlib.compress(row * (height if rows is None else rows))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)) + extra + \
        chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def exif_with_place() -> bytes:
    """EXIF (TIFF, little-endian) with the maker's name, a camera and a place in GPS."""
    camera, artist = b"SpyCam 9000\0", b"Zhang San SECRET\0"
    n = 4  # entries of the first directory: Make, Orientation, Artist, GPS
    data_at = 8 + 2 + 12 * n + 4
    gps_at = data_at + len(camera) + len(artist) + 1
    entry = lambda tag, kind, count, value: struct.pack("<HHII", tag, kind, count, value)
    first = struct.pack("<H", n) + entry(0x010F, 2, len(camera), data_at) + entry(0x0112, 3, 1, 6) + \
        entry(0x013B, 2, len(artist), data_at + len(camera)) + entry(0x8825, 4, 1, gps_at) + struct.pack("<I", 0)
    degrees_at = gps_at + 2 + 12 * 2 + 4
    gps = struct.pack("<H", 2) + entry(0x0001, 2, 2, ord("N")) + entry(0x0002, 5, 3, degrees_at) + struct.pack("<I", 0) + \
        struct.pack("<6I", 31, 1, 14, 1, 37, 1)
    return b"II*\0" + struct.pack("<I", 8) + first + camera + artist + b"\0" + gps


def jpeg(extra: bool = False) -> bytes:
    plain = (FIXTURES / "hill.jpg").read_bytes()
    if not extra:
        return plain
    told = b"Exif\0\0" + exif_with_place()
    comment = b"SECRET comment"
    return plain[:2] + b"\xff\xe1" + struct.pack(">H", len(told) + 2) + told + b"\xff\xfe" + struct.pack(">H", len(comment) + 2) + comment + plain[2:]


def webp_with_place() -> bytes:
    plain = (FIXTURES / "hill.webp").read_bytes()
    plain = plain[plain.index(b"VP8 "):]
    plain = plain[:8 + struct.unpack("<I", plain[4:8])[0]]
    told = exif_with_place()
    part = lambda kind, data: kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) & 1)
    head = part(b"VP8X", bytes([0x08 | 0x04, 0, 0, 0]) + struct.pack("<I", 63)[:3] + struct.pack("<I", 47)[:3])
    body = b"WEBP" + head + plain + part(b"EXIF", told) + part(b"XMP ", b"<x:xmpmeta>SECRET</x:xmpmeta>")
    return b"RIFF" + struct.pack("<I", len(body)) + body


def send(person: Person, group: int, data: bytes) -> dict:
    return person.call("POST", f"/groups/{group}/pictures", data, {"Content-Type": "application/octet-stream"})


def files(server: Server, folder: str = "media") -> list:
    return sorted(p for p in (pathlib.Path(server.folder) / "data" / folder).rglob("*") if p.is_file())


def soon(true) -> None:
    """A file goes after the answer was given."""
    until = time.monotonic() + WAIT_S
    while not true():
        assert time.monotonic() < until, "it did not come to be so"
        time.sleep(0.02)


def story_four_kinds_are_sent_and_seen():
    with Server() as s:
        a = s.owner()
        g = a.found()
        b = a.newcomer(g, "乙")
        live = b.live()
        live.follow({g: b.get(f"/groups/{g}")["number"]})
        kinds = {"image/jpeg": jpeg(), "image/png": png(), "image/webp": (FIXTURES / "hill.webp").read_bytes(),
                 "image/gif": (FIXTURES / "hill.gif").read_bytes()}
        for kind, data in kinds.items():
            p = send(a, g, data)
            assert p["type"] == kind and (p["width"], p["height"]) == ((40, 30) if kind == "image/png" else (64, 48)), p
            n = a.say(g, "看" if kind == "image/gif" else "", picture=p["id"])
            [event] = live.events(1)
            assert event[1] == n and event[4]["picture"] == p, event
            shown = b.get(f"/groups/{g}/messages")["messages"][-1]
            assert shown["kind"] == "picture" and shown["picture"] == p
            answer, whole = b.raw("GET", p["original"])
            assert answer.status == 200 and answer.getheader("Content-Type") == kind and len(whole) == p["bytes"], answer.status
            assert whole[:4] == data[:4]
            answer, small = b.raw("GET", p["thumb"])
            assert answer.getheader("Content-Type") == "image/webp" and small[8:12] == b"WEBP"
            assert "sandbox" in answer.getheader("Content-Security-Policy") and answer.getheader("X-Content-Type-Options") == "nosniff"
        assert b.get("/groups")["groups"][0]["last"]["kind"] == "picture"
        assert len(files(s)) == 8 and files(s, "spool") == []
        assert all(f.stat().st_mode & 0o077 == 0 for f in files(s))


def story_a_browser_keeps_what_it_has():
    with Server() as s:
        a = s.owner()
        g = a.found()
        p = send(a, g, png())
        a.say(g, "", picture=p["id"])
        tags = set()
        for url in (p["thumb"], p["original"]):
            answer, whole = a.raw("GET", url)
            tag = answer.getheader("ETag")
            assert tag and answer.getheader("Cache-Control") == "private, max-age=31536000, immutable", answer.getheaders()
            answer, nothing = a.raw("GET", url, headers={"If-None-Match": tag})
            assert answer.status == 304 and nothing == b"" and answer.getheader("ETag") == tag
            assert a.raw("GET", url, headers={"If-None-Match": '"other"'})[0].status == 200
            answer, nothing = a.raw("HEAD", url)
            assert answer.status == 200 and nothing == b"" and int(answer.getheader("Content-Length")) == len(whole)
            answer, part = a.raw("GET", url, headers={"Range": "bytes=4-9"})
            assert answer.status == 206 and part == whole[4:10]
            tags.add(tag)
        assert len(tags) == 2


def story_what_a_picture_tells_about_its_maker_is_gone():
    with Server() as s:
        a = s.owner()
        g = a.found()
        text = chunk(b"tEXt", b"Author\0Zhang San SECRET") + chunk(b"eXIf", exif_with_place())
        for data in (jpeg(True), png(extra=text), webp_with_place()):
            assert b"SECRET" in data
            p = send(a, g, data)
            a.say(g, "", picture=p["id"])
            for url in (p["original"], p["thumb"]):
                kept = a.raw("GET", url)[1]
                for word in (b"SECRET", b"SpyCam", b"Exif\0", b"EXIF", b"eXIf", b"XMP "):
                    assert word not in kept, (url, word)
            if data[:2] == b"\xff\xd8":  # it lay on its side, as EXIF said; now it stands without EXIF
                assert (p["width"], p["height"]) == (48, 64), p
        for f in files(s):
            assert b"SECRET" not in f.read_bytes()


def story_who_may_see_it():
    with Server() as s:
        a = s.owner()
        g, other = a.found(), a.found("别的群")
        b, leaver, stranger = a.newcomer(g, "乙"), a.newcomer(g, "丁"), a.newcomer(other, "路人")
        unsent = send(b, g, png())
        assert b.raw("GET", unsent["thumb"])[0].status == 200
        for p in (a, leaver, stranger, Person(s)):
            assert p.raw("GET", unsent["thumb"])[0].status == (404 if p.token else 401)
        refused("no-such-message", lambda: a.say(g, "", picture=unsent["id"]), "picture")  # not his
        refused("no-such-message", lambda: b.say(g, "", picture=99999), "picture")
        b.say(g, "", picture=unsent["id"])
        refused("no-such-message", lambda: b.say(g, "又来", picture=unsent["id"]), "picture")  # a message has it
        leaver.post(f"/groups/{g}/leave")
        later = send(a, g, png(41))
        a.say(g, "", picture=later["id"])
        seen = lambda person, p: [person.raw("GET", p[k])[0].status for k in ("thumb", "original")]
        assert seen(a, unsent) == seen(b, later) == [200, 200]
        assert seen(leaver, unsent) == [200, 200] and seen(leaver, later) == [404, 404]
        assert seen(stranger, unsent) == [404, 404] and seen(Person(s), unsent) == [401, 401]
        refused("not-found", lambda: send(stranger, g, png()))
        refused("left-group", lambda: send(leaver, g, png()))
        refused("not-signed-in", lambda: send(Person(s), g, png()))
        mine = send(a, other, png())
        refused("no-such-message", lambda: a.say(g, "", picture=mine["id"]), "picture")  # another group's
        assert len(files(s)) == 6


def story_a_picture_taken_back_leaves_the_disk():
    with Server() as s:
        a = s.owner()
        g = a.found()
        b = a.newcomer(g, "乙")
        one, two = send(b, g, png()), send(b, g, png())
        n1, n2 = b.say(g, "", picture=one["id"], id="p1"), b.say(g, "", picture=two["id"])
        assert b.say(g, "", picture=one["id"], id="p1") == n1  # again: the same answer
        refused("conflict", lambda: b.say(g, "", picture=two["id"], id="p1"), "id")
        assert len(files(s)) == 4
        b.post(f"/groups/{g}/messages/{n1}/recall")
        soon(lambda: len(files(s)) == 2)
        assert b.raw("GET", one["original"])[0].status == 404
        a.post(f"/groups/{g}/messages/{n2}/remove")
        soon(lambda: files(s) == [])
        assert a.raw("GET", two["thumb"])[0].status == 404
        assert [m["picture"] for m in a.get(f"/groups/{g}/messages")["messages"]] == [None, None]


def story_no_pictures():
    with Server("--no-rates") as s:
        a = s.owner()
        g = a.found()
        huge_gif = b"GIF89a" + struct.pack("<HH", 65535, 65535) + b"\x80\0\0" + bytes(6) + b"," + struct.pack("<HHHH", 0, 0, 65535, 65535) + \
            b"\0\x02\x02\x4c\x01\0;"
        huge_jpeg = jpeg()
        at = huge_jpeg.index(b"\xff\xc0") + 5
        sized = lambda side: huge_jpeg[:at] + struct.pack(">HH", side, side) + huge_jpeg[at + 4:]
        refused("not-a-picture", lambda: send(a, g, sized(65535)))  # beyond what the format's readers know
        for data in (png(65535, 65535, rows=4), huge_gif, sized(65000)):
            body = refused("picture-too-big", lambda: send(a, g, data))
            assert body["status"] == 413
        whole = {"jpeg": jpeg(), "png": png(200, 200), "webp": (FIXTURES / "hill.webp").read_bytes(),
                 "gif": (FIXTURES / "hill.gif").read_bytes()}
        for kind, data in whole.items():
            for part in (0.3, 0.6, 0.9):
                refused("not-a-picture", lambda: send(a, g, data[:int(len(data) * part)]))
        svg = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
        for data in (b"", b"hello", svg, b"%PDF-1.7\n", b"II*\0" + bytes(100), b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF89a", b"RIFF\0\0\0\0WEBP"):
            assert refused("not-a-picture", lambda: send(a, g, data))["status"] == 415
        soon(lambda: files(s) == [] and files(s, "spool") == [])


def story_over_twenty_megabytes():
    with Server() as s:
        a = s.owner()
        g = a.found()
        padded = png(extra=chunk(b"teSt", bytes(PICTURE_BYTES_MAX - 300)))
        assert 19 << 20 < len(padded) <= PICTURE_BYTES_MAX
        p = send(a, g, padded)
        assert p["bytes"] < 10000  # what is kept is the picture
        before = files(s)
        for big in (PICTURE_BYTES_MAX + 1, PICTURE_BYTES_MAX * 2):
            try:
                refused("too-big", lambda: send(a, g, png() + bytes(big - len(png()))))
            except (BrokenPipeError, ConnectionResetError):  # it may stop listening before all was sent
                pass
        soon(lambda: files(s) == before and files(s, "spool") == [])
        assert a.get("/me")["name"] == "甲"


def story_pictures_never_sent_are_swept():
    with Server() as s:
        a = s.owner()
        g = a.found()
        old, fresh, said = send(a, g, png()), send(a, g, png()), send(a, g, png())
        a.say(g, "", picture=said["id"])
        s.stop()
        s.sql(f"UPDATE picture SET made_us = made_us - 86400000000 - 1 WHERE id IN ({old['id']}, {said['id']})")
        s.sql(f"INSERT INTO file_gone (file) VALUES ('{'0' * 40}')")  # the server ended between an answer and the disk
        stray = pathlib.Path(s.folder) / "data/media/00" / ("0" * 40)
        stray.parent.mkdir(exist_ok=True)
        stray.write_bytes(b"x")
        s.start()
        soon(lambda: len(files(s)) == 4 and not stray.exists())
        assert [a.raw("GET", p["thumb"])[0].status for p in (old, fresh, said)] == [404, 200, 200]

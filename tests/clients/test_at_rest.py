"""Nothing personal stands readable in the database, its log, the server's log or the metrics."""

import base64
import io
import struct
import zlib

import pytest
import requests

from house import HOST, HOST_REDIRECT, House
from portico import Portico
from receiver import Receiver
from test_requests_oauthlib import sign_in
from visitor import Visitor

PASSWORD = "an unlikely passphrase of Wilhelmina"
PLANTED = {
    "name": "Wilhelmina Zaphodova",
    "username": "wilhelmina.unreadable",
    "email": "wilhelmina.unreadable@planted.example",
    "phone": "+4915112345670",
    "street": "Unlesbare Gasse 77",
    "locality": "Verborgenhausen",
    "address label": "Grandmother Oddity",
    "reference": "pm_planted_reference_0815",
    "brand": "Plantedcard",
    "password": PASSWORD,
    "device": "PlantedBrowser",
}
RENAMED = "Wilhelmina Renamedova"


@pytest.fixture
def house(tmp_path):
    config = tmp_path / "portico.toml"
    config.write_text('[log]\nfilter = "trace"\n')
    server = Portico(tmp_path / "data", tmp_path / "log", ["--config", config]).start()
    receiver = Receiver()
    yield House(server, receiver)
    receiver.close()
    if server.process.poll() is None:
        assert server.stop() == 0


def png(colour):
    """A picture of one colour, 64 pixels wide."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    rows = (b"\0" + bytes(colour) * 64) * 64
    out = io.BytesIO()
    out.write(b"\x89PNG\r\n\x1a\n")
    out.write(chunk(b"IHDR", struct.pack(">IIBBBBB", 64, 64, 8, 2, 0, 0, 0)))
    out.write(chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))
    return out.getvalue()


def spellings(value):
    """The ways in which a value could stand in a file: as it is, or encoded."""
    raw = value if isinstance(value, bytes) else value.encode()
    yield raw
    yield raw.lower()
    yield raw.hex().encode()
    yield base64.b64encode(raw).rstrip(b"=")[:-1]


def places(house):
    """Everything that outlives a request, or leaves the house by another door."""
    yield from ((path.name, path.read_bytes()) for path in house.server.data.glob("portico.db*"))
    yield "log", house.server.log.read_bytes()
    metrics = house.server.admin_session().get(f"{house.server.admin}/metrics", timeout=10)
    assert metrics.status_code == 200 and "portico_" in metrics.text
    yield "metrics", metrics.content


def found(house, values):
    return [
        f"{what} in {place}"
        for place, content in places(house)
        for what, value in values.items()
        for spelling in spellings(value)
        if spelling in content
    ]


def planted_person(house):
    user = house.server.create_person(
        PLANTED["name"], PLANTED["username"], PASSWORD,
        "--email", PLANTED["email"], "--email-verified", "--phone", PLANTED["phone"], "--phone-verified")
    visitor = Visitor(PLANTED["username"], PASSWORD)
    visitor.browser.headers["User-Agent"] = f"{PLANTED['device']}/1.0"
    host, _, _ = sign_in(house, visitor, HOST, HOST_REDIRECT, ["openid", "host"], include_client_id=True)
    return user, visitor, host


def fill_in(house, host):
    me = f"{house.issuer}/v1/me"
    assert host.patch(f"{me}/profile", json={"name": RENAMED}).ok
    address = {
        "label": PLANTED["address label"], "street_address": PLANTED["street"],
        "locality": PLANTED["locality"], "country": "DE",
    }
    assert host.post(f"{me}/addresses", json=address).status_code == 201
    method = {
        "kind": "card", "brand": PLANTED["brand"], "last4": "4242", "expires": "2031-04",
        "reference": PLANTED["reference"],
    }
    assert host.post(f"{me}/payment-methods", json=method).status_code == 201
    put = host.put(f"{me}/avatar", data=png((200, 30, 90)), headers={"Content-Type": "image/png"})
    assert put.ok, put.text
    avatar = host.get(f"{me}/avatar")
    assert avatar.ok and len(avatar.content) > 60
    return avatar.content


def test_no_planted_value_is_readable_before_or_after_its_person_is_erased(house):
    user, visitor, host = planted_person(house)
    avatar = fill_in(house, host)
    assert visitor.browser.get(f"{house.issuer}/settings/profile", timeout=20).status_code == 200
    wrong = Visitor(PLANTED["username"], "a wrong passphrase of Wilhelmina")
    with pytest.raises(AssertionError):
        sign_in(house, wrong, HOST, HOST_REDIRECT, ["openid", "host"], include_client_id=True)
    exported = house.server.cli("users", "export", user)
    values = PLANTED | {"new name": RENAMED, "avatar": avatar[20:60], "wrong password": wrong.password}
    seen = str(exported)
    for what in ("email", "phone", "street", "locality", "address label", "brand", "new name"):
        assert values[what] in seen, f"{what} was not planted"
    assert found(house, values) == []

    sealed = sealed_of(house, user)
    house.server.cli("users", "erase", user)
    assert found(house, values) == []
    assert host.get(f"{house.issuer}/v1/me/profile").status_code == 401
    assert house.server.stop() == 0
    # After a clean stop nothing but the database is left, and in it no trace even of what was sealed.
    left = b"".join(path.read_bytes() for path in house.server.data.glob("portico.db*"))
    assert sealed and all(part not in left for part in sealed)


def sealed_of(house, user):
    """The middle of everything that is kept sealed for a person, as it stands in the file."""
    import sqlite3

    raw = bytes.fromhex(user.rsplit("_", 1)[1]) if "_" in user else bytes.fromhex(user)
    with sqlite3.connect(f"file:{house.server.data / 'portico.db'}?mode=ro", uri=True) as db:
        rows = db.execute("select sealed_profile from person where id = ?", [raw]).fetchall()
        rows += db.execute("select wrapped from person_key where user_id = ?", [raw]).fetchall()
        rows += db.execute("select sealed from avatar where user_id = ?", [raw]).fetchall()
    assert len(rows) == 3
    return [row[0][8:40] for row in rows]

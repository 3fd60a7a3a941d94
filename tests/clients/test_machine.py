"""A hard machine: a full disk, a read-only mount, a process that is killed. Needs the right to mount."""

import subprocess

import jwt
import pytest
import requests

from house import HOST, HOST_REDIRECT, TAXI, House
from portico import Portico, Refused, wait_for
from receiver import Receiver
from test_launch import launched, userinfo
from test_requests_oauthlib import sign_in


@pytest.fixture
def disk(tmp_path):
    """A small disk of its own."""
    folder = tmp_path / "disk"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "none", folder], check=True)
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


def fill(disk):
    """Takes what is left of the disk, to the last byte."""
    filler = disk / "filler"
    with open(filler, "ab", buffering=0) as file:
        for size in (65536, 4096, 1):
            try:
                while True:
                    file.write(bytes(size))
            except OSError:
                continue
    return filler


def refused_start(data, tmp_path):
    """The exit code and the lines on standard error of a start that must fail."""
    server = Portico(data, tmp_path / "refused.log")
    with pytest.raises(Refused) as refused:
        try:
            server.start()
        finally:
            server.process.kill()
    return refused.value.code, refused.value.stderr.splitlines()


def one_clear_line(code, lines):
    assert code == 2
    assert len(lines) == 1, lines
    assert "panicked" not in lines[0] and "SQL" not in lines[0].upper().replace("SQLITE", ""), lines
    return lines[0].lower()


def test_a_read_only_data_folder_at_the_first_start_is_one_clear_line(disk, tmp_path):
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
    line = one_clear_line(*refused_start(disk / "data", tmp_path))
    assert "read-only" in line or "written" in line or "writ" in line, line


def test_a_read_only_data_folder_with_a_store_is_one_clear_line(disk, tmp_path):
    server = Portico(disk / "data", tmp_path / "log").start()
    assert server.stop() == 0
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
    line = one_clear_line(*refused_start(disk / "data", tmp_path))
    assert "read-only" in line or "writ" in line, line


def test_a_full_disk_at_the_first_start_is_one_clear_line(disk, tmp_path):
    fill(disk)
    line = one_clear_line(*refused_start(disk / "data", tmp_path))
    assert "full" in line or "space" in line, line


def test_a_disk_that_was_full_at_the_first_start_serves_once_there_is_room(disk, tmp_path):
    filler = fill(disk)
    one_clear_line(*refused_start(disk / "data", tmp_path))
    filler.unlink()
    server = Portico(disk / "data", tmp_path / "log").start()
    server.register("developers", {"developer_id": "acme", "name": "Acme"})
    assert server.stop() == 0


@pytest.fixture
def small_house(disk, tmp_path):
    """The usual registrations on the small disk."""
    server = Portico(disk / "data", tmp_path / "log").start()
    receiver = Receiver()
    yield House(server, receiver)
    receiver.close()
    server.stop()


@pytest.fixture
def failing_disk(tmp_path):
    """A file system of its own that can lose its disk while files on it are open for writing."""
    image, folder = tmp_path / "image", tmp_path / "failing"
    folder.mkdir()
    subprocess.run(["truncate", "-s", "32M", image], check=True)
    subprocess.run(["/sbin/mkfs.ext4", "-q", image], check=True)
    subprocess.run(["mount", "-o", "loop", image, folder], check=True)
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


def become_read_only(folder):
    """What the kernel does to an ext4 file system whose disk fails: everything open stays, writes fail."""
    subprocess.run(["mount", "-o", "remount,abort", folder], check=True)
    with pytest.raises(OSError):
        (folder / "probe").write_text("x")


def create_until_refused(admin, url, prefix):
    """Creates people until the disk is full: those who were accepted, and the first refusal."""
    accepted = []
    for number in range(20000):
        username = f"{prefix}{number}"
        answer = admin.post(url, json={"name": "F" * 100, "username": username}, timeout=20)
        if answer.status_code != 201:
            return accepted, username, answer
        accepted.append(answer.json()["user_id"])
    raise AssertionError("the disk never became full")


def people(admin, url):
    """Every person, by the keyset pages of the admin API."""
    found, after = [], {}
    while True:
        page = admin.get(url, params={"limit": 200} | after, timeout=20).json()
        found += [item["user_id"] for item in page["items"]]
        if page["next"] is None:
            return found
        after = {"after": page["next"]}


def test_a_full_disk_refuses_writes_answers_reads_and_recovers(small_house, disk):
    house = small_house
    visitor = house.new_visitor("Person", "person")
    host, metadata, _ = sign_in(house, visitor, HOST, HOST_REDIRECT, ["openid", "host"], include_client_id=True)
    token = launched(house, host)["access_token"]
    admin, url = house.server.admin_session(), f"{house.server.admin}/admin/v1/users"
    before = len(people(admin, url))
    refresh = {"grant_type": "refresh_token", "refresh_token": host.token["refresh_token"], "client_id": HOST}

    filler = fill(disk)
    accepted, username, refusal = create_until_refused(admin, url, "filler")
    assert refusal.status_code == 503, refusal.text
    assert refusal.headers["Content-Type"].startswith("application/problem+json")
    assert "sql" not in refusal.text.lower()
    refreshed = requests.post(metadata["token_endpoint"], data=refresh, timeout=20)
    assert refreshed.status_code == 503, refreshed.text
    withdrawn = host.delete(f"{house.issuer}/v1/me/apps/{TAXI}")
    assert withdrawn.status_code == 503, withdrawn.text

    assert house.introspect(token)["active"] is True
    assert userinfo(house, token).status_code == 200
    assert house.launch(host.token["access_token"], scope="openid profile.basic").status_code == 200
    assert requests.get(f"{house.issuer}/health/live", timeout=10).status_code == 200

    filler.unlink()
    again = admin.post(url, json={"name": "Person", "username": username}, timeout=20)
    assert again.status_code == 201, again.text
    assert len(people(admin, url)) == before + len(accepted) + 1
    refreshed = requests.post(metadata["token_endpoint"], data=refresh, timeout=20)
    assert refreshed.status_code == 200, refreshed.text
    assert "email.verified" in house.introspect(token)["scope"].split()


def test_a_sign_out_on_a_full_disk_is_not_half_done(small_house, disk):
    house = small_house
    visitor = house.new_visitor("Person", "person")
    host, metadata, _ = sign_in(house, visitor, HOST, HOST_REDIRECT, ["openid", "host"], include_client_id=True)
    token = launched(house, host)["access_token"]
    filler = fill(disk)
    create_until_refused(house.server.admin_session(), f"{house.server.admin}/admin/v1/users", "filler")
    refused = host.delete(f"{house.issuer}/v1/me/sessions/current")
    assert refused.status_code == 503, refused.text
    assert house.introspect(token)["active"] is True
    assert house.receiver.tokens == []
    filler.unlink()
    assert host.delete(f"{house.issuer}/v1/me/sessions/current").ok
    assert house.introspect(token) == {"active": False}
    wait_for(lambda: house.receiver.tokens, what="the logout token")


def test_a_data_folder_that_becomes_read_only_refuses_writes_and_answers_reads(failing_disk, tmp_path):
    server = Portico(failing_disk / "data", tmp_path / "log").start()
    receiver = Receiver()
    house = House(server, receiver)
    visitor = house.new_visitor("Person", "person")
    host, metadata, _ = sign_in(house, visitor, HOST, HOST_REDIRECT, ["openid", "host"], include_client_id=True)
    token = launched(house, host)["access_token"]
    become_read_only(failing_disk)

    admin, url = server.admin_session(), f"{server.admin}/admin/v1/users"
    refused = admin.post(url, json={"name": "Other", "username": "other"}, timeout=20)
    assert refused.status_code == 503, refused.text
    assert host.delete(f"{house.issuer}/v1/me/sessions/current").status_code == 503
    assert house.introspect(token)["active"] is True
    assert userinfo(house, token).status_code == 200
    assert receiver.tokens == []
    receiver.close()
    assert server.stop() == 0


def test_a_sign_out_is_delivered_although_the_process_was_killed(tmp_path):
    receiver = Receiver()
    server = Portico(tmp_path / "data", tmp_path / "log").start()
    house = House(server, receiver)
    visitor = house.new_visitor("Person", "person")
    host, metadata, _ = sign_in(house, visitor, HOST, HOST_REDIRECT, ["openid", "host"], include_client_id=True)
    token = launched(house, host)["access_token"]
    sid = jwt.decode(token, options={"verify_signature": False})["sid"]
    port = receiver.server.server_port
    receiver.close()

    form = {"token": host.token["refresh_token"], "client_id": HOST}
    assert requests.post(metadata["revocation_endpoint"], data=form, timeout=10).status_code == 200
    server.kill()

    receiver = Receiver(port)
    try:
        server.restart_in_place()
        logout = wait_for(lambda: receiver.tokens, what="the logout token")[0]
        key = jwt.PyJWKClient(metadata["jwks_uri"]).get_signing_key_from_jwt(logout)
        heard = jwt.decode(logout, key, algorithms=["RS256"], audience=TAXI, issuer=server.issuer)
        assert heard["sid"] == sid
        assert house.introspect(token) == {"active": False}
        assert server.stop() == 0
    finally:
        receiver.close()


def test_one_data_folder_is_served_by_one_process(tmp_path):
    server = Portico(tmp_path / "data", tmp_path / "log").start()
    code, lines = refused_start(tmp_path / "data", tmp_path)
    one_clear_line(code, lines)
    assert server.stop() == 0

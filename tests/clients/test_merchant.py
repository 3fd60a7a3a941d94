"""A merchant, moved: a shop written for WeChat comes into the super app with its customers, by configuration."""

import json
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
import requests

from house import HOST, HOST_REDIRECT, PASSWORD, House, manifest
from portico import Portico, Refused, wait_for
from receiver import Receiver
from test_requests_oauthlib import sign_in
from visitor import Visitor, answer_of
from wechat_double import WeChat

APP = "org.example.acme"
FILE = Path(__file__).parent / "acme_shop.py"
# The merchant's mini-program and official account at WeChat.
MINI, MINI_SECRET = "wx00000000000000a1", "the secret of the mini-program"
ACCOUNT, ACCOUNT_SECRET = "wx00000000000000b2", "the secret of the account"


class Shop:
    """The merchant's own process. Only `go` changes what stands in its configuration."""

    def __init__(self, folder):
        self.database, self.config = folder / "shop.db", folder / "shop.json"
        with closing(socket.create_server(("127.0.0.1", 0))) as free:
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"

    @contextmanager
    def at(self, base_url, appid, secret):
        """The shop, open, with the API at this address."""
        self.config.write_text(json.dumps({
            "base_url": base_url, "appid": appid, "secret": secret, "database": str(self.database),
            "port": self.port}))
        with open(self.config.with_suffix(".log"), "ab") as log:
            process = subprocess.Popen([sys.executable, FILE, self.config], stdout=log, stderr=log)
        try:
            wait_for(self.is_open, seconds=60, what="the shop")
            yield self
        finally:
            process.terminate()
            process.wait(timeout=20)

    def is_open(self):
        with closing(socket.socket()) as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def _send(self, method, path, **more):
        answer = requests.request(method, self.url + path, timeout=30, **more)
        assert answer.status_code == 200, f"{answer.text}\n{self.config.with_suffix('.log').read_text()[-3000:]}"
        return answer.json()

    def log_in(self, code):
        """What the mini-program keeps for the visit."""
        return {"X-Visit": self._send("POST", "/login", json={"code": code})["visit"]}

    def orders(self, visit):
        return self._send("GET", "/orders", headers=visit)["orders"]

    def order(self, visit, item):
        self._send("POST", "/orders", headers=visit, json={"item": item})

    def leave_phone(self, visit, code):
        self._send("POST", "/phone", headers=visit, json={"code": code})

    def come_by_the_web(self, visitor):
        """The page of the official account, in a browser."""
        return {"X-Visit": answer_of(visitor.visit(f"{self.url}/web", until=f"{self.url}/web/orders"))["visit"]}

    def query(self, statement):
        with closing(sqlite3.connect(self.database)) as db:
            return [row[0] for row in db.execute(statement)]


class Guest:
    """A person in the super app, with a phone number that they have proved, and their session there."""

    def __init__(self, house, name, phone):
        self.house, self.name = house, name
        self.id = house.server.create_person(
            name.title(), name, PASSWORD, "--phone", f"+86{phone}", "--phone-verified")
        self.visitor = Visitor(name, PASSWORD)
        self.host = self.sign_in()

    def sign_in(self):
        client, _, _ = sign_in(
            self.house, self.visitor, HOST, HOST_REDIRECT, ["openid", "host"], include_client_id=True)
        return client

    def _exchange(self, app, **more):
        return self.house.launch(self.host.token["access_token"], app=app, **more)

    def code(self, app=APP):
        """wx.login of a mini-program in the super app; the first time, the person agrees."""
        kind = {"requested_token_type": "urn:portico:token-type:login-code"}
        answer = self._exchange(app, **kind)
        if answer.status_code != 200:
            asked = self._exchange(app).json()
            granted = {"granted": asked["scope"].split(), "refused": []}
            path = f"{self.house.issuer}/v1/consents/{asked['consent_request']}"
            self.host.post(path, json=granted).raise_for_status()
            answer = self._exchange(app, **kind)
        assert answer.status_code == 200, answer.text
        return answer.json()["access_token"]

    def walk(self, *connections, silent=True):
        """A ticket through this browser: with what it comes back to the super app."""
        asked = {"connections": list(connections), "return_to": HOST_REDIRECT, "silent": silent}
        ticket = self.host.post(f"{self.house.issuer}/v1/link-tickets", json=asked)
        assert ticket.status_code == 201, ticket.text
        return answer_of(self.visitor.visit(ticket.json()["url"], until=HOST_REDIRECT))

    def link(self, **proof):
        return self.host.post(f"{self.house.issuer}/v1/links", json=proof)


@pytest.fixture
def wechat():
    double = WeChat({MINI: MINI_SECRET, ACCOUNT: ACCOUNT_SECRET})
    double.phones |= {"anna": "13800138001", "boris": "13800138002", "vera": "13800138003"}
    yield double
    double.close()


@pytest.fixture
def shop(tmp_path):
    return Shop(tmp_path)


@contextmanager
def opened(folder):
    """A house of one test's own: what people are at merchants outlives a test."""
    folder.mkdir()
    server, receiver = Portico(folder / "data", folder / "log").start(), Receiver()
    try:
        yield House(server, receiver)
    finally:
        receiver.close()
        server.stop()


@pytest.fixture
def house(tmp_path):
    with opened(tmp_path / "portico") as house:
        yield house


def register(house, shop):
    """The merchant's app: what the shop is to have in its configuration instead."""
    registered = house.server.register("apps", manifest(
        APP, "webview", ["phone.verified"], entry=f"{shop.url}/web", origins=[shop.url],
        redirect_uris=[f"{shop.url}/web"], backend={"token_endpoint_auth_method": "client_secret_post"}))
    return f"{house.issuer}/wechat/", registered["wx_app_id"], registered["client_secret"]


def test_customers_who_were_imported_find_their_old_orders(house, shop, wechat, tmp_path):
    with shop.at(f"{wechat.url}/", MINI, MINI_SECRET):
        for person, item in [("anna", "tea"), ("boris", "a samovar")]:
            visit = shop.log_in(wechat.code(MINI, person))
            shop.leave_phone(visit, wechat.code(MINI, person, "phone"))
            shop.order(visit, item)

    portico = register(house, shop)
    anna = Guest(house, "anna", wechat.phones["anna"])
    vera = Guest(house, "vera", wechat.phones["vera"])
    exported = tmp_path / "customers.jsonl"
    exported.write_text("\n".join(shop.query(
        "select json_object('openid', openid, 'phone', phone) from customers where phone is not null order by phone")))
    # Boris is not in the super app yet: his line is refused, and the others are there.
    report = tmp_path / "refused.jsonl"
    with pytest.raises(Refused) as some:
        house.server.cli("links", "import", exported, "--app", APP, "--report", report)
    assert json.loads(some.value.stdout) == {"imported": 1, "unchanged": 0, "refused": 1}
    assert json.loads(report.read_text()) == {"line": 2, "reason": "nobody has proved this phone to be theirs"}
    boris = Guest(house, "boris", wechat.phones["boris"])
    again = house.server.cli("links", "import", exported, "--app", APP)
    assert again == {"imported": 1, "unchanged": 1, "refused": 0}

    with shop.at(*portico):
        assert shop.orders(shop.log_in(anna.code())) == ["tea"]
        visit = shop.log_in(boris.code())
        shop.order(visit, "sugar")
        assert shop.orders(visit) == ["a samovar", "sugar"]
        assert shop.orders(shop.log_in(vera.code())) == []
        assert shop.orders(shop.come_by_the_web(anna.visitor)) == ["tea"]
    with shop.at(f"{wechat.url}/", MINI, MINI_SECRET):
        assert shop.orders(shop.log_in(wechat.code(MINI, "boris"))) == ["a samovar", "sugar"]
    known = {WeChat.openid(MINI, "anna"), WeChat.openid(MINI, "boris")}
    (new,) = set(shop.query("select openid from customers")) - known
    assert len(new) == 28 and new != WeChat.openid(MINI, "vera")


def connect(house, wechat):
    """The merchant's official account as a connection."""
    return house.server.register("connections", {
        "connection_id": "acme-account", "kind": "wechat_official_account", "name": "Acme at WeChat",
        "app_id": ACCOUNT, "secret": ACCOUNT_SECRET, "scope": "snsapi_base", "base_url": wechat.url,
        "app": APP, "marker": "merchant"})


def test_customers_who_are_linked_silently_find_their_old_orders(house, shop, wechat, tmp_path):
    with shop.at(f"{wechat.url}/", ACCOUNT, ACCOUNT_SECRET):
        inside = Visitor("anna", PASSWORD)
        WeChat.be(inside.browser, "anna")
        shop.order(shop.come_by_the_web(inside), "tea")

    portico = register(house, shop)
    connect(house, wechat)
    anna = Guest(house, "anna", wechat.phones["anna"])
    vera = Guest(house, "vera", wechat.phones["vera"])
    WeChat.be(anna.visitor.browser, "anna")
    back = anna.walk("acme-account")
    assert (back["link"], anna.visitor.pages) == ("ready", [])
    # Nothing is tied before the super app says so.
    assert house.server.cli("users", "links", anna.id)["links"] == []
    made = anna.link(link_code=back["link_code"])
    assert made.status_code == 201, made.text
    (link,) = made.json()["links"]
    assert (link["connection_id"], link["app_id"], link["proof"]) == ("acme-account", APP, "silent")
    exported = tmp_path / "customers.jsonl"
    exported.write_text(json.dumps({"openid": WeChat.openid(ACCOUNT, "anna"), "username": "anna"}))
    imported = house.server.cli("links", "import", exported, "--app", APP)
    assert imported == {"imported": 0, "unchanged": 1, "refused": 0}

    with shop.at(*portico):
        assert shop.orders(shop.log_in(anna.code())) == ["tea"]
        assert shop.orders(shop.come_by_the_web(anna.visitor)) == ["tea"]
        # Somebody else who holds the same phone in their hands does not get her orders.
        WeChat.be(vera.visitor.browser, "anna")
        assert vera.walk("acme-account")["link"] == "conflict"
        assert shop.orders(shop.log_in(vera.code())) == []
        # Once the shop knows Vera by an OpenID of Portico's, her own does not take its place.
        WeChat.be(vera.visitor.browser, "vera")
        assert vera.walk("acme-account")["link"] == "conflict"
        # Whose link is undone is a stranger there for good; the OpenID is free for somebody new to the shop.
        house.server.cli("users", "unlink", anna.id, link["id"])
        assert shop.orders(shop.log_in(anna.code())) == []
        assert anna.walk("acme-account")["link"] == "conflict"
        boris = Guest(house, "boris", wechat.phones["boris"])
        WeChat.be(boris.visitor.browser, "anna")
        assert boris.link(link_code=boris.walk("acme-account")["link_code"]).status_code == 201
        assert shop.orders(shop.log_in(boris.code())) == ["tea"]

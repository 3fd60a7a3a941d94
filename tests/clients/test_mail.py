"""Codes by e-mail, through a real SMTP server: what arrives there, and what it opens."""

import email
import email.policy
import re
from urllib.parse import urljoin

import pytest
import requests
from aiosmtpd.controller import Controller

from house import HOST, HOST_REDIRECT, PASSWORD, House
from portico import Portico, wait_for
from receiver import Receiver
from test_requests_oauthlib import sign_in
from visitor import Visitor, forms

FROM = "codes@portico.example"
HEADERS = {"from", "to", "subject", "date", "message-id", "mime-version", "content-type",
           "content-transfer-encoding", "auto-submitted", "content-language"}


class Sink:
    """Takes every message, and keeps its envelope and its bytes."""

    def __init__(self):
        self.taken = []

    async def handle_DATA(self, server, session, envelope):
        self.taken.append((envelope.mail_from, list(envelope.rcpt_tos), envelope.content))
        return "250 OK"

    def to(self, address, earlier=0):
        """The newest message to this address alone, once more than `earlier` have come."""
        def there():
            mine = [message for message in self.taken if message[1] == [address]]
            return mine[-1] if len(mine) > earlier else None
        sender, _, content = wait_for(there, what=f"a message to {address}")
        assert sender == FROM
        return email.message_from_bytes(content, policy=email.policy.default)

    def code(self, address, earlier=0):
        text = self.to(address, earlier).get_content()
        codes = re.findall(r"^(\d{6})\s*$", text, re.MULTILINE)
        assert len(codes) == 1, text
        return codes[0]


class Server(Controller):
    """On a port that the system chooses."""

    def _trigger_server(self):
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@pytest.fixture(scope="module")
def sink():
    controller = Server(Sink(), hostname="127.0.0.1", port=0)
    controller.start()
    yield controller
    controller.stop()


@pytest.fixture(scope="module")
def house(tmp_path_factory, sink):
    folder = tmp_path_factory.mktemp("mail")
    config = folder / "portico.toml"
    config.write_text(f'[mail]\nhost = "127.0.0.1"\nport = {sink.port}\ntls = "none"\nfrom = "Portico <{FROM}>"\n')
    server = Portico(folder / "data", folder / "log", ["--config", config]).start()
    receiver = Receiver()
    yield House(server, receiver)
    receiver.close()
    assert server.stop() == 0


def send(browser, url, has, **filled):
    """Fills in the form of the page at `url` that has this field; where it led."""
    page = browser.get(url, timeout=20)
    assert page.status_code == 200, page.text
    form = next(form for form in forms(page.text) if has in form["fields"])
    action = urljoin(page.url, form["action"]) if form["action"] else page.url
    return browser.post(action, data=form["fields"] | filled, timeout=20)


def register(house, sink, name, address):
    browser = requests.Session()
    asked = send(browser, f"{house.issuer}/register", "contact", name=name, contact=address)
    assert asked.url == f"{house.issuer}/register/code", asked.text
    code = sink.handler.code(address)
    made = send(browser, asked.url, "code", code=code)
    assert made.url == f"{house.issuer}/settings", made.text
    return browser


def test_an_address_is_verified_by_the_code_that_arrives_there(house, sink):
    visitor = house.new_visitor("Ana", "ana")
    host, _, _ = sign_in(house, visitor, HOST, HOST_REDIRECT, ["openid", "host"], include_client_id=True)
    emails = f"{house.issuer}/v1/me/emails"
    asked = host.post(emails, json={"value": "ana@new.example"})
    assert asked.status_code == 202, asked.text
    answer = {"verification": asked.json()["verification"], "code": sink.handler.code("ana@new.example")}
    done = host.post(f"{emails}/verify", json=answer)
    assert done.status_code == 200, done.text
    listed = {one["value"]: one["verified"] for one in host.get(emails).json()["emails"]}
    assert listed == {"ana@example.org": True, "ana@new.example": True}
    again = host.post(f"{emails}/verify", json=answer)
    assert (again.status_code, again.json()["code"]) == (400, "invalid_grant")


def test_a_person_registers_and_signs_in_by_codes_alone(house, sink):
    register(house, sink, "Vera", "vera@new.example")
    before = sum(message[1] == ["vera@new.example"] for message in sink.handler.taken)
    browser = requests.Session()
    page = browser.get(f"{house.issuer}/sign-in", timeout=20)
    form = next(form for form in forms(page.text) if "username" in form["fields"])
    fields = form["fields"] | {"username": "vera@new.example"}
    asked = browser.post(f"{house.issuer}/sign-in/code", data=fields, timeout=20)
    assert asked.status_code == 200 and asked.url == f"{house.issuer}/sign-in/code", asked.text
    entered = send(browser, asked.url, "code", code=sink.handler.code("vera@new.example", before))
    assert entered.url == f"{house.issuer}/settings", entered.text


def test_a_lost_password_is_set_anew_by_a_code(house, sink):
    house.new_visitor("Bob", "bob")
    browser = requests.Session()
    asked = send(browser, f"{house.issuer}/recover", "username", username="bob@example.org")
    assert asked.url == f"{house.issuer}/recover/code", asked.text
    new = "another long and unlikely password"
    done = send(browser, asked.url, "code", code=sink.handler.code("bob@example.org"), password=new)
    assert done.status_code == 200, done.text
    for password, is_right in ((PASSWORD, False), (new, True)):
        visitor = Visitor("bob", password)
        fields = {"username": "bob", "password": password}
        entered = send(visitor.browser, f"{house.issuer}/sign-in", "username", **fields)
        assert (entered.url == f"{house.issuer}/settings") == is_right, password


def test_nothing_that_a_stranger_typed_reaches_a_header(house, sink):
    before = len(sink.handler.taken)
    for name, address in (
        ("Eve\r\nBcc: all@victim.example", "eve@new.example"),
        ("Eve", "eve@new.example\r\nBcc: all@victim.example"),
        ("Eve", "eve@new.example, all@victim.example"),
    ):
        refused = send(requests.Session(), f"{house.issuer}/register", "contact", name=name, contact=address)
        assert refused.status_code == 400, (name, address)
    named = "Bcc: all@victim.example Subject: Free money"
    register(house, sink, named, "eve@new.example")
    assert len(sink.handler.taken) > before
    for sender, recipients, content in sink.handler.taken:
        assert sender == FROM and len(recipients) == 1 and "victim" not in recipients[0]
        assert b"victim" not in content and b"Free money" not in content
        message = email.message_from_bytes(content, policy=email.policy.default)
        assert {name.lower() for name in message.keys()} <= HEADERS, message.keys()
        assert message["To"] == recipients[0]

"""Portico's own WeChat connections, against a second Portico's WeChat-compatible face."""

import pytest
import requests

from house import manifest
from test_merchant import Guest, opened

ACCOUNTS = ["org.other.news", "org.other.shop"]
STRANGER = "org.stranger.news"
MINI = "org.other.mini"


class Jars:
    """A browser on a machine whose servers differ in the port alone: cookies know no ports, so each has a jar."""

    def __init__(self):
        self.jars = {}

    def _jar(self, url):
        return self.jars.setdefault(url.split("/")[2], requests.Session())

    def get(self, url, **more):
        return self._jar(url).get(url, **more)

    def post(self, url, **more):
        return self._jar(url).post(url, **more)


@pytest.fixture(scope="module")
def houses(tmp_path_factory):
    """The super app's house, and the one that stands where WeChat stood."""
    folder = tmp_path_factory.mktemp("houses")
    with opened(folder / "one") as house, opened(folder / "other") as other:
        other.server.register("developers", {"developer_id": "stranger", "name": "Stranger"})
        for app in [*ACCOUNTS, STRANGER, MINI]:
            connect(house, other, app)
        yield house, other


def connect(house, other, app):
    """An account at the other house, and a connection to it for each way of asking."""
    name = app.split(".", 1)[1].replace(".", "-")
    ways = ["base", "userinfo"] if app != MINI else [None]
    developer = "stranger" if app == STRANGER else "acme"
    account = other.server.register("apps", manifest(
        app, "webview", ["profile.basic", "union_id"], developer=developer,
        entry="http://127.0.0.1:9050/", origins=["http://127.0.0.1:9050"],
        redirect_uris=[f"{house.issuer}/link/return/{name}-{way}" for way in ways if way] or ["http://127.0.0.1:9050/"],
        backend={"token_endpoint_auth_method": "client_secret_post"}))
    for way in ways:
        kind = {"kind": "wechat_official_account", "scope": f"snsapi_{way}"} if way else {"kind": "wechat_mini_program"}
        answer = house.server.register("connections", kind | {
            "connection_id": f"{name}-{way}" if way else name, "name": name,
            "app_id": account["wx_app_id"], "secret": account["client_secret"],
            "base_url": f"{other.issuer}/wechat"})
        assert way is None or answer["link_redirect_uri"] == f"{house.issuer}/link/return/{name}-{way}"


@pytest.fixture
def person(houses, request):
    """The same person at both houses, in one browser, signed in at both."""
    number = f"138{abs(hash(request.node.nodeid)) % 10**8:08}"
    username = f"p{number}"
    here, there = (Guest(house, username, number) for house in houses)
    browser = Jars()
    for guest in (here, there):
        guest.visitor.browser = browser
        guest.host = guest.sign_in()
    return here, there


def linked(guest):
    return sorted(link["name"] for link in guest.house.server.cli("users", "links", guest.id)["links"])


def test_two_accounts_are_linked_in_one_silent_walk(person):
    here, _ = person
    back = here.walk("other-news-base", "other-shop-base")
    assert (back["link"], here.visitor.pages) == ("ready", [])
    made = here.link(link_code=back["link_code"])
    assert made.status_code == 201, made.text
    assert {link["proof"] for link in made.json()["links"]} == {"silent"}
    assert linked(here) == ["other-news", "other-shop"]


def test_accounts_of_one_owner_agree_about_who_it_is(person):
    here, _ = person
    back = here.walk("other-news-userinfo", "other-shop-userinfo", silent=False)
    assert back["link"] == "ready" and set(here.visitor.pages) == {"consent"}
    assert here.link(link_code=back["link_code"]).status_code == 201
    assert linked(here) == ["other-news", "other-shop"]


def test_union_ids_that_differ_link_nothing(person):
    here, _ = person
    back = here.walk("other-news-userinfo", "stranger-news-userinfo", silent=False)
    assert back == {"link": "failed"}
    assert linked(here) == []


def test_a_login_code_of_the_other_house_links_its_person_once(person):
    here, there = person
    code = there.code(MINI)
    made = here.link(connection="other-mini", js_code=code)
    assert made.status_code == 201, made.text
    (link,) = made.json()["links"]
    assert (link["connection_id"], link["proof"]) == ("other-mini", "login_code")
    again = here.link(connection="other-mini", js_code=code)
    assert (again.status_code, again.json()["code"]) == (400, "invalid_grant"), again.text
    assert linked(here) == ["other-mini"]


def test_the_person_of_another_at_the_other_house_is_a_conflict(houses, person):
    here, there = person
    assert here.link(connection="other-mini", js_code=there.code(MINI)).status_code == 201
    stranger = Guest(houses[0], "stranger", "13800138999")
    refused = stranger.link(connection="other-mini", js_code=there.code(MINI))
    assert refused.status_code == 409, refused.text
    assert linked(stranger) == []

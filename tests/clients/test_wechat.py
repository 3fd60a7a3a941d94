"""Back ends written for WeChat, with the libraries they use: wechatpy in both its lines, social-auth-core."""

import json
import os
import re
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from social_core.backends.weixin import WeixinOAuth2
from social_core.storage import BaseStorage, NonceMixin
from social_core.strategy import BaseStrategy

from house import HOST, HOST_REDIRECT, PASSWORD, manifest
from portico import wait_for
from test_requests_oauthlib import sign_in
from visitor import Visitor, answer_of

SHOP = "org.example.wxshop"
REDIRECT = "http://127.0.0.1:9040/callback"
FOLDER = Path(__file__).parent
PUSH_TOKEN = "abc123"
PUSH_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
NAME = "王小明 Ünï"


class Merchant:
    """The shop's back end under one version of wechatpy, spoken to as its own front end would."""

    def __init__(self, issuer, appid, secret, second):
        self.shop = {
            "base": f"{issuer}/wechat/", "appid": appid, "secret": secret, "redirect_uri": REDIRECT}
        self.environment = dict(os.environ)
        if second:
            self.environment["PYTHONPATH"] = str(Path(sys.prefix) / "wechatpy-2")

    def call(self, name, **arguments):
        call = json.dumps({"shop": self.shop, "name": name, "arguments": arguments})
        done = subprocess.run(
            [sys.executable, FOLDER / "wechat_shop.py"], input=call, capture_output=True, text=True,
            env=self.environment, timeout=60)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def does(self, name, **arguments):
        answer = self.call(name, **arguments)
        assert "answer" in answer, answer
        return answer["answer"]


@pytest.fixture(scope="session")
def registered(house, event_url):
    document = manifest(
        SHOP, "webview", ["profile.basic", "phone.verified"], entry="http://127.0.0.1:9040/",
        origins=["http://127.0.0.1:9040"], redirect_uris=[REDIRECT],
        backend={"token_endpoint_auth_method": "client_secret_basic"},
        optional_permissions=[{"name": "union_id", "reason": "to know you in our other shop"}],
        wechat={"event_url": event_url.url, "token": PUSH_TOKEN, "encoding_aes_key": PUSH_KEY})
    return house.server.register("apps", document)


@pytest.fixture(params=["1.8.18", "2.0.0"])
def shop(request, house, registered):
    second = request.param == "2.0.0"
    shop = Merchant(house.issuer, registered["wx_app_id"], registered["client_secret"], second)
    assert shop.does("version").startswith(request.param)
    return shop


@pytest.fixture
def person(house, request):
    """A person with a Chinese name and phone number."""
    username = f"wx{abs(hash(request.node.nodeid)) % 10**9:09}"
    phone = f"+86138{abs(hash(request.node.nodeid)) % 10**8:08}"
    house.server.create_person(
        NAME, username, PASSWORD, "--phone", phone, "--phone-verified")
    visitor = Visitor(username, PASSWORD)
    visitor.phone = phone
    return visitor


class MiniProgram:
    """The shop's mini-program inside the super app, which gets its codes from the host."""

    def __init__(self, house, visitor):
        self.house = house
        self.host, _, _ = sign_in(house, visitor, HOST, HOST_REDIRECT, ["openid", "host"], include_client_id=True)
        asked = self._exchange().json()
        granted = {"granted": asked["scope"].split(), "refused": []}
        self.host.post(f"{house.issuer}/v1/consents/{asked['consent_request']}", json=granted).raise_for_status()
        self.token = self._exchange().json()["access_token"]

    def _exchange(self, **more):
        return self.house.launch(self.host.token["access_token"], app=SHOP, **more)

    def code(self, kind="login"):
        answer = self._exchange(requested_token_type=f"urn:portico:token-type:{kind}-code")
        assert answer.status_code == 200, answer.text
        return answer.json()["access_token"]

    def user_data(self, kind):
        answer = requests.post(
            f"{self.house.issuer}/v1/wechat/user-data", json={"kind": kind}, timeout=10,
            headers={"Authorization": f"Bearer {self.token}"})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def sign_out(self):
        self.host.delete(f"{self.house.issuer}/v1/me/sessions/current").raise_for_status()


@pytest.fixture
def mini_program(house, registered, person):
    return MiniProgram(house, person)


def test_a_log_in_by_code_gives_a_session_key_that_opens_what_the_client_hands_over(shop, mini_program):
    session = shop.does("log_in", code=mini_program.code())
    assert set(session) == {"openid", "session_key", "unionid"} and len(session["openid"]) == 28
    data = mini_program.user_data("profile")
    opened = shop.does("decrypt", key=session["session_key"], data=data)
    assert (opened["nickName"], opened["openId"]) == (NAME, session["openid"])
    assert opened["unionId"] == session["unionid"]


def test_the_phone_number_comes_by_code_and_encrypted(shop, mini_program, person):
    info = shop.does("phone", code=mini_program.code("phone"))["phone_info"]
    assert (info["countryCode"], info["phoneNumber"]) == ("86", person.phone.removeprefix("+86"))
    session = shop.does("log_in", code=mini_program.code())
    opened = shop.does("decrypt", key=session["session_key"], data=mini_program.user_data("phone"))
    assert opened["purePhoneNumber"] == person.phone.removeprefix("+86")


def test_sixteen_parallel_log_ins_leave_every_one_of_them_able_to_decrypt(shop, mini_program):
    codes = [mini_program.code() for _ in range(16)]
    with ThreadPoolExecutor(8) as pool:
        sessions = list(pool.map(lambda code: shop.does("log_in", code=code), codes))
    data = mini_program.user_data("profile")
    for session in sessions:
        assert shop.does("decrypt", key=session["session_key"], data=data)["nickName"] == NAME


def test_a_session_is_checked_reset_and_over_when_the_person_signs_out(shop, mini_program):
    session = shop.does("log_in", code=mini_program.code())
    openid, key = session["openid"], session["session_key"]
    assert shop.does("check_session", openid=openid, key=key)["errcode"] == 0
    other = shop.does("reset_session", openid=openid, key=key)["session_key"]
    assert shop.call("check_session", openid=openid, key=key)["errcode"] == 87009
    assert shop.does("check_session", openid=openid, key=other)["errcode"] == 0
    code = mini_program.code()
    mini_program.sign_out()
    assert shop.call("check_session", openid=openid, key=other)["errcode"] == 87009
    refused = shop.call("log_in", code=code)
    assert refused["errcode"] == 40029 and ", rid: " in refused["errmsg"]


def test_tokens_overlap_and_one_that_was_lost_is_fetched_again_by_the_library(shop, mini_program):
    session = shop.does("log_in", code=mini_program.code())
    who = {"openid": session["openid"], "key": session["session_key"]}
    assert shop.does("overlap", **who)["errcode"] == 0
    assert shop.does("unknown_token", **who)["errcode"] == 0


def test_sixteen_processes_that_each_fetch_a_token_at_once_each_have_a_good_one_of_their_own(house, registered):
    base = f"{house.issuer}/wechat/"
    asked = {"grant_type": "client_credential", "appid": registered["wx_app_id"],
             "secret": registered["client_secret"]}

    def fetch(_):
        return requests.get(base + "cgi-bin/token", params=asked, timeout=30).json()

    def opens(token):
        """A check of nobody's session gets as far as the OpenID."""
        query = {"access_token": token, "openid": "nobody"}
        return requests.get(base + "wxa/checksession", params=query, timeout=30).json()["errcode"] == 40003

    tokens = []
    with ThreadPoolExecutor(16) as pool:
        for _ in range(3):
            answers = list(pool.map(fetch, range(16 * 8)))
            assert all(set(answer) == {"access_token", "expires_in"} for answer in answers), answers
            assert {answer["expires_in"] for answer in answers} == {7200}
            tokens.extend(answer["access_token"] for answer in answers)
            # The next round turns the generation that this one shared.
            time.sleep(1)
        assert all(pool.map(opens, tokens))
    assert len(set(tokens)) == 3 * 16 * 8


def through(shop, person, scope):
    url = shop.does("authorize_url", scope=scope)
    answer = answer_of(person.visit(url, until=REDIRECT))
    assert answer["state"] == "state", answer
    return shop.does("oauth", code=answer["code"])


def test_both_scopes_of_the_web_authorization(shop, person):
    silent = through(shop, person, "snsapi_base")
    assert person.pages == ["sign-in"]
    assert (silent["tokens"]["scope"], silent["person"]) == ("snsapi_base", {"errcode": 48001})
    wide = through(shop, person, "snsapi_userinfo")
    assert person.pages == ["consent"]
    assert wide["tokens"]["scope"] == "snsapi_userinfo"
    assert (wide["person"]["nickname"], wide["person"]["sex"]) == (NAME, 0)
    assert wide["person"]["openid"] == silent["tokens"]["openid"]


class EventUrl:
    """The address at which the shop's back end hears of what became of data."""

    def __init__(self):
        self.posted = []
        posted = self.posted

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                posted.append((answer_of(self.path), body))
                self.send_response(200)
                self.send_header("Content-Length", "7")
                self.end_headers()
                self.wfile.write(b"success")

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/events"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture(scope="session")
def event_url():
    listening = EventUrl()
    yield listening
    listening.close()


def test_a_withdrawal_is_pushed_so_that_the_library_verifies_and_opens_it(
        house, shop, mini_program, event_url):
    session = shop.does("log_in", code=mini_program.code())
    event_url.posted.clear()
    path = f"{house.issuer}/v1/me/apps/{SHOP}"
    mini_program.host.patch(path, json={"scope": "openid profile.basic union_id"}).raise_for_status()
    query, body = wait_for(lambda: event_url.posted[:1], what="the event")[0]
    assert "user_authorization_revoke" not in body
    opened = shop.does(
        "open_event", token=PUSH_TOKEN, encoding_aes_key=PUSH_KEY, query=query, body=body)
    event = dict(re.findall(r"<(\w+)><!\[CDATA\[(.*?)\]\]>", opened))
    assert event["Event"] == "user_authorization_revoke" and event["RevokeInfo"] == "8"
    assert event["OpenID"] == event["FromUserName"] == session["openid"] == query["openid"]
    assert event["UnionID"] == session["unionid"]


class Nonces(NonceMixin):
    """The one-use values of the sign-ins that were begun."""

    begun = set()

    @classmethod
    def use(cls, server_url, timestamp, salt):
        cls.begun.add((server_url, timestamp, salt))
        return True

    @classmethod
    def consume(cls, server_url, timestamp, salt):
        was_begun = (server_url, timestamp, salt) in cls.begun
        cls.begun.discard((server_url, timestamp, salt))
        return was_begun


class Storage(BaseStorage):
    nonce = Nonces


class Strategy(BaseStrategy):
    """What a web framework gives social-auth-core: settings, a session, the parameters of the request."""

    def __init__(self, settings, request=None):
        super().__init__(storage=Storage)
        self.settings, self.request, self.session = settings, request or {}, {}

    def get_setting(self, name):
        return self.settings[name]

    def request_data(self, merge=True):
        return self.request

    def request_host(self):
        return "127.0.0.1:9040"

    def build_absolute_uri(self, path=""):
        return path if path.startswith("http") else f"http://127.0.0.1:9040{path}"

    def session_get(self, name, default=None):
        return self.session.get(name, default)

    def session_set(self, name, value):
        self.session[name] = value

    def session_pop(self, name):
        return self.session.pop(name, None)

    def authenticate(self, backend, *args, **kwargs):
        return kwargs["response"]


def test_social_auth_core_signs_a_person_in_and_reads_a_chinese_name(house, registered, person):
    base = f"{house.issuer}/wechat/"

    class Weixin(WeixinOAuth2):
        AUTHORIZATION_URL = base + "connect/oauth2/authorize"
        ACCESS_TOKEN_URL = base + "sns/oauth2/access_token"

        def user_data(self, access_token, *args, **kwargs):
            """As the library's own, whose address is fixed."""
            get_json = self.get_json
            self.get_json = lambda _, **more: get_json(base + "sns/userinfo", **more)
            return super().user_data(access_token, *args, **kwargs)

    strategy = Strategy({
        "SOCIAL_AUTH_WEIXIN_KEY": registered["wx_app_id"],
        "SOCIAL_AUTH_WEIXIN_SECRET": registered["client_secret"],
    })
    begun = Weixin(strategy, redirect_uri=REDIRECT)
    back = person.visit(begun.auth_url(), until=REDIRECT)
    strategy.request = {name: values[0] for name, values in parse_qs(urlsplit(back).query).items()}
    response = Weixin(strategy, redirect_uri=REDIRECT).auth_complete()
    assert response["nickname"] == NAME and len(response["openid"]) == 28

"""A stand-in for WeChat: its accounts, its people, and what back ends ask about them."""

import base64
import hashlib
import itertools
import json
import threading
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlencode, urlsplit

from visitor import answer_of


class WeChat:
    """Listens on loopback. `accounts` are secrets by appid, `phones` are numbers in China by person."""

    def __init__(self, accounts):
        self.accounts, self.phones = accounts, {}
        self.codes, self.numbers = {}, itertools.count(1)
        double = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                asked = answer_of(self.path)
                cookies = SimpleCookie(self.headers.get("Cookie", ""))
                person = cookies["wechat"].value if "wechat" in cookies else None
                path = urlsplit(self.path).path
                if path == "/connect/oauth2/authorize":
                    return self.send(302, {"Location": double.authorize(asked, person)})
                self.answer(double.api(path, asked))

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                self.answer(double.api(urlsplit(self.path).path, answer_of(self.path) | body))

            def answer(self, document):
                self.send(200, {"Content-Type": "text/plain"}, json.dumps(document).encode())

            def send(self, status, headers, body=b""):
                self.send_response(status)
                for name, value in (headers | {"Content-Length": str(len(body))}).items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    @staticmethod
    def openid(appid, person):
        """28 characters, another one at each account."""
        return "o" + base64.urlsafe_b64encode(hashlib.sha256(f"{appid}/{person}".encode()).digest())[:27].decode()

    @staticmethod
    def be(browser, person):
        """From now on this browser is inside the WeChat of this person."""
        browser.cookies.set("wechat", person, domain="127.0.0.1", path="/")

    def code(self, appid, person, what="login"):
        """wx.login, wx.getPhoneNumber, or what a browser is given."""
        code = f"{what}{next(self.numbers):028}"
        self.codes[code] = (appid, person, what)
        return code

    def authorize(self, asked, person):
        assert person and asked["appid"] in self.accounts and asked["scope"] == "snsapi_base"
        code = self.code(asked["appid"], person, "web")
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def api(self, path, asked):
        if path == "/wxa/business/getuserphonenumber":
            _, person, _ = self.codes.pop(asked["code"])
            number = self.phones[person]
            info = {"phoneNumber": number, "purePhoneNumber": number, "countryCode": "86"}
            return {"errcode": 0, "errmsg": "ok", "phone_info": info}
        if self.accounts.get(asked["appid"]) != asked["secret"]:
            return {"errcode": 40125, "errmsg": "invalid appsecret"}
        if path == "/cgi-bin/token":
            return {"access_token": "app-token", "expires_in": 7200}
        what = {"/sns/jscode2session": "login", "/sns/oauth2/access_token": "web"}[path]
        appid, person, given = self.codes.pop(asked.get("js_code") or asked.get("code"), (None, None, None))
        if (appid, given) != (asked["appid"], what):
            return {"errcode": 40029, "errmsg": "invalid code"}
        known = {"openid": self.openid(appid, person), "unionid": self.openid("acme", person)}
        if what == "login":
            return known | {"session_key": base64.b64encode(bytes(16)).decode()}
        tokens = {"access_token": "token", "expires_in": 7200, "refresh_token": "refresh", "scope": "snsapi_base"}
        return known | tokens

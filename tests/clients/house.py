"""What an operator registers before the clients come: a host, a mini-program, a web site."""

from dataclasses import dataclass, field

import requests

from portico import Portico
from receiver import Receiver
from visitor import Visitor

HOST = "superapp"
HOST_REDIRECT = "http://127.0.0.1:9010/callback"
TAXI = "org.example.taxi"
SITE = "org.example.site"
SITE_REDIRECT = "http://127.0.0.1:9020/callback"
PASSWORD = "correct horse battery staple"

EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"


def manifest(app_id, kind, permissions, **portico):
    """A W3C MiniApp manifest with Portico's own part."""
    wanted = [{"name": name, "reason": f"so that {name} can be shown"} for name in permissions]
    return {
        "app_id": app_id,
        "name": app_id.rsplit(".", 1)[1].title(),
        "icons": [{"src": "https://app.example/48.png", "sizes": "48x48"}],
        "version": {"code": 1, "name": "1.0.0"},
        "platform_version": {"min_code": 1},
        "pages": ["pages/index/index"],
        "req_permissions": wanted,
        "portico": {"developer": "acme", "kind": kind} | portico,
    }


@dataclass
class House:
    server: Portico
    receiver: Receiver
    secrets: dict = field(default_factory=dict)

    def __post_init__(self):
        self.server.register("developers", {"developer_id": "acme", "name": "Acme"})
        self.server.register("hosts", {
            "host_id": HOST, "name": "Super App", "redirect_uris": [HOST_REDIRECT],
            "origins": ["http://127.0.0.1:9010"], "token_endpoint_auth_method": "none",
        })
        basic = {"token_endpoint_auth_method": "client_secret_basic"}
        self._register_app(manifest(
            TAXI, "webview", ["profile.basic", "email.verified"],
            entry="http://127.0.0.1:9030/", origins=["http://127.0.0.1:9030"],
            backend=basic, backchannel_logout_uri=self.receiver.url,
        ))
        self._register_app(manifest(
            SITE, "web", ["profile.basic", "email.verified"],
            entry="http://127.0.0.1:9020/", origins=["http://127.0.0.1:9020"],
            redirect_uris=[SITE_REDIRECT], backend=basic,
        ))

    def _register_app(self, document):
        registered = self.server.register("apps", document)
        self.secrets[registered["app_id"]] = registered["client_secret"]

    @property
    def issuer(self):
        return self.server.issuer

    def new_visitor(self, name, username):
        email = f"{username}@example.org"
        self.server.create_person(name, username, PASSWORD, "--email", email, "--email-verified")
        return Visitor(username, PASSWORD)

    def credentials(self, app):
        return (app, self.secrets[app])

    def launch(self, host_token, app=TAXI, **more):
        """The token exchange, as a host's back end or shell sends it."""
        form = {
            "grant_type": EXCHANGE, "subject_token": host_token, "subject_token_type": ACCESS_TOKEN,
            "audience": app, "client_id": HOST,
        }
        return requests.post(f"{self.issuer}/oauth/token", data=form | more, timeout=10)

    def introspect(self, token, app=TAXI):
        answer = requests.post(
            f"{self.issuer}/oauth/introspect", data={"token": token}, auth=self.credentials(app), timeout=10)
        assert answer.status_code == 200, answer.text
        return answer.json()

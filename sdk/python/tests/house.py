"""The real server, one host and one app, and people who sign in by an assertion of the host's."""

from __future__ import annotations

import itertools
import json
import os
import re
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

HOST, APP = "super-app", "org.example.taxi"
PEOPLE = "https://people.example"
SCOPES = ("profile.basic", "phone.verified")
ROOT = Path(__file__).resolve().parents[3]
# The server reads every PORTICO_* variable as configuration.
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("PORTICO_")}
READY = re.compile(r"^portico: ready on (http://\S+) \(admin ")
T = TypeVar("T")


def wait_for(what: str, found: Callable[[], T | None], seconds: float = 20) -> T:
    deadline = time.monotonic() + seconds
    while True:
        value = found()
        if value:
            return value
        assert time.monotonic() < deadline, f"{what} did not come within {seconds} s"
        time.sleep(0.01)


class House:
    def __init__(self, folder: Path, logout_uri: str, issuer: str | None = None) -> None:
        self._binary = Path(os.environ.get("PORTICO_BIN", ROOT / "target/release/portico"))
        assert self._binary.is_file(), "PORTICO_BIN names no server"
        self._data, self._key, self._numbers = folder / "data", Ed25519PrivateKey.generate(), itertools.count()
        more = [] if issuer is None else ["--issuer", issuer]
        listen = ["--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"]
        self._process = subprocess.Popen(
            [self._binary, "serve", "--data", self._data, *listen, *more],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=folder, env=ENVIRONMENT,
        )  # fmt: skip
        assert self._process.stdout
        ready = READY.match(self._process.stdout.readline())
        assert ready, "the server did not start"
        self.port = int(ready[1].rpartition(":")[2])
        self.issuer = issuer or ready[1]
        self.http = httpx.Client(timeout=20)
        self.register("developers", {"developer_id": "acme", "name": "Acme"})
        self.register("hosts", self._host())
        self.secret = self.register("apps", manifest(APP, logout_uri))["client_secret"]

    def close(self) -> None:
        self.http.close()
        self._process.terminate()
        assert self._process.wait(30) == 0
        if self._process.stdout:
            self._process.stdout.close()

    def cli(self, *arguments: str, text: str | None = None) -> Any:
        done = subprocess.run(
            [self._binary, *arguments, "--data", self._data],
            input=text, capture_output=True, text=True, timeout=60, env=ENVIRONMENT, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def register(self, kind: str, document: dict[str, Any]) -> Any:
        return self.cli(kind, "register", "-", text=json.dumps(document))

    def _host(self) -> dict[str, Any]:
        jwk = json.loads(jwt.algorithms.OKPAlgorithm.to_jwk(self._key.public_key()))
        return {
            "host_id": HOST, "name": "Super App", "token_endpoint_auth_method": "none",
            "redirect_uris": ["https://app.example/"], "origins": ["https://app.example"],
            "trusted_issuers": [{
                "issuer": PEOPLE, "audience": self.issuer, "user_claim": "sub",
                "jwks": {"keys": [jwk | {"kid": "people", "alg": "EdDSA", "use": "sig"}]},
            }],
        }  # fmt: skip

    def sign_in(self) -> Person:
        """Sign in somebody new, with a verified phone."""
        number, now = next(self._numbers), int(time.time())
        claims = {
            "iss": PEOPLE, "aud": self.issuer, "sub": f"person-{number}", "jti": f"assertion-{number}",
            "iat": now, "exp": now + 60, "name": "Ana",
            "phone_number": f"+3519100{number:05}", "phone_number_verified": True,
        }  # fmt: skip
        assertion = jwt.encode(claims, self._key, algorithm="EdDSA", headers={"kid": "people"})
        answer = self.token(
            grant_type="urn:ietf:params:oauth:grant-type:jwt-bearer", assertion=assertion, scope="openid host"
        )
        return Person(self, answer["access_token"])

    def token(self, **form: str) -> Any:
        answer = self.http.post(f"{self.issuer}/oauth/token", data={"client_id": HOST} | form)
        return answer.json()


@dataclass
class Person:
    house: House
    token: str = field(repr=False)

    def launch(self) -> str:
        """Launch the app with everything granted that it asks for."""
        answer = self._launch()
        if answer.get("error") == "consent_required":
            url = f"{self.house.issuer}/v1/consents/{answer['consent_request']}"
            self._ask("POST", url, json={"granted": answer["scope"].split(), "refused": []})
            answer = self._launch()
        token: str = answer["access_token"]
        return token

    def _launch(self) -> Any:
        kind = "urn:ietf:params:oauth:token-type:access_token"
        return self.house.token(
            grant_type="urn:ietf:params:oauth:grant-type:token-exchange",
            subject_token=self.token, subject_token_type=kind, audience=APP,
        )  # fmt: skip

    def keep(self, *scopes: str) -> None:
        """Withdraw everything but these."""
        self._ask("PATCH", f"{self.house.issuer}/v1/me/apps/{APP}", json={"scope": " ".join(("openid", *scopes))})

    def sign_out(self) -> None:
        self._ask("DELETE", f"{self.house.issuer}/v1/me/sessions/current")

    def _ask(self, method: str, url: str, **more: Any) -> None:
        answer = self.house.http.request(method, url, headers={"authorization": f"Bearer {self.token}"}, **more)
        assert answer.is_success, answer.text


def manifest(app_id: str, logout_uri: str) -> dict[str, Any]:
    """A W3C MiniApp manifest with Portico's own part."""
    return {
        "app_id": app_id, "name": "Taxi", "icons": [{"src": "https://taxi.example/48.png", "sizes": "48x48"}],
        "version": {"code": 1, "name": "1.0.0"}, "platform_version": {"min_code": 1}, "pages": ["pages/index/index"],
        "req_permissions": [{"name": name, "reason": f"to use {name}"} for name in SCOPES],
        "portico": {
            "developer": "acme", "kind": "webview", "entry": "https://taxi.example/",
            "origins": ["https://taxi.example"], "backend": {"token_endpoint_auth_method": "client_secret_basic"},
            "backchannel_logout_uri": logout_uri,
        },
    }  # fmt: skip

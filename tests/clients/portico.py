"""The real binary, started and spoken to the way an operator would."""

import json
import os
import re
import selectors
import signal
import subprocess
import time
from pathlib import Path

import requests

ROOT = Path(__file__).resolve().parents[2]
# The server reads every PORTICO_* variable as configuration.
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("PORTICO_")}
READY = re.compile(r"^portico: ready on (http://\S+) \(admin (http://\S+)\)$")


def binary():
    path = Path(os.environ.get("PORTICO_BIN", ROOT / "target/release/portico"))
    assert path.is_file(), f"{path} is not built: cargo build --release -p portico"
    return path


def wait_for(predicate, seconds=20, what="the expected state"):
    """Polls until the predicate gives something true, and gives that back."""
    deadline = time.monotonic() + seconds
    while True:
        value = predicate()
        if value:
            return value
        assert time.monotonic() < deadline, f"{what} did not come within {seconds} s"
        time.sleep(0.02)


class Refused(Exception):
    """A command or a start that ended with an exit code other than 0."""

    def __init__(self, code, stdout, stderr):
        super().__init__(f"exit {code}: {stderr.strip() or stdout.strip()}")
        self.code, self.stdout, self.stderr = code, stdout, stderr


class Portico:
    """One `portico serve` on a data folder; `start` may be called again after `stop` or `kill`."""

    def __init__(self, data, log, arguments=()):
        self.data, self.log, self.arguments = Path(data), Path(log), arguments
        self.process = self.issuer = self.admin = None

    def start(self, listen="127.0.0.1:0"):
        command = [binary(), "serve", "--data", self.data, "--listen", listen, "--admin-listen", "127.0.0.1:0", *self.arguments]
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=log, cwd=self.log.parent, env=ENVIRONMENT)
        line = self._first_line(seconds=20)
        ready = READY.match(line)
        if not ready:
            self.kill()
            raise Refused(self.process.returncode, line, self.log.read_text(errors="replace"))
        self.issuer, self.admin = ready.groups()
        return self

    def restart_in_place(self):
        """Starts again on the same address, so that the issuer stays what it was."""
        return self.start(listen=self.issuer.removeprefix("http://"))

    def _first_line(self, seconds):
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stdout, selectors.EVENT_READ)
            assert selector.select(seconds), f"no ready line within {seconds} s"
        return self.process.stdout.readline().decode().rstrip("\n")

    def stop(self):
        """SIGTERM; the exit code."""
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout=30)
        self.process.stdout.close()
        return code

    def kill(self):
        self.process.kill()
        self.process.wait(timeout=10)
        self.process.stdout.close()

    def cli(self, *arguments, text=None):
        """One command of the operator; the JSON that it prints."""
        command = [binary(), *arguments, "--data", self.data]
        done = subprocess.run(
            command, input=text, capture_output=True, text=True, timeout=60, env=ENVIRONMENT)
        if done.returncode != 0:
            raise Refused(done.returncode, done.stdout, done.stderr)
        return json.loads(done.stdout)

    def register(self, kind, document):
        return self.cli(kind, "register", "-", text=json.dumps(document))

    def create_person(self, name, username, password, *more):
        arguments = ["--name", name, "--username", username, *more, "--password-stdin"]
        return self.cli("users", "create", *arguments, text=password)["user_id"]

    def admin_session(self):
        """The admin API with the token of this machine."""
        session = requests.Session()
        session.headers["Authorization"] = f"Bearer {(self.data / 'admin.token').read_text().strip()}"
        return session

    def metadata(self):
        return requests.get(f"{self.issuer}/.well-known/openid-configuration", timeout=10).json()

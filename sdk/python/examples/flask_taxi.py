"""The taxi's back end in Flask: `flask --app flask_taxi run`."""

import os

from flask import Flask

from portico import Logout, Portico
from portico.flask import caller, guard, requires

portico = Portico(os.environ["ISSUER"], "org.example.taxi", os.environ["TAXI_SECRET"])
ended: list[str | None] = []


def end_session(logout: Logout) -> None:
    ended.append(logout.session_id)


app = Flask(__name__)
guard(app, portico, logout_path="/logout", on_logout=end_session)


@app.get("/rides")
def rides() -> dict[str, object]:
    return {"customer": caller().user_id, "driver_may_call": caller().has("phone.verified")}


@app.post("/calls")
@requires("phone.verified")
def call() -> dict[str, str]:
    return {"calling": caller().user_id}

"""authlib, as its Flask integration is documented: nothing here knows Portico."""

import time

import pytest
import requests
from authlib.integrations.flask_client import OAuth
from authlib.integrations.requests_client import OAuth2Session
from flask import Flask, jsonify

from house import HOST, HOST_REDIRECT, SITE, SITE_REDIRECT
from visitor import answer_of


def client_of(house, client_id, secret, redirect_uri, scope, **more):
    """A small web application with one way to sign in."""
    app = Flask(client_id)
    app.secret_key = "only for this test"
    portico = OAuth(app).register(
        "portico", client_id=client_id, client_secret=secret,
        server_metadata_url=f"{house.issuer}/.well-known/openid-configuration",
        client_kwargs={"scope": scope} | more,
    )

    @app.get("/login")
    def login():
        return portico.authorize_redirect(redirect_uri)

    @app.get("/callback")
    def callback():
        token = portico.authorize_access_token()
        return jsonify(token=token, userinfo=portico.userinfo(token=token))

    return app.test_client()


def sign_in(client, visitor, redirect_uri):
    to_portico = client.get("/login").location
    back = visitor.visit(to_portico, until=redirect_uri)
    assert "error" not in answer_of(back), back
    answer = client.get(back.removeprefix(redirect_uri.removesuffix("/callback")))
    assert answer.status_code == 200, answer.text
    return answer.json


@pytest.fixture
def host(house):
    return client_of(
        house, HOST, None, HOST_REDIRECT, "openid host",
        code_challenge_method="S256", token_endpoint_auth_method="none")


@pytest.fixture
def site(house):
    return client_of(house, SITE, house.secrets[SITE], SITE_REDIRECT, "openid profile email")


def test_a_host_signs_a_person_in(house, host, visitor):
    answer = sign_in(host, visitor, HOST_REDIRECT)
    token = answer["token"]
    assert visitor.pages == ["sign-in"]
    assert token["token_type"].lower() == "bearer" and token["expires_in"] <= 600
    assert token["refresh_token"] and token["userinfo"]["sid"]
    assert token["userinfo"]["iss"] == house.issuer and token["userinfo"]["aud"] in (HOST, [HOST])
    assert answer["userinfo"]["sub"] == token["userinfo"]["sub"]


def test_a_hosts_refresh_token_rotates(house, host, visitor):
    token = sign_in(host, visitor, HOST_REDIRECT)["token"]
    session = OAuth2Session(HOST, token=token, token_endpoint_auth_method="none")
    renewed = session.refresh_token(house.server.metadata()["token_endpoint"])
    assert renewed["access_token"] != token["access_token"]
    assert renewed["refresh_token"] != token["refresh_token"]
    assert renewed["expires_at"] > time.time()


def test_a_site_signs_a_person_in_and_reads_standard_claims(house, site, visitor):
    answer = sign_in(site, visitor, SITE_REDIRECT)
    assert visitor.pages == ["sign-in", "consent"]
    claims = answer["userinfo"]
    assert claims["sub"] == answer["token"]["userinfo"]["sub"]
    assert claims["email"] == f"{visitor.username}@example.org" and claims["email_verified"] is True
    assert claims["name"].startswith("Person ")


def test_a_person_who_signed_in_once_is_not_asked_again(house, host, site, visitor):
    sign_in(host, visitor, HOST_REDIRECT)
    sign_in(site, visitor, SITE_REDIRECT)
    assert visitor.pages == ["consent"]
    sign_in(site, visitor, SITE_REDIRECT)
    assert visitor.pages == []


def test_two_clients_know_the_person_by_different_names(house, host, site, visitor):
    at_host = sign_in(host, visitor, HOST_REDIRECT)["token"]["userinfo"]
    at_site = sign_in(site, visitor, SITE_REDIRECT)["token"]["userinfo"]
    assert at_host["sub"] != at_site["sub"]
    assert at_host["sid"] != at_site.get("sid")


def test_a_wrong_secret_gets_no_token(house, visitor):
    site = client_of(house, SITE, "not the secret", SITE_REDIRECT, "openid profile email")
    back = visitor.visit(site.get("/login").location, until=SITE_REDIRECT)
    with pytest.raises(Exception, match="invalid_client"):
        site.application.testing = True
        site.get(back.removeprefix(SITE_REDIRECT.removesuffix("/callback")))


def test_end_session_signs_the_person_out(house, host, visitor):
    token = sign_in(host, visitor, HOST_REDIRECT)["token"]
    metadata = house.server.metadata()
    gone = visitor.browser.get(
        metadata["end_session_endpoint"], params={"id_token_hint": token["id_token"], "client_id": HOST}, timeout=10)
    assert gone.status_code == 200, gone.text
    answer = requests.post(
        metadata["token_endpoint"], timeout=10,
        data={"grant_type": "refresh_token", "refresh_token": token["refresh_token"], "client_id": HOST})
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")

"""The main flow with plain HTTP, its tokens read by PyJWT: launch, consent, validate, withdraw, sign out."""

import jwt
import pytest
import requests

from house import HOST, HOST_REDIRECT, TAXI
from portico import wait_for
from test_requests_oauthlib import sign_in

ALL = "openid profile.basic email.verified"


@pytest.fixture
def host(house, visitor):
    client, _, _ = sign_in(house, visitor, HOST, HOST_REDIRECT, ["openid", "host"], include_client_id=True)
    return client


def consent(house, host, request, granted, refused=()):
    url = f"{house.issuer}/v1/consents/{request}"
    shown = host.get(url)
    assert shown.status_code == 200, shown.text
    assert TAXI in shown.text and "so that profile.basic can be shown" in shown.text
    answer = host.post(url, json={"granted": list(granted), "refused": list(refused)})
    assert answer.ok, answer.text


def launched(house, host):
    """A launch token with both permissions, granted by JSON."""
    token = host.token["access_token"]
    asked = house.launch(token, scope=ALL)
    assert (asked.status_code, asked.json()["error"]) == (400, "consent_required"), asked.text
    assert set(asked.json()["scope"].split()) == {"profile.basic", "email.verified"}
    assert asked.json()["consent_uri"].startswith(f"{house.issuer}/consent/")
    consent(house, host, asked.json()["consent_request"], ["profile.basic", "email.verified"])
    answer = house.launch(token, scope=ALL)
    assert answer.status_code == 200, answer.text
    return answer.json()


def verify(house, token, audience, algorithm):
    key = jwt.PyJWKClient(house.server.metadata()["jwks_uri"]).get_signing_key_from_jwt(token)
    return jwt.decode(token, key, algorithms=[algorithm], audience=audience, issuer=house.issuer)


def userinfo(house, token):
    headers = {"Authorization": f"Bearer {token}"}
    return requests.get(f"{house.issuer}/oauth/userinfo", headers=headers, timeout=10)


def test_a_launch_token_is_verified_by_pyjwt(house, host):
    answer = launched(house, host)
    assert answer["token_type"] == "Bearer" and answer["expires_in"] == 1800
    assert answer["issued_token_type"] == "urn:ietf:params:oauth:token-type:access_token"
    assert set(answer["scope"].split()) == set(ALL.split())
    token = answer["access_token"]
    assert jwt.get_unverified_header(token)["typ"] == "at+jwt"
    claims = verify(house, token, TAXI, "EdDSA")
    assert claims["client_id"] == TAXI and claims["act"] == {"sub": HOST}
    assert claims["exp"] - claims["iat"] == 1800
    assert set(claims) >= {"sub", "sid", "jti", "scope"} and len(claims["sub"]) == 28


def test_introspection_says_what_the_token_says_and_nothing_to_others(house, host):
    token = launched(house, host)["access_token"]
    claims = verify(house, token, TAXI, "EdDSA")
    active = house.introspect(token)
    assert active["active"] is True and active["token_type"] == "Bearer"
    for name in ("iss", "client_id", "sub", "scope", "sid", "iat", "exp", "jti"):
        assert active[name] == claims[name], name
    assert house.introspect(token, app="org.example.site") == {"active": False}
    assert house.introspect("no token at all") == {"active": False}


def test_the_profile_holds_what_was_granted(house, host, visitor):
    claims = userinfo(house, launched(house, host)["access_token"]).json()
    assert claims["name"].startswith("Person ") and claims["email"] == f"{visitor.username}@example.org"
    assert "phone_number" not in claims


def test_a_withdrawn_permission_is_gone_from_tokens_already_out(house, host):
    token = launched(house, host)["access_token"]
    kept = host.patch(f"{house.issuer}/v1/me/apps/{TAXI}", json={"scope": "openid profile.basic"})
    assert kept.ok, kept.text
    assert set(house.introspect(token)["scope"].split()) == {"openid", "profile.basic"}
    assert "email" not in userinfo(house, token).json()
    again = house.launch(host.token["access_token"], scope=ALL)
    assert again.status_code == 200 and "email.verified" not in again.json()["scope"].split()


def test_all_permissions_are_withdrawn_at_once(house, host):
    token = launched(house, host)["access_token"]
    listed = host.get(f"{house.issuer}/v1/me/apps")
    assert listed.status_code == 200 and TAXI in listed.text
    assert host.delete(f"{house.issuer}/v1/me/apps/{TAXI}").ok
    left = house.introspect(token)
    assert left == {"active": False} or set(left["scope"].split()) <= {"openid"}
    claims = userinfo(house, token)
    assert claims.status_code in (401, 403) or set(claims.json()) <= {"sub"}


def test_a_login_code_is_redeemed_by_the_back_end_once(house, host):
    launched(house, host)
    answer = house.launch(
        host.token["access_token"], requested_token_type="urn:portico:token-type:login-code").json()
    assert answer["token_type"] == "N_A" and answer["expires_in"] == 300
    form = {"grant_type": "authorization_code", "code": answer["access_token"]}
    url, credentials = f"{house.issuer}/oauth/token", house.credentials(TAXI)
    redeemed = requests.post(url, data=form, auth=credentials, timeout=10)
    assert redeemed.status_code == 200, redeemed.text
    launch, identity = redeemed.json()["access_token"], redeemed.json()["id_token"]
    assert verify(house, identity, TAXI, "RS256")["sub"] == verify(house, launch, TAXI, "EdDSA")["sub"]
    again = requests.post(url, data=form, auth=credentials, timeout=10)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")


def test_a_sign_out_ends_every_token_and_the_back_end_is_told(house, host):
    token = launched(house, host)["access_token"]
    claims = verify(house, token, TAXI, "EdDSA")
    assert host.delete(f"{house.issuer}/v1/me/sessions/current").ok
    assert house.introspect(token) == {"active": False}
    assert userinfo(house, token).status_code == 401
    over = house.launch(host.token["access_token"])
    assert (over.status_code, over.json()["error"]) == (400, "invalid_grant")

    def told():
        by_sid = {jwt.decode(t, options={"verify_signature": False})["sid"]: t for t in house.receiver.tokens}
        return by_sid.get(claims["sid"])

    logout = wait_for(told, what="the logout token")
    assert jwt.get_unverified_header(logout)["typ"] == "logout+jwt"
    heard = verify(house, logout, TAXI, "RS256")
    assert (heard["sub"], heard["sid"]) == (claims["sub"], claims["sid"])
    assert heard["events"] == {"http://schemas.openid.net/event/backchannel-logout": {}}
    assert heard["jti"] and "nonce" not in heard


def test_revoking_the_hosts_refresh_token_signs_the_person_out(house, host):
    token = launched(house, host)["access_token"]
    form = {"token": host.token["refresh_token"], "client_id": HOST}
    assert requests.post(f"{house.issuer}/oauth/revoke", data=form, timeout=10).status_code == 200
    assert house.introspect(token) == {"active": False}


def test_a_launch_token_is_no_subject_of_another_launch(house, host):
    token = launched(house, host)["access_token"]
    answer = house.launch(token)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")

"""requests-oauthlib, as its documentation shows a web application."""

import pytest
from oauthlib.oauth2.rfc6749.errors import OAuth2Error
from requests_oauthlib import OAuth2Session

from house import HOST, HOST_REDIRECT, SITE, SITE_REDIRECT


def sign_in(house, visitor, client_id, redirect_uri, scope, **secret):
    metadata = house.server.metadata()
    client = OAuth2Session(client_id, redirect_uri=redirect_uri, scope=scope, pkce="S256")
    url, _ = client.authorization_url(metadata["authorization_endpoint"])
    back = visitor.visit(url, until=redirect_uri)
    client.fetch_token(metadata["token_endpoint"], authorization_response=back, **secret)
    return client, metadata, back


def test_a_confidential_site_reads_the_profile(house, visitor):
    client, metadata, _ = sign_in(
        house, visitor, SITE, SITE_REDIRECT, ["openid", "profile"], client_secret=house.secrets[SITE])
    claims = client.get(metadata["userinfo_endpoint"]).json()
    assert claims["name"].startswith("Person ") and "email" not in claims


def test_a_public_host_refreshes(house, visitor):
    client, metadata, _ = sign_in(
        house, visitor, HOST, HOST_REDIRECT, ["openid", "host"], include_client_id=True)
    before = dict(client.token)
    renewed = client.refresh_token(metadata["token_endpoint"], client_id=HOST)
    assert renewed["access_token"] != before["access_token"]


def test_a_code_is_used_once_and_a_second_use_ends_what_it_gave(house, visitor):
    secret = {"client_secret": house.secrets[SITE]}
    client, metadata, back = sign_in(house, visitor, SITE, SITE_REDIRECT, ["openid", "profile"], **secret)
    userinfo = metadata["userinfo_endpoint"]
    assert client.get(userinfo).status_code == 200
    verifier = client._code_verifier
    again = OAuth2Session(SITE, redirect_uri=SITE_REDIRECT, state=client._state)
    with pytest.raises(OAuth2Error, match="invalid_grant"):
        again.fetch_token(metadata["token_endpoint"], authorization_response=back, code_verifier=verifier, **secret)
    assert client.get(userinfo).status_code == 401

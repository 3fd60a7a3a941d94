"""A shop's back end as it was written for WeChat with wechatpy: only the addresses are set.

Runs as a process of its own, so that each version of wechatpy can be on its path: reads one call as JSON
from standard input and prints its answer.
"""

import hashlib
import hmac
import json
import sys

import wechatpy
from wechatpy import WeChatClient
from wechatpy.crypto import WeChatCrypto, WeChatWxaCrypto
from wechatpy.exceptions import WeChatClientException, WeChatOAuthException
from wechatpy.oauth import WeChatOAuth


class Shop:
    def __init__(self, base, appid, secret, redirect_uri):
        self.base, self.appid, self.secret, self.redirect_uri = base, appid, secret, redirect_uri

        class Client(WeChatClient):
            API_BASE_URL = base + "cgi-bin/"

            def fetch_access_token(self):
                return self._fetch_access_token(url=base + "cgi-bin/token", params={
                    "grant_type": "client_credential", "appid": self.appid, "secret": self.secret})

        class OAuth(WeChatOAuth):
            API_BASE_URL = base
            OAUTH_BASE_URL = base + "connect/"

        self.client = Client(appid, secret)
        self.client.wxa.API_BASE_URL = base
        self.OAuth = OAuth

    def version(self):
        return wechatpy.__version__

    def log_in(self, code):
        return self.client.wxa.code_to_session(code)

    def decrypt(self, key, data):
        """The signature checked and the data opened, as the documentation of WeChat shows it."""
        if "rawData" in data:
            signature = hashlib.sha1((data["rawData"] + key).encode()).hexdigest()
            assert signature == data["signature"], "the signature is another"
        return WeChatWxaCrypto(key, data["iv"], self.appid).decrypt_message(data["encryptedData"])

    def phone(self, code):
        if hasattr(self.client.wxa, "get_phone_number"):
            return self.client.wxa.get_phone_number(code)
        return self.client.post(
            "wxa/business/getuserphonenumber", data={"code": code}, api_base_url=self.base)

    def _signed(self, path, openid, key):
        signature = hmac.new(key.encode(), b"", hashlib.sha256).hexdigest()
        return self.client.get(path, api_base_url=self.base, params={
            "openid": openid, "signature": signature, "sig_method": "hmac_sha256"})

    def check_session(self, openid, key):
        return self._signed("wxa/checksession", openid, key)

    def reset_session(self, openid, key):
        return self._signed("wxa/resetusersessionkey", openid, key)

    def overlap(self, openid, key):
        """Another process of the shop fetches a token; this one goes on with the old one."""
        old = self.client.access_token
        Shop(self.base, self.appid, self.secret, self.redirect_uri).client.fetch_access_token()
        answer = self.check_session(openid, key)
        assert self.client.access_token == old, "the old token was not good any more"
        return answer

    def unknown_token(self, openid, key):
        """A token that the server does not take is fetched anew by the library itself."""
        self.client.session.set(self.client.access_token_key, "one that was lost", 7200)
        self.client.expires_at = 1 << 40
        return self.check_session(openid, key)

    def authorize_url(self, scope):
        return self.OAuth(self.appid, self.secret, self.redirect_uri, scope, "state").authorize_url

    def oauth(self, code):
        oauth = self.OAuth(self.appid, self.secret, self.redirect_uri)
        tokens = oauth.fetch_access_token(code)
        assert oauth.check_access_token()
        try:
            person = oauth.get_user_info()
        except WeChatOAuthException as refused:
            person = {"errcode": refused.errcode}
        renewed = oauth.refresh_access_token(tokens["refresh_token"])
        assert renewed["access_token"] != tokens["access_token"] and oauth.check_access_token()
        return {"tokens": tokens, "person": person}

    def open_event(self, token, encoding_aes_key, query, body):
        crypto = WeChatCrypto(token, encoding_aes_key, self.appid)
        return crypto.decrypt_message(body, query["msg_signature"], query["timestamp"], query["nonce"])


if __name__ == "__main__":
    call = json.load(sys.stdin)
    try:
        answer = {"answer": getattr(Shop(**call["shop"]), call["name"])(**call["arguments"])}
    except (WeChatClientException, WeChatOAuthException) as refused:
        answer = {"errcode": refused.errcode, "errmsg": refused.errmsg}
    json.dump(answer, sys.stdout)

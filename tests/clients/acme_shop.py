"""The back end of a shop as its merchant wrote it for WeChat: Flask, wechatpy and a database of its own.

    python acme_shop.py CONFIG

CONFIG says where WeChat is, by what the shop goes there, where its database is and on which port it listens.
Customers are known by their OpenID at WeChat, and by nothing else.
"""

import json
import secrets
import sqlite3
import sys
from contextlib import closing

from flask import Flask, jsonify, redirect, request
from wechatpy import WeChatClient
from wechatpy.exceptions import WeChatClientException, WeChatOAuthException
from wechatpy.oauth import WeChatOAuth

with open(sys.argv[1]) as file:
    config = json.load(file)


class Client(WeChatClient):
    API_BASE_URL = config["base_url"] + "cgi-bin/"

    def fetch_access_token(self):
        return self._fetch_access_token(url=config["base_url"] + "cgi-bin/token", params={
            "grant_type": "client_credential", "appid": self.appid, "secret": self.secret})


class OAuth(WeChatOAuth):
    API_BASE_URL = config["base_url"]
    OAUTH_BASE_URL = config.get("open_url", config["base_url"]) + "connect/"


client = Client(config["appid"], config["secret"])
client.wxa.API_BASE_URL = config["base_url"]
shop = Flask("acme")


def database():
    return closing(sqlite3.connect(config["database"], isolation_level=None))


with database() as db:
    db.executescript("""
        create table if not exists customers (openid text primary key, phone text);
        create table if not exists orders (openid text not null references customers, item text not null);
        create table if not exists visits (token text primary key, openid text not null references customers);
    """)


def welcome(openid):
    """A visit of a customer, who may be new."""
    token = secrets.token_urlsafe(16)
    with database() as db:
        db.execute("insert or ignore into customers (openid) values (?)", [openid])
        db.execute("insert into visits values (?, ?)", [token, openid])
    return token


def customer():
    with database() as db:
        found = db.execute("select openid from visits where token = ?", [request.headers["X-Visit"]]).fetchone()
    return found[0]


def orders_of(openid):
    with database() as db:
        return [item for item, in db.execute("select item from orders where openid = ? order by rowid", [openid])]


@shop.post("/login")
def log_in():
    """What the mini-program sends after wx.login."""
    return jsonify(visit=welcome(client.wxa.code_to_session(request.json["code"])["openid"]))


@shop.post("/phone")
def phone():
    """What the mini-program sends after wx.getPhoneNumber."""
    answer = client.post(
        "wxa/business/getuserphonenumber", data={"code": request.json["code"]}, api_base_url=config["base_url"])
    info = answer["phone_info"]
    with database() as db:
        number = f"+{info['countryCode']}{info['purePhoneNumber']}"
        db.execute("update customers set phone = ? where openid = ?", [number, customer()])
    return jsonify(kept=True)


@shop.get("/orders")
def orders():
    return jsonify(orders=orders_of(customer()))


@shop.post("/orders")
def order():
    with database() as db:
        db.execute("insert into orders values (?, ?)", [customer(), request.json["item"]])
    return jsonify(ordered=True)


@shop.get("/web")
def web():
    """The shop as a page of the merchant's official account."""
    oauth = OAuth(config["appid"], config["secret"], request.base_url, "snsapi_base", "web")
    if "code" not in request.args:
        return redirect(oauth.authorize_url)
    oauth.fetch_access_token(request.args["code"])
    return redirect(f"/web/orders?visit={welcome(oauth.open_id)}")


@shop.errorhandler(WeChatClientException)
@shop.errorhandler(WeChatOAuthException)
def refused(why):
    return jsonify(errcode=why.errcode), 401


if __name__ == "__main__":
    shop.run(port=config["port"])

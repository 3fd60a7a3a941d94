"""One route, `/rides`, behind a guard, in every framework."""

from __future__ import annotations

import json
from collections.abc import Iterable
from types import ModuleType
from typing import Any

import httpx
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, JsonResponse
from django.test.utils import override_settings
from django.urls import path
from django.views import View
from fastapi import Depends, FastAPI
from flask import Flask

import portico.django
import portico.flask
from portico import AsyncPortico, Caller, Portico
from portico.asgi import Application, Receive, Scope, Send
from portico.asgi import PorticoMiddleware as Asgi
from portico.asgi import caller_of as asgi_caller
from portico.fastapi import requires
from portico.wsgi import Environ, StartResponse
from portico.wsgi import PorticoMiddleware as Wsgi
from portico.wsgi import caller_of as wsgi_caller


async def _rides(scope: Scope, receive: Receive, send: Send) -> None:
    body = json.dumps({"caller": asgi_caller(scope).user_id}).encode()
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def asgi_app(client: AsyncPortico, app: Application = _rides, **options: Any) -> Asgi:
    return Asgi(app, client, **options)


def asgi(client: AsyncPortico, require: list[str]) -> httpx.AsyncBaseTransport:
    return httpx.ASGITransport(asgi_app(client, scopes=require))


def fastapi(client: AsyncPortico, require: list[str]) -> httpx.AsyncBaseTransport:
    app = FastAPI()
    app.add_middleware(Asgi, portico=client)
    guarded = Depends(requires(*require))

    @app.get("/rides")
    async def rides(caller: Caller = guarded) -> dict[str, str]:
        return {"caller": caller.user_id}

    return httpx.ASGITransport(app)


def _wsgi_rides(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    body = json.dumps({"caller": wsgi_caller(environ).user_id}).encode()
    start_response("200 OK", [("content-type", "application/json")])
    return [body]


def wsgi(client: Portico, require: list[str], **options: Any) -> httpx.BaseTransport:
    return httpx.WSGITransport(Wsgi(_wsgi_rides, client, scopes=require, **options))


def flask(client: Portico, require: list[str], **options: Any) -> httpx.BaseTransport:
    app = Flask("taxi")
    portico.flask.guard(app, client, **options)

    @app.get("/rides")
    @portico.flask.requires(*require)
    def rides() -> dict[str, str]:
        return {"caller": portico.flask.caller().user_id}

    return httpx.WSGITransport(app)


def flask_with_coroutines(client: Portico, require: list[str]) -> httpx.BaseTransport:
    app = Flask("taxi")
    portico.flask.guard(app, client)

    @app.get("/rides")
    @portico.flask.requires(*require)
    async def rides() -> dict[str, str]:
        return {"caller": portico.flask.caller().user_id}

    return httpx.WSGITransport(app)


settings.configure(ALLOWED_HOSTS=["*"], ROOT_URLCONF="urls", MIDDLEWARE=["portico.django.PorticoMiddleware"])


def django(client: Portico, require: list[str], **options: Any) -> httpx.BaseTransport:
    @portico.django.requires(*require)
    def rides(request: HttpRequest) -> JsonResponse:
        return JsonResponse({"caller": portico.django.caller_of(request).user_id})

    return _django(client, rides, **options)


def django_with_coroutines(client: Portico, require: list[str]) -> httpx.BaseTransport:
    @portico.django.requires(*require)
    async def rides(request: HttpRequest) -> JsonResponse:
        return JsonResponse({"caller": portico.django.caller_of(request).user_id})

    return _django(client, rides)


def django_with_a_class(client: Portico, require: list[str]) -> httpx.BaseTransport:
    class Rides(View):
        async def get(self, request: HttpRequest) -> JsonResponse:
            return JsonResponse({"caller": portico.django.caller_of(request).user_id})

    return _django(client, portico.django.requires(*require)(Rides.as_view()))


def _django(client: Portico, rides: Any, **options: Any) -> httpx.BaseTransport:
    urls = ModuleType("urls")
    urls.__dict__["urlpatterns"] = [path("rides", rides)]
    with override_settings(ROOT_URLCONF=urls, PORTICO={"client": client} | options):
        return _Django(get_wsgi_application(), urls)


class _Django(httpx.WSGITransport):
    """Serves with the routes of this one application."""

    def __init__(self, app: Any, urls: ModuleType) -> None:
        super().__init__(app)
        self._urls = urls

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        with override_settings(ROOT_URLCONF=self._urls):
            return super().handle_request(request)

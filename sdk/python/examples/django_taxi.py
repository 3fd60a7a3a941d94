"""The taxi's back end in Django, in one file: `gunicorn django_taxi:app`."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, JsonResponse
from django.urls import path

from portico import Logout
from portico.django import caller_of, requires

ended: list[str | None] = []


def end_session(logout: Logout) -> None:
    ended.append(logout.session_id)


if not settings.configured:
    settings.configure(
        ALLOWED_HOSTS=["*"],
        ROOT_URLCONF=__name__,
        MIDDLEWARE=["portico.django.PorticoMiddleware"],
        PORTICO={
            "issuer": os.environ["ISSUER"],
            "app_id": "org.example.taxi",
            "client_secret": os.environ["TAXI_SECRET"],
            "logout_path": "/logout",
            "on_logout": end_session,
        },
    )


def rides(request: HttpRequest) -> JsonResponse:
    caller = caller_of(request)
    return JsonResponse({"customer": caller.user_id, "driver_may_call": caller.has("phone.verified")})


@requires("phone.verified")
def call(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"calling": caller_of(request).user_id})


urlpatterns = [path("rides", rides), path("calls", call)]
app = get_wsgi_application()

"""The taxi's back end in FastAPI: `uvicorn fastapi_taxi:app`."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import Depends, FastAPI

from portico import AsyncPortico, Caller, Logout
from portico.asgi import PorticoMiddleware
from portico.fastapi import requires

portico = AsyncPortico(os.environ["ISSUER"], "org.example.taxi", os.environ["TAXI_SECRET"])
ended: list[str | None] = []


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    async with portico:
        yield


async def end_session(logout: Logout) -> None:
    ended.append(logout.session_id)


app = FastAPI(lifespan=lifespan)
app.add_middleware(PorticoMiddleware, portico=portico, logout_path="/logout", on_logout=end_session)


@app.get("/rides")
async def rides(caller: Annotated[Caller, Depends(requires())]) -> dict[str, object]:
    return {"customer": caller.user_id, "driver_may_call": caller.has("phone.verified")}


@app.post("/calls")
async def call(caller: Annotated[Caller, Depends(requires("phone.verified"))]) -> dict[str, str]:
    return {"calling": caller.user_id}

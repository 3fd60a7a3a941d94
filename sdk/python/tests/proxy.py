"""A small TCP proxy before the server that can stop passing on what the feed says."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Proxy:
    """Passes on everything; while `silent`, nothing that the server says on the feed. Counts the introspections."""

    def __init__(self) -> None:
        self.silent, self.introspections, self.feeds = False, 0, 0
        self.target = ("127.0.0.1", 0)
        self.port = 0

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server_reader, server_writer = await asyncio.open_connection(*self.target)
        feed = [False]
        try:
            await asyncio.gather(self._up(reader, server_writer, feed), self._down(server_reader, writer, feed))
        except OSError:
            pass
        finally:
            for one in (writer, server_writer):
                one.close()

    async def _up(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, feed: list[bool]) -> None:
        while data := await reader.read(65536):
            self.introspections += data.count(b"POST /oauth/introspect ")
            if data.startswith(b"GET /v1/feed "):
                self.feeds, feed[0] = self.feeds + 1, True
            writer.write(data)
        writer.close()

    async def _down(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, feed: list[bool]) -> None:
        while data := await reader.read(65536):
            if not (feed[0] and self.silent):
                writer.write(data)
        writer.close()


@contextmanager
def proxy() -> Iterator[Proxy]:
    """Give a proxy on a free port; its target is set before it is used."""
    made, ready, loop = Proxy(), threading.Event(), asyncio.new_event_loop()

    async def run() -> None:
        server = await asyncio.start_server(made._serve, "127.0.0.1", 0)
        made.port = server.sockets[0].getsockname()[1]
        ready.set()
        try:
            await server.serve_forever()
        finally:
            server.close()

    def start() -> None:
        asyncio.set_event_loop(loop)
        task = loop.create_task(run())
        loop.run_until_complete(asyncio.gather(task, return_exceptions=True))
        for left in asyncio.all_tasks(loop):
            left.cancel()
            loop.run_until_complete(asyncio.gather(left, return_exceptions=True))
        loop.close()

    def stop() -> None:
        for task in asyncio.all_tasks(loop):
            task.cancel()

    thread = threading.Thread(target=start)
    thread.start()
    assert ready.wait(10)
    try:
        yield made
    finally:
        loop.call_soon_threadsafe(stop)
        thread.join(10)

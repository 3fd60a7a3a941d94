"""Server-sent events (HTML Standard §9.2.6), from bytes as they come."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import NamedTuple

LONGEST_EVENT = 64 * 1024
"""More characters than this in one event are no event of Portico's."""

_LINE_END = re.compile("\r\n|\n|\r")


class Event(NamedTuple):
    """One event of a stream."""

    name: str
    data: str
    id: str | None
    """The id that the event itself carries; None where it carries none."""


class BrokenStreamError(Exception):
    """The stream is no event stream, or not one of Portico's."""


class EventParser:
    """Turns the bytes of one connection into events."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self._rest = ""
        self._started = self._after_return = False
        self._id: str | None = None
        self._clear()

    def _clear(self) -> None:
        self._name, self._id = "message", None
        self._data: list[str] = []
        self._size = 0

    def feed(self, chunk: bytes) -> Iterator[Event]:
        """Give the events that end in these bytes.

        Raises:
            BrokenStreamError: an event grew beyond `LONGEST_EVENT`.

        """
        text = self._decoder.decode(chunk)
        if not self._started and text:
            text, self._started = text.removeprefix("\ufeff"), True
        # A carriage return ends a line at once; a line feed may still belong to it.
        if self._after_return and text:
            text = text.removeprefix("\n")
        self._after_return = text.endswith("\r") or (self._after_return and not text)
        lines = _LINE_END.split(self._rest + text)
        self._rest = lines.pop()
        for line in lines:
            if line:
                self._size += len(line)
                field, _, value = line.partition(":")
                self._field(field, value.removeprefix(" "))
                continue
            event = Event(self._name, "\n".join(self._data), self._id) if self._data else None
            self._clear()
            if event is not None:
                yield event
        if self._size + len(self._rest) > LONGEST_EVENT:
            raise BrokenStreamError("an event without an end")

    def _field(self, field: str, value: str) -> None:
        if field == "event":
            self._name = value
        elif field == "data":
            self._data.append(value)
        elif field == "id" and "\0" not in value:
            self._id = value

"""The vectors that every back-end SDK agrees on."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[2] / "vectors" / "back-end"


def read(name: str) -> Any:
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def named(cases: list[dict[str, Any]]) -> dict[str, Any]:
    """What `pytest.mark.parametrize` takes beside the name of the argument."""
    return {"argvalues": cases, "ids": [case["name"] for case in cases]}


def part(value: Any) -> str:
    """A part of a token."""
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def parsed(text: str) -> Any:
    """What a part of a token says."""
    return json.loads(base64.urlsafe_b64decode(text + "=="))

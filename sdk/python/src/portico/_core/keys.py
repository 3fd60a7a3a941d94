"""The issuer's public keys (RFC 7517)."""

from __future__ import annotations

from typing import Any

from jwt import PyJWK
from jwt.exceptions import PyJWTError

ALGORITHMS = ("EdDSA", "ES256", "RS256")
"""What Portico signs with; a key set may hold keys for others, which stay unused."""


class KeySet:
    """Keys by their id and the one algorithm that each is for."""

    def __init__(self, document: Any) -> None:
        """Read a JWK set, passing over what is no key for one of `ALGORITHMS`.

        Raises:
            ValueError: the document is no key set.

        """
        keys = document.get("keys") if isinstance(document, dict) else None
        if not isinstance(keys, list):
            raise ValueError("no key set")  # noqa: TRY004 (what is wrong is what came, not who calls)
        self._keys: dict[tuple[str, str], PyJWK] = {}
        self._material: dict[tuple[str, str], dict[str, Any]] = {}
        for jwk in keys:
            kid, algorithm = (jwk.get("kid"), jwk.get("alg")) if isinstance(jwk, dict) else (None, None)
            if isinstance(kid, str) and algorithm in ALGORITHMS and jwk.get("use", "sig") == "sig":
                try:
                    self._keys[kid, algorithm] = PyJWK(jwk)
                except PyJWTError:
                    continue
                self._material[kid, algorithm] = jwk

    def find(self, kid: str, algorithm: str) -> PyJWK | None:
        """Give the key of this id for this algorithm."""
        return self._keys.get((kid, algorithm))

    def knows(self, kid: str) -> bool:
        """Whether a key of this id is published, for whichever algorithm."""
        return any(known == kid for known, _ in self._keys)

    def holds_all_of(self, earlier: KeySet) -> bool:
        """Whether nothing was taken back that the earlier set held, by what was published and not by names alone."""
        return all(self._material.get(name) == jwk for name, jwk in earlier._material.items())

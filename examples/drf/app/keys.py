"""The public keys that the gateway's assertions are verified with."""

from __future__ import annotations

import json
import math
import threading
import time
import urllib.request
from typing import Callable

from jwt import PyJWK, PyJWKSet

FRESH = 300  # seconds that keys are used without asking for newer ones
STALE = 3600  # seconds that they are used while newer ones can't be had
INTERVAL = 10  # seconds between two attempts, whatever is asked for
TIMEOUT = 2  # seconds that the gateway has to answer
MAX_BYTES = 65536  # of its answer


class KeysUnavailable(Exception):
    """It can't be told whether the gateway has the key: it does not answer, or
    was asked a moment ago, when the key may not have been there yet."""


class Keys:
    """The key set of a URL, kept in memory. Threads may share it.

    jwt.PyJWKClient won't do here: every key ID that it does not know makes
    it fetch, and a fetch that fails takes the known keys with it.
    """

    def __init__(self, url: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._url = url
        self._clock = clock
        self._lock = threading.Lock()
        self._keys: dict[str, PyJWK] = {}
        self._fetched = self._tried = -math.inf

    def find(self, kid: str) -> PyJWK | None:
        """Return the key of that ID; None: the gateway says that it has none."""
        key = self._keys.get(kid)
        if key is not None and self._clock() - self._fetched < FRESH:
            return key
        with self._lock:
            now = self._clock()
            due = now - self._tried >= INTERVAL
            if due:
                self._tried = now
                self._refresh()
            key = self._keys.get(kid)
            if key is not None and now - self._fetched < STALE:
                return key
            if not due or self._fetched < now:
                raise KeysUnavailable
        return None

    def _refresh(self) -> None:
        try:
            with urllib.request.urlopen(self._url, timeout=TIMEOUT) as answer:
                usable = PyJWKSet.from_dict(json.loads(answer.read(MAX_BYTES))).keys
            self._keys = {key.key_id: key for key in usable if key.key_type == "EC"}
        except Exception:  # whatever the answer was, it was no key set
            return
        self._fetched = self._tried

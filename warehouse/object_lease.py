"""The lease of a warehouse in an object store: an object that says who writes, and until when.

It is written by conditional put alone: made only where there is none, changed only in the state
that was read. Its holder renews it from a thread; when it was killed, the lease runs out, and the
next writer takes it over. Each holder has a number of its own, larger than all before it (the
fence). A holder that slept through its end finds another number there, and stops before it
acknowledges anything; should it look a moment too early, the swap in warehouse.store stops it.

Times are those of the writers' clocks. If these are far apart a lease may end early: then two
writers do the same work, and one of them is stopped. Nothing is lost.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from warehouse.errors import CopydeskError
from warehouse.object_storage import ObjectStorage

SECONDS = 30.0  # after its holder's last word
RENEWALS = 3  # within that time


class ObjectLock:
    """The lease `name`; one holder at a time."""

    def __init__(self, storage: ObjectStorage, name: str) -> None:
        self._storage = storage
        self._name = name
        self._said: dict[str, Any] = {}  # by us, while we hold it
        self._tag = ""
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="lease", daemon=True)

    def take(self, said: Mapping[str, Any]) -> bool:
        """Take it, if it is free or has run out, and leave there what is `said`."""
        found, tag = self._read()
        if found.get("ends_at", 0.0) > time.time():
            return False
        self._said = {**said, "fence": found.get("fence", 0) + 1}
        if not self._put(tag):
            return False  # another was quicker
        self._thread.start()
        return True

    def said(self) -> Mapping[str, Any]:
        """Return what its holder has left there."""
        return self._read()[0]

    def is_ours(self) -> bool:
        """Return whether we still hold it, by what the store says now."""
        return bool(self._read()[0].get("fence") == self._said["fence"])

    def free(self) -> None:
        """Let the next writer have it at once, if we have it; the number stays there."""
        if not self._thread.is_alive():
            return
        self._stop.set()
        self._thread.join()
        with suppress(CopydeskError):  # it runs out by itself
            self._storage.write_over(
                self._name, json.dumps({"fence": self._said["fence"]}).encode(), self._tag
            )

    def _read(self) -> tuple[dict[str, Any], str | None]:
        try:
            data, tag = self._storage.read_tagged(self._name)
        except FileNotFoundError:
            return {}, None
        return json.loads(data), tag

    def _put(self, tag: str | None) -> bool:
        """Say who holds it from now on, if nobody has said anything since."""
        data = json.dumps({**self._said, "ends_at": time.time() + SECONDS}).encode()
        done = self._storage.write_over(self._name, data, tag)
        self._tag = done or self._tag
        return done is not None

    def _keep(self) -> None:
        """Renew until told to stop, or somebody else has it."""
        while not self._stop.wait(SECONDS / RENEWALS):
            with suppress(CopydeskError):  # a server may be away for a while
                if self._put(self._tag):
                    continue
                found, tag = self._read()  # ours all the same, if an answer was lost on the way
                if found.get("fence") != self._said["fence"]:
                    return
                self._tag = str(tag)

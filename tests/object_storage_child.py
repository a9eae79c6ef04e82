"""tests.crash_child for a warehouse in an object store: the lease of a killed one ends soon."""

from __future__ import annotations

import json
import os

from tests import crash_child
from warehouse import object_lease

LEASE_SECONDS = 3.0


def main(environment: str, *arguments: str) -> None:
    """Ingest as tests.crash_child does, in this environment (JSON)."""
    os.environ.update(json.loads(environment))
    object_lease.SECONDS = LEASE_SECONDS
    crash_child.main(*arguments)

"""What holds for every test: hypothesis asserts nothing about time; a busy machine is no defect."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("copydesk", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("copydesk")

# Modules of few and long tests come first, so that none is left alone at the end of a run by
# several processes, which take whole modules one after the other (make test).
LONG = (
    "test_dropping", "test_crash", "test_upkeep", "test_flow", "test_enrich", "test_near",
    "test_object_storage", "test_run", "test_cli", "test_enrich_crash", "test_hostile",
    "test_search", "test_export", "test_warehouse", "test_backup",
)  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Order the modules; within one the tests keep their order."""
    place = {f"tests/{name}.py": number for number, name in enumerate(LONG)}
    items.sort(key=lambda item: place.get(item.nodeid.partition("::")[0], len(place)))

"""What the server of tests.children loads before it forks a child."""

from tasks.detectors import load_detectors
from tests import crash_child, enrich_child

__all__ = ["crash_child", "enrich_child"]

load_detectors()

"""The one place where any failure of the code on one document becomes a record.

It stands below Prefect because the same line also runs without it (benchmarks, crash tests).
"""

from __future__ import annotations

import logging
import sqlite3
import traceback
from collections.abc import Callable
from typing import TypeVar

from tasks.records import Rejection
from warehouse.errors import CannotRead, CopydeskError

Result = TypeVar("Result")
log = logging.getLogger("copydesk")


def attempt(work: Callable[[], Result], *, what: str) -> Result | Rejection:
    """Return what `work` returns, or the Rejection that says why it could not.

    An error that nobody foresaw is a fault of ours: it is logged with its traceback and retried by
    the next run. Trouble of the storage or the settings is not the document's and passes through.
    """
    try:
        return work()
    except CannotRead as error:
        return Rejection(error.reason, error.detail, is_retryable=error.is_retryable)
    except (CopydeskError, sqlite3.Error):
        raise
    except MemoryError:
        return Rejection("read.out_of_memory", f"{what}: memory ran out", is_retryable=True)
    except OSError as error:
        return Rejection("read.os_error", f"{error.strerror or error}", is_retryable=True)
    except Exception as error:  # noqa: BLE001 - the boundary
        log.warning("%s: %s", what, traceback.format_exc())
        where = traceback.extract_tb(error.__traceback__)[-1]
        detail = f"{type(error).__name__}: {error} ({where.name}, line {where.lineno})"
        return Rejection("read.internal_error", detail, is_retryable=True)

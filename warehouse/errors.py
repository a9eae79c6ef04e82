"""What can go wrong, by what the flow does about it.

* CopydeskError
  - CannotRead     one document will not become an article: record a Rejection, go on
  - TryAgain       storage trouble that may pass: the step is retried
    - WriterBusy   another process writes to this warehouse: wait for it or stop
  - UnsoundRun     a run ended and its numbers do not add up: fail it, tell the operator
  - BadSetting     stop before any work and tell the operator which setting
    - BadWarehouse the path holds no warehouse, or one this version must not touch
"""

from __future__ import annotations


class CopydeskError(Exception):
    """Base of every error that copydesk raises on purpose; its text is one line for a person."""


class CannotRead(CopydeskError):
    """A document that cannot become an article.

    `reason` is a short stable code prefixed with the stage ("read.truncated"), `detail` says what
    was found. Retryable ones (no permission, disk full, no reader yet) are tried again by the next
    run; permanent ones (an empty file) are not.
    """

    def __init__(self, reason: str, detail: str, *, is_retryable: bool = False) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail
        self.is_retryable = is_retryable


class TryAgain(CopydeskError):
    """Storage or lock trouble that may pass by itself."""


class WriterBusy(TryAgain):
    """Another process holds the writer's lease of this warehouse."""


class UnsoundRun(CopydeskError):
    """A run whose sum does not hold or whose data tests found rows."""


class BadSetting(CopydeskError):
    """A setting or argument is wrong; nothing was done."""


class BadWarehouse(BadSetting):
    """The path is no warehouse, or was written by a newer version of copydesk."""

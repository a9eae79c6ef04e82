"""What is read in a text: verbs of saying with their subjects, and the rows made of them."""

from __future__ import annotations

from dataclasses import dataclass

from tasks.annotate.speech.speakers import Speaker
from tasks.annotate.speech.subjects import Phrase


@dataclass(frozen=True, slots=True)
class Report:
    """One row in the making."""

    start: int
    end: int
    kind: str
    speaker: Speaker | None = None
    method: str | None = None
    verb_class: str | None = None
    cue: tuple[int, int] | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Telling:
    """One verb of saying (or according to) with its subject."""

    cue: tuple[int, int]  # code points
    verb: str | None  # folded form; None: according to
    subject: Phrase | None
    method: str  # verb, according_to, colon
    content: tuple[int, int] | None = None  # tokens of the clause told
    token: int = -1  # the verb's

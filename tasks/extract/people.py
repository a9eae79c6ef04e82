"""Names of persons out of the lines that print them."""

from __future__ import annotations

import re

# Only what cannot begin a name: "Von", "Di" and "Par" can.
_PREFIX = re.compile(
    r"^(?:(?:(?:written|reported|posted|published|words|text|story|report) )?by[:\s]+"
    r"|(?:authors?|autor(?:in|es)?|auteur|text|texto|words|por|von|par)\s*:\s*)",
    re.IGNORECASE,
)
_LIST = re.compile(r"\s*[;|/、，·•\n]\s*")
_COMMA = re.compile(r"\s*[,،]\s*")
_AND = re.compile(r",?\s+(?:and|und|et|y|e|og|och|en|i|ja|&|\+)\s+", re.IGNORECASE)
_ADDRESS = re.compile(r"https?://|www\.|\S+@\S+\.\S+", re.IGNORECASE)
_ROLE = re.compile(
    r"\b(?:reporter|editor|correspondent|writer|columnist|contributor|producer|journalist"
    r"|redakteur(?:in)?|redaktion|editora?|periodista|giornalista|journaliste)s?\b",
    re.IGNORECASE,
)
# Longer is prose in the wrong field. Ten authors with full names stay below it.
_LONGEST_LINE = 400  # characters


def people(line: str) -> list[str]:
    """Return the names in a byline such as "By Ann Lee and Bo Chan, Health Editor", in order.

    Addresses and roles beside a name are left out; a line that is an address, or is longer than
    400 characters, names nobody. A list is parted at "and" and commas only where every part
    has two words, so that "Smith, John" and "Marks and Spencer" stay whole.
    """
    line = " ".join(line.split())
    if not line or len(line) > _LONGEST_LINE or line.startswith("@"):
        return []
    line = _PREFIX.sub("", _ADDRESS.sub("", line)) if len(line) > 3 else line
    names = [name for part in _LIST.split(line) for name in _parted(part)]
    names = [name for name in (each.strip(" ,.:()-–—") for each in names) if name]
    persons = [name for name in names if not _ROLE.search(name)]
    return list(dict.fromkeys(persons or names))


def _parted(text: str) -> list[str]:
    """Part `text` at commas, then at "and", where both leave whole names."""
    return [name for part in _whole(_COMMA, text) for name in _whole(_AND, part)]


def _whole(separator: re.Pattern[str], text: str) -> list[str]:
    """Part `text` at `separator` unless a part would have less than two words."""
    parts = separator.split(text)
    return parts if all(" " in part for part in parts) else [text]

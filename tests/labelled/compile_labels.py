"""Turn label files, written by hand, into JSON with offsets: see GUIDELINES.md, section 5.

    python -m tests.labelled.compile_labels seen.txt seen.json [--articles FILE]

The articles are those of FILE, a JSON list with number, id, source, url and text, or those that
stand in the output already. Names every line that it cannot read, and writes nothing then.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

LICENCES = {
    "senate": "work of the US government, public domain",
    "wikinews": "CC BY 2.5",
    "user": "supplied by the user of the project",
}
TIMEX_TYPES = {"DATE", "TIME", "DURATION", "SET"}
COMPARATORS = {"=", "<", "<=", ">", ">=", "about", "range"}
UNIT_KINDS = {"money", "percent", "percentage_point", "measure", "count", "none"}
QUOTE_KINDS = {"direct", "partial", "scare"}
SPEAKER_KINDS = {"named", "organisation", "official", "unnamed", "collective", "document"}
TABLES = {"d": "dates", "q": "quantities", "s": "quotes", "a": "attributions"}

# What TIMEX3 values are made of; X for a digit that is not known.
DAY = (
    r"[\dX]{4}(?:-[\dX]{2}(?:-[\dX]{2})?|-W[\dX]{2}(?:-(?:[1-7X]|WE))?"
    r"|-(?:Q[1-4X]|H[12X]|SP|SU|FA|WI))?"
)
CLOCK = r"T(?:\d{2}(?::\d{2})?|MO|MI|AF|EV|NI)"
VALUE = re.compile(
    rf"(?:FY\d{{4}}|[\dX]{{2,3}}|P(?:[\dX]+(?:Y|M|W|D|DE))+|PT(?:[\dX]+[HMS])+"
    rf"|{DAY}(?:{CLOCK})?|{CLOCK}|{DAY}/{DAY})"
)
SENATE_ID = re.compile(r"/(\d{1,2}[A-Z][a-z]{2}\d{4})")


class LabelError(Exception):
    """A line of a label file that cannot be read."""


@dataclass(frozen=True)
class Piece:
    """A marked piece of a text, by code points."""

    start: int
    end: int


def main() -> None:
    """Compile one file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("labels", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("--articles", type=Path)
    arguments = parser.parse_args()
    articles = json.loads((arguments.articles or arguments.output).read_text("utf-8"))
    try:
        done = compile_labels(arguments.labels.read_text("utf-8"), articles)
    except LabelError as error:
        raise SystemExit(f"{arguments.labels}:\n{error}") from None
    text = json.dumps(done, ensure_ascii=False, indent=1)
    arguments.output.write_text(text + "\n", "utf-8")
    counts = {table: sum(len(a[table]) for a in done) for table in TABLES.values()}
    print(len(done), "articles", counts)


def compile_labels(labels: str, articles: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the articles named in `labels`, with their rows. Raises LabelError."""
    by_number = {article["number"]: article for article in articles}
    done: list[dict[str, Any]] = []
    wrong: list[str] = []
    for number, line in enumerate(labels.splitlines(), 1):
        try:
            if line.startswith("=="):
                done.append(_head(by_number[int(line.strip("= "))]))
            elif line.strip() and not line.startswith("#"):
                _add(done[-1], line)
        except (LabelError, KeyError, IndexError, ValueError) as error:
            detail = error if isinstance(error, LabelError) else repr(error)
            wrong.append(f"line {number}: {detail}\n    {line}")
    if wrong:
        raise LabelError("\n".join(wrong))
    for article in done:
        for table in TABLES.values():
            article[table].sort(key=lambda row: (row["start"], row["end"]))
            _check_twice(article, table)
    return done


def _check_twice(article: dict[str, Any], table: str) -> None:
    if table == "attributions":
        return  # two verbs may share a speaker
    for one, two in zip(article[table], article[table][1:], strict=False):
        if (one["start"], one["end"]) == (two["start"], two["end"]):
            raise LabelError(f"article {article['number']}: twice in {table}: {one['surface']}")


def _head(article: dict[str, Any]) -> dict[str, Any]:
    keys = ("number", "id", "source", "url", "licence", "published", "language", "text")
    known = {
        "licence": LICENCES[article["source"]],
        "published": published(article["id"]),
        "language": "en",
        **article,
        "text": tidy(article["text"]),
    }
    return {key: known[key] for key in keys} | {table: [] for table in TABLES.values()}


def tidy(text: str) -> str:
    """Return `text` with plain line breaks, no blanks beside them, one empty line at most."""
    text = re.sub(r"[ \t\xa0]*\r?\n[ \t\xa0]*", "\n", text.strip())
    return re.sub(r"\n{3,}", "\n\n", text)


def published(article_id: str) -> str | None:
    """Return the day in the id of a Senate release (.../08Jul2008Klobuchar20), else None."""
    found = SENATE_ID.search(article_id)
    return datetime.strptime(found[1], "%d%b%Y").date().isoformat() if found else None


def _add(article: dict[str, Any], line: str) -> None:
    # A bar without blanks parts the alternatives of a value, and does not end a field.
    letter, *fields = (part.strip() for part in line.split(" | "))
    optional = letter.startswith("?")
    letter = letter.lstrip("?")
    if letter not in READERS:
        raise LabelError(f"unknown kind of row {letter!r}")
    row = READERS[letter](article["text"], fields)
    article[TABLES[letter]].append(row | ({"optional": True} if optional else {}))


def _date(text: str, fields: list[str]) -> dict[str, Any]:
    surface, timex_type, value = fields
    _known(timex_type, TIMEX_TYPES)
    for part in value.split("|"):
        if value != "-" and not VALUE.fullmatch(part):
            raise LabelError(f"not a TIMEX3 value: {part!r}")
    return _span(text, find(text, surface)) | {
        "timex_type": timex_type,
        "timex_value": _none(value),
    }


def _quantity(text: str, fields: list[str]) -> dict[str, Any]:
    surface, least, most, comparator, kind, unit, thing = fields
    _known(comparator, COMPARATORS)
    for part in kind.split("|"):
        _known(part, UNIT_KINDS)
    low, high = (None if number == "-" else float(number) for number in (least, most))
    open_ends = {"<": (True, False), "<=": (True, False), ">": (False, True), ">=": (False, True)}
    if (low is None, high is None) != open_ends.get(comparator, (False, False)):
        raise LabelError(f"{least} and {most} do not go with {comparator}")
    return _span(text, find(text, surface)) | {
        "value_min": low,
        "value_max": high,
        "comparator": comparator,
        "unit_kind": kind,
        "unit": _none(unit),
        "object": _none(thing),
    }


def _quote(text: str, fields: list[str]) -> dict[str, Any]:
    surface, kind, speaker, who, speaker_kind, anonymous = fields
    _known(kind, QUOTE_KINDS)
    place = find(text, surface)
    said_by = None if speaker == "-" else find_near(text, speaker, place)
    return (
        _span(text, place) | {"kind": kind} | _speaker(text, said_by, speaker_kind, anonymous, who)
    )


def _attribution(text: str, fields: list[str]) -> dict[str, Any]:
    phrase, speaker_kind, anonymous, who = fields
    speaker, cue = _marked(text, phrase, "[]"), _marked(text, phrase, "{}")
    whole = Piece(min(speaker.start, cue.start), max(speaker.end, cue.end))
    said_by = _speaker(text, speaker, speaker_kind, anonymous, who)
    return _span(text, whole) | said_by | {"cue": text[cue.start : cue.end], "cue_start": cue.start}


def _speaker(text: str, piece: Piece | None, kind: str, anonymous: str, who: str) -> dict[str, Any]:
    _known(anonymous, {"yes", "no"} if piece else {"no", "-"})
    if piece:
        _known(kind, SPEAKER_KINDS)
    return {
        "speaker": text[piece.start : piece.end] if piece else None,
        "speaker_start": piece.start if piece else None,
        "speaker_end": piece.end if piece else None,
        "speaker_kind": _none(kind),
        "is_anonymous": anonymous == "yes",
        "who": _none(who),
    }


READERS: dict[str, Callable[[str, list[str]], dict[str, Any]]] = {
    "d": _date,
    "q": _quantity,
    "s": _quote,
    "a": _attribution,
}


def find(text: str, surface: str) -> Piece:
    """Return where `surface` stands. Raises LabelError if it does nowhere, or more than once."""
    if re.search(r"(?<!\\)\[.+?(?<!\\)\]", surface):
        return _marked(text, surface, "[]")
    surface, occurrence = _occurrence(surface)
    found = list(_occurrences(text, surface))
    if not found:
        raise LabelError(f"not in the text: {surface!r}")
    if occurrence is None and len(found) > 1:
        raise LabelError(f"stands {len(found)} times in the text: {surface!r}")
    if (occurrence or 1) > len(found):
        raise LabelError(f"stands only {len(found)} times in the text: {surface!r}")
    return found[(occurrence or 1) - 1]


def find_near(text: str, surface: str, place: Piece) -> Piece:
    """Return the occurrence outside `place` that is the nearest to it."""
    if re.search(r"#\d+$|(?<!\\)\[", surface):
        return find(text, surface)
    outside = [
        piece
        for piece in _occurrences(text, surface)
        if piece.end <= place.start or piece.start >= place.end
    ]
    if not outside:
        raise LabelError(f"not outside the quotation: {surface!r}")
    return min(outside, key=lambda one: max(place.start - one.end, one.start - place.end))


def _marked(text: str, phrase: str, marks: str) -> Piece:
    """Return what `marks` enclose in `phrase`, which must stand once in the text."""
    plain, start, end = "", None, None
    for position, character in enumerate(phrase):
        escaped = position > 0 and phrase[position - 1] == "\\"
        if character in "[]{}" and not escaped:
            start = len(plain) if character == marks[0] else start
            end = len(plain) if character == marks[1] else end
        elif character != "\\":
            plain += character
    if start is None or end is None:
        raise LabelError(f"no {marks} in {phrase!r}")
    plain, occurrence = _occurrence(plain)
    found = list(_occurrences(text, plain))
    if len(found) != 1 and occurrence is None:
        raise LabelError(f"stands {len(found)} times in the text: {plain!r}")
    whole = found[(occurrence or 1) - 1]
    # Blanks stand for any run of blanks, hence the pieces are sought again, from the left.
    first = _whole(text, plain[:start], whole.start) if start else Piece(whole.start, whole.start)
    return _trimmed(text, Piece(first.end, _whole(text, plain[:end], whole.start).end))


def _whole(text: str, part: str, start: int) -> Piece:
    match = _pattern(part).match(text, start)
    if not match:
        raise LabelError(f"cannot place {part!r}")
    return Piece(*match.span())


def _trimmed(text: str, piece: Piece) -> Piece:
    part = text[piece.start : piece.end]
    lead = len(part) - len(part.lstrip())
    return Piece(piece.start + lead, piece.end - (len(part) - len(part.rstrip())))


def _occurrence(surface: str) -> tuple[str, int | None]:
    found = re.fullmatch(r"(.*?)\s*#(\d+)", surface)
    return (found[1], int(found[2])) if found else (surface, None)


def _occurrences(text: str, surface: str) -> Iterator[Piece]:
    surface = surface.replace("\\", "")
    begin, _, end = (part.strip() for part in surface.partition(" >> "))
    before = r"(?<!\w)" if begin[:1].isalnum() else ""
    last = end or begin
    after = r"(?!\w)" if last[-1:].isalnum() else ""
    between = ".*?" if end else ""
    pattern = f"{before}{_pattern(begin).pattern}{between}{_pattern(end).pattern}{after}"
    for match in re.finditer(pattern, text, re.DOTALL):
        yield Piece(*match.span())


def _pattern(part: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"(?:\\?\s)+", r"\\s+", re.escape(part)))


def _span(text: str, piece: Piece) -> dict[str, Any]:
    return {"start": piece.start, "end": piece.end, "surface": text[piece.start : piece.end]}


def _known(value: str, values: set[str]) -> None:
    if value not in values:
        raise LabelError(f"{value!r} is none of {sorted(values)}")


def _none(value: str) -> str | None:
    return None if value == "-" else value


if __name__ == "__main__":
    main()

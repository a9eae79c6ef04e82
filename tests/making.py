"""Small builders for tests: articles, streams, folders of raw files, corpora."""

from __future__ import annotations

import io
import json
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

from tasks.batch import Limits
from tasks.run import Order, Summary, ingest_files
from warehouse.catalog import open_catalog
from warehouse.errors import CannotRead
from warehouse.location import Location, locate

WORDS = [
    "harbour",
    "council",
    "bridge",
    "school",
    "winter",
    "market",
    "ferry",
    "teacher",
    "budget",
    "mayor",
    "river",
    "engine",
    "village",
    "museum",
    "storm",
    "library",
    "farmer",
    "railway",
    "doctor",
    "festival",
]


def sentences(number: int, count: int = 3) -> list[str]:
    """Return paragraphs that differ from those of every other number."""
    return [
        f"The {WORDS[(number + k) % len(WORDS)]} of district {number} reported on day {k} that the "
        f"{WORDS[(number * 7 + k) % len(WORDS)]} would be rebuilt with {number * 13 + k} helpers."
        for k in range(count)
    ]


# Enough of them that two stories made of them share no run of words but by chance.
NOUNS = (  # noqa: SIM905 - a list of thirty words is no easier to read
    "harbour council bridge school winter market ferry teacher budget mayor river engine village "
    "museum storm library farmer railway doctor festival tunnel orchard prison theatre clinic "
    "airport garden castle factory forest"
).split()
VERBS = "opened closed rebuilt visited praised sold bought painted flooded saved".split()  # noqa: SIM905


def a_story(seed: int, count: int = 12) -> list[str]:
    """Paragraphs that no other seed has."""
    chance = random.Random(seed)
    return [
        " ".join(
            f"The {chance.choice(NOUNS)} of the {chance.choice(NOUNS)} {chance.choice(VERBS)} "
            f"a {chance.choice(NOUNS)} near the old {chance.choice(NOUNS)}"
            for _ in range(3)
        )
        + "."
        for _ in range(count)
    ]


def edited(paragraphs: list[str], share: float, seed: int = 0) -> list[str]:
    """The same with some words replaced."""
    chance = random.Random(seed)
    return [
        " ".join(
            chance.choice(NOUNS) if chance.random() < share else word for word in text.split(" ")
        )
        for text in paragraphs
    ]


class Drip:
    """A stream that gives at most `size` bytes at a time, then its damage, and cannot go back."""

    def __init__(self, data: bytes, size: int = 10_000, damage: str = "") -> None:
        self._file = io.BytesIO(data)
        self._size = size
        self._damage = damage

    def read(self, size: int, /) -> bytes:
        data = self._file.read(min(size, self._size))
        if not data and self._damage:
            raise CannotRead(self._damage, "gzip ends early")
        return data


def an_article(number: int, **fields: Any) -> str:
    """Return a JSON article with headline, url (empty), date and three paragraphs."""
    article = {
        "headline": f"News {number} from the district",
        "url": "",
        "datePublished": "2024-05-03",
        "articleBody": "\n\n".join(sentences(number)),
        **fields,
    }
    return json.dumps(article)


def a_text(number: int) -> str:
    """Return the same article as plain text."""
    return f"News {number} from the district\n\n" + "\n".join(sentences(number)) + "\n"


def an_order(warehouse: Path | str, *sources: Path | str, **changes: Any) -> Order:
    """Return an order that waits for nothing."""
    order = Order(
        location=locate(str(warehouse)),
        sources=tuple(str(source) for source in sources),
        limits=Limits(settle_seconds=0.0),
    )
    return replace(order, **changes)


def ingest(warehouse: Path | str, *sources: Path | str, **changes: Any) -> Summary:
    """Ingest without Prefect and without waiting."""
    return ingest_files(an_order(warehouse, *sources, **changes))


def ask(where: Path | str | Location, query: str) -> list[tuple[Any, ...]]:
    """Return the rows of a query."""
    location = where if isinstance(where, Location) else locate(str(where))
    with open_catalog(location) as connection:
        return connection.execute(query).fetchall()


def outcomes(warehouse: Path | str) -> dict[str, int]:
    """Return how many rows of the ledger have which outcome."""
    return dict(ask(warehouse, "SELECT outcome, count(*) FROM files GROUP BY ALL"))


def write(folder: Path, **files: str | bytes) -> Path:
    """Write files named by keyword (a dot for the double underscore); return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        data = content.encode() if isinstance(content, str) else content
        (folder / name.replace("__", ".")).write_bytes(data)
    return folder

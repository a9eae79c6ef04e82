"""A sample of news for the bench of the questions: real texts, with what the questions ask planted.

Every text becomes a story at an outlet; by fixed chances it is printed again elsewhere (in the same
words, or edited, credited or not), corrected under its address, or quoted in another story. Press
releases hold few quotations, figures and dates, so some sentences that have them are added to each.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.bench.inputs import made_texts, texts_of

OUTLETS = 240  # of whom a few print most
STORIES = 1_300  # about 2,000 articles with their copies: a commit of a busy day
FIRST_DAY = datetime(2004, 3, 1, tzinfo=UTC)
DAYS = 30
LONGEST = 6_000  # characters of a text; the mean of news is about half of it

NAMES = (  # of speakers; how often they are named falls off along the list
    "Jane Roe", "Martin Okafor", "Elena Petrova", "Robert Gates", "Aisha Rahman", "Tom Brannigan",
    "Luis Ortega", "Mary Whitcombe", "David Petraeus", "Ingrid Solberg", "Karim Haddad",
    "Susan Delacroix", "Peter Novak", "Grace Mbeki", "Harold Finch", "Yuki Tanaka",
)  # fmt: skip
SENTENCES = (
    '"We cannot wait for another {number} days," {name} said on {weekday}.',
    "{name} {verb} that the plan would cost ${number} million in {place}.",
    "About {number} troops will leave {place} by the end of the year, the Pentagon said.",
    "{number} soldiers are in {place} now, according to a senior official who spoke on condition "
    "of anonymity because the matter is secret.",
    '"The situation in {place} is a disgrace," a Pentagon spokesman told reporters.',
    "The hearing will take place on {ahead}.",
    "It was {years} years ago that the regime in {place} fell.",
    "{name} and {other} met in {place} on {past}.",
    "At least {number} people were killed in {place} on {weekday}, the police said.",
    "Officials {verb} that {name} had refused to answer.",
)
VERBS = ("said", "claimed", "warned", "announced", "admitted", "denied", "insisted")
PLACES = ("Iraq", "Baghdad", "Berlin", "Washington", "Afghanistan", "Mosul", "Paris", "Kabul")
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
SECTIONS = ("politics", "world", "business", "health", "veterans", "energy")


def write_sample(path: Path, sources: Sequence[Path], stories: int = STORIES) -> None:
    """Write the sample as JSONL; texts come from `sources` in turn, or are made up without any."""
    with path.open("w", encoding="utf-8") as lines:
        for article in _Press(sources).articles():
            if article["story"] >= stories:
                break
            lines.write(json.dumps(article, ensure_ascii=False) + "\n")


class _Press:
    def __init__(self, sources: Sequence[Path]) -> None:
        self.chance = random.Random(11)
        self.streams = [texts_of(path) for path in sources] or [made_texts()]

    def articles(self) -> Iterator[dict[str, Any]]:
        """Yield articles as schema.org NewsArticle, copies after the first print."""
        before: list[str] = []
        for number, text in enumerate(self._texts()):
            headline, body = self._told(number, text)
            if before and self.chance.random() < 0.06:  # an excerpt of an earlier story
                body = [*body, *self.chance.choice(before).split("\n\n")[:2]]
            before = [*before[-50:], "\n\n".join(body)]
            yield from self._printed(number, headline, body)

    def _texts(self) -> Iterator[str]:
        streams = list(self.streams)
        while streams:
            weights = [1 + 5 * (number == 0) for number in range(len(streams))]
            stream = self.chance.choices(streams, weights)[0]
            text = next(stream, None)
            if text is None:
                streams.remove(stream)
            elif len(text) > 200:
                yield text[:LONGEST]

    def _told(self, number: int, text: str) -> tuple[str, list[str]]:
        """Headline and paragraphs, with sentences of our own."""
        parts = [part.strip() for part in re.split(r"\n+|\s{4,}", text) if part.strip()]
        # Some of the texts had their punctuation taken out and two blanks left in its place.
        parts = [re.sub(r"\s\s+(?=[A-Z])", ". ", part) for part in parts]
        headline, body = parts[0][:110], parts[1:] or parts
        for sentence in self.chance.sample(SENTENCES, self.chance.randint(2, 6)):
            body.insert(self.chance.randint(1, len(body)), self._filled(sentence, number))
        return headline, body

    def _filled(self, sentence: str, number: int) -> str:
        day = FIRST_DAY + timedelta(days=DAYS * number / STORIES)
        ahead = day + timedelta(days=self.chance.randint(2, 50))
        past = day.replace(year=day.year - self.chance.randint(1, 9), day=min(day.day, 28))
        weights = [1 / rank for rank in range(1, len(NAMES) + 1)]
        return sentence.format(
            number=self.chance.randint(2, 400) * 10,
            name=self.chance.choices(NAMES, weights)[0],
            other=self.chance.choices(NAMES, weights)[0],
            verb=self.chance.choice(VERBS),
            place=self.chance.choice(PLACES),
            weekday=self.chance.choice(WEEKDAYS),
            years=self.chance.choice(("two", "three", "four", "ten")),
            ahead=f"{ahead:%B} {ahead.day}, {ahead.year}",
            past=f"{past:%B} {past.day}, {past.year}",
        )

    def _printed(self, number: int, headline: str, body: list[str]) -> Iterator[dict[str, Any]]:
        roll, at = self.chance.random(), DAYS * 1_440 * number / STORIES
        is_wire = roll < 0.1
        if is_wire:
            body = [f"WASHINGTON (AP) - {body[0]}", *body[1:]]
        first = self._article(number, self._outlet(), headline, body, at)
        yield first
        if roll < 0.2:  # in the same words elsewhere
            for _ in range(self.chance.randint(1, 3)):
                later = at + self.chance.expovariate(1 / 400)
                yield self._article(number, self._outlet(), headline, body, later)
        elif roll < 0.3:  # by a subeditor
            words = " ".join(body).split()
            body = [self._edited(part, words) for part in body]
            yield self._article(number, self._outlet(), headline, body, at + 300)
        elif roll < 0.35:  # another version at the same address
            figures = [re.sub(r"\b(\d+)0\b", r"\g<1>5", part) for part in body]
            newer = self._article(number, 0, f"{headline} - officials", figures, at)
            modified = first.get("datePublished", "2004-03-01")[:10] + "T23:30:00Z"
            yield newer | {
                "url": first["url"],
                "datePublished": first.get("datePublished"),
                "dateModified": modified,
            }
        elif roll < 0.37:  # met twice, byte for byte
            yield first
        elif roll < 0.38:
            yield self._article(number, self._outlet(), headline, [], at)  # nothing to read

    def _edited(self, part: str, words: list[str]) -> str:
        return " ".join(
            self.chance.choice(words) if self.chance.random() < 0.05 else word
            for word in part.split()
        )

    def _outlet(self) -> int:
        return min(int(self.chance.paretovariate(0.4)), OUTLETS) - 1

    def _article(
        self, number: int, outlet: int, headline: str, body: list[str], minutes: float
    ) -> dict[str, Any]:
        at = FIRST_DAY + timedelta(minutes=minutes)
        article = {
            "story": number,
            "headline": headline,
            "articleBody": "\n\n".join(body),
            "url": f"https://paper{outlet:03}.example/{number}-{self.chance.getrandbits(32):08x}",
            "author": self.chance.choice(NAMES),
            "articleSection": self.chance.choice(SECTIONS),
            "keywords": self.chance.sample(SECTIONS + PLACES, 3),
        }
        roll = self.chance.random()
        if roll < 0.7:
            article["datePublished"] = f"{at:%Y-%m-%dT%H:%M:%SZ}"
        elif roll < 0.95:
            article["datePublished"] = f"{at:%Y-%m-%d}"
        return article

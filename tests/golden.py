"""What every seed must become: python -m tests.golden writes tests/golden/*.json anew.

One file per seed holds its rows in `files`, the rows of the articles that came of it, and what the
annotators say of them, one line a row. Read the difference before you commit it.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any

from tasks.annotate.enrichment import Order, enrich_articles
from tests.making import ask, ingest
from warehouse.location import locate

ROOT = Path(__file__).parents[1]
SEEDS = ROOT / "seeds"
GOLDEN = Path(__file__).parent / "golden"

FILES = """
SELECT path, record, outcome, reason, detail, is_retryable, media_type, compression, encoding,
       encoding_method, reader, byte_count, sha256, article_id, document_count, is_complete
FROM files ORDER BY path, record NULLS FIRST
"""
ARTICLES = """
SELECT f.path, f.record, a.* EXCLUDE (run_id, commit_id, text), p.paragraphs
FROM articles a JOIN files f ON f.article_id = a.article_id AND f.outcome = 'article'
JOIN (
    SELECT article_id, list([kind, p.language_code, text[char_start + 1 : char_end]]
                            ORDER BY paragraph) AS paragraphs
    FROM paragraphs p JOIN articles USING (article_id) GROUP BY article_id
) p ON p.article_id = a.article_id
ORDER BY f.path, f.record
"""
FIELDS = """
SELECT f.path, article_id, field, value, source, is_chosen, is_agreed
FROM fields JOIN files f USING (article_id)
WHERE f.outcome = 'article' ORDER BY f.path, f.record, field, rank, value
"""
LINKS = """
SELECT f.path, l.article_a, l.article_b, l.relation
FROM links l JOIN files f ON f.article_id = l.article_a AND f.outcome = 'article' ORDER BY ALL
"""

# What stands in the line of a row; sentences and keywords are left out: the former say nothing that
# the others do not, the latter hang on the whole corpus.
ANNOTATIONS = {
    "entities": "kind, name, acronym, role_title, role_function, mention_count",
    "places": "field, char_start, surface, name, feature_kind, country_code, admin1_code, "
    "round(latitude, 2), round(longitude, 2), is_metonym, role, reason",
    "dates": "field, char_start, surface, timex_type, timex_value, timex_mod, start_date, "
    "end_date, anchor, relative_offset, is_conflict, reason",
    "quantities": "field, char_start, surface, comparator, value_min, value_max, unit, object, "
    "change, modality, as_of_start, as_of_end, place, attribution, fact_key[:8]",
    "quotes": "field, char_start, kind, surface[:80], speaker, speaker_kind, speaker_method, "
    "is_anonymous, anonymity_reason, verb, verb_class, cue, chain, chain_is_certain",
    "acronyms": "short, long",
    "loaded_terms": "field, char_start, surface, word_list, is_quoted",
    "readability": "sentence_count, word_count, round(flesch_reading_ease, 1), round(lix, 1)",
}


def _annotation(table: str) -> str:
    chosen = ANNOTATIONS[table]
    return (
        f"SELECT path, concat_ws(' | ', {', '.join(_shown(c) for c in _split(chosen))}) AS line "
        f"FROM {table} JOIN (SELECT path, article_id FROM files WHERE outcome = 'article') f "
        "USING (article_id) ORDER BY path, line"
    )


def _split(chosen: str) -> list[str]:
    """Cut at the commas that stand outside brackets."""
    return re.split(r", (?![^(]*\))", chosen)


def _shown(column: str) -> str:
    return f"coalesce(({column})::VARCHAR, '-')"


def seeds() -> list[str]:
    """Return the names of all seeds, relative to seeds/."""
    found = (path for path in SEEDS.rglob("*") if path.is_file() and path.name != "README.md")
    return sorted(str(path.relative_to(SEEDS)) for path in found)


def made() -> dict[str, dict[str, Any]]:
    """Ingest all seeds; return for each what it became."""
    result: dict[str, dict[str, Any]] = {name: defaultdict(list) for name in seeds()}
    with tempfile.TemporaryDirectory() as folder:
        ingest(f"{folder}/corpus", *(SEEDS / name for name in seeds()))
        enrich_articles(Order(location=locate(f"{folder}/corpus")))
        for table, query in _QUERIES.items():
            for row in _records(f"{folder}/corpus", query):
                name = str(Path(row.pop("path")).relative_to(SEEDS))
                result[name][table].append(row)
        for table in ANNOTATIONS:
            for path, line in ask(f"{folder}/corpus", _annotation(table)):
                name = str(Path(path).relative_to(SEEDS))
                result[name].setdefault("annotations", defaultdict(list))[table].append(line)
    return result


_QUERIES = {"files": FILES, "articles": ARTICLES, "fields": FIELDS, "links": LINKS}


def _records(corpus: str, query: str) -> list[dict[str, Any]]:
    rows = ask(corpus, f"SELECT to_json(answer)::VARCHAR FROM ({query}) answer")
    return [json.loads(row[0]) for row in rows]


def golden_path(name: str) -> Path:
    """Return where the golden of a seed lies."""
    return GOLDEN / f"{name}.json"


def text_of(seed: dict[str, Any]) -> str:
    """Return a golden as it is written."""
    return json.dumps(seed, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def main() -> None:
    """Write every golden, and remove those whose seed is gone."""
    found = made()
    for path in GOLDEN.rglob("*.json"):
        path.unlink()
    for name, seed in found.items():
        golden_path(name).parent.mkdir(parents=True, exist_ok=True)
        golden_path(name).write_text(text_of(seed), "utf-8")


if __name__ == "__main__":
    main()

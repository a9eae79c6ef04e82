"""Every seed becomes what its golden says; the user's own article in full."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest

from tests.golden import GOLDEN, SEEDS, golden_path, made, seeds, text_of
from tests.making import ask, ingest

THE_ARTICLE = "000_1925a3406a3489e1.txt"


@pytest.fixture(scope="module")
def found() -> dict[str, dict[str, Any]]:
    """What all seeds become."""
    return made()


@pytest.mark.parametrize("name", seeds())
def test_a_seed_becomes_its_golden(found: dict[str, dict[str, Any]], name: str) -> None:
    """Rows of files, articles, paragraphs, fields and links."""
    path = golden_path(name)
    assert path.exists(), "write it with: python -m tests.golden"
    assert text_of(found[name]) == path.read_text("utf-8"), "see: python -m tests.golden, git diff"


def test_every_golden_has_a_seed_and_every_seed_a_line_in_the_readme() -> None:
    """Nothing is left over, nothing undocumented."""
    readme = (SEEDS / "README.md").read_text("utf-8")

    assert sorted(str(p.relative_to(GOLDEN))[:-5] for p in GOLDEN.rglob("*.json")) == seeds()
    assert [name for name in seeds() if name not in readme] == []


def test_the_users_article_is_kept_to_the_letter(tmp_path: Path) -> None:
    """Headline, 14 paragraphs, language, no invented date, five blank lines removed."""
    source = SEEDS / THE_ARTICLE
    headline, _, *body = source.read_text("utf-8").rstrip("\n").split("\n")
    ingest(tmp_path / "corpus", source)

    rows = ask(
        tmp_path / "corpus",
        "SELECT headline, text, paragraph_count, language_code, published_at, published_reason, "
        "removed['trailing_blank_lines'] FROM articles",
    )
    (file,) = ask(tmp_path / "corpus", "SELECT path, sha256, outcome FROM files")

    assert rows == [(headline, "\n\n".join(body), 14, "en", None, "no date in the document", 5)]
    assert file == (str(source), hashlib.sha256(source.read_bytes()).hexdigest(), "article")

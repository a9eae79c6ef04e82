"""Reader of PDF documents that hold text: press releases, printed pages.

A PDF has lines, not paragraphs; tasks.readers.pdf_lines joins them by where they stand.
Scanned pages have no text and are refused. The title in the properties is often a file's name.
"""

from __future__ import annotations

import io
import logging
import re
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from tasks.readers import text
from tasks.readers.pdf_lines import Line, Lines, paragraphs_of, without_running_lines
from tasks.records import Candidate, Draft, RawDocument
from warehouse.errors import CannotRead

if TYPE_CHECKING:
    from pypdf import PageObject, PdfReader

EXTRACTOR = "pdf 1"
MOST_PAGES = 100  # read; about 0.1 s a page
# Drawing operators of all pages; a full page of a newspaper has 20,000. Forms that draw each
# other ("billion laughs" in PDF) have no end.
_MOST_OPERATORS = 2_000_000
_LEAST_LETTERS = 0.5  # of the visible characters; fonts without a table of characters give less

_LETTERS = re.compile(r"[^\W_]")
_VISIBLE = re.compile(r"\S")
_NO_TITLE = re.compile(
    r"\.(?:docx?|html?|pdf|indd|qxp|rtf|odt|txt|pages)\Z|\A(?:microsoft word|untitled|document)\b",
    re.IGNORECASE,
)


def read(document: RawDocument) -> Draft:
    """Return the draft of a PDF document.

    Raises CannotRead: "read.encrypted", "read.corrupt", "read.no_text" for scanned pages and
    "read.too_complex"; and what the reader of plain text raises.
    """
    pages, count, values = _guarded(lambda: _extract(document.data))
    _require_text(pages, count)
    lines, running = without_running_lines(pages)
    data = "\n\n".join(paragraphs_of(lines)).encode("utf-8", "replace")
    draft = text.read(replace(document, data=data, media_type="text/plain", charset="utf-8"))
    return replace(
        draft,
        candidates=(*_whole_title(draft, values), *draft.candidates, *_last_candidates(values)),
        encoding_method="declared",
        extractor=EXTRACTOR,
        removed={**draft.removed, **({"running_lines": running} if running else {})},
        extra={"properties": values} if values else {},
        truncated=("MORE_PAGES",) if count > len(pages) else (),
    )


def _guarded(extract: Callable[[], _Extracted]) -> _Extracted:
    """Run `extract`, and say what is wrong with the document where pypdf breaks on it."""
    from pypdf.errors import DependencyError, FileNotDecryptedError, PyPdfError

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # what it has to say is in the rejection
    try:
        return extract()
    except (DependencyError, FileNotDecryptedError) as error:
        raise CannotRead("read.encrypted", f"wants a password or an odd cipher: {error}") from error
    except (*_RAISED, PyPdfError) as error:
        detail = f"{type(error).__name__}: {error}; a PDF document with text is wanted"
        raise CannotRead("read.corrupt", detail[:500]) from error


_Extracted = tuple[list[list[Line]], int, dict[str, str]]
# What pypdf 7 raises beside its own errors for damaged files (found by damaging some).
_RAISED = (
    *(ValueError, TypeError, LookupError, AttributeError, ArithmeticError, AssertionError),
    *(RecursionError, NotImplementedError, OSError, EOFError, zlib.error),
)


def _extract(data: bytes) -> _Extracted:
    """Return the lines of the pages, how many there are, and the properties."""
    from pypdf import PdfReader  # 280 ms, needed for PDF only

    reader = PdfReader(io.BytesIO(data), strict=False)
    if reader.is_encrypted and not reader.decrypt(""):
        raise CannotRead("read.encrypted", "wants a password")
    count = len(reader.pages)
    budget = _Budget()
    pages = [_lines(reader.pages[number], budget) for number in range(min(count, MOST_PAGES))]
    return pages, count, dict(_properties(reader))


def _lines(page: PageObject, budget: _Budget) -> list[Line]:
    lines = Lines()
    page.extract_text(visitor_operand_before=budget.spend, visitor_text=lines.take)
    lines.end()
    budget.require()
    return lines.found


class _Budget:
    """Counts the operators that are run."""

    def __init__(self) -> None:
        self._spent = 0

    def spend(self, *operator: object) -> None:
        """Count one and raise as `require`, which pypdf takes for the end of a form."""
        self._spent += 1
        self.require()

    def require(self) -> None:
        """Raise CannotRead("read.too_complex") when they were too many."""
        if self._spent > _MOST_OPERATORS:
            detail = f"more than {_MOST_OPERATORS:,} drawing operators, the most that are run"
            raise CannotRead("read.too_complex", detail)


def _properties(reader: PdfReader) -> Iterator[tuple[str, str]]:
    for key, value in (reader.metadata or {}).items():
        shown = " ".join(str(value).split())[:1000]
        if shown and isinstance(key, str):
            yield key.strip("/").lower(), shown.encode("utf-8", "replace").decode()
    language = str(reader.root_object.get("/Lang") or "")
    if language:
        yield "language", language[:50]


def _whole_title(draft: Draft, values: dict[str, str]) -> Iterator[Candidate]:
    """Yield the title of the properties where the first line on the page is only its beginning."""
    title = values.get("title", "")
    first = next((each.value for each in draft.candidates if each.field == "headline"), "")
    if first and len(title) > len(first) and title.casefold().startswith(first.casefold()):
        yield Candidate(field="headline", value=title, source="properties:title")


def _last_candidates(values: dict[str, str]) -> Iterator[Candidate]:
    title = values.get("title", "")
    if title and not _NO_TITLE.search(title):
        yield Candidate(field="headline", value=title, source="properties:title")
    if values.get("language"):
        yield Candidate(field="language", value=values["language"], source="properties:language")


def _require_text(pages: Sequence[Sequence[Line]], count: int) -> None:
    """Raise CannotRead("read.no_text") for pages that are pictures, or text in unknown fonts."""
    whole = "\n".join(line.text for page in pages for line in page)
    visible, letters = len(_VISIBLE.findall(whole)), len(_LETTERS.findall(whole))
    if letters < _LEAST_LETTERS * visible or not letters:
        detail = f"{count:,} pages with {visible:,} visible characters, {letters:,} of them letters"
        raise CannotRead("read.no_text", f"{detail}; scanned pages would need text recognition")

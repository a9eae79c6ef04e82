"""The headline of a page: h1 and title read, the site's name cut off, one chosen by agreement."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from tasks.agreement import source_kind
from tasks.extract.surroundings import text_of
from tasks.records import Candidate

_MOST_HEADINGS = 20
_BEGINNING = 20  # letters; long titles are cut short or end in the site's name
_LONGEST_TITLE = 1_000  # characters; the cutting below is quadratic
_SHORTEST_HEAD = 10  # letters; "Sport - Team wins" is not a headline "Sport"
_SHORTEST_SITE = 4  # letters; a shorter name is part of too many words
_BREAK = re.compile(r"\s+(?:[-|–—•·»«:]|::|//)\s+|\s*[|｜_]\s*|\s+(?=\[[^\[\]]+\]$)|:\s+")
_NOT_A_WORD = re.compile(r"\W+")
_CUT_SHORT = re.compile(r"\s*(?:…|\.\.\.)\s*$")


@dataclass(frozen=True, slots=True)
class Headings:
    """The heading of the article as the page prints it, if found, and the candidates it makes."""

    element: HtmlElement | None
    candidates: tuple[Candidate, ...]


def read_headings(tree: HtmlElement, first: Iterable[HtmlElement], title: str) -> Headings:
    """Return the <h1> of `first` that the window's `title` repeats, or the first, and the title.

    A first <h1> that the title does not repeat stands after it: it is the site's or a box's. An
    <h2> or <h3> is taken in its stead where the title repeats it.
    """
    lines = _lines(first)
    repeated = next((pair for pair in lines if _is_like(pair[1], title)), None)
    if repeated is None and title:
        lower = _lines(islice(tree.iter("h2", "h3"), _MOST_HEADINGS))
        repeated = next((pair for pair in lower if _is_title(pair[1], title)), None)
    chosen = repeated or next(iter(lines), None)
    found = [(chosen[0].tag, chosen[1])] if chosen else []
    found += [("title", title)] if title else []
    ordered = found if repeated else found[::-1]
    made = tuple(Candidate(field="headline", value=value, source=name) for name, value in ordered)
    return Headings(chosen[0] if chosen else None, made)


def _lines(headings: Iterable[HtmlElement]) -> list[tuple[HtmlElement, str]]:
    """Return the first headings that hold text, with it."""
    texts = ((each, text_of(each)) for each in headings)
    return list(islice((pair for pair in texts if pair[1]), _MOST_HEADINGS))


def _is_title(line: str, title: str) -> bool:
    """Tell whether a lower heading is what the title begins with."""
    mine = letters(line)
    return len(mine) >= _SHORTEST_HEAD and letters(title).startswith(mine)


def _is_like(line: str, title: str) -> bool:
    """Tell whether `title` holds `line`, `line` holds its beginning, or half of its words."""
    mine, other = letters(line), letters(title)
    if not mine:
        return False
    words, known = set(line.casefold().split()), set(title.casefold().split())
    return mine in other or other[:_BEGINNING] in mine or len(words & known) * 2 > len(words)


def settle(headlines: Sequence[Candidate], names: Collection[str]) -> list[Candidate]:
    """Return `headlines` without the site's name, the one that most kinds of source give first.

    `names` are what the site calls itself (see site_names). Of equals the one with the heading
    that is printed, then the one that came first. A value cut short with "…" speaks for the
    longer one it begins.
    """
    heads = {letters(e.value) for e in headlines if e.source != "title"} - {""}
    heads = {head for head in heads if len(head) >= _SHORTEST_HEAD}
    cut = [replace(each, value=_cut(each.value, names, heads)) for each in headlines]
    keys = [letters(each.value) for each in cut]
    keys = [_lengthened(each.value, key, keys) for each, key in zip(cut, keys, strict=True)]
    kinds: defaultdict[str, set[str]] = defaultdict(set)
    for each, key in zip(cut, keys, strict=True):
        kinds[key].add(source_kind(each.source))
    best = max(keys, key=lambda key: _weight(kinds[key]), default="")
    is_other = {id(each): key != best for each, key in zip(cut, keys, strict=True)}
    ended = {id(each): bool(_CUT_SHORT.search(each.value)) for each in cut}
    return sorted(cut, key=lambda each: (is_other[id(each)], ended[id(each)]))


def _weight(kinds: Collection[str]) -> tuple[int, bool]:
    """Return what speaks for a headline; a single witness is none, so that the order decides."""
    return (len(kinds), "page" in kinds) if len(kinds) > 1 else (0, False)


def _lengthened(value: str, key: str, keys: Iterable[str]) -> str:
    """Return the key of the longer headline that a value cut short begins, else its own."""
    if not _CUT_SHORT.search(value) or len(key) < _BEGINNING:
        return key
    return next((each for each in keys if each.startswith(key) and each != key), key)


def site_names(candidates: Iterable[Candidate], url: str | None) -> set[str]:
    """Return how the site of a page may write itself: publisher, "example.com" and "example"."""
    names = set()
    addresses = {url} if url else set()
    for each in candidates:
        if each.field == "publisher":
            names.add(letters(each.value))
        elif each.field in ("url", "canonical_url"):
            addresses.add(each.value)
    for address in addresses:
        names |= _host_names(address)
    return {name for name in names if name}


def _host_names(url: str) -> set[str]:
    try:
        host = (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return set()
    return {letters(host), letters(host.partition(".")[0])}


def _cut(title: str, names: Collection[str], heads: Collection[str]) -> str:
    """Return `title` without the site's name at its end or beginning.

    What follows or precedes another source's whole headline is the site's name, too.
    """
    breaks = list(_BREAK.finditer(title)) if len(title) <= _LONGEST_TITLE else []
    for match in breaks:
        if letters(title[: match.start()]) in heads and _is_tail(title, match):
            return title[: match.start()]
    for match in reversed(breaks):
        if match[0] != ": " and _is_site(letters(title[match.end() :]), names):
            return title[: match.start()]
    for match in breaks[:1]:
        if _is_site(letters(title[: match.start()]), names):
            return title[match.end() :]
    return title


def _is_tail(title: str, match: re.Match[str]) -> bool:
    """Tell whether less follows a break than stands before it; a colon begins a second half."""
    return not match[0].startswith(":") and len(title) - match.end() <= match.start()


def _is_site(part: str, names: Collection[str]) -> bool:
    """Tell whether `part` of a title is a name of the site, or such a name with "the" or "news"."""
    if part in names:
        return True
    return len(part) >= _SHORTEST_SITE and any(
        len(name) >= _SHORTEST_SITE and _bare(part) == _bare(name) for name in names
    )


def _bare(name: str) -> str:
    return name.removeprefix("the").removesuffix("com").removesuffix("online").removesuffix("news")


def letters(text: str) -> str:
    """Return the letters and digits of `text` in one case, to compare titles and names."""
    return _NOT_A_WORD.sub("", text).casefold()

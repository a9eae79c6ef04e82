"""Other tools at the settings in use: which kept texts they name as candidates of a new one.

Words are runs of letters and digits, folded; both tools leave splitting to the caller. 14 bands of
8 rows over word 5-grams is what FineWeb and datatrove use; 40 bands of 3 rows over word 3-grams
was the best MinHash tried. Neither tool verifies, so its candidates are its links.
"""

from __future__ import annotations

import importlib
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

Pairs = set[tuple[int, int]]  # place of the new text, place of the kept one

BATCH = 500  # texts whose shingles are in memory at once
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Setting:
    """Bands and rows of a locality sensitive hash over runs of words."""

    bands: int
    rows: int
    words: int

    @property
    def permutations(self) -> int:
        """Hash values of a signature."""
        return self.bands * self.rows

    def __str__(self) -> str:
        return f"{self.bands}x{self.rows}, {self.words} words"


SETTINGS = (Setting(14, 8, 5), Setting(40, 3, 3))


@dataclass
class Answer:
    """What one tool says, and the CPU seconds of the process by stage."""

    pairs: Pairs = field(default_factory=set)
    seconds: dict[str, float] = field(default_factory=dict)


Peer = Callable[[Sequence[str], Sequence[str], Setting], Answer]


def shingles(text: str, size: int) -> list[str]:
    """Return the runs of `size` words, each once; a shorter text is one."""
    found = _WORD.findall(text.casefold())
    runs = (" ".join(found[at : at + size]) for at in range(max(1, len(found) - size + 1)))
    return list(dict.fromkeys(runs))


def by_datasketch(kept: Sequence[str], new: Sequence[str], setting: Setting) -> Answer:
    """Ask datasketch: signatures in bulk, MinHashLSH in memory."""
    datasketch = importlib.import_module("datasketch")
    answer, clock = Answer(), Clock()

    def sketched(texts: Sequence[str]) -> list[object]:
        runs = ([run.encode() for run in shingles(text, setting.words)] for text in texts)
        found: list[object] = datasketch.MinHash.bulk(runs, num_perm=setting.permutations, seed=1)
        return found

    signatures, queries = sketched(kept), sketched(new)
    answer.seconds["sketch"] = clock.lap()
    index = datasketch.MinHashLSH(
        num_perm=setting.permutations, params=(setting.bands, setting.rows)
    )
    with index.insertion_session() as session:
        for place, signature in enumerate(signatures):
            session.insert(place, signature, check_duplication=False)
    for place, query in enumerate(queries):
        answer.pairs.update((place, hit) for hit in index.query(query))
    answer.seconds["match"] = clock.lap()
    return answer


def by_rensa(kept: Sequence[str], new: Sequence[str], setting: Setting) -> Answer:
    """Ask rensa: R-MinHash of the full sets of shingles and its own index."""
    rensa = importlib.import_module("rensa")
    answer, clock = Answer(), Clock()

    def sketched(texts: Sequence[str]) -> list[object]:
        found: list[object] = []
        for start in range(0, len(texts), BATCH):
            runs = [shingles(text, setting.words) for text in texts[start : start + BATCH]]
            found += rensa.RMinHash.from_token_sets(runs, setting.permutations, 1)
        return found

    signatures, queries = sketched(kept), sketched(new)
    answer.seconds["sketch"] = clock.lap()
    index = rensa.RMinHashLSH(0.0, setting.permutations, setting.bands)
    index.insert_many(signatures)
    for place, query in enumerate(queries):
        answer.pairs.update((place, hit) for hit in index.query(query))
    answer.seconds["match"] = clock.lap()
    return answer


class Clock:
    """CPU seconds of this process, threads included, since the last lap."""

    def __init__(self) -> None:
        self._start = time.process_time()

    def lap(self) -> float:
        """Return the seconds since the last lap."""
        start, self._start = self._start, time.process_time()
        return self._start - start


PEERS: dict[str, Peer] = {"datasketch": by_datasketch, "rensa": by_rensa}

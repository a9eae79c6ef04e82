"""How varied the words of a text are."""

from __future__ import annotations

from collections.abc import Sequence

# McCarthy & Jarvis 2010, "MTLD, vocd-D, and HD-D: A validation study of sophisticated approaches to
# lexical diversity assessment", Behavior Research Methods 42(2): where the curve flattens.
_THRESHOLD = 0.72


def mtld(words: Sequence[str]) -> float | None:
    """Return the mean length of runs of `words` whose type-token ratio stays above 0.72.

    The mean of reading forwards and backwards (McCarthy & Jarvis 2010); None where no word is ever
    repeated, for then no run ends.
    """
    forwards, backwards = _run_length(words), _run_length(words[::-1])
    if forwards is None or backwards is None:
        return None
    return (forwards + backwards) / 2


def _run_length(words: Sequence[str]) -> float | None:
    runs, count = 0.0, 0
    seen: set[str] = set()
    for word in words:
        count += 1
        seen.add(word)
        if len(seen) <= _THRESHOLD * count:
            runs += 1
            count = 0
            seen = set()
    if count:
        runs += (1 - len(seen) / count) / (1 - _THRESHOLD)  # the part of a run that is left over
    return len(words) / runs if runs else None

"""Sketches: of every window of shingles the smallest hash, the same wherever the text stands.

A shingle is a run of tokens, hashed; of every window of shingles the smallest hash is kept, so that
two texts that share a passage of a window's length share a hash of it (winnowing: Schleimer,
Wilkerson, Aiken, 2003). The windows that reach over the ends of a stream are cut there and count as
well: whatever a longer text keeps of an excerpt is then in the sketch of the excerpt. In 1,500
Senate releases that costs 5 hashes on 64, and finds the first 30 words by two hashes in 99.9 % of
cases instead of 91 %, a copy of 60 words with one in ten changed in 94 % instead of 73 %.

The parameters were measured with planted edits of real articles; an index holds one VERSION only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from tasks.dedup.tokens import Script, Tokens, mix64
from warehouse.items import Spans

VERSION = 1  # of the parameters, of tokens.py and of this file: in every row of the index
HASH_BITS = 48


@dataclass(frozen=True, slots=True)
class Parameters:
    """How a stream of tokens becomes hashes."""

    shingle: int  # tokens hashed together
    window: int  # shingles of which the smallest hash is kept; more than `shingle`


PARAMETERS = {
    Script.WORDS: Parameters(shingle=6, window=14),
    Script.HAN: Parameters(shingle=10, window=32),
    Script.SEA: Parameters(shingle=16, window=64),
}
# What a code point weighs when the script of a paragraph is decided: a Han character says about as
# much as three letters (tasks/scripts.py).
CUT_WINDOWS = 5
WEIGHTS = {Script.WORDS: 1, Script.HAN: 3, Script.SEA: 1}


@dataclass(frozen=True, slots=True, eq=False)
class Sketches:
    """The sketches of a batch: m rows, distinct and sorted by (owner, hash)."""

    hashes: NDArray[np.int64]  # [m] of HASH_BITS bits
    owners: NDArray[np.int32]  # [m] which text of the batch
    scripts: NDArray[np.int8]  # [m] Script
    places: NDArray[np.int32]  # [m] the token of the text at which the shingle first begins

    def __len__(self) -> int:
        return len(self.hashes)


@dataclass(frozen=True, slots=True, eq=False)
class _Ranges:
    """Runs of tokens, each with its text and script."""

    firsts: NDArray[np.int64]
    counts: NDArray[np.int64]
    owners: NDArray[np.int64]
    scripts: NDArray[np.uint8]
    streams: NDArray[np.int64]  # neighbours of one text and script have one number

    def of(self, chosen: NDArray[np.bool_]) -> _Ranges:
        """Return some of them."""
        return _Ranges(
            self.firsts[chosen],
            self.counts[chosen],
            self.owners[chosen],
            self.scripts[chosen],
            self.streams[chosen],
        )


_Keys = tuple[NDArray[np.uint64], NDArray[np.int64]]  # keys, and the token each begins at

# Tokens worked on at once: their arrays stay in the cache of the processor.
SLICE_TOKENS = 1 << 16
SLICE_SLOTS = 1 << 20  # streams too short for a window need more slots than tokens
SCRIPT_BITS = 2
SLICE_TEXTS = 1 << (64 - HASH_BITS - SCRIPT_BITS)  # the bits that hash and script leave of a key
_OWNER_SHIFT = np.uint64(HASH_BITS + SCRIPT_BITS)
_BELOW_OWNER = np.uint64((1 << (HASH_BITS + SCRIPT_BITS)) - 1)
_SLOT_BITS = np.uint64(64 - HASH_BITS)
_SLOT_MASK = np.uint64((1 << (64 - HASH_BITS)) - 1)
_NONE = np.uint64((1 << 64) - 1)  # greater than any hash
_BASE = 0xBF4600C2D6A4D16B  # odd, so that no shingle loses bits


def sketch(tokens: Sequence[Tokens], kept: Sequence[Spans]) -> Sketches:
    """Return the sketches of texts, of the tokens that lie in the `kept` spans of each.

    A span is a paragraph or a part of one, in code points; those of a text are in order and do not
    overlap (else ValueError). Each has the script of most of its letters; neighbours of one script
    are one stream, and shingles run on from one to the next. A stream shorter than a shingle has no
    hash: texts with the same few words are equal by identity.
    """
    if len(tokens) != len(kept):
        raise ValueError(f"{len(tokens)} texts, but kept spans of {len(kept)}")
    keys, owners = [np.zeros(0, dtype=np.uint64)], [np.zeros(0, dtype=np.int32)]
    places = [np.zeros(0, dtype=np.int32)]
    for low, high in _slices(tokens):
        part, firsts = _sketch_slice(tokens[low:high], kept[low:high])
        keys.append(part & _BELOW_OWNER)
        owners.append((part >> _OWNER_SHIFT).astype(np.int32) + np.int32(low))
        places.append(firsts.astype(np.int32))
    joined = np.concatenate(keys)
    return Sketches(
        hashes=(joined >> np.uint64(SCRIPT_BITS)).astype(np.int64),
        owners=np.concatenate(owners),
        scripts=(joined & np.uint64((1 << SCRIPT_BITS) - 1)).astype(np.int8),
        places=np.concatenate(places),
    )


def _slices(tokens: Sequence[Tokens]) -> Iterator[tuple[int, int]]:
    """Yield ranges of texts of about SLICE_TOKENS together."""
    low = size = 0
    for number, one in enumerate(tokens):
        if number > low and (size + len(one) > SLICE_TOKENS or number - low == SLICE_TEXTS):
            yield low, number
            low, size = number, 0
        size += len(one)
    if low < len(tokens):
        yield low, len(tokens)


def _sketch_slice(
    tokens: Sequence[Tokens], kept: Sequence[Spans]
) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Return sorted, distinct keys and their places in the texts.

    A key is the number of the text, hash and script, in 14, 48 and 2 bits.
    """
    hashes = np.concatenate([one.hashes for one in tokens])
    spans = _spans(tokens, kept)
    keys, places = [np.zeros(0, dtype=np.uint64)], [np.zeros(0, dtype=np.int64)]
    for script in Script:
        for some, where in _keys(hashes, spans.of(spans.scripts == script), script):
            keys.append(some)
            places.append(where)
    distinct, first = np.unique(np.concatenate(keys), return_index=True)
    sizes = [len(one) for one in tokens]
    begins = np.cumsum(sizes) - sizes
    return distinct, np.concatenate(places)[first] - begins[distinct >> _OWNER_SHIFT]


def _spans(tokens: Sequence[Tokens], kept: Sequence[Spans]) -> _Ranges:
    """Return the tokens of each kept span that has any, as ranges of those of the whole slice."""
    counts = [len(spans) for spans in kept]
    owners = np.repeat(np.arange(len(kept)), counts)
    edges = np.fromiter(chain.from_iterable(chain.from_iterable(kept)), np.int64, 2 * sum(counts))
    ends = np.concatenate([one.ends for one in tokens])
    lengths = ends - np.concatenate([one.starts for one in tokens])
    room = int(max(ends.max(initial=0), edges.max(initial=0))) + 1  # of a text in common places
    edges += np.repeat(owners * room, 2)
    if np.any(edges[1:] < edges[:-1]):
        raise ValueError("kept spans must be in order and must not overlap")
    places = ends + np.repeat(np.arange(len(tokens)) * room, [len(one) for one in tokens])
    lasts = np.searchsorted(places, edges[1::2], side="right")
    places -= lengths
    firsts = np.searchsorted(places, edges[::2])
    scripts = _majority(np.concatenate([one.scripts for one in tokens]), lengths, firsts, lasts)
    has_any = lasts > firsts
    return _with_streams(firsts[has_any], lasts[has_any], owners[has_any], scripts[has_any])


def _with_streams(
    firsts: NDArray[np.int64],
    lasts: NDArray[np.int64],
    owners: NDArray[np.int64],
    scripts: NDArray[np.uint8],
) -> _Ranges:
    """Number the streams: neighbours of one text and one script."""
    streams = np.zeros(len(firsts), dtype=np.int64)
    np.cumsum((owners[1:] != owners[:-1]) | (scripts[1:] != scripts[:-1]), out=streams[1:])
    return _Ranges(firsts, lasts - firsts, owners, scripts, streams)


def _majority(
    scripts: NDArray[np.uint8],
    lengths: NDArray[np.int64],
    firsts: NDArray[np.int64],
    lasts: NDArray[np.int64],
) -> NDArray[np.uint8]:
    """Return the script of each range of tokens: that of most letters; of two, the smaller."""
    if not np.any(scripts > Script.WORDS):
        return np.full(len(firsts), Script.WORDS, dtype=np.uint8)
    weights = []
    for script in Script:
        letters = np.where(scripts == script, lengths * WEIGHTS[script], 0)
        sums = np.concatenate([[0], np.cumsum(letters)])
        weights.append(sums[lasts] - sums[firsts])
    return np.asarray(np.argmax(weights, axis=0) + int(Script.WORDS), dtype=np.uint8)


def _keys(
    hashes: NDArray[np.uint64], spans: _Ranges, script: Script
) -> Iterator[_Keys]:
    """Yield the keys of the streams of one script in their order, some of them twice."""
    n, window = PARAMETERS[script].shingle, PARAMETERS[script].window
    lengths = np.bincount(spans.streams, weights=spans.counts).astype(np.int64)
    spans = spans.of(lengths[spans.streams] >= n)
    lengths = lengths[lengths >= n]
    if not len(lengths):
        return
    numbers = np.cumsum(np.diff(spans.streams, prepend=spans.streams[0]) != 0)
    parts = np.cumsum(lengths + window) // SLICE_SLOTS
    for part in np.unique(parts):
        chosen = spans.of(parts[numbers] == part)
        yield _stream_keys(hashes, chosen, lengths[parts == part], script)


def _stream_keys(
    hashes: NDArray[np.uint64], spans: _Ranges, lengths: NDArray[np.int64], script: Script
) -> _Keys:
    """Return the keys of streams of so many tokens each, at least those of a shingle."""
    n, window = PARAMETERS[script].shingle, PARAMETERS[script].window
    # Empty slots after each stream keep windows from seeing two: a window that starts in slot
    # first + k ends in the k-th shingle of its stream, or is cut at the stream's end.
    strides = lengths + (window - n)
    firsts = np.cumsum(strides) - strides
    tokens = _within(spans)
    shift = (window - 1) - (np.cumsum(lengths) - lengths)  # from a token of a stream to its slot
    places = np.repeat(firsts + shift, lengths)
    places += np.arange(len(places))
    slots = np.zeros(int(firsts[-1] + strides[-1]) + window + n - 2, dtype=np.uint64)
    slots[places] = np.take(hashes, tokens, mode="clip")
    # The last bits tell the slot, counted from that of the stream, so that a window's minimum is
    # the first of equal ones.
    shingles = _shingles(slots, n)
    shingles &= ~_SLOT_MASK
    numbers = np.arange(len(shingles))
    numbers[: 1 - window] -= np.repeat(firsts, strides)
    shingles |= numbers.astype(np.uint64) & _SLOT_MASK
    shingles[: window - 1] = _NONE
    gaps = (firsts + window + lengths - n)[:, np.newaxis] + np.arange(window - 1)
    shingles[gaps.ravel()] = _NONE
    minima = _sliding_minimum(shingles, window)
    at = _counted(minima, firsts, lengths, script)
    stream = np.searchsorted(firsts, at, side="right") - 1
    # The slot of a minimum, of which it has the last bits: it is one of the window's.
    slot = at + ((minima[at] - numbers[at].astype(np.uint64)) & _SLOT_MASK).astype(np.int64)
    owners = spans.owners[np.searchsorted(spans.streams, np.unique(spans.streams))]
    keys = owners[stream].astype(np.uint64) << _OWNER_SHIFT | np.uint64(script)
    keys |= minima[at] >> _SLOT_BITS << np.uint64(SCRIPT_BITS)
    return keys, tokens[slot - (firsts + shift)[stream]]


def _counted(
    minima: NDArray[np.uint64],
    firsts: NDArray[np.int64],
    lengths: NDArray[np.int64],
    script: Script,
) -> NDArray[np.int64]:
    """Return the windows that count and have another minimum than the one before."""
    n, window = PARAMETERS[script].shingle, PARAMETERS[script].window
    counts = lengths - n + 1
    cut = np.where(counts < CUT_WINDOWS * window, 0, window - 1)
    is_new = np.ones(len(minima), dtype=bool)
    np.not_equal(minima[1:], minima[:-1], out=is_new[1:])
    is_new[firsts + cut] = True  # another text may begin as the one before ends
    at = np.flatnonzero(is_new)
    stream = np.searchsorted(firsts, at, side="right") - 1
    window_of = at - firsts[stream]
    is_whole = window_of >= cut[stream]
    is_whole &= window_of < (counts + window - 1 - cut)[stream]
    return at[is_whole]


def _within(spans: _Ranges) -> NDArray[np.int64]:
    """Return the numbers of all tokens in the ranges."""
    before = np.cumsum(spans.counts) - spans.counts
    tokens = np.repeat(spans.firsts - before, spans.counts)
    tokens += np.arange(len(tokens))
    return tokens


def _shingles(slots: NDArray[np.uint64], n: int) -> NDArray[np.uint64]:
    """Return the hash of every run of n slots: a polynomial, put together from halves."""
    sums, length = slots, 1
    for bit in bin(n)[3:]:
        sums = sums[:-length] + sums[length:] * np.uint64(pow(_BASE, length, 1 << 64))
        length *= 2
        if bit == "1":
            sums = slots[: len(sums) - 1] + sums[1:] * np.uint64(_BASE)
            length += 1
    return mix64(sums)


def _sliding_minimum(values: NDArray[np.uint64], window: int) -> NDArray[np.uint64]:
    """Return the minimum of every `window` neighbours: 4 to 7 passes of doubled reach.

    Linear for a given window. Prefix and suffix minima of blocks need three passes of any window,
    but accumulate() is slower than four to seven of minimum(): tests/bench/sketch.py.
    """
    reach = 1
    while reach < window:
        step = min(reach, window - reach)
        values = np.minimum(values[:-step], values[step:])
        reach += step
    return values

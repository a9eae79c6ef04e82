"""Sketches: of every window of shingles the smallest hash, the same wherever the text stands.

A shingle is a run of tokens, hashed; of every window of shingles the smallest hash is kept, so that
two texts that share a passage of a window's length share a hash of it (winnowing: Schleimer,
Wilkerson, Aiken, 2003). The windows that reach over the ends of a stream are cut there. In a long
stream these do not count: they keep how texts begin and end, which is formula more than news. In
9,500 Senate releases and Spanish articles they were 4 of 54 hashes, and of all pairs with two
hashes in common 0.93 were alike without them and 0.66 with them (both at window 16).

In a short stream they count, so that whatever a longer text keeps of an excerpt is in the sketch of
the excerpt. Copies with a word in ten changed are found by two hashes in 75 % (20 words), 84 %
(30), 88 % (40) and 99 % (60); the first or last 30 words of a long text by themselves in 98 %,
others in 99 %, any 60 words in 100 %.

A window is as long as what shall be found allows: at 14 words instead of 16, 100 instead of 94 % of
excerpts of 30 words and 94 instead of 92 % of copies with 30 % of the words changed, for 56 hashes
instead of 50. The other scripts were given windows that keep about as many for as much news. All
was measured with planted edits of real articles (tests/bench/dedup); an index holds one VERSION.
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
# Streams of fewer shingles than so many windows are short: up to 74 words. With 4, copies of 60
# words come on either side of the border: 93 instead of 99 % of those with one in ten changed.
CUT_WINDOWS = 5
# What a code point weighs when the script of a paragraph is decided: a Han character says about as
# much as three letters (tasks/scripts.py).
WEIGHTS = {Script.WORDS: 1, Script.HAN: 3, Script.SEA: 1}


@dataclass(frozen=True, slots=True, eq=False)
class Sketches:
    """The sketches of a batch: m rows, distinct and sorted by (owner, hash)."""

    hashes: NDArray[np.int64]  # [m] of HASH_BITS bits
    owners: NDArray[np.int32]  # [m] which text of the batch
    scripts: NDArray[np.int8]  # [m] Script
    places: NDArray[np.int32]  # [m] the token of the text that begins it, where it is first kept

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


def _keys(hashes: NDArray[np.uint64], spans: _Ranges, script: Script) -> Iterator[_Keys]:
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
    layout = _Layout.of(lengths, PARAMETERS[script])
    tokens = _within(spans)
    shingles = layout.shingles(np.take(hashes, tokens, mode="clip"))
    minima = _sliding_minimum(shingles, layout.window)
    at, stream = layout.counted(minima)
    owners = spans.owners[np.searchsorted(spans.streams, np.unique(spans.streams))]
    keys = owners[stream].astype(np.uint64) << _OWNER_SHIFT | np.uint64(script)
    keys |= minima[at] >> _SLOT_BITS << np.uint64(SCRIPT_BITS)
    return keys, tokens[layout.tokens(minima[at], at, stream)]


@dataclass(frozen=True, slots=True, eq=False)
class _Layout:
    """Streams in slots, `window` - 1 empty ones before and after each, so no window sees two.

    The window that starts in slot first + k ends in the k-th shingle of the stream; the first and
    the last `window` - 1 are cut at the stream's ends.
    """

    n: int
    window: int
    lengths: NDArray[np.int64]  # tokens of each stream
    firsts: NDArray[np.int64]  # its first slot
    numbers: NDArray[np.int64]  # of every slot, counted from the first one of its stream

    @classmethod
    def of(cls, lengths: NDArray[np.int64], parameters: Parameters) -> _Layout:
        """Lay out streams of so many tokens."""
        n, window = parameters.shingle, parameters.window
        strides = lengths + (window - n)
        firsts = np.cumsum(strides) - strides
        numbers = np.arange(int(strides.sum()) + window - 1)
        numbers[: 1 - window] -= np.repeat(firsts, strides)
        return cls(n, window, lengths, firsts, numbers)

    def _shifts(self) -> NDArray[np.int64]:
        """From the number of a token among all to its slot, by stream."""
        return self.firsts + (self.window - 1) - (np.cumsum(self.lengths) - self.lengths)

    def shingles(self, hashes: NDArray[np.uint64]) -> NDArray[np.uint64]:
        """Hash the shingles, given all tokens: 48 bits, then the last 16 of the slot's number.

        So the minimum of a window tells its slot; of equal hashes it is the first, but where the
        last bits begin anew.
        """
        places = np.repeat(self._shifts(), self.lengths)
        places += np.arange(len(places))
        slots = np.zeros(len(self.numbers) + self.n - 1, dtype=np.uint64)
        slots[places] = hashes
        shingles = _shingles(slots, self.n)
        shingles &= ~_SLOT_MASK
        shingles |= self.numbers.view(np.uint64) & _SLOT_MASK
        shingles[: self.window - 1] = _NONE
        ends = self.firsts + self.window + self.lengths - self.n
        shingles[(ends[:, np.newaxis] + np.arange(self.window - 1)).ravel()] = _NONE
        return shingles

    def counted(self, minima: NDArray[np.uint64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the windows that count and have another minimum than before; their streams."""
        counts = self.lengths - self.n + 1
        cut = np.where(counts < CUT_WINDOWS * self.window, 0, self.window - 1)
        is_new = np.ones(len(minima), dtype=bool)
        np.not_equal(minima[1:], minima[:-1], out=is_new[1:])
        is_new[self.firsts + cut] = True  # another text may begin as the one before ends
        at = np.flatnonzero(is_new)
        stream = np.searchsorted(self.firsts, at, side="right") - 1
        start = at - self.firsts[stream]
        last = (counts + self.window - 2 - cut)[stream]
        is_counted = (start >= cut[stream]) & (start <= last)
        return at[is_counted], stream[is_counted]

    def tokens(
        self, minima: NDArray[np.uint64], at: NDArray[np.int64], stream: NDArray[np.int64]
    ) -> NDArray[np.int64]:
        """Return the token that begins the minimum of each window, counted over all streams."""
        steps = (minima - self.numbers[at].view(np.uint64)) & _SLOT_MASK
        return at + steps.astype(np.int64) - self._shifts()[stream]


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
    """Return the minimum of every `window` neighbours: 4 to 6 passes of doubled reach.

    Linear for a given window. Prefix and suffix minima of blocks need three passes of any window,
    but accumulate() is slower than four to six of minimum(): tests/bench/sketch.py.
    """
    reach = 1
    while reach < window:
        step = min(reach, window - reach)
        values = np.minimum(values[:-step], values[step:])
        reach += step
    return values

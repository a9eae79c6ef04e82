"""Lines of agency wires to paragraphs: a paragraph begins with an indented line.

Wires of the last century are set in columns of 60 to 80 characters; their tables are lines too,
which no rule of prose may join. The general rules are in tasks.layout; this is the one that wires
keep and that page texts do not.
"""

from __future__ import annotations

import re

_INDENT = re.compile(r"[ \u3000]{2,8}(?=\S)")
_GAP = re.compile(r"\S {3,}\S|\.{4,}")  # inside a line: columns of a table
_LEAST_SHARE = 0.7  # of the widest line: a shorter one ends a paragraph, or is a line of a list
_LEAST_INDENTED = 2


def part_indented(text: str) -> str:
    """Return `text`, cleaned by clean_text, with blank lines between its indented paragraphs.

    A text that is not written with indented first lines is returned as it is.
    """
    lines = text.split("\n")
    indented = [line for line in lines if _INDENT.match(line)]
    plain = [line for line in lines if line.strip() and not line.startswith((" ", "\u3000"))]
    if len(indented) < min(_LEAST_INDENTED, len(plain) + 1) or not indented:
        return text
    width = max(map(len, lines))
    out: list[str] = []
    for number, line in enumerate(lines):
        before = lines[number - 1] if number else ""
        if out and _goes_on(before, line, width):
            out[-1] = f"{out[-1]} {line.strip()}"
        elif line.strip():
            out.append(line.strip() if not _GAP.search(line) else line)
    return "\n\n".join(out)


def _goes_on(before: str, line: str, width: int) -> bool:
    """Tell whether a line goes on with the paragraph of the one before it."""
    if not before.strip() or not line.strip() or line[0] in " \u3000":
        return False
    if _GAP.search(before.strip()) or _GAP.search(line):
        return False
    first_word = line.split(" ", 1)[0]
    return len(before) >= _LEAST_SHARE * width or len(before) + 1 + len(first_word) > width

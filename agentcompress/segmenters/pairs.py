"""Names and values: settings, headers, nested listings, and objects as Python prints them."""

import re
from collections.abc import Sequence
from itertools import pairwise

from agentcompress.values import Cut

from .rows import Rows, Span, opening, sampled
from .stretches import joined, lines, stretches

_PAIR = re.compile(
    r"(?P<indent>[ \t]*)(?:- )*(?:export )?(?P<key>[\"']?[A-Za-z_$@][\w.$@-]*(?: [\w.&()#%-]+){0,3}[\"']?)"
    r"(?P<pad>[ \t]*)(?:=>|=(?!=)|:(?=[ \t\r\n]|$))(?P<gap>[ \t]*)(?P<value>[^\r\n]*)"
)
_ITEM = re.compile(r"[ \t]*- ")
_SECTION = re.compile(r"\[[^\]\n]{1,80}\][ \t]*\r?$", re.MULTILINE)
_APART = re.compile(r"[ \t]*[#;!]|---|\.\.\.|HTTP/\d")
"""Comments, and what separates documents."""
_INDENT = re.compile(r"[ \t]*")
_CODE = re.compile(
    r"[ \t]*(?:def|class|import|from|return|if|elif|else|for|while|try|except|with|raise|assert|function"
    r"|const|let|var|public|private|static|case|switch|package|using)\b"
    r"|[ \t]*self\.|.*[{(,;]\s*$|.*(?:[!=]=|\+=|->|&&|\|\|)"
)
_LEVEL = re.compile(r"(?:TRACE|DEBUG|INFO|NOTICE|WARN(?:ING)?|ERROR|CRITICAL|FATAL)$", re.IGNORECASE)
_OPENED = re.compile(r"\s*[\[(]*[A-Za-z_][\w.]*[\[({]+\s*$")
_FIELD_LINE = re.compile(r"\s+(?:[\"']?\w+[\"']?[=:]|[A-Z][\w.]*\()|\s*[)\]}]+,?\s*$")
_FIELD = re.compile(r"(?<=[,;(\s])[A-Za-z_][\w.]*=(?![=\s])|(?<=; )[A-Za-z][\w.-]*(?: [\w.-]+){0,3}: ")
_CUT_BEFORE = re.compile(r"(?<=, )(?=[\"']?[A-Za-z_])|(?<=; )(?=[A-Za-z])")
_LEAST_PAIRS = 3
_LEAST_SHARE = 0.5
_LEAST_EXPLAINED = 0.85
_WORDY = 8
"""Words of a value that is a sentence rather than a value."""
_LEAST_FIELDS = 5
_FIELD_LENGTH = 100
"""Characters that a name and its value take up on average in a line of them."""
_LONG_LINE = 160
_SHORT = 80
"""Characters up to which a line is shown over what stands under it."""
_SHOWN = 60
"""Characters of a wordy line that are enough to recognise it."""


class PairSegmenter:
    """Cuts a piece a name with its value, which stands under the name that it is indented below."""

    def fits(self, text: str) -> bool:
        """Whether the first lines are names with values, one a line or one after the other."""
        sample = sampled(text)
        return _are_pairs(sample) or _are_fields(sample) or _is_object(sample)

    def cut(self, text: str) -> Cut:
        """A piece a line; long ones are cut between names."""
        rows = Rows(text, _cut_between_fields)
        above: list[tuple[float, int]] = []
        for start, end in lines(text):
            if text[start] == "[" and _SECTION.match(text, start, end):
                above = [(-1, rows.add(start, end, "heading"))]
                continue
            level: float = _INDENT.match(text, start, end).end() - start  # type: ignore[union-attr]
            if text.startswith("- ", start + int(level)):
                # An item may stand at the indentation of the name it belongs to.
                level += 0.5
            while above and above[-1][0] >= level:
                above.pop()
            head = above[-1][1] if above else None
            names = text[start:end].rstrip().endswith(":") if end - start <= _LONG_LINE else False
            short = opening(text[start:end], _SHOWN) if end - start > _SHORT else ()
            made = rows.add(start, end, "heading" if names else "record", head, short)
            if end - start <= _SHORT:
                above.append((level, made))
        return rows.cut()

    def compact(self, text: str) -> str:
        """Without the spaces that align values."""
        body = text.split("\n")
        pairs = [_PAIR.match(line) for line in body]
        padded = [pair is not None and len(pair["pad"]) + len(pair["gap"]) > 2 for pair in pairs]
        if 2 * sum(padded) < sum(pair is not None for pair in pairs):
            return text
        made = "\n".join(
            [
                _unpadded(line, pair) if wide and pair else line
                for line, pair, wide in zip(body, pairs, padded, strict=True)
            ]
        )
        return made if len(made) < len(text) else text


def _are_pairs(sample: Sequence[str]) -> bool:
    keys: list[str] = []
    explained = wordy = 0
    indent: int | None = None
    for line in sample:
        depth = len(line) - len(line.lstrip())
        pair = _PAIR.match(line)
        if pair and not _CODE.match(line):
            indent = depth
            keys.append(pair["key"])
            wordy += len(pair["value"].split()) >= _WORDY
            explained += 1
        elif indent is not None and (depth > indent or (depth == indent and _ITEM.match(line))):
            explained += 1
        else:
            explained += bool(_APART.match(line) or _SECTION.match(line))
    if len(keys) < max(_LEAST_PAIRS, _LEAST_SHARE * len(sample)) or explained < _LEAST_EXPLAINED * len(
        sample
    ):
        return False
    levels = sum(_LEVEL.match(key) is not None for key in keys)
    return len(set(keys)) >= _LEAST_PAIRS and 5 * levels < len(keys) and 5 * wordy <= 2 * len(keys)


def _are_fields(sample: Sequence[str]) -> bool:
    """Whether most of it is in long lines of names with values."""
    long = [line for line in sample if len(line) > _LONG_LINE]
    size = sum(map(len, long))
    if 2 * size < sum(map(len, sample)):
        return False
    fields = sum(len(_FIELD.findall(line)) for line in long)
    return fields >= max(_LEAST_FIELDS, size / _FIELD_LENGTH)


def _is_object(sample: Sequence[str]) -> bool:
    """Whether it is an object that Python printed over several lines."""
    if len(sample) <= _LEAST_PAIRS or not _OPENED.match(sample[0]):
        return False
    return sum(_FIELD_LINE.match(line) is not None for line in sample[1:]) >= _LEAST_EXPLAINED * (
        len(sample) - 1
    )


def _cut_between_fields(text: str, start: int, end: int, width: int) -> list[Span]:
    bounds = [start, *(found.start() for found in _CUT_BEFORE.finditer(text, start, end)), end]
    fields = joined([(left, right) for left, right in pairwise(bounds) if left < right], width)
    return [span for field in fields for span in stretches(text, *field, width)]


def _unpadded(line: str, pair: re.Match[str]) -> str:
    separator = line[pair.end("pad") : pair.start("gap")]
    before = " " if pair["pad"] else ""
    after = " " if pair["gap"] else ""
    return line[: pair.start("pad")] + before + separator + after + line[pair.start("value") :]

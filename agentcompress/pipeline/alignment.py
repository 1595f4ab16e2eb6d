"""Text beside an image that says what is read in it: both cover the same, so that it costs once."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

from agentcompress.values import ImageCut, Segment

_WORD = re.compile(r"\w+")
Atoms = tuple[str, ...]


def aligned(segments: Sequence[Segment], images: Mapping[int, ImageCut]) -> Sequence[Segment]:
    """The segments of a message, with what its texts and its images both say as atoms of both.

    A line in an image is one atom, a text is known by its identifiers. Where a text has all words of the
    line in a row, it gets the atom of the line, and all that show the line get the identifiers that the
    text has in it: so an accessibility tree and the screenshot beside it are not worth twice.

    Args:
        segments: In order.
        images: Part → what is known of an image.
    """
    lines = {line.text: _words(line.text) for cut in images.values() for line in cut.lines}
    texts = [segment for segment in segments if segment.part not in images]
    shared = _Shared.of({line: words for line, words in lines.items() if words.strip()}, texts)
    if not shared.told:
        return segments
    return [shared.by_image(one) if one.part in images else shared.by_text(one) for one in segments]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shared:
    """What texts and images of a message both say."""

    said: dict[str, Atoms]
    """Text → the lines of images that stand in it."""
    told: dict[str, Atoms]
    """Line → the identifiers that texts have in it."""

    @classmethod
    def of(cls, lines: Mapping[str, str], texts: Sequence[Segment]) -> Self:
        """What texts say of lines, which are given with their words."""
        said, told = dict[str, Atoms](), dict[str, Atoms]()
        for form in (form for text in texts for form in text.renditions) if lines else ():
            words = _words(form.text)
            said[form.text] = tuple(line for line, wanted in lines.items() if wanted in words)
            for line in said[form.text]:
                inside = (atom for atom in form.atoms if _words(atom) in lines[line])
                told[line] = _joined(told.get(line, ()), inside)
        return cls(said=said, told=told)

    def by_text(self, segment: Segment) -> Segment:
        """A text with the lines that it says."""
        condensed = (replace(one, atoms=_joined(one.atoms, self.said[one.text])) for one in segment.condensed)
        atoms = _joined(segment.atoms, self.said[segment.text])
        return replace(segment, atoms=atoms, condensed=tuple(condensed))

    def by_image(self, segment: Segment) -> Segment:
        """An image, or a line of one, with the identifiers in what it shows."""
        condensed = (replace(one, atoms=self._with_identifiers(one.atoms)) for one in segment.condensed)
        return replace(segment, atoms=self._with_identifiers(segment.atoms), condensed=tuple(condensed))

    def _with_identifiers(self, atoms: Atoms) -> Atoms:
        return _joined(atoms, (one for atom in atoms for one in self.told.get(atom, ())))


def _joined(atoms: Atoms, more: Iterable[str]) -> Atoms:
    return tuple(dict.fromkeys((*atoms, *more)))


def _words(text: str) -> str:
    """The words alone, with a space around each: whatever quotes, indents and columns stand between."""
    return f" {' '.join(_WORD.findall(text.casefold()))} "

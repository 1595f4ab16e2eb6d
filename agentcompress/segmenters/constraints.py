"""Sentences in which a user declares what holds from then on: rules, limits, preferences, plans."""

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from agentcompress.values import Cut, Piece

from .prose import paragraphs
from .sentences import sentences

_ENDS = 1_000
"""Characters at either end of a text that are looked at: what lies between was pasted as a rule."""
_FENCED = re.compile(r"^[ \t]*(```|~~~).*?(?:^[ \t]*\1|\Z)", re.MULTILINE | re.DOTALL)
_LABEL = re.compile(
    r"\W*(?:[\w’'-]+ ){0,2}(?:rules?|constraints?|requirements?|preferences?|policy|policies|guidelines?"  # noqa: RUF001
    r"|restrictions?|important|remember|plan|next steps|to-?dos?|definition of done|acceptance criteria"
    r"|regeln?|vorgaben|wichtig|règles?|reglas?|regole|правила|规则|要求|注意|重要|ルール|규칙)"
    r"(?: (?:for|from|to|of) [^:\n]{1,40})?[*_]*\s?[:：]",  # noqa: RUF001
    re.IGNORECASE,
)
_SPOKEN = (
    # In the imperative only: "it never fails" and "I don't know" declare nothing.
    r"(?:^\W*|[,;:(–—]\s*|\b(?:and|but|or|so|then|to|also|just|please)\s+)"  # noqa: RUF001
    r"(?:always\b|never\b|do not\b|avoid\b|refrain from\b|don['’]t\b"  # noqa: RUF001
    r"(?!\s+(?:know|think|see|have|want|understand|get|need|care|worry|mind|believe|remember|like)\b))",
    r"^\W*(?:please\s+)?(?:only|make sure|be sure|ensure|remember|keep in mind|stick (?:to|with))\b",
    r"^\W*no\s+(?!problem|worries|thanks?|need|idea|doubt|one|more\s+questions|luck|rush)\w+\s*+[^\s,.!?]",
    r"(?<!there )\bmust(?:n['’]t)?\b(?! have\b)|\bshall(?: not)?\b",  # noqa: RUF001
    r"\b(?:should|to|you (?:may|can|could)) (?:only|never|always)\b|\bi (?:always|never) want\b",
    r"\byou (?:should not|shouldn['’]t|may not|cannot|can['’]t)\b",  # noqa: RUF001
    r"(?<!can )\bonly (?:use|edit|touch|change|modify|write|read|run|commit|respond|reply|answer|work)\b",
    r"\b(?:keep|stay)\b[^.;]{0,30}\b(?:below|under|within|away from|free of|out of)\b",
    r"\bunder no circumstances|\bon no account|\bin no case|\bno matter what|\bwhatever happens\b"
    r"|\bwithout exception|\bat all times|\bat most\b|\b(?:no|not) (?:more|later) than\b|\bat the latest",
    r"\bfrom (?:now|here) on\b|\bgoing forward|\bhenceforth|\buntil (?:further notice|i (?:say|tell|ask)\b)"
    r"|\bfor the rest of (?:this|the|our)\b|\b(?:every|each) time you\b|\bwhenever you\b",
    # "I would prefer the first one" is a wish of the moment.
    r"(?<!would )(?<!['’]d )\bprefers?\b|\bpreferences?\b",  # noqa: RUF001
    r"\b(?:forbidden|prohibited|mandatory|off[- ]limits|not (?:allowed|permitted)|non-negotiable)\b",
    r"\bwithout (?:my|our|explicit|prior|written|asking|approval|permission|consent)\b",
    r"\b(?:budget|deadline|cap) (?:is|of|for)\b",
    # The same words in other languages, at any place.
    r"\b(?:niemals|nie|immer|stets|keinesfalls|auf keinen fall|unter keinen umständen|ab (?:jetzt|sofort)"
    r"|in zukunft|ausschließlich|nur noch|d[aü]rf(?:en|st)? (?:nicht|nur|kein\w*)|muss(?:t)?|müssen|höchstens"
    r"|bitte (?:nicht|nur|kein\w*)|verboten|bevorzuge)\b",
    r"\b(?:jamais|toujours|il (?:ne )?faut|doi(?:s|t|vent)|devez|désormais|dorénavant|en aucun cas|uniquement"
    r"|interdit|au (?:plus|maximum)|je préfère)\b",
    r"\b(?:nunca|jamás|siempre|sempre|debes?|deben|deve|devi|não pode|a partir de (?:ahora|agora)|de ahora en"
    r" adelante|en ningún caso|em hipótese alguma|únicamente|somente|prohibido|proibido|vietato|mai"
    r"|como máximo|d['’]ora in poi|prefiero|prefiro|preferisco)\b",  # noqa: RUF001
    r"\b(?:никогда|всегда|нельзя|обязательно|запрещ\w+|должн\w+|отныне|не более)\b",
    r"不要|必须|必須|禁止|绝不|永远|只能|一律|务必|不得|切勿|请勿|从现在起|必ず|しないで|してはいけ|決して|常に|今後"
    r"|반드시|절대|하지 ?마|항상|금지|앞으로",
)
_RULE = re.compile("|".join(_SPOKEN), re.IGNORECASE)
_POINTS_BACK = re.compile(r"\b(?:its?|these|those|them)\b|\bth(?:is|at)(?=\W*(?:[.,;!]|$))", re.IGNORECASE)
_ASKS = ("?", "？")  # noqa: RUF001


def declared(cut: Cut, text: str) -> Cut:
    """The cut of a user's text with each constraint as a piece of its own; data declares nothing."""
    spans = constraints(text) if cut.join is None else []
    bounds = {position for span in spans for position in span}
    pieces: list[Piece] = []
    first: list[int] = []
    for piece in cut.pieces:
        edges = [piece.start, *sorted(at for at in bounds if piece.start < at < piece.end), piece.end]
        head = None if piece.head is None else first[piece.head]
        first.append(len(pieces))
        for start, end in pairwise(edges):
            if any(begun <= start and end <= stop for begun, stop in spans):
                pieces.append(Piece(start=start, end=end, kind="constraint", head=head))
            elif len(edges) > 2:
                pieces.append(Piece(start=start, end=end, kind=piece.kind, head=head))
            else:
                pieces.append(replace(piece, head=head))
    return replace(cut, pieces=pieces) if spans else cut


def constraints(text: str) -> list[tuple[int, int]]:
    """Spans of what a user's text declares, in order; questions, code and quotations declare nothing.

    A sentence that points back ("never exceed it") brings the one before it along; a label
    ("Rules:") the rest of its paragraph, or the list under it. Of a long text only the ends
    count: a pasted document is not the user's word.
    """
    prose = _FENCED.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)
    if len(text) <= 2 * _ENDS:
        return list(_declared(prose, 0, len(text)))
    # A sentence that crosses the edge of what is looked at is not the user's last or first word.
    first = [span for span in _declared(prose, 0, _ENDS) if span[1] < _ENDS]
    last = [span for span in _declared(prose, len(text) - _ENDS, len(text)) if span[0] > len(text) - _ENDS]
    return first + last


def _declared(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    listed = False
    for begun, stop in paragraphs(text, start, end):
        if text.startswith(">", begun):
            continue
        label = _LABEL.match(text, begun, stop)
        listed = listed or (label is not None and not text[label.end() : stop].strip())
        if label or listed:
            yield begun, stop
            # A blank line ends a list, unless it stands between the label and the list.
            listed = listed and (label is not None or text.find("\n\n", begun, stop) < 0)
            continue
        before = begun
        for at, after in sentences(text, begun, stop):
            said = text[at:after].strip()
            declares = _RULE.search(said) and not said.endswith(_ASKS)
            if declares:
                yield before if _POINTS_BACK.search(said) else at, after
            before = after if declares else at

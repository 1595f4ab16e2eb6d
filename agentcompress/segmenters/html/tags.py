"""Tags of HTML and XML: where they are, and what of them a reader needs.

HTML parsers repair and re-serialise, and say no character positions; these expressions read a text as
it stands. None of them backtracks, so broken markup costs no more time than sound markup.
"""

import re

_NAME = r"[A-Za-z][\w.-]*+(?::[\w.-]++)?+(?=[\s/>])"
_QUOTED = r"""[^<>"']*+(?:"[^"]*+"[^<>"']*+|'[^']*+'[^<>"']*+)*+>"""

MARK = re.compile(
    rf"""
      (?P<comment>    <!--[^-]*+(?:-(?!->)[^-]*+)*+(?:-->)?+ )
    | (?P<script>     <script(?=[\s>/])[^<]*+(?:<(?!/script)[^<]*+)*+(?:</script[^<>]*+>)?+
                    | <style(?=[\s>/])[^<]*+(?:<(?!/style)[^<]*+)*+(?:</style[^<>]*+>)?+ )
    | (?P<drawing>    <svg(?=[\s>])[^<]*+(?:<(?!/?svg|text)[^<]*+)*+</svg\s*+> )
    | (?P<declaration> <!(?:doctype|entity|element|attlist)\b[^<>]*+> | <\?xml[^<>]*+> )
    | </(?P<close>    {_NAME})[^<>]*+>
    | <(?P<open>      {_NAME})(?:{_QUOTED}|[^<>]*+>)
    """,
    re.X | re.I,
)
"""Everything in a text that is markup; the group that matched says what it is. What is never closed ends
where the text does."""

# Looks, behaviour and bookkeeping of a page. Class names with dots are types in XML, not looks.
_NOISE_NAME = r"""(?:
      class(?==["'](?!\w+\.\w)) | style | srcset | sizes | width | height | loading | decoding
    | fetchpriority | rel | target | integrity | crossorigin | nonce | referrerpolicy | tabindex | spellcheck
    | auto(?:complete|capitalize|correct) | dir | translate | draggable | slot | xmlns(?::\w+)? | viewBox | d
    | fill | stroke[\w-]* | xml:space | preserveAspectRatio | js[a-z]+ | on[a-zA-Z]+ | v-[\w-]+ | _?ng[\w-]+
    | aria-(?:hidden|controls|owns|haspopup|describedby|labelledby|live|atomic|relevant|busy)
    | data-(?!test|qa|cy)(?![\w-]*(?:id|ref|key|value|href|url)\b)[\w-]+
)"""
_VALUE = r"""(?:"[^"]*+"|'[^']*+'|[^\s"'<>]++)"""
_NOISE = rf"""(?:(?<!\s)\s++(?:
      data-v-[\w-]++(?![\w=-])
    | (?=[\w:.-]++=)(?:
          {_NOISE_NAME}={_VALUE}
        | [\w:.-]++=(?:""|''|"data:[^"]*+"|'data:[^']*+')
        | (?:check(?:able|ed)|(?:long-)?clickable|focus(?:able|ed)|scrollable|password|selected)="false"
)))"""
_NOISES = re.compile(rf"{_NOISE}++(?=[\s/>][^<>]*+>|>)", re.X)
_TRACKING = re.compile(
    r"[?&](?:amp;)?(?:utm_\w+|fbclid|gclid|msclkid|yclid|mc_[ce]id|igshid|ref_src|_hs\w+)=[^&\"'\s<>]*"
)
_PLAIN = re.compile(
    rf"""(?:(?:
          </{_NAME}[^<>]*+>
        | <(?!(?i:a|button|input|select|option|textarea|form|label|title|h[1-6])[\s/>])
          {_NAME}(?:{_NOISE}|\s*+…)*+\s*+/?+>
        | <!--[^-]*+-->
    )\s*+)++""",
    re.X,
)
_SAYS = re.compile(r"\w")
_LEAST_SAVED = 16
_LEAST_LEFT_OUT = 12
_LARGEST_SHARE = 0.85


def lean(text: str) -> str:
    """The text without attributes that only browsers read, and without tracking in its URLs."""
    return untracked(_NOISES.sub(_shortest, text))


def bare(text: str) -> str:
    """The text with the tags left out that tell nothing but structure, and all end tags."""
    return _PLAIN.sub("…", text)


def untracked(text: str) -> str:
    """The text without the parts of its URLs that only tell where a visitor came from."""
    return _TRACKING.sub(_shortest, text)


def smaller_forms(text: str) -> tuple[str, ...]:
    """A few elements in fewer tokens: their telling attributes and their text."""
    leaner = lean(text)
    barest = bare(leaner)
    if not _SAYS.search(barest):
        return ()
    if text.endswith("\n") and not barest.endswith("\n"):
        barest += "\n"
    forms = [text]
    for form in (leaner, barest):
        most = min(len(forms[-1]) - _LEAST_SAVED, _LARGEST_SHARE * len(forms[-1]))
        if len(form) <= most:
            forms.append(form)
    return tuple(forms[1:])


def _shortest(match: re.Match[str]) -> str:
    if len(match[0]) < _LEAST_LEFT_OUT:
        return match[0]
    return " …" if match[0][0].isspace() else "…"

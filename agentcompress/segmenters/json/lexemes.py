"""What JSON is written in: one compiled pattern a situation, so that Python sees members, not characters."""

import re

SPACE = r"[ \t\n\r]*+"
_PLAIN = r'[^"\\\x00-\x1f]'
_ESCAPE = r'\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})'
_OPEN_STRING = rf'"{_PLAIN}*+(?:{_ESCAPE}{_PLAIN}*+)*+'
STRING = rf'{_OPEN_STRING}"'
_WORD = r"(?:-?(?:(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?+(?:[eE][+-]?+[0-9]++)?+|Infinity)|true|false|null|NaN)"
SCALAR = rf"(?:{STRING}|{_WORD})"
_SHORT = rf'(?:"{_PLAIN}{{0,16}}+"|{_WORD})'
KEY = rf"{STRING}{SPACE}:{SPACE}"
_NEXT = rf"{SPACE}(?:(,){SPACE}|(?=[}}\]])|\Z)"

# Most containers are small and hold no others: these are read in one go.
_NAME = r'"(?:[^"\\\x00-\x1f{}\[\]]|\\["\\/bfnrt])*+"'
_SIMPLE = rf"(?:{_NAME}|{_WORD})"
_FLAT = (
    rf"(?:\{{(?=[^{{}}\[\]]{{0,98}}+\}}){SPACE}"
    rf"(?:{_NAME}{SPACE}:{SPACE}{_SIMPLE}{SPACE}(?:,{SPACE}(?!\}})|(?=\}})))*+\}}"
    rf"|\[(?=[^{{}}\[\]]{{0,98}}+\]){SPACE}(?:{_SIMPLE}{SPACE}(?:,{SPACE}(?!\])|(?=\])))*+\])"
)

MEMBER = {
    "{": re.compile(rf"{KEY}(?:({SCALAR}|{_FLAT}){_NEXT}|([{{\[]){SPACE})").match,
    # A few short scalars at once: arrays of numbers are long and say little per lexeme.
    "[": re.compile(
        rf"(?:({_SHORT}(?:{SPACE},{SPACE}{_SHORT}){{0,3}}+(?={SPACE}(?:[,}}\]]|\Z))|{SCALAR}|{_FLAT}){_NEXT}"
        rf"|([{{\[]){SPACE})"
    ).match,
}
"""What may stand in a container; groups: a value and the comma behind it, or an opener."""
CLOSER = re.compile(rf"([}}\]]){SPACE}(?:(,){SPACE})?+").match
"""The end of a container, and the comma behind it."""
UNFINISHED = {
    form: re.compile(rf'{key}("){_OPEN_STRING[1:]}(?=(?:\\(?:u[0-9a-fA-F]{{0,3}}+)?+)?+\Z)').match
    for form, key in (("{", KEY), ("[", ""))
}
"""A string that the end of the text cuts off, without an escape sequence that is cut off itself."""
LEFTOVER = re.compile(
    rf"(?:{STRING}{SPACE}(?::{SPACE})?+)?+(?:{_OPEN_STRING}(?:\\u?+[0-9a-fA-F]{{0,3}}+)?+|[-+.0-9A-Za-z]*+)\Z"
).match
"""A key, number or word that the end of the text cuts off."""
BLANKS = re.compile(SPACE).match
ENDS_LINE = re.compile(r"[ \t\r]*+(?:[\n{\[]|\Z)").match
"""What follows a document that nothing but another one shares the line with."""
START = re.compile(rf'\{{(?={SPACE}(?:["}}]|\Z))|\[(?={SPACE}(?:["{{\[\]\-0-9tfnNI]|\Z))').search
"""Where a document may begin."""
SHUT = {"{": "}", "[": "]", '"': '"'}
"""What closes each container."""

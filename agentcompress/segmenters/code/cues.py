"""Whether lines are source code: keywords where they stand in code, and how lines end."""

import re

_STRINGS = re.compile(r'"""[\s\S]*?(?:"""|\Z)|\'\'\'[\s\S]*?(?:\'\'\'|\Z)|/\*[\s\S]*?(?:\*/|\Z)')
_COMMENT = re.compile(r"\s*(?:#(?!include|define|if|endif|else|pragma|\[)|//|\*|--\s|[\W_]*$)")
_STRONG = re.compile(
    r"\s*(?:(?:async\s+)?def\s+\w+\s*[(:]|class\s+\w+.*[:{]\s*$|from\s+[\w.]+\s+import\b"
    r"|import\s+[\w.{}*, ]+(?:;|$| from )"
    r"|#\s*(?:include|define|ifdef|ifndef|endif|pragma)\b|#!?\[\w+|package\s+[\w.]+;?$|using\s+[\w.]+;"
    r"|@\w[\w.]*(?:\(.*)?$"
    r"|(?:public|private|protected|static|final|export|abstract|override|internal|virtual|inline|extern"
    r"|pub)\b.*[;{(,=:]\s*$"
    r"|(?:function|func|fn|fun|impl|trait|struct|enum|interface|type|const|let|var|val|mod|use|typedef"
    r"|template|namespace)\b"
    r".*[;{(\[,=}>]\s*$"
    r"|(?:\} )?(?:if|elif|else|for|while|try|except|with|switch|case|catch|finally|do|match"
    r"|unless)\b.*[:{(]\s*$"
    r"|(?:return|raise|throw|yield|await)\b(?: *[\w\"'(\[{-].*)?[\w)\]}\"';,({\[]$|(?:break|continue"
    r"|pass|end|fi|done|esac)\s*;?$"
    r"|(?:if|while)\s*\(.*\)|<\?php"
    r"|def\s+[\w.?!=]+$|(?:class|module)\s+[A-Z]\w*(?:\s*<\s*[\w:]+)?$|\S.*\bdo(?:\s*\|[^|]*\|)?$)"
)
_STATEMENT_END = re.compile(
    r"[\w)\]\"'+*&-]\s*;(?:\s*(?://|/\*).*)?\s*$|[\w)>] *\{\s*$"
    r"|^\s*\}.*[;,{)]\s*$|^\s*[\w.]+\(.*\)$"
)
_WEAK = re.compile(
    r"^\s*[\w.*&$@][\w.*&\[\]'\"<>$@:, |-]{0,80}?[-+*/|&%:]?=(?!=)\s?\S|[,(\[{\\]$|^\s*[)\]}]"
    r"|^\s*[\w.]+\(|=>|->|&&|\|\||\)\s*:?$|^\s*(?:and|or|not|in|is|else|assert|del|global|print|if|for"
    r"|with|while)\b"
)
_OTHER = re.compile(
    r"^(?:diff --git|@@ |--- \S|\+\+\+ \S|Traceback \(|E   |={5,}|_{5,}|\$ |<!DOCTYPE|<html|<\?xml"
    r"|\s*\"[^\"]*\"\s*:"
    r"|\s*[-*] \S.* \S|\s*</?[a-zA-Z][^>]*>|\s*at [\w.$]+\(|\s*File \".*\", line \d|[^\s:()]+:\d+[:-]"
    r"|\[?\d{4}-\d\d-\d\d[T ]|\[?\d\d:\d\d:\d\d|\S* ?(?:DEBUG|INFO|WARNING|WARN|ERROR)\b"
    r"|\S.*\b(?:PASSED|FAILED)\b|\d+[:-])",
    re.IGNORECASE,
)
_LEAST = 3
"""Lines of code without which a text is no code."""
_SHARE = 0.75
"""Share of the lines that must be code, surely or perhaps."""
_FENCE = re.compile(r"^ {0,3}(?:```|~~~)", re.MULTILINE)


def looks_like_code(sample: str) -> bool:
    """Whether a sample of a text is source code and hardly anything else."""
    if _FENCE.search(sample):
        return False
    lines = [line[:300].rstrip() for line in _STRINGS.sub(" ", sample).split("\n")]
    lines = [line for line in lines if line and not _COMMENT.match(line)]
    other = sum(bool(_OTHER.match(line)) for line in lines)
    if len(lines) < _LEAST or other > len(lines) / 20:
        return False
    unsure = [line for line in lines if not is_code_line(line)]
    strong = len(lines) - len(unsure)
    weak = sum(bool(_WEAK.search(line)) for line in unsure)
    return strong >= max(_LEAST, len(lines) / 4) and strong + weak >= _SHARE * len(lines)


def is_code_line(line: str) -> bool:
    """Whether a line is a statement or the start of one, by itself."""
    return bool(_STRONG.match(line) or _STATEMENT_END.search(line))

"""Programming languages: told by file name or by what only they write."""

import re
from collections.abc import Sequence
from functools import cache

_EXTENSIONS = {
    "python": "py pyi pyx",
    "javascript": "js jsx mjs cjs",
    "typescript": "ts mts cts",
    "tsx": "tsx",
    "java": "java",
    "go": "go",
    "rust": "rs",
    "c": "c",
    "cpp": "h cc cpp cxx hh hpp hxx cu",
    "csharp": "cs",
    "ruby": "rb rake",
    "php": "php",
    "kotlin": "kt kts",
    "swift": "swift",
}
_BY_EXTENSION = {extension: name for name, text in _EXTENSIONS.items() for extension in text.split()}
_FILE = re.compile(r"[\w\])-]\.(\w{1,5})(?![\w.]*\w)")
_CUES = {
    "python": r"^[ \t]*(?:(?:async )?def \w+\(|class \w+.*:$|from [\w.]+ import\b"
    r"|import [\w.]+(?: as \w+)?$"
    r"|(?:if|elif|for|while|with|except)\b.*:$|(?:else|try):$|raise \w+)|\bself[.,)]|\bNone\b|\b__\w+__\b",
    "typescript": r"^[ \t]*(?:(?:export )?interface \w+.*\{$|export type\b|(?:public|private|protected"
    r"|readonly) \w+\??:"
    r"|import type\b)|[\w)\]]\??: (?:string|number|boolean|void|unknown|any|Promise<)",
    "javascript": r"^[ \t]*(?:const|let|var) [\w{\[]|^[ \t]*(?:async )?function\*? ?\w*\(|=> ?[{(]|==="
    r"|\brequire\("
    r"|^[ \t]*import .* from ['\"]|\bmodule\.exports\b|^[ \t]*export (?:default|const|function|class)\b"
    r"|\bundefined\b",
    "java": r"^[ \t]*(?:public|private|protected)(?: static| final| abstract)* [\w<>\[\], .]+[({;=]"
    r"|^import [\w.]+\.\w+;"
    r"|^package [\w.]+;|@Override\b|\bthrows \w+|\bfinal \w+ \w+|^[ \t]*\w+(?:<.*>)? \w+ = new \w+"
    r"|\binstanceof\b",
    "csharp": r"^[ \t]*using [\w.]+;|^[ \t]*namespace [\w.]+|\{ get;|\bstring \w+|^[ \t]*(?:public"
    r"|private|internal) "
    r"(?:async |static |override |sealed |virtual |partial )|\bvar \w+ = ",
    "go": r"^package \w+$|^func (?:\(\w+ \*?\w+\) )?\w+\(|:= |\berr != nil\b|^type \w+ (?:struct"
    r"|interface)|\bdefer ",
    "rust": r"^[ \t]*(?:pub(?:\(\w+\))? )?(?:fn \w+|struct \w+|enum \w+|impl\b|mod \w+|use [\w:]+::)"
    r"|\blet mut |&mut |&self"
    r"|#\[\w+|\w+!\(|->\s*(?:Result|Option|Self)\b|::new\(",
    "cpp": r"^[ \t]*#\s*include <\w+>|\bstd::(?:\w+<|string|cout|move)|\b\w+::~?\w+\("
    r"|^[ \t]*template ?<|^[ \t]*(?:public|private|protected):$|\bnullptr\b"
    r"|^[ \t]*namespace \w+ ?\{|\bconst \w+&|\bbool\b",
    "c": r"^[ \t]*#\s*(?:include|define|ifdef|ifndef|endif)\b|^[ \t]*(?:static |const |unsigned "
    r"|struct )*(?:int|char|void|long"
    r"|size_t|uint\w*|struct \w+|undefined\d?) \*{0,2}\w+ ?[(;=\[]|\w->\w|\bNULL\b|\bsizeof\b",
    "ruby": r"^[ \t]*(?:def [\w.?!=]+(?:\(.*\))?$|end$|require ['\"]|module [A-Z]\w*$"
    r"|class [A-Z]\w*(?: < .*)?$"
    r"|attr_\w+ :)|\bdo \|\w|\.nil\?|^[ \t]*@\w+ =",
    "php": r"<\?php|\$this->|^[ \t]*(?:public |private |protected |static )*function \w+\(.*\$|\$\w+ = "
    r"|^use [\w\\]+;",
    "kotlin": r"^[ \t]*(?:private |override |internal |suspend |public )*fun (?:<.*> )?[\w.]+\("
    r"|^[ \t]*(?:data|sealed) class"
    r"|\bval \w+(?::| =)|^[ \t]*companion object|\?\.let\b",
    "swift": r"^[ \t]*(?:public |private |static |override |@objc )*func \w+[(<]|\bguard let\b"
    r"|\bif let\b|^import \w+$"
    r"|^[ \t]*(?:extension|protocol) \w+|\blet \w+(?::.*)? = |-> \[?\w+\]?\?? \{$",
}


def language_of_file(words: str) -> str | None:
    """The language of the last file named in some words; None where they name no source file."""
    for extension in reversed(_FILE.findall(words)):
        if name := _BY_EXTENSION.get(extension.lower()):
            return name
    return None


def language_of(lines: Sequence[str]) -> str | None:
    """The language that lines of code are written in; None where nothing tells."""
    sample = "\n" + "\n".join(line[:200] for line in lines[:120] if line.strip())
    scores = {name: len(pattern.findall(sample)) for name, pattern in _patterns().items()}
    best = max(scores, key=lambda name: scores[name])
    if not scores[best]:
        return None
    # Plain C is also C++, JavaScript also TypeScript: the larger language reads both.
    if best == "c" and scores["cpp"]:
        return "cpp"
    if best == "javascript" and scores["typescript"]:
        return "typescript"
    return best


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    return {name: re.compile(_fast(text), re.MULTILINE) for name, text in _CUES.items()}


def _fast(cues: str) -> str:
    """The same cues, each behind the character that it begins with: the regex engine finds those fast."""
    cues = cues.replace("^", r"\n").replace(r"\b\w+", r"\w(?<!\w.)\w*")
    return re.sub(r"\\b(\w)", r"\1(?<!\\w.)", cues)

"""Lines of element trees: how agents are shown pages, and what of a line an agent needs to act."""

import re

from agentcompress.segmenters.stretches import WIDTH
from agentcompress.values import token_spans

from .tags import smaller_forms, untracked

_ROLES = """
    alert alertdialog application article banner blockquote button caption cell checkbox code
    columnheader combobox complementary contentinfo definition deletion dialog directory document
    emphasis feed figure form generic grid gridcell group heading iframe image img insertion label
    landmark legend link list listbox listitem log main mark marquee math menu menubar menuitem
    menuitemcheckbox menuitemradio meter navigation none note option paragraph presentation progressbar
    radio radiogroup region row rowgroup rowheader scrollbar search searchbox section separator slider
    spinbutton status strong subscript superscript switch tab table tablist tabpanel term text textarea
    textbox textfield time timer toolbar tooltip tree treegrid treeitem video window Abbr Audio Canvas
    ColorWell Date DateTime DescriptionList DescriptionListDetail DescriptionListTerm Details
    DisclosureTriangle EmbeddedObject Figcaption FooterAsNonLandmark HeaderAsNonLandmark Iframe
    IframePresentational ImageMap InlineTextBox InputTime LabelText LayoutTable LayoutTableCell
    LayoutTableRow Legend LineBreak ListMarker MenuListOption MenuListPopup PluginObject Pre RootWebArea
    Ruby Section StaticText Summary SvgRoot Video WebArea
"""
LINE = re.compile(
    rf"""
    (?P<indent> [\t ]*+ ) (?P<dash> -[ ]'? )?
    (?: (?P<id> \*?\[[A-Za-z]{{0,4}}\d+\]\*?:? | (?:uid|bid)=\S+ | @e\d+ ) [\t ]* )?
    (?: (?P<tag> </?[A-Za-z][\w-]*+(?=[\s/>]) )
      | \[?+(?P<role> {"|".join(_ROLES.split())} )\]?+
        (?= :?+[\t ]*+ (?: ["'(\[/,] | $ ) | :[ ] | [ ]\w++[:=] )
        [ ]*+ (?P<name> "[^"\n]+" | '[^'\n]+' )?
      | (?P<part> text:[ ] | /[\w-]+:[ ] )
    )
    """,
    re.X | re.M,
)
"""The beginning of a line that shows an element: `[12] button 'Go'`, `[12]<button>Go</button>`,
`- button "Go" [ref=e12]`, `uid=1_12 button "Go"`."""
_TREE_ROLE = re.compile(r"[A-Z]\w+[A-Z]")
_NUMBERS = re.compile(
    r"""\[[A-Za-z]{0,4}\d+\]|\[ref=[^\]\s]+\]|(?<!\S)(?:uid|bid|ref|id|node_?id|backend\w*id|data-test\w*)="""
    r"""(?:"[^"]*"|'[^']*'|[^\s"'\]>,]+)"""
)
_STATES = re.compile(
    r"""(?:[ ](?: \[cursor=\w+\]
      | (?:focusable|settable|clickable|visible|interactive)(?:[:=][ ]?"?[Tt]rue"?)?(?![\w./#@:=+-])
      | (?:required|readonly|multiline|multiselectable|focused|disabled|modal|busy|atomic|invalid|hidden)
        [:=][ ]?"?[Ff]alse"?(?![\w./#@:+-])
      | (?:orientation|live|relevant|autocomplete|has[Pp]opup|controls|describedby|labelledby|owns)
        [:=][ ]?(?:'[^'\n]*'|"[^"\n]*"|[\w-]++(?![./#@:+]))
    ),?)+""",
    re.X,
)
_LEAST_LEFT_OUT = 12
_LEAST_SAVED = 12
_LARGEST_SHARE = 0.85
_BRIEF = 48
"""Characters of a long name that its shortest form shows."""


def likeness(line: str) -> int:
    """How surely the line shows an element: 2 like nothing else does, 1 like a list might, 0 not."""
    match = LINE.match(line)
    if match is None:
        return 0
    if match["id"]:
        return 2
    if match["dash"]:
        return 0 if match["tag"] else 2 if "[ref=" in line else 1
    if not match["name"]:
        return 0
    return 2 if _TREE_ROLE.match(match["role"]) else 1


def forms(line: str, match: re.Match[str] | None) -> tuple[str, ...]:
    """The line without passing states; and where it is long, its ids and the beginning of its name.

    Args:
        line: The line, line end included.
        match: How `LINE` reads it.
    """
    if match is None:
        return ()
    if match["tag"]:
        return smaller_forms(line)
    found = [line]
    for form in (stateless := _STATES.sub(_shortest, untracked(line)), _brief(stateless, match)):
        if len(form) <= min(len(found[-1]) - _LEAST_SAVED, _LARGEST_SHARE * len(found[-1])):
            found.append(form)
    return tuple(found[1:])


def _brief(line: str, match: re.Match[str]) -> str:
    if len(line) <= WIDTH or not _NUMBERS.search(line):
        return line
    end = match.start("name") if match["name"] else match.end()
    end += _BRIEF
    for start, stop in (*token_spans(line), *(number.span() for number in _NUMBERS.finditer(line))):
        if start < end < stop:
            end = start
    numbers = [number[0] for number in _NUMBERS.finditer(line, end)]
    return (
        "… ".join([line[:end], *numbers]) + ("" if numbers else "…") + ("\n" if line.endswith("\n") else "")
    )


def _shortest(match: re.Match[str]) -> str:
    return " …" if len(match[0]) >= _LEAST_LEFT_OUT else match[0]

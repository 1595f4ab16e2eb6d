"""The grammars of programming languages, and what to look for in their trees."""

from functools import cache
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from tree_sitter import Language, Query
    from tree_sitter_language_pack import SupportedLanguage

_DEFINITIONS = """
    function_definition function_declaration function_item method_declaration method_definition
    constructor_declaration init_declaration method singleton_method class_definition
    class_declaration abstract_class_declaration class interface_declaration enum_declaration
    record_declaration annotation_type_declaration struct_declaration protocol_declaration
    object_declaration object_definition trait_declaration trait_definition trait_item struct_item
    enum_item impl_item macro_definition type_spec class_specifier struct_specifier union_specifier
    enum_specifier type_definition type_alias_declaration property_declaration companion_object
"""
"""Node types of what has a name and a body, in any of the grammars."""
_COMMENTS = ("comment", "line_comment", "block_comment", "multiline_comment")
_FUNCTION_VALUES = (("variable_declarator", "value"), ("assignment_expression", "right"), ("pair", "value"))


@cache
def grammar(name: str) -> "Language":
    """A language's grammar, loaded once."""
    from tree_sitter_language_pack import get_language

    return get_language(cast("SupportedLanguage", name))


@cache
def definitions_and_prose(name: str) -> "Query":
    """The query for what code defines, as `definition`, and its comments and docstrings, as `prose`."""
    from tree_sitter import Query

    language = grammar(name)
    kinds = [n for n in range(language.node_kind_count) if language.node_kind_is_named(n)]
    known = {language.node_kind_for_id(number) for number in kinds}
    patterns = [f"({kind}) @definition" for kind in _DEFINITIONS.split() if kind in known]
    patterns += [f"({kind}) @prose" for kind in _COMMENTS if kind in known]
    if {"arrow_function", "function_expression"} <= known:
        for kind, field in _FUNCTION_VALUES:
            patterns.append(f"({kind} {field}: [(arrow_function) (function_expression)]) @definition")
    if name == "python":
        patterns.append("(block . (string) @prose) (module . (string) @prose)")
    return Query(language, "\n".join(patterns))

"""A batch of operations, checked and read before anything is done."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from langgraph.store.base import (
    GetOp,
    ListNamespacesOp,
    Op,
    PutOp,
    SearchOp,
    get_text_at_path,
    validate_op_namespace,
)

from agentcompress.errors import InvalidInputError

from .namespaces import Namespace, to_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Put:
    """What is to be written under one name, or that it is to be removed."""

    json: str | None
    """None removes."""
    texts: list[str]
    """What is to be found of it by meaning."""
    ttl: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Reads see the store as it was; then the last put of each name is done."""

    ops: list[Op]
    puts: dict[tuple[Namespace, str], Put] = field(default_factory=dict)

    @property
    def texts(self) -> list[str]:
        """All that must be embedded to be stored, each text once."""
        return list(dict.fromkeys(text for put in self.puts.values() for text in put.texts))

    @property
    def queries(self) -> list[str]:
        """All that must be embedded to be searched for."""
        return list({op.query: None for op in self.ops if isinstance(op, SearchOp) and op.query})


def read_batch(ops: Iterable[Op], fields: Sequence[str] | None) -> Batch:
    """Reads a batch; nothing of it is done if anything is wrong with it.

    Args:
        ops: What to do.
        fields: Paths of what to embed of each value; None embeds nothing.

    Raises:
        InvalidNamespaceError: A label is empty, no text, or has a period.
        InvalidInputError: A value is no JSON object, or a name no well-formed text.
        ValueError: An operation of another kind, or a page that starts or ends below zero.
    """
    batch = Batch(ops=list(ops))
    for op in batch.ops:
        if not isinstance(op, GetOp | PutOp | SearchOp | ListNamespacesOp):
            raise ValueError(f"unknown operation: {type(op).__name__}")
        validate_op_namespace(op)
        if isinstance(op, SearchOp | ListNamespacesOp):
            if op.limit < 0 or op.offset < 0:
                raise ValueError(f"limit and offset must not be negative, got {op.limit} and {op.offset}")
        else:
            _check_name(op)
        if isinstance(op, PutOp):
            batch.puts[op.namespace, op.key] = _put(op, fields)
    return batch


def _put(op: PutOp, fields: Sequence[str] | None) -> Put:
    if op.value is None:
        return Put(json=None, texts=[], ttl=None)
    value: dict[str, Any] = dict(op.value)
    try:
        encoded = json.dumps(value)
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidInputError(f"value of {op.key!r} in {op.namespace} is no JSON: {error}") from error
    paths = () if fields is None or op.index is False else fields if op.index is None else op.index
    return Put(
        json=encoded,
        texts=[text for path in paths for text in get_text_at_path(value, path)],
        ttl=op.ttl,
    )


def _check_name(op: GetOp | PutOp) -> None:
    try:
        (to_text(op.namespace) + op.key).encode()
    except (TypeError, UnicodeEncodeError) as error:
        raise InvalidInputError(f"{op.key!r} in {op.namespace} cannot be a name: {error}") from error

"""What a conversation keeps, carried by the model's own messages."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Self

from langchain_core.messages import BaseMessage

from .kept import Kept

CARRIED = "agentcompress"
"""Key in `response_metadata` under which a message carries what changed with its call."""
_MAPS = ("shown", "folded", "notes")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trail:
    """The records in a conversation's messages: each says what one call changed.

    Changes, not the whole: in a run of thousands of steps each decision is written
    once. A record names the one that it continues, so that branches which were joined
    do not mix; where older messages were dropped, so were those that their records
    are about.
    """

    owner: str
    """Who reads and writes: models that share a history leave each other's records alone."""
    kept: Kept
    """What all records together say."""
    last: str | None = None
    """Name of the newest record."""

    @classmethod
    def read(cls, messages: Sequence[BaseMessage], owner: str) -> Self:
        """The trail of a conversation; an empty one where there is none, or none that can be read."""
        records = list(_records(messages, owner))
        if not records:
            return cls(owner=owner, kept=Kept())
        return cls(owner=owner, kept=_joined(records), last=records[0]["id"])

    def record(self, now: Kept) -> dict[str, Any] | None:
        """What the answer is to carry so that the trail says `now`; None where it does already."""
        if now == self.kept:
            return None
        data = now.to_dict()
        before, after = _maps(self.kept.to_dict()["plan"]), _maps(data["plan"])
        record: dict[str, Any] = {
            "owner": self.owner,
            "after": self.last,
            "correction": data["correction"],
            "taken": data["taken"],
            "version": data["plan"]["version"],
            "evictions": data["plan"]["evictions"],
        }
        for field in _MAPS:
            gone = {name: None for name in before[field] if name not in after[field]}
            new = {name: value for name, value in after[field].items() if value != before[field].get(name)}
            if gone or new:
                record[field] = gone | new
        return record | {"id": blake2b(json.dumps(record).encode(), digest_size=8).hexdigest()}


def without_records(messages: Sequence[BaseMessage]) -> list[BaseMessage]:
    """The messages as the provider may see them."""
    return [_without_record(m) if CARRIED in m.response_metadata else m for m in messages]


def _without_record(message: BaseMessage) -> BaseMessage:
    rest = {key: value for key, value in message.response_metadata.items() if key != CARRIED}
    return message.model_copy(update={"response_metadata": rest})


def _records(messages: Sequence[BaseMessage], owner: str) -> Iterator[Mapping[str, Any]]:
    """The newest record of an owner and those that it continues, newest first."""
    wanted: str | None = None
    for message in reversed(messages):
        record = message.response_metadata.get(CARRIED)
        if not isinstance(record, Mapping) or record.get("owner") != owner or "id" not in record:
            continue
        if wanted in (None, record["id"]):
            yield record
            wanted = record.get("after")
            if wanted is None:
                return


def _joined(records: Sequence[Mapping[str, Any]]) -> Kept:
    newest = records[0]
    maps: dict[str, dict[str, Any]] = {field: {} for field in _MAPS}
    try:
        for record in reversed(records):
            for field in _MAPS:
                maps[field].update(record.get(field, {}))
        plan = {field: {k: v for k, v in rows.items() if v is not None} for field, rows in maps.items()}
        marks = {key: newest[key] for key in ("version", "evictions")}
        shares = {key: float(newest[key]) for key in ("correction", "taken")}
    except (KeyError, TypeError, ValueError):
        return Kept()
    return Kept.from_dict({"plan": plan | marks} | shares)


def _maps(plan: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return {"shown": plan["shown"], "folded": dict.fromkeys(plan["folded"], True), "notes": plan["notes"]}

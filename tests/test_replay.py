"""Replay: which steps, which ceiling, what is measured, what is written."""

import gzip
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentcompress.errors import BudgetExceededError
from agentcompress.evaluation.baselines import (
    FullPolicy,
    LastTokensPolicy,
)
from agentcompress.evaluation.dump import Dump
from agentcompress.evaluation.measure import Measure
from agentcompress.evaluation.policies import policy_named
from agentcompress.evaluation.policy import Policy, Shown
from agentcompress.evaluation.reading import Trajectory, TrajectoryReader
from agentcompress.evaluation.recording import Recording
from agentcompress.evaluation.replay import Replay, Step
from agentcompress.evaluation.steps import ceiling_of, snapshot_steps, stateful_steps
from agentcompress.evaluation.summary import Summary
from agentcompress.tokens import default_counter, image_formula, price_model
from tests.recordings import (
    CHAT,
    LAST,
    SYSTEM,
    TASK,
    WORDS,
    Chat,
    WordCounter,
    answer,
    recording,
    result,
    words,
)

WriteLines = Callable[[str, Iterable[Any]], Path]


def test_the_ceiling_is_the_whole_or_the_base_and_a_share_of_the_rest() -> None:
    made = recording(
        [SYSTEM, {"role": "user", "content": "one two"}, answer("a b c d e f g"), TASK, answer()]
    )
    assert made.base == (0, 1)
    assert ceiling_of(made, 4, 8000) == 8000
    assert ceiling_of(made, 4, 0.25) == 5 + int(0.25 * 10)
    assert ceiling_of(made, 2, 0.25) == 5


def test_the_base_ends_at_the_first_answer() -> None:
    late = [TASK, TASK, SYSTEM, answer("a"), SYSTEM, answer("b")]
    assert recording(late).base == (2, 0)


def test_steps_of_a_snapshot_need_a_context_worth_compressing() -> None:
    first = {"role": "user", "content": words(900)}
    chat = [first, answer(words(200)), answer(c1={}), result("c1", words(100)), answer("text"), answer(c2={})]
    # At message 2 there are 1,100 tokens but only 200 outside the base; message 4 calls nothing.
    assert snapshot_steps(recording(chat), 12) == [5]
    assert snapshot_steps(recording([answer(words(999)), answer(c1={})]), 12) == []
    assert stateful_steps(recording(chat)) == [1, 2, 4, 5]
    assert stateful_steps(recording([answer("first"), TASK, answer("second")])) == [2]


@given(st.integers(1, 60), st.integers(1, 20))
def test_steps_of_a_snapshot_are_evenly_spaced(candidates: int, limit: int) -> None:
    chat: Chat = [TASK, answer(words(1000))]
    for number in range(candidates):
        chat += [answer(c={"n": number}), result("c", "ok")]
    steps = snapshot_steps(recording(chat), limit)
    everything = snapshot_steps(recording(chat), candidates)
    assert len(everything) == candidates
    assert len(steps) == min(limit, candidates) == len(set(steps))
    assert steps == sorted(steps)
    if limit < candidates and limit > 1:
        positions = [everything.index(step) for step in steps]
        assert positions == [round(j * (candidates - 1) / (limit - 1)) for j in range(limit)]
        assert (positions[0], positions[-1]) == (0, candidates - 1)


def play(
    messages: Chat, policy: Policy, *, budget: int | float = 10**9, stateful: bool = True
) -> tuple[list[Step], dict[str, Any]]:
    runner = Replay(budget=budget, policy=lambda: policy, stateful=stateful, measure=WORDS)
    summary = Summary(stateful=stateful, prices=price_model("anthropic"))
    steps = list(runner.play([Trajectory(id="run/1", source="made", messages=messages)]))
    for step in steps:
        summary.add(step)
    return steps, summary.to_dict()


def test_an_untouched_context_extends_the_one_before_it() -> None:
    steps, figures = play(CHAT, FullPolicy())
    row = figures["sources"]["made"]
    assert [step.index for step in steps] == [2, 4, 7, 9]
    assert (row["prefix_breaks"], row["evictions"]) == (0, 0)
    # By the norm a context that is all base counts as nothing kept.
    assert row["kept_ratio"] == 3 / 4
    assert [step.prefix_kept for step in steps] == [0, *(step.tokens for step in steps[:-1])]
    cost = sum(0.1 * step.prefix_kept + 1.25 * (step.tokens - step.prefix_kept) for step in steps)
    assert row["cost"] == row["cost_uncompressed"] == round(cost, 1)


class ScriptedPolicy:
    """Shows what it was told to, call by call."""

    def __init__(self, *contexts: Chat | None) -> None:
        self._contexts = iter(contexts)

    def compress(self, recording: Recording, step: int, ceiling: int) -> Shown:
        context = next(self._contexts)
        if context is None:
            raise BudgetExceededError(ceiling, {"system prompt": ceiling + 1})
        return Shown(messages=context, evicted=len(context) == 2)


def test_prefixes_are_whole_messages_that_did_not_change() -> None:
    copied = json.loads(json.dumps(CHAT[:4]))
    changed = [*CHAT[:3], {**CHAT[3], "content": "far line: …"}, *CHAT[4:7]]
    steps, figures = play(CHAT, ScriptedPolicy(CHAT[:2], copied, changed, CHAT[:2]))
    kept = [step.prefix_kept for step in steps]
    assert kept == [0, steps[0].tokens, sum(recording(CHAT).tokens[:3]), steps[0].tokens]
    assert [step.prefix_break for step in steps] == [False, False, True, True]
    assert figures["sources"]["made"]["prefix_breaks"] == 2
    assert figures["sources"]["made"]["evictions"] == 2


def test_a_step_whose_pins_do_not_fit_is_marked_and_shows_the_base(tmp_path: Path) -> None:
    steps, figures = play(CHAT, ScriptedPolicy(CHAT[:2], None, CHAT[:7], CHAT[:9]), budget=7)
    assert [step.skipped for step in steps] == [False, True, False, False]
    assert steps[1].messages == CHAT[:2]
    row = figures["sources"]["made"]
    assert row["skipped"] == 1
    assert row["over_ceiling"] == sum(step.tokens > 7 for step in steps) == 2
    with Dump(tmp_path / "dump.jsonl", stateful=True) as dump:
        for step in steps:
            dump.write(step)
    lines = (tmp_path / "dump.jsonl").read_text().splitlines()
    marks = [json.loads(line).get("skipped") for line in lines]
    assert marks == [None, True, None, None]


def test_snapshots_have_no_prefix_to_keep() -> None:
    _, figures = play([TASK, answer(words(1000)), *CHAT[2:]], FullPolicy(), budget=0.5, stateful=False)
    for row in (figures["sources"]["made"], figures["macro"]):
        assert [row[name] for name in ("prefix_breaks", "cost", "cost_uncompressed")] == [None] * 3


def test_the_macro_mean_is_over_sources_with_enough_atoms() -> None:
    summary = Summary(stateful=False, prices=price_model("none"))
    runner = Replay(budget=0.5, policy=LastTokensPolicy, stateful=False, measure=WORDS, max_steps=50)
    for source, copies in (("many", 10), ("few", 1)):
        chat: Chat = [TASK, answer(words(1000))]
        for number in range(copies):
            atoms = [f"id_{number}_{place}" for place in range(5)]
            chat += [answer(a={}), result("a", " ".join(atoms)), answer(b={"ids": atoms}), result("b", "ok")]
        for step in runner.play([Trajectory(id=source, source=source, messages=chat)]):
            summary.add(step)
    figures = summary.to_dict()
    assert figures["sources"]["few"]["n_tool_only"] == 5
    assert figures["macro"]["sources"] == 1
    assert figures["macro"]["tool_only"] == figures["sources"]["many"]["tool_only"]
    assert figures["macro"]["steps"] == sum(row["steps"] for row in figures["sources"].values())


def test_at_least_one_step_is_played() -> None:
    with pytest.raises(ValueError, match="max_steps must be at least 1, got 0"):
        Replay(budget=1, policy=FullPolicy, stateful=True, measure=WORDS, max_steps=0)


def test_nothing_to_replay_is_no_error() -> None:
    steps, figures = play([TASK], FullPolicy())
    assert steps == []
    assert figures["sources"] == {}
    assert figures["macro"]["tool_only"] is None


@pytest.mark.parametrize("name", ["dump.jsonl", "dump.jsonl.gz"])
def test_a_dump_is_valid_while_it_grows(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    opened = gzip.open if name.endswith(".gz") else open
    steps, _ = play(CHAT, FullPolicy())
    with Dump(path, stateful=True) as dump:
        for count, step in enumerate(steps, start=1):
            dump.write(step)
            with opened(path, "rt") as file:
                lines = [json.loads(line) for line in file]
            assert len(lines) == dump.steps == count
    assert [line["step"] for line in lines] == [2, 4, 7, 9]
    assert lines[-1].keys() == {"id", "step", "ceiling", "tokens", "messages", "prefix_kept", "ms"}
    assert lines[-1]["messages"] == CHAT[:LAST]
    with Dump(path, stateful=False) as dump:
        dump.write(steps[0])
    with opened(path, "rt") as file:
        assert json.loads(file.read()).keys() == {"id", "step", "ceiling", "tokens", "messages"}


def test_a_dump_that_runs_out_of_disk_keeps_whole_lines(tmp_path: Path) -> None:
    path = tmp_path / "dump.jsonl"
    steps, _ = play(CHAT, FullPolicy())
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    with Dump(path, stateful=True) as dump:
        dump.write(steps[0])
        resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + 100, before[1]))
        try:
            with pytest.raises(OSError, match="File too large"):
                dump.write(steps[-1])
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        assert dump.steps == 1
        dump.write(steps[1])
    assert [json.loads(line)["step"] for line in path.read_text().splitlines()] == [2, 4]


def test_images_count_by_the_model_and_keep_their_urls(write_lines: WriteLines, tmp_path: Path) -> None:
    from PIL import Image

    Image.new("RGB", (512, 512)).save(tmp_path / "a.png")
    block = {"type": "image_url", "image_url": {"url": "a.png"}}
    chat = [
        TASK,
        answer("look"),
        {"role": "user", "content": [{"type": "text", "text": "b"}, block]},
        answer(),
    ]
    path = write_lines("runs.jsonl", [{"id": "1", "messages": chat}])
    counted = []
    for images in (None, image_formula("gpt-4o")):
        measure = Measure(counter=WordCounter(), images=images)
        runner = Replay(budget=0.5, policy=FullPolicy, stateful=True, measure=measure)
        step = list(runner.play(TrajectoryReader(str(path))))[-1]
        assert step.messages == chat[:3]
        assert not step.prefix_break
        counted.append(step.tokens)
    assert counted[1] - counted[0] == 85 + 170


def scored(script: Path, budget: float, dump: Path, data: Sequence[Path], cache: Path) -> Any:
    """What the independent scorer says; its vocabulary comes from an installed package."""
    package = find_spec("bpe_openai")
    assert package is not None
    assert package.origin is not None
    vocabulary = Path(package.origin).parent / "data" / "o200k_base.tiktoken.gz"
    cache.mkdir(exist_ok=True)
    # The name under which tiktoken looks for this file.
    (cache / "fb374d419588a4632f3f557e76b4b70aebbca790").write_bytes(gzip.decompress(vocabulary.read_bytes()))
    command = [sys.executable, script, "--budget", str(budget), dump, *data]
    environment = {**os.environ, "TIKTOKEN_CACHE_DIR": str(cache)}
    done = subprocess.run(list(map(str, command)), capture_output=True, env=environment, check=True)
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    ("policy", "budget", "dump_name"),
    [
        ("last-tokens", 0.25, "dump.jsonl"),
        ("random", 0.1, "dump.jsonl.gz"),
        ("clear-tool-uses", 3000, "d.jsonl"),
    ],
)
def test_figures_agree_with_the_independent_scorer(
    recorded: Path, scorer: Path, tmp_path: Path, policy: str, budget: float, dump_name: str
) -> None:
    data = [recorded / f"traj_{name}.jsonl.gz" for name in ("sweagent_demo", "medagent_fhir")]
    stateful = isinstance(budget, int)
    runner = Replay(
        budget=budget,
        policy=policy_named(policy, stateful=stateful),
        stateful=stateful,
        measure=Measure(counter=default_counter()),
    )
    summary = Summary(stateful=stateful, prices=price_model("none"))
    with Dump(tmp_path / dump_name, stateful=stateful) as dump:
        for path in data:
            for step in runner.play(TrajectoryReader(str(path))):
                dump.write(step)
                summary.add(step)
    ours = summary.to_dict()
    theirs = scored(scorer, budget, tmp_path / dump_name, data, tmp_path / "cache")
    assert theirs["sources"].keys() == ours["sources"].keys()
    for source, row in theirs["sources"].items():
        assert {name: ours["sources"][source][name] for name in row} == row
    assert {name: ours["macro"][name] for name in theirs["macro"]} == theirs["macro"]

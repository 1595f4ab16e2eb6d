"""Screenshots of recorded runs under budgets: is the newest one legible, and what does merging alone save.

The newest is legible where it costs what it costs in full: the model then sees it no smaller. It fits where
the base, the newest user turn and its own call with all results do. Of two screens that are taken for one, a
crude check says whether they are two: 64 x 48 grey, a difference above 8.

usage: python -m benchmarks.screens DATA.jsonl.gz [--budgets 0.5 0.25 0.1] [--image-model claude-3-5] [--json]
"""

import argparse
import json
from collections import Counter
from collections.abc import Iterator
from itertools import chain
from typing import Any

import numpy as np

from agentcompress.evaluation.measure import Measure
from agentcompress.evaluation.policies import policy_named
from agentcompress.evaluation.policy import Shown
from agentcompress.evaluation.reading import Trajectory, TrajectoryReader
from agentcompress.evaluation.recording import Recording
from agentcompress.evaluation.replay import Replay, Step
from agentcompress.evaluation.summary import Summary
from agentcompress.images import look_of, opened
from agentcompress.tokens import default_counter, image_formula, price_model
from agentcompress.values import Image, Look, Message


class NewestScreens:
    """Counts the steps at which the newest screenshot fits, and those at which it is legible.

    Args:
        measure: Prices images.
    """

    def __init__(self, measure: Measure) -> None:
        self._measure = measure
        self.counts: Counter[str] = Counter(fits=0, legible=0, missed=0)

    def watch(self, recording: Recording, step: Step, shown: Shown) -> None:
        """Looks at one step."""
        newest = max((i for i in range(step.index) if _images(recording.views[i])), default=None)
        if newest is None:
            return
        whole = self._price(_images(recording.views[newest])[-1])
        views = [recording.look(message)[0] for message in shown.messages]
        own = (view for view in reversed(views) if _images(view) and _same(view, recording.views[newest]))
        last = next((_images(view)[-1] for view in own), None)
        legible = last is not None and self._price(last) >= whole
        users = (i for i in reversed(range(step.index)) if recording.views[i].role == "user")
        there = {*recording.base, *_group(recording, newest), *list(users)[:1]}
        fits = sum(recording.tokens[i] for i in there) <= step.ceiling
        self.counts.update(fits=fits, legible=legible, missed=fits and not legible)

    def _price(self, image: Image) -> int:
        return self._measure.images.tokens(image) if self._measure.images else 0


def _same(view: Message, other: Message) -> bool:
    """Whether they are views of one message; of the user's turns the newest with an image is meant."""
    return (view.role, view.call_id) == (other.role, other.call_id)


def _images(view: Message) -> list[Image]:
    return [part.image for part in view.parts if part.image is not None]


def _group(recording: Recording, index: int) -> Iterator[int]:
    """A message, or the call that it answers with all of its results."""
    views = recording.views
    if not views[index].call_id:
        yield index
        return
    call = max(i for i in range(index) if any(one.id == views[index].call_id for one in views[i].calls))
    ids = {one.id for one in views[call].calls}
    yield call
    yield from (i for i in range(call + 1, len(views)) if views[i].call_id in ids)


def merged(trajectory: Trajectory, measure: Measure) -> Counter[str]:
    """Of the frames of one run: tokens, tokens of those that a newer one repeats, and how many are lost."""
    found: Counter[str] = Counter()
    newer: list[tuple[Look, Any]] = []
    for image in reversed([image for view in trajectory.views for image in _images(view)]):
        price = measure.images.tokens(image) if measure.images else 0
        picture = opened(image)
        if picture is None:
            continue
        look, crude = look_of(picture, picture.size), _crude(picture)
        same = next((other for known, other in newer if look.shows_the_same(known)), None)
        found.update(frames=1, tokens=price)
        if same is None:
            newer.append((look, crude))
        else:
            lost = bool(np.abs(crude - same).max() > 8)
            found.update(merged=1, saved=price, lost=lost)
    return found


def _crude(picture: Any) -> Any:
    return np.asarray(picture.convert("L").resize((64, 48)), dtype=np.int16)


def figures(data: list[str], budget: float, measure: Measure) -> dict[str, Any]:
    """What one budget leaves of the newest screens, and the figures of the replay."""
    newest = NewestScreens(measure)
    replay = Replay(
        budget=budget, policy=policy_named("agentcompress", stateful=False), stateful=False, measure=measure
    )
    summary = Summary(stateful=False, prices=price_model("none"))
    for step in replay.play(chain.from_iterable(map(TrajectoryReader, data)), newest.watch):
        summary.add(step)
    macro = summary.to_dict()["macro"]
    return {"budget": budget, **newest.counts, **{name: macro[name] for name in _SAID}}


_SAID = ("steps", "over_ceiling", "broken_pairs")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", nargs="+", help="recorded trajectories with screenshots")
    parser.add_argument("--budgets", nargs="+", type=float, default=[0.5, 0.25, 0.1])
    parser.add_argument("--image-model", default="claude-3-5", help="prices the images")
    parser.add_argument("--json", action="store_true", help="print JSON for machines")
    options = parser.parse_args()
    measure = Measure(counter=default_counter(), images=image_formula(options.image_model))
    rows = [figures(options.data, budget, measure) for budget in options.budgets]
    alike: Counter[str] = Counter()
    for trajectory in chain.from_iterable(map(TrajectoryReader, options.data)):
        alike.update(merged(trajectory, measure))
    if options.json:
        print(json.dumps({"newest": rows, "merged": alike}, indent=1))
        return
    for row in rows:
        print(
            f"{row['budget']:.0%}: {row['steps']} steps, over {row['over_ceiling']}, newest fits in "
            f"{row['fits']}, legible in {row['legible']}, missed {row['missed']}"
        )
    saved = alike["saved"] / max(1, alike["tokens"])
    print(
        f"merging alone: {alike['merged']} of {alike['frames']} frames, {saved:.1%} of their tokens, "
        f"{alike['lost']} distinct screens lost"
    )


if __name__ == "__main__":
    main()

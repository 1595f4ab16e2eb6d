"""Tuning by halves: the best arm is found with few plays, and the defaults stay where nothing is better."""

import random
from collections import Counter
from collections.abc import Sequence

import pytest

from benchmarks.knobs import Knobs, Plays, arms, best_arm
from tests.learning import run


@pytest.mark.parametrize("best", [0, 7, 15])
def test_the_best_arm_is_left_though_runs_differ_and_rewards_are_noisy(best: int) -> None:
    played: Counter[int] = Counter()

    def worth(arm: int, runs: Sequence[int]) -> float:
        played[arm] = len(runs)
        rewards = [
            hard + random.Random(f"{arm} {hard}").gauss(0, 0.2) - abs(arm - best) / 10 for hard in runs
        ]
        return sum(rewards) / len(rewards)

    assert best_arm(range(16), range(64), worth, first=8) == best
    assert sum(played.values()) < 16 * 64 / 2
    assert played[best] == max(played.values()) == 64


def test_of_arms_that_are_worth_the_same_the_first_stays() -> None:
    assert best_arm("abcde", [1, 2], lambda arm, runs: 0.0, first=1) == "a"


def test_the_defaults_are_those_of_a_long_run_and_come_first() -> None:
    from agentcompress import Budget

    offered = arms(20)
    assert offered[0] == Knobs()
    assert len(offered) == len(set(offered)) == 20
    assert Knobs().budget(8_000) == Budget.for_long_run(8_000)


def test_a_dear_bill_makes_less_worth_more() -> None:
    runs = [run(seed, steps=8) for seed in range(2)]
    deep, shallow = Knobs(keep=0.4), Knobs(keep=0.8)
    free, dear = Plays(4_000, 0.0), Plays(4_000, 100.0)
    kept, bill = free.shares(deep, runs)
    assert free.worth(deep, runs) == pytest.approx(kept)
    assert dear.worth(deep, runs) == pytest.approx(kept - 100 * bill)
    assert bill != free.shares(shallow, runs)[1]

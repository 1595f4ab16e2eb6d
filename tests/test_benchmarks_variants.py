"""The ablation takes apart what the default is composed of now."""

from benchmarks.variants import variants

from .encoders import RecordingEncoder


def test_every_part_of_the_default_is_off_once() -> None:
    names = [variant.name for variant in variants(RecordingEncoder())]
    assert len(set(names)) == len(names)
    assert {
        "default",
        "recency off",
        "lexical off",
        "deduplicate off",
        "call weights off",
        "merge on",
    } <= set(names)

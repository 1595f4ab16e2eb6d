"""What a GPU brings: encoding, similarity, merging, images beside the device's floor, and the same decisions.

Needs the `minilm` extra. Where torch sees no GPU, --cpu measures the CPU alone.

usage: python -m benchmarks.gpu [--cpu] [--sizes 1000 10000 100000]
"""

import argparse
import json
import platform
import random
import time
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial

import torch
from tokenizers import Tokenizer

from agentcompress.encoders import Precision, SentenceTransformerEncoder, minilm_folder
from agentcompress.strategies import PruneStrategy
from agentcompress.values import Context

from .agreement import Difference, context_of, differences
from .frames import OPERATIONS, decided, film
from .kernels import KERNELS, material
from .roofline import Roofline, measured, usual

LAYERS, HIDDEN, INNER, READS = 6, 384, 1_536, 256
"""Of MiniLM: layers, dimensions, dimensions inside a layer, tokens it reads."""
WEIGHTS = LAYERS * (4 * HIDDEN**2 + 2 * HIDDEN * INNER)
"""Of its matrix products; each takes two operations a token."""
NEIGHBOURS, ROWS = 10, 1_024
CPU_ENCODES = 256
"""Segments that the CPU encodes: at the speed of a CPU more would take minutes."""
CPU_COMPARES = 10_000
"""Segments up to which the CPU compares each with each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One time."""

    what: str
    """What was timed."""
    device: str
    """Where."""
    segments: int
    """On how much."""
    ms: float
    """How long it took."""
    floor: float | None = None
    """What the device's fastest product and copy would take, in ms; None where neither bounds it."""
    tokens_a_second: float | None = None
    """Of encoding."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cpu", action="store_true", help="measure the CPU alone")
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    options = parser.parse_args()
    if not options.cpu and not torch.cuda.is_available():
        raise SystemExit("torch sees no GPU here: nothing measured; --cpu runs the CPU half")
    kinds = ["cpu"] if options.cpu else ["cpu", "cuda"]
    rows = []
    for row in timed(kinds, [context_of(size) for size in options.sizes]):
        rows.append(row)
        print(said(row), flush=True)
    if not options.cpu:
        print(f"one call of encode waits for the GPU {waits()} times, once being the copy back")
    found = agreement(kinds[-1])
    alike = images_agree(kinds[-1])
    figures = {"rows": [asdict(row) for row in rows], "differences": [asdict(one) for one in found]}
    print(json.dumps({**figures, "images agree": alike}))
    if not all(one.tie for one in found):
        raise SystemExit("plans differ by more than ties")
    if not alike:
        raise SystemExit("what is found out about images differs")


def timed(kinds: Sequence[str], contexts: Sequence[Context]) -> Iterator[Row]:
    """Every case on every device, for every size that it can do in reasonable time."""
    for kind in kinds:
        encoder = SentenceTransformerEncoder("minilm", device=kind)
        roof = measured(torch.device(kind), getattr(torch, encoder.precision))
        name = torch.cuda.get_device_name() if kind == "cuda" else platform.processor() or "CPU"
        speeds = f"{roof.flops / 1e12:.2f} TFLOP/s in {encoder.precision}, {roof.bandwidth / 1e9:.0f} GB/s"
        print(f"{name}: {speeds}", flush=True)
        for context in contexts if kind == "cuda" else [context_of(CPU_ENCODES)]:
            yield encoding(context, encoder, roof)
        for context in contexts:
            if kind == "cuda" or len(context.segments) <= CPU_COMPARES:
                yield similarity(len(context.segments), roof)
                yield from merging(len(context.segments), roof)
        yield images(roof)
    for context in contexts:
        yield selection(context)


def encoding(context: Context, encoder: SentenceTransformerEncoder, roof: Roofline) -> Row:
    """Texts into vectors, tokenising included."""
    texts = [segment.text for segment in context.segments]
    tokenizer = Tokenizer.from_file(str(minilm_folder() / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(READS)
    lengths = [len(encoding.ids) for encoding in tokenizer.encode_batch_fast(texts)]
    operations = sum(2 * WEIGHTS * length + 4 * LAYERS * HIDDEN * length**2 for length in lengths)
    ms = usual(lambda: encoder.encode(texts), roof.device)
    return Row(
        what="encoding",
        device=roof.device.type,
        segments=len(texts),
        ms=ms,
        floor=roof.floor(flops=operations, moved=2 * WEIGHTS + 4 * HIDDEN * len(texts)),
        tokens_a_second=1000 * sum(lengths) / ms,
    )


def similarity(count: int, roof: Roofline) -> Row:
    """The nearest neighbours of every vector among all, a stripe of the cosine matrix at a time."""
    vectors = torch.nn.functional.normalize(torch.randn(count, HIDDEN, device=roof.device)).to(roof.dtype)
    ms = usual(lambda: neighbours(vectors), roof.device)
    return Row(
        what=f"similarity, {NEIGHBOURS} nearest",
        device=roof.device.type,
        segments=count,
        ms=ms,
        floor=roof.floor(flops=2 * HIDDEN * count**2, moved=vectors.nbytes + 12 * NEIGHBOURS * count),
    )


def neighbours(vectors: torch.Tensor) -> torch.Tensor:
    """Indices of the nearest other vectors, shape (vectors, NEIGHBOURS)."""
    found = torch.empty((len(vectors), NEIGHBOURS), dtype=torch.int64, device=vectors.device)
    for start in range(0, len(vectors), ROWS):
        stripe = vectors[start : start + ROWS] @ vectors.T
        stripe.diagonal(start).fill_(-1)
        found[start : start + ROWS] = stripe.topk(NEIGHBOURS, dim=1).indices
    return found


def merging(count: int, roof: Roofline) -> Iterator[Row]:
    """Each merging kernel on vectors of which half have near neighbours."""
    vectors = material(count, HIDDEN, str(roof.device)).to(roof.dtype)
    for name, (kernel, pairs) in KERNELS.items():
        yield Row(
            what=name,
            device=roof.device.type,
            segments=count,
            ms=usual(partial(kernel, vectors), roof.device),
            floor=roof.floor(flops=2 * HIDDEN * pairs * count**2, moved=vectors.nbytes),
        )


def images(roof: Roofline) -> Row:
    """Frames of 1920 x 1080: copied to the device, described patch by patch, compared and merged."""
    frames = film()
    return Row(
        what="frames: patches, repeats, scenes",
        device=roof.device.type,
        segments=len(frames),
        ms=usual(lambda: decided(frames, roof.device), roof.device),
        floor=roof.floor(flops=OPERATIONS * frames.numel() / 3, moved=frames.nbytes),
    )


def images_agree(kind: str) -> bool:
    """Whether both devices find out the same about frames; the CPU in other chunks where there is no GPU."""
    frames, cpu = film(), torch.device("cpu")
    found = decided(frames, cpu)
    alike = found.same(decided(frames, torch.device(kind), chunk=7))
    repeated = int((found.newest > torch.arange(len(frames))).sum())
    said = "the same on both" if alike else "NOT THE SAME"
    print(f"{len(frames)} frames: {repeated} repeated later, {len(found.shown)} scenes, {said}")
    return alike


def selection(context: Context) -> Row:
    """A quarter of all tokens chosen by the strategy, which runs on the CPU whatever gave the scores."""
    rng = random.Random(1)
    scores = torch.tensor([rng.random() for _ in context.segments]).numpy()
    budget = sum(segment.tokens for segment in context.segments) // 4
    start = time.perf_counter()
    PruneStrategy().select(context, scores, budget)
    ms = 1000 * (time.perf_counter() - start)
    return Row(what="selection", device="cpu", segments=len(scores), ms=ms)


def waits() -> int:
    """How often one call of the encoder makes the host wait for the GPU."""
    encoder = SentenceTransformerEncoder("minilm", device="cuda")
    texts = [segment.text for segment in context_of(5_000).segments]
    encoder.encode(texts)
    torch.set_warn_always(True)
    torch.cuda.set_sync_debug_mode("warn")
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            encoder.encode(texts)
    finally:
        torch.cuda.set_sync_debug_mode("default")
        torch.set_warn_always(False)
    return sum("synchroniz" in str(warning.message) for warning in caught)


def agreement(kind: str) -> list[Difference]:
    """Plans from the CPU in float32 and from the GPU, or from the CPU in bfloat16 where there is none."""
    reference = SentenceTransformerEncoder("minilm", device="cpu", precision="float32")
    precision: Precision | None = None if kind == "cuda" else "bfloat16"
    other = SentenceTransformerEncoder("minilm", device=kind, precision=precision)
    context = context_of(CPU_ENCODES)
    found = differences(context, reference, other)
    print(f"{reference.name}, {other.name}: of {len(context.segments)} segments {len(found)} shown otherwise")
    for one in found:
        scores = " and ".join(f"{score:.4f}" for score in one.scores)
        print(f"  segment {one.segment}: {'a tie' if one.tie else 'NO TIE'}, scores {scores}")
    return found


def said(row: Row) -> str:
    """One line of the table."""
    floor = "" if row.floor is None else f"   floor {row.floor:9.2f} ms, {row.ms / row.floor:6.1f} times that"
    speed = "" if row.tokens_a_second is None else f"   {row.tokens_a_second:12,.0f} tokens/s"
    return f"{row.what:37} {row.device:5} {row.segments:8,} segments {row.ms:11.2f} ms{floor}{speed}"


if __name__ == "__main__":
    main()

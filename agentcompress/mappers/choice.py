"""Which mapper a setting means."""

from .mapper import Mapper
from .process import ProcessMapper
from .ray import RayMapper
from .serial import SerialMapper


def mapper_for(jobs: int = 1, ray: str | None = None) -> Mapper:
    """The mapper that does the work.

    Args:
        jobs: Processes of this machine; 1 is this one.
        ray: Address of a Ray cluster that does it instead.

    Raises:
        ValueError: `jobs` is below 1, or there is more than one beside a cluster.
    """
    if jobs < 1:
        raise ValueError(f"jobs must be at least 1, got {jobs}")
    if ray is None:
        return SerialMapper() if jobs == 1 else ProcessMapper(jobs)
    if jobs > 1:
        raise ValueError(f"jobs {jobs} are processes of this machine: the cluster ray {ray!r} has its own")
    return RayMapper(ray)

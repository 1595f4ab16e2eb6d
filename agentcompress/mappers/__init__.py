"""The same work on many independent units: in this process, in several, or on a Ray cluster."""

from .choice import mapper_for
from .mapper import Finds, Mapper
from .process import ProcessMapper
from .ray import RayMapper
from .serial import SerialMapper

__all__ = ["Finds", "Mapper", "ProcessMapper", "RayMapper", "SerialMapper", "mapper_for"]

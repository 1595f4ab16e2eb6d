"""Values and Protocols: the words every room speaks."""

from .atoms import atoms_of, token_spans
from .budget import Budget, checked_limit
from .checking import check_settings
from .image_cut import ImageCut, TextLine, TextReader
from .image_view import LEGIBLE, Box, Extent, ImageView, scaled
from .look import Look
from .message import ID_DIGITS, Image, Message, Part, PartKind, Role, ToolCall
from .piece import Cut, Piece
from .plan import Choice, Note, Place, Plan
from .prepared import Choosing, PreparedStrategy, prepared
from .protocols import (
    Criterion,
    Encoder,
    ImageCutter,
    ImageEncoder,
    ImageFormula,
    MessageCodec,
    OddsCriterion,
    Scores,
    Segmenter,
    Strategy,
    TokenCounter,
    Vectors,
)
from .reason import Reason, Why
from .result import CompressionResult
from .scored import HIGHEST_SCORE, scored
from .segment import Context, Group, Pin, Rendition, RenditionName, Segment, SegmentKind, Selection
from .starts import common_start
from .wanted import RECALL, Wanted

__all__ = [
    "HIGHEST_SCORE",
    "ID_DIGITS",
    "LEGIBLE",
    "RECALL",
    "Box",
    "Budget",
    "Choice",
    "Choosing",
    "CompressionResult",
    "Context",
    "Criterion",
    "Cut",
    "Encoder",
    "Extent",
    "Group",
    "Image",
    "ImageCut",
    "ImageCutter",
    "ImageEncoder",
    "ImageFormula",
    "ImageView",
    "Look",
    "Message",
    "MessageCodec",
    "Note",
    "OddsCriterion",
    "Part",
    "PartKind",
    "Piece",
    "Pin",
    "Place",
    "Plan",
    "PreparedStrategy",
    "Reason",
    "Rendition",
    "RenditionName",
    "Role",
    "Scores",
    "Segment",
    "SegmentKind",
    "Segmenter",
    "Selection",
    "Strategy",
    "TextLine",
    "TextReader",
    "TokenCounter",
    "ToolCall",
    "Vectors",
    "Wanted",
    "Why",
    "atoms_of",
    "check_settings",
    "checked_limit",
    "common_start",
    "prepared",
    "scaled",
    "scored",
    "token_spans",
]

"""Encoders: texts into vectors."""

from .cache import CachedEncoder
from .choice import EncoderSetting, automatic, encoder_for
from .embeddings import EmbeddingsEncoder
from .minilm import minilm_folder, minilm_weights
from .patches import PatchEncoder
from .pictures import PictureEncoder, PictureModel
from .sentence import Precision, SentenceTransformerEncoder
from .static import StaticEncoder
from .vector_file import VectorFile

__all__ = [
    "CachedEncoder",
    "EmbeddingsEncoder",
    "EncoderSetting",
    "PatchEncoder",
    "PictureEncoder",
    "PictureModel",
    "Precision",
    "SentenceTransformerEncoder",
    "StaticEncoder",
    "VectorFile",
    "automatic",
    "encoder_for",
    "minilm_folder",
    "minilm_weights",
]

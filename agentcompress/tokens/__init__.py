"""Counting and pricing: text by tiktoken's vocabularies, images by each model's formula."""

from .counter import EstimateCounter, TiktokenCounter, default_counter
from .images import FAMILIES, FamilyFormula, ImageFamily, image_formula
from .prices import PriceModel, billed, price_model
from .profiles import UNKNOWN, ModelProfile, profile_for
from .request import RequestCounter
from .vocabulary import ENCODINGS, Vocabulary, bpe_vocabulary, find_vocabulary, tiktoken_vocabulary

__all__ = [
    "ENCODINGS",
    "FAMILIES",
    "UNKNOWN",
    "EstimateCounter",
    "FamilyFormula",
    "ImageFamily",
    "ModelProfile",
    "PriceModel",
    "RequestCounter",
    "TiktokenCounter",
    "Vocabulary",
    "billed",
    "bpe_vocabulary",
    "default_counter",
    "find_vocabulary",
    "image_formula",
    "price_model",
    "profile_for",
    "tiktoken_vocabulary",
]

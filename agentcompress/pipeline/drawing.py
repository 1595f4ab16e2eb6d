"""Messages with views of images → messages with images that are those views."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from agentcompress.values import Choice, Image, Message

SIDE_BY_SIDE = 4
"""Pictures that are opened at once: each may take 200 MB."""
Draw = Callable[[Image], Image | None]
"""Makes what is to be seen of an image; None where it cannot be read any more."""


def drawn(messages: Sequence[Message], draw: Draw) -> list[Message]:
    """The messages as they are sent; an image that cannot be read any more is not there.

    Args:
        messages: What a plan shows.
        draw: Called from several threads: drawing waits for no other one.
    """
    images = {part.image for message in messages for part in message.parts if part.image}
    views = [image for image in images if image.view]
    if not views:
        return list(messages)
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        made = dict(zip(views, pool.map(draw, views), strict=True))
    return [_with_images(message, made) for message in messages]


def held(choices: tuple[Choice, ...], message: Message, draw: Draw) -> tuple[Choice, ...]:
    """Choices that hold what is drawn of local files; what cannot be read any more is not chosen.

    An image in a data URI is part of its message, and can be drawn again at any time.

    Args:
        choices: How the message is shown.
        message: The original.
        draw: As for `drawn`.
    """
    kept = []
    for choice in choices:
        image = message.parts[choice.part].image
        if image and choice.view and not image.is_embedded:
            made = draw(image.shown(choice.view))
            if made is None:
                continue
            choice = replace(choice, drawn=made.url)
        kept.append(choice)
    return tuple(kept)


def _with_images(message: Message, made: Mapping[Image, Image | None]) -> Message:
    if not any(part.image in made for part in message.parts if part.image):
        return message
    parts = []
    for part in message.parts:
        image = part.image and made.get(part.image, part.image)
        if image:
            parts.append(replace(part, image=image))
        elif part.image is None:
            parts.append(part)
    return message.with_parts(tuple(parts))

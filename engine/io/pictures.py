"""Pictures from outside: PNG only, and of a size that is looked at before anything is decoded."""

from __future__ import annotations

import io
import struct
import warnings
from contextlib import suppress
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import UInt8

from engine.io.errors import FileError
from engine.io.limits import LONGEST_PICTURE, MOST_PIXELS

if TYPE_CHECKING:
    from PIL import Image

SIGNATURE = b"\x89PNG\r\n\x1a\n"
HEADER = struct.Struct(">8xI4sIIBB")  # length and kind of the first chunk; width, height, bits of a sample, colour type
GREY, COLOURED = 0, 2  # colour types in which one colour may stand for transparent
ORIENTATION = 0x0112  # the EXIF tag
TURNS = {  # quarter turns counter-clockwise, and whether it is mirrored from left to right after them
    2: (0, True),
    3: (2, False),
    4: (2, True),
    5: (3, True),
    6: (3, False),
    7: (1, True),
    8: (1, False),
}


def read_png(content: bytes, name: str, most: int = MOST_PIXELS) -> UInt8[np.ndarray, "H W 4"]:
    """Return the red, green, blue and alpha of a PNG of any kind, 0 to 255, turned as its EXIF data says.

    `name` is what error lines call it. Raises FileError for whatever else it is, or where it has over `most` pixels:
    then nothing has been decoded yet.
    """
    if not content.startswith(SIGNATURE) or len(content) < HEADER.size:
        raise FileError(f"{name}: it is no PNG")
    _, kind, width, height, bits, colour_type = HEADER.unpack_from(content)
    if kind != b"IHDR" or not (0 < width <= LONGEST_PICTURE and 0 < height <= LONGEST_PICTURE):
        raise FileError(f"{name}: {width}x{height} pixels are no picture, or too many")
    if width * height > most:
        raise FileError(f"{name}: {width}x{height} pixels are too many, over {most}")
    from PIL import Image, UnidentifiedImageError  # late: a list needs no pictures

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(content), formats=("PNG",)) as picture:
                if picture.size != (width, height):  # a second header claims another size, which nobody has looked at
                    raise ValueError("it has two sizes")
                picture.load()
                return _upright(_colours(picture, bits, colour_type), picture)
    except UnidentifiedImageError:  # whose text names an object in memory
        raise FileError(f"{name}: cannot read the picture: it is damaged") from None
    except Exception as error:  # a decoder can fail in any way on a file that is damaged or made to
        raise FileError(f"{name}: cannot read the picture: {error or type(error).__name__}") from None


def _colours(picture: Image.Image, bits: int, colour_type: int) -> UInt8[np.ndarray, "H W 4"]:
    """Return red, green, blue and alpha of a decoded picture with samples of so many bits."""
    from PIL import Image

    if colour_type not in (GREY, COLOURED):
        return np.array(picture.convert("RGBA"))
    clear = picture.info.pop("transparency", None)  # by hand: Pillow compares it with samples of 8 bits
    if picture.mode.startswith("I"):  # 16 bits of grey would be cut off at 255 in a conversion
        samples = np.asarray(picture)
        levels = (samples // 257).astype(np.uint8)
    else:
        levels = samples = np.asarray(picture.convert("L" if colour_type == GREY else "RGB"))
        if clear is not None and colour_type == GREY:
            clear = min(clear, 2**bits - 1) * 255 // (2**bits - 1)
        elif clear is not None and bits > 8:
            clear = [sample >> 8 for sample in clear]
    colours = np.array(Image.fromarray(levels).convert("RGBA"))
    if clear is not None:
        same = samples == np.asarray(clear)
        colours[..., 3] = np.where(same if colour_type == GREY else same.all(axis=-1), 0, 255)
    return colours


def _upright(colours: UInt8[np.ndarray, "H W 4"], picture: Image.Image) -> UInt8[np.ndarray, "H W 4"]:
    """Return the pixels turned as the EXIF data of the picture says, if it has any that can be read."""
    turn = None
    with suppress(Exception):
        turn = TURNS.get(int(picture.getexif().get(ORIENTATION, 1)))
    if turn is None:
        return colours
    quarters, mirrored = turn
    turned = np.rot90(colours, quarters)
    return np.ascontiguousarray(turned[:, ::-1] if mirrored else turned)

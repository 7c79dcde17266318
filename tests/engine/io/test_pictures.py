"""Pictures from outside: every kind of PNG shows what it shows elsewhere, and all else is refused in one line."""

import io
import struct
import zlib
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from engine.formations import ground_image
from engine.io import FileError, read_png

LATE_CHUNK = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b550000000a49444154789c636000000002000148afa471"
    "0000000069434350a589193e0000000049454e44ae426082"
)
GHOSTSCRIPT = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n%%EndComments\n{} loop\n"


def png(pixels, **settings):
    file = io.BytesIO()
    image = pixels if isinstance(pixels, Image.Image) else Image.fromarray(pixels)
    image.save(file, "PNG", **settings)
    return file.getvalue()


def chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def by_hand(width, height, bits, kind, rows, extra=b""):
    header = struct.pack(">IIBBBBB", width, height, bits, kind, 0, 0, 0)
    packed = zlib.compress(b"".join(b"\0" + row for row in rows))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def ground(content, size=None):
    return ground_image.read_picture(content, size, "f: field 'terrain'")[0]


def test_a_wall_in_16_bits_stands():
    levels = np.full((48, 64), 65535, np.uint16)
    levels[:, 30:34] = 2570
    open_cells = ground(png(levels)).open_cells
    assert not open_cells[:, 30:34].any() and open_cells[:, :30].all() and open_cells[:, 34:].all()


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_what_is_transparent_is_open_ground(mode):
    pixels = np.zeros((48, 64, 4), np.uint8)
    pixels[10:20, 5:9, 3] = 255
    picture = Image.fromarray(pixels).convert("RGBA")
    picture = picture.quantize(4) if mode == "P" else picture.convert(mode)
    open_cells = ground(png(picture)).open_cells
    assert not open_cells[10:20, 5:9].any() and open_cells.sum() == 48 * 64 - 40
    pixels[..., 3] = 128  # half of black on white is grey: half as many can stand there
    assert ground(png(pixels)).capacity == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize(
    ("bits", "kind", "row", "clear"),
    [
        (1, 0, b"\x80", b"\0\x01"),
        (4, 0, b"\x30", b"\0\x03"),
        (8, 0, b"\x07\x08", b"\0\x07"),
        (16, 0, b"\x12\x34\x12\x35", b"\x12\x34"),
        (8, 2, b"\x01\x02\x03\x01\x02\x04", b"\0\x01\0\x02\0\x03"),
        (16, 2, b"\xff\x00\x02\x03\x04\x05" + b"\x11\x11" * 3, b"\xff\x00\x02\x03\x04\x05"),
        (8, 3, b"\x01\x00", b"\xff\x00"),
    ],
)
def test_one_colour_may_stand_for_transparent(bits, kind, row, clear):
    palette = chunk(b"PLTE", b"\1\2\3\4\5\6") if kind == 3 else b""
    colours = read_png(by_hand(2, 1, bits, kind, [row], palette + chunk(b"tRNS", clear)), "f")
    assert colours[0, :, 3].tolist() == [0, 255]


@pytest.mark.parametrize("turn", range(1, 9))
def test_a_picture_is_turned_as_its_exif_data_says(turn):
    from PIL import ImageOps

    picture = Image.fromarray(np.arange(60, dtype=np.uint8).reshape(6, 10) * 4)
    exif = Image.Exif()
    exif[0x0112] = turn
    content = png(picture, exif=exif)
    with Image.open(io.BytesIO(content)) as stored:
        expected = np.asarray(ImageOps.exif_transpose(stored))
    np.testing.assert_array_equal(read_png(content, "f")[..., 0], expected)


def test_sound_pictures_are_what_pillow_shows():
    rng = np.random.default_rng(4)
    for shape in ((20, 30), (20, 30, 3), (20, 30, 4)):
        picture = Image.fromarray(rng.integers(0, 256, shape, dtype=np.uint8))
        np.testing.assert_array_equal(read_png(png(picture), "f"), np.asarray(picture.convert("RGBA")))


def file_of(kind):
    file = io.BytesIO()
    Image.new("L", (20, 20)).save(file, kind)
    return file.getvalue()


TEXT_BOMB = PngImagePlugin.PngInfo()
TEXT_BOMB.add_text("a", "x" * 20_000_000, zip=True)
USELESS = {
    "PostScript": (GHOSTSCRIPT, "it is no PNG"),
    "a late empty chunk": (LATE_CHUNK, "cannot read the picture"),
    "nothing": (b"", "it is no PNG"),
    "a signature alone": (LATE_CHUNK[:8], "it is no PNG"),
    "cut off": (png(np.zeros((50, 50), np.uint8))[:-30], "cannot read the picture"),
    "too many pixels": (by_hand(13_000, 13_000, 8, 0, []), "13000x13000 pixels are too many"),
    "a side too long": (by_hand(2**31 - 1, 1, 8, 0, []), "are no picture, or too many"),
    "no pixels": (by_hand(0, 5, 8, 0, []), "are no picture, or too many"),
    "no data": (by_hand(4096, 4096, 16, 6, []), "cannot read the picture"),
    "a second header": (
        by_hand(2, 2, 8, 0, [], chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 17 * 10**7, 8, 0, 0, 0, 0))),
        "sizes",
    ),
    "a broken chunk": (by_hand(2, 2, 8, 0, [b"12", b"12"]).replace(b"IDAT", b"I\xffAT"), "picture: it is damaged"),
    "an unknown kind": (by_hand(2, 2, 7, 5, [b"12", b"12"]), "cannot read the picture"),
    "a text that unfolds": (png(np.zeros((2, 2), np.uint8), pnginfo=TEXT_BOMB), "cannot read the picture"),
    **{kind: (file_of(kind), "it is no PNG") for kind in ("JPEG", "GIF", "BMP", "TIFF", "PPM")},
}


@pytest.mark.parametrize("kind", USELESS)
def test_what_is_no_png_of_use_is_refused_in_one_line(kind, recwarn):
    content, complaint = USELESS[kind]
    with pytest.raises(FileError, match=complaint):
        read_png(content, "f")
    assert not recwarn


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(8, 400), st.integers(0, 255)), min_size=1, max_size=4), st.integers(0, 3))
def test_a_damaged_picture_is_read_or_refused(damage, kind):
    content = bytearray(png(Image.new(("L", "P", "RGB", "LA")[kind], (12, 9)), exif=b"Exif\0\0II*\0\x08\0\0\0"))
    for place, value in damage:
        content[place % len(content)] = value
    with suppress(FileError):
        assert read_png(bytes(content), "f").shape[2] == 4

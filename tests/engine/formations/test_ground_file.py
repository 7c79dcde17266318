"""Grounds from files: octile maps and pictures are read to the cell, scaled by blocks, and refused in one line."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from engine.formations import ground_image, read_ground
from engine.formations.ground_file import resized
from engine.io import FileError, InputError, limits
from engine.io.pictures import HEADER, SIGNATURE
from engine.plugin import QUANTUM, Ground

LETTERS = {".": 1.0, "G": 1.0, "S": 0.5, "@": 0.0, "O": 0.0, "T": 0.0, "W": 0.0}
CITATION = "\n\n////\n  title={Benchmarks for Grid-Based Pathfinding},\n"


def octile(rows, ends="\n", header="type octile\nheight {height}\nwidth {width}\nmap\n"):
    text = header.format(height=len(rows), width=len(rows[0])) + "\n".join(rows) + "\n"
    return text.replace("\n", ends).encode()


def held(ground):
    return np.where(ground.open_cells, ground.capacity, 0.0)


letters = st.lists(st.lists(st.sampled_from(sorted(LETTERS)), min_size=20, max_size=20), min_size=17, max_size=17)


@settings(max_examples=30, deadline=None)
@given(letters, st.sampled_from(["\n", "\r\n", "\r"]), st.booleans(), st.sampled_from(["", CITATION, "\n\n"]))
def test_every_letter_is_a_cell_whatever_system_wrote_the_file(tmp_path_factory, letters, ends, mark, tail):
    letters[3][4] = "."
    path = tmp_path_factory.getbasetemp() / "any.map"
    content = octile(["".join(row) for row in letters], ends) + tail.encode()
    path.write_bytes((b"\xef\xbb\xbf" if mark else b"") + content)
    ground = read_ground(path)
    assert held(ground).tolist() == [[LETTERS[letter] for letter in row] for row in letters]
    assert np.min(ground.capacity) > 0  # as simulations ask of closed cells, too
    again = ground_image.read_quanta(ground_image.write_quanta(ground), "f")
    assert held(again).tolist() == held(ground).tolist()


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.tuples(st.integers(16, 40), st.integers(16, 40)), st.integers(16, 60))
def test_a_block_is_open_where_half_of_it_is_and_holds_the_mean_of_its_open_cells(seed, grid, cells):
    rng = np.random.default_rng(seed)
    open_cells = rng.random(grid) < 0.7
    capacity = np.floor(rng.uniform(0.1, 1.0, grid) / QUANTUM) * QUANTUM
    small = resized(Ground(open_cells, capacity), cells)
    assert max(small.grid) == cells
    scale = max(grid) / cells
    assert abs(min(small.grid) - min(grid) / scale) <= 0.5
    for row, column in rng.integers(0, small.grid, (12, 2)):
        # The block by brute force: sampled so finely that every sample lies in one old cell.
        y, x = ((np.arange(n * 4) + 0.5) / (n * 4) for n in grid)
        y, x = (
            ((at + part) / new * old).astype(int)
            for at, part, new, old in zip((row, column), (y, x), small.grid, grid, strict=True)
        )
        block = np.ix_(y, x)
        share = open_cells[block].mean()
        if abs(share - 0.5) > 0.02:
            assert small.open_cells[row, column] == (share > 0.5)
        if small.open_cells[row, column]:
            mean = capacity[block][open_cells[block]].mean()
            assert small.capacity[row, column] == pytest.approx(mean, abs=0.03)
    assert (small.capacity / QUANTUM % 1 == 0).all()


def test_whole_blocks_are_counted_exactly(tmp_path):
    rows = ["..@@" * 8, ".@@@" * 8, "SSSS" * 8, "SS.." * 8] * 8
    (tmp_path / "blocks.map").write_bytes(octile(rows))
    ground = read_ground(tmp_path / "blocks.map", 16)
    assert ground.grid == (16, 16)
    assert held(ground)[:2, :2].tolist() == [[1.0, 0.0], [0.5, 0.75]]
    half = read_ground(tmp_path / "blocks.map", 64)
    assert (held(half)[::2, ::2] == held(read_ground(tmp_path / "blocks.map"))).all()


@pytest.mark.parametrize("name", ["hall.map", "hall.txt"])
def test_a_map_is_known_by_its_ending_or_its_first_line(tmp_path, name):
    (tmp_path / name).write_bytes(octile(["." * 20] * 16))
    assert read_ground(tmp_path / name).grid == (16, 20)
    assert read_ground(tmp_path / name, size=(40, 32)).grid == (32, 40)  # scaled to the field
    with pytest.raises(FileError, match="is 20x16 cells, which do not become the field's 40x40"):
        read_ground(tmp_path / name, size=(40, 40))
    with pytest.raises(InputError, match="16 to 4096 cells, not 8"):
        read_ground(tmp_path / name, 8)


def test_a_picture_is_scaled_by_the_same_blocks(tmp_path):
    levels = np.full((32, 48), 255, np.uint8)
    levels[:, 20:24], levels[16:, 30:] = 0, 51
    Image.fromarray(levels).save(tmp_path / "wall.png")
    ground = read_ground(tmp_path / "wall.png", 24)
    assert ground.grid == (16, 24)
    assert not ground.open_cells[:, 10:12].any() and ground.open_cells.sum() == 16 * 22
    assert ground.capacity[12, 20] == np.floor(0.2 / QUANTUM) * QUANTUM
    with pytest.raises(FileError, match="do not become the field's 24x24"):
        read_ground(tmp_path / "wall.png", 24, size=(24, 24))


ROWS = ["." * 20] * 16
USELESS = {
    "nothing": (b"", "first line must be 'type octile'"),
    "another type": (octile(ROWS).replace(b"octile", b"tile"), "first line must be 'type octile'"),
    "two bytes a letter": ("type octile".encode("utf-16"), "first line must be 'type octile'"),
    "no height": (octile(ROWS).replace(b"height 16\n", b""), "line 2 must be 'height' and a number"),
    "a height of words": (octile(ROWS).replace(b"height 16", b"height ten"), "line 2 must be 'height' and a number"),
    "a long number": (octile(ROWS).replace(b"width 20", b"width " + b"9" * 5000), "line 3 must be 'width' and"),
    "no width": (b"type octile\nheight 5\n", "line 3 must be 'width' and a number"),
    "a width of 0": (octile(ROWS).replace(b"width 20", b"width 0"), "a width of 0 is no map"),
    "no map": (octile(ROWS).replace(b"map\n", b"mop\n"), "line 4 must be 'map'"),
    "too many cells": (b"type octile\nheight 2000\nwidth 2001\nmap\n", "2001x2000 cells are too many, over 4000000"),
    "a short row": (octile([*ROWS[:4], "...", *ROWS[5:]]), "line 9 has 3 letters, and not the 20 of its width"),
    "a long row": (octile([*ROWS[:15], "." * 21]), "line 20 has 21 letters"),
    "an empty row": (octile([*ROWS[:4], "", *ROWS[5:]]), "line 9 has 0 letters"),
    "too few rows": (octile(ROWS).replace(b"height 16", b"height 17"), "has 16 rows, and not the 17 of its height"),
    "too many rows": (octile(ROWS).replace(b"height 16", b"height 15"), "has over 15 rows, and not the 15"),
    "an unknown letter": (octile([*ROWS[:15], "." * 8 + "X" + "." * 11]), "line 20 has the unknown letter 'X': "),
    "a letter of two bytes": (octile([*ROWS[:15], "." * 18 + "é"]), r"line 20 has the unknown letter '\\\\xc3'"),
    "all closed": (octile(["@" * 20] * 16), "has no open cell"),
    "too small": (octile(["." * 20] * 15), "is 20x15 cells; a field is 16 to 4096 wide and high"),
}  # fmt: skip


@pytest.mark.parametrize("kind", USELESS)
def test_what_is_no_map_of_use_is_refused_in_one_short_line(tmp_path, kind):
    content, complaint = USELESS[kind]
    path = tmp_path / "town.map"
    path.write_bytes(content)
    with pytest.raises(FileError, match=complaint) as raised:
        read_ground(path)
    assert str(raised.value).startswith(f"{path}: ") and len(str(raised.value)) <= limits.LONGEST_LINE


def test_what_is_too_large_or_not_there_is_refused(tmp_path, monkeypatch):
    path = tmp_path / "town.map"
    with pytest.raises(FileError, match="No such file"):
        read_ground(path)
    with pytest.raises(FileError, match="Is a directory"):
        read_ground(tmp_path)
    path.write_bytes(octile(["." * 100] * 100))
    monkeypatch.setattr(limits, "LARGEST_MAP", 10_000)
    with pytest.raises(FileError, match="is too large, over 10000 bytes"):
        read_ground(path)
    monkeypatch.setattr(limits, "MOST_GROUND_CELLS", 900)
    Image.new("L", (40, 30), 255).save(tmp_path / "wide.png")
    with pytest.raises(FileError, match="40x30 pixels are too many, over 900"):
        read_ground(tmp_path / "wide.png")
    assert read_ground(tmp_path / "wide.png", size=(20, 16)).grid == (16, 20)
    monkeypatch.setattr(limits, "MOST_GROUND_CELLS", 300)
    with pytest.raises(FileError, match="16x20 cells are too many"):
        read_ground(tmp_path / "wide.png", size=(16, 20))
    # A header alone is looked at: there is nothing behind it that could be decoded.
    monkeypatch.undo()
    (tmp_path / "vast.png").write_bytes(SIGNATURE + HEADER.pack(13, b"IHDR", 2001, 2000, 8, 0)[8:])
    with pytest.raises(FileError, match="2001x2000 pixels are too many, over 4000000"):
        read_ground(tmp_path / "vast.png")
    with pytest.raises(FileError, match="4096x4096 cells are too many, over 4000000"):
        read_ground(tmp_path / "wide.png", size=(4096, 4096))
    (tmp_path / "noise").write_bytes(b"nothing")
    with pytest.raises(FileError, match="it is no PNG"):
        read_ground(tmp_path / "noise")

"""How soldiers look where there is combat: a figure for each kind in every pose, as assets/sprites/battle has them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from jaxtyping import Float, Int, UInt8
from PIL import Image

from engine.io import ASSETS
from engine.view.scene import POSES, DrawnSoldiers
from engine.view.sprites import FACINGS, MIDDLE, STRIDE, variety

FOLDER = ASSETS / "sprites" / "battle"
ROWS = {"standing": 1, "walking": 4, "striking": 4, "fleeing": 4, "fallen": 2}  # of each pose, in a figure's picture
FIRST_ROW = np.cumsum([0, *ROWS.values()])[:-1]
FRAMES = sum(ROWS.values()) * FACINGS  # of a figure
ABOVE_FEET = 32.0 - MIDDLE[1]  # pixels of a frame from where a soldier stands up to what goes on its position
BLOW = 26.0  # ticks from one blow to the next, at the mean
MARGIN = 4  # pixels around a frame in the sheet, so that smaller versions of it do not mix with its neighbours
SHEET_WIDTH = 2048  # pixels

BLOW_ROW, FLASH = int(FIRST_ROW[POSES.index("striking")]) + 2, 1.7  # the row in which a blow lands, and its light
PALE, LYING = 0.55, 0.62  # share of a white that whoever flees fades to; light of those who lie


@dataclass(frozen=True, eq=False)
class Figures:
    """The frames of some kinds of soldiers, each cut to what shows of it, in one sheet."""

    sheet: UInt8[np.ndarray, "height width 4"]  # channels: metal, cloth, leather, cover; premultiplied
    box: Int[np.ndarray, "F 4"]  # left, top, width and height of each frame in the sheet, in pixels
    middle: Float[np.ndarray, "F 2"]  # the point of each that goes on the soldier's position, from its top left corner

    def frame(self, index: int) -> UInt8[np.ndarray, "height width 4"]:
        """Return one frame."""
        left, top, width, height = self.box[index].tolist()
        return self.sheet[top : top + height, left : left + width]


@lru_cache(maxsize=2)
def figures(kinds: tuple[str, ...]) -> Figures:
    """Return the frames of kinds of soldiers, by the names of their pictures: kind by kind, row by row, facing fastest.

    Raises OSError for a kind without a picture.
    """
    frames, boxes, middles = [], [], []
    for kind in kinds:
        picture = np.asarray(Image.open(FOLDER / f"{kind}.png").convert("RGBA"))
        side = picture.shape[1] // FACINGS
        grid = picture.reshape(-1, side, FACINGS, side, 4).swapaxes(1, 2).reshape(-1, side, side, 4)
        for frame in grid:
            down, across = (np.flatnonzero(frame[..., 3].any(axis=axis)) for axis in (1, 0))
            top, left = int(down[0]), int(across[0])
            frames.append(frame[top : down[-1] + 1, left : across[-1] + 1])
            middles.append((side / 2 - left, side / 2 - ABOVE_FEET - top))
    left = top = tallest = 0
    for frame in frames:  # side by side, row under row
        height, width = (length + 2 * MARGIN for length in frame.shape[:2])
        if left + width > SHEET_WIDTH:
            left, top, tallest = 0, top + tallest, 0
        boxes.append((left + MARGIN, top + MARGIN, width - 2 * MARGIN, height - 2 * MARGIN))
        left, tallest = left + width, max(tallest, height)
    sheet = np.zeros((top + tallest, SHEET_WIDTH, 4), np.uint8)
    for frame, (x, y, width, height) in zip(frames, boxes, strict=True):
        sheet[y : y + height, x : x + width] = frame
    return Figures(sheet, np.array(boxes, np.int32), np.array(middles, np.float32))


def own_numbers(soldiers: DrawnSoldiers) -> Float[np.ndarray, " N"]:
    """Return each soldier's own number from 0 to 1, which it keeps while others fall."""
    assert soldiers.fighters is not None
    number = soldiers.fighters.number
    return variety(int(number.max(initial=0)) + 1)[number]


def frame_of(soldiers: DrawnSoldiers, own: Float[np.ndarray, " N"]) -> Int[np.ndarray, " N"]:
    """Return each soldier's frame; `own` is its own number from 0 to 1, so that no two step or strike as one."""
    fighters = soldiers.fighters
    assert fighters is not None
    pose = fighters.pose
    column = np.floor(soldiers.facing * (FACINGS / (2 * np.pi)) + 0.5).astype(np.int64) % FACINGS
    phase = soldiers.walked / (STRIDE * soldiers.spacing) + own
    striking = pose == POSES.index("striking")
    phase[striking] = (fighters.moment / (BLOW * (0.8 + 0.4 * own[striking]))) + 7.0 * own[striking]
    lying = pose == POSES.index("fallen")
    phase[lying] = own[lying]
    rows = np.array(list(ROWS.values()))[pose]
    row = FIRST_ROW[pose] + np.minimum((phase % 1.0 * rows).astype(np.int64), rows - 1)
    return (fighters.kind.astype(np.int64) * sum(ROWS.values()) + row) * FACINGS + column


def flash(frame: Int[np.ndarray, " N"]) -> Float[np.ndarray, " N"]:
    """Return how much brighter each frame is shown than others, as those of the selected are by 1."""
    return np.where(frame // FACINGS % sum(ROWS.values()) == BLOW_ROW, np.float32(FLASH), np.float32(0.0))


def paleness(soldiers: DrawnSoldiers) -> Float[np.ndarray, " N"]:
    """Return how pale each soldier is: whoever flees has lost its colours."""
    assert soldiers.fighters is not None
    return np.where(soldiers.fighters.pose == POSES.index("fleeing"), np.float32(PALE), np.float32(0.0))

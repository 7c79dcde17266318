"""Make the soldiers' sprites: figures modelled from ellipsoids, seen from above at a tilt, in every facing and pose.

soldier.png is for fields without combat: a column per facing (clockwise from up), a row per step of the walk. In
battle/ lies a picture for each kind of soldiers: a column per facing, and rows for each pose, as POSES has them; the
soldier stands in the middle of its frame. Colour channels are not colours but materials, each premultiplied by
coverage: red is metal, green is cloth in the team's colour, blue is leather, wood and skin. Black with alpha is shadow
and outline. Run it from anywhere: `python assets/sprites/make_sprites.py`.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from jaxtyping import Float, UInt8
from PIL import Image
from render import frame
from soldier_figures import FIGURES, soldier

FACINGS = 16
STRIDES = 4
WIDTH, HEIGHT = 32, 40  # one frame of soldier.png, in pixels
FEET = (16.0, 32.0)  # where the soldier stands in such a frame, in pixels from its top left corner
POSES = {"standing": 1, "walking": 4, "striking": 4, "fleeing": 4, "fallen": 2}  # and how many rows each has


def atlas() -> UInt8[np.ndarray, "height width 4"]:
    """Return the frames of soldier.png: a column per facing, a row per stride."""
    strides = [soldier(phase) for phase in np.arange(STRIDES) * 2 * np.pi / STRIDES]
    return sheet([[frame(parts, facing, (WIDTH, HEIGHT), FEET) for facing in facings()] for parts in strides])


def figure(name: str) -> UInt8[np.ndarray, "height width 4"]:
    """Return all frames of a kind of soldiers: a column per facing, and the rows of each of POSES."""
    return sheet(
        [
            [figure_frame(name, pose, row, facing) for facing in facings()]
            for pose, rows in POSES.items()
            for row in range(rows)
        ]
    )


def figure_frame(name: str, pose: str, row: int, facing: float) -> Float[np.ndarray, "side side 4"]:
    """Return one frame of a kind of soldiers, the `row`-th of a pose."""
    kind, phase = FIGURES[name], 2 * np.pi * row / POSES[pose]
    width = 0.0 if pose == "fallen" else kind.shadow
    return frame(kind.posed(pose, phase), facing, (kind.side, kind.side), (kind.side / 2, kind.side / 2), width or 1e-3)


def facings() -> list[float]:
    """Return the angles of the columns."""
    return (np.arange(FACINGS) * 2 * np.pi / FACINGS).tolist()


def sheet(rows: list[list[np.ndarray]]) -> UInt8[np.ndarray, "height width 4"]:
    """Return rows of frames as one picture."""
    return np.round(np.concatenate([np.concatenate(row, axis=1) for row in rows], axis=0) * 255.0).astype(np.uint8)


if __name__ == "__main__":
    folder = Path(__file__).parent
    Image.fromarray(atlas()).save(folder / "soldier.png", optimize=True)
    (folder / "battle").mkdir(exist_ok=True)
    for name in FIGURES:
        Image.fromarray(figure(name)).save(folder / "battle" / f"{name}.png", optimize=True)

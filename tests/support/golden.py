"""The golden pictures: what each group of layers looks like, small, so that another driver's rounding passes.

Draw them anew, once you have looked at what changed:  python tests/support/golden.py
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from engine.view.camera import Camera
from engine.view.palette import TEAMS
from engine.view.scene import (
    Annotation,
    Arrows,
    Banner,
    Card,
    DrawnSoldiers,
    FieldOverlay,
    Fighters,
    Minimap,
    Plot,
    Scene,
)
from engine.view.shades import regiment_colours

FOLDER = Path(__file__).resolve().parents[1] / "engine" / "view" / "golden"
SIZE, SMALLER = (640, 360), 4  # pixels drawn, and how many of them along each side make one that is kept
GRID = (64, 96)
VIEWS = ("opengl", "surfaces")

MEAN, WORST = 2.0, 16.0  # of 255: how far a picture may be from its golden one on average, and in its worst hundredth


def block(centre: tuple[float, float], width: float, depth: float, angle: float) -> np.ndarray:
    """Men in rank and file, half a cell apart."""
    across, back = (np.arange(-length / 2 + 0.25, length / 2, 0.5) for length in (width, depth))
    x, y = (part.ravel() for part in np.meshgrid(across, back))
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    return np.stack([x, y], axis=1) @ turn + centre


BODIES = [
    block((28, 20), 22, 6, 0.0),
    block((70, 22), 16, 8, 0.5),
    block((34, 46), 20, 6, np.pi),
    block((74, 46), 10, 10, 3.6),
]
FACING = (0.0, 0.5, np.pi, 3.6)


def men(selected: tuple[int, ...] = ()) -> DrawnSoldiers:
    """Four regiments, of which some are selected."""
    side = np.repeat(np.arange(4), [len(body) for body in BODIES])
    count = len(side)
    walked = np.linspace(0, 7, count)
    return DrawnSoldiers(
        np.concatenate(BODIES), np.array(FACING)[side], walked, side, 0.5, np.isin(side, selected) if selected else None
    )


def fighters() -> DrawnSoldiers:
    """The same four regiments in combat: of every kind, and in every pose that soldiers have who stand."""
    army = men()
    pose, kind = np.array([2, 3, 0, 1])[army.side], np.array([2, 0, 1, 2])[army.side]
    figures = ("cavalry", "pikes", "soldier")
    looks = Fighters(pose.astype(np.uint8), kind.astype(np.uint8), figures, np.arange(len(pose)), 7.0)
    return replace(army, fighters=looks)


def fallen() -> DrawnSoldiers:
    """Some who lie between the first regiment and the third, the lower ones for longer."""
    place = np.stack([np.tile(np.arange(18, 46, 1.0), 8), np.repeat(np.arange(25.0, 41.0, 2.0), 28)], axis=1)
    count = len(place)
    pose, kind = np.full(count, 4, np.uint8), np.arange(count, dtype=np.uint8) % 3
    looks = Fighters(
        pose, kind, ("cavalry", "pikes", "soldier"), np.arange(count), 7.0, np.repeat(np.arange(8) / 8, 28)
    )
    return DrawnSoldiers(place, np.arange(count) * 0.4, np.zeros(count), np.arange(count) % 4, 0.5, fighters=looks)


def banners() -> tuple[Banner, ...]:
    conditions = ("steady", "broken", "wavering", "steady")
    return tuple(
        Banner(tuple(body.mean(axis=0).tolist()), facing, team, condition, 0.9 - 0.2 * team, 7.0)
        for team, (body, facing, condition) in enumerate(zip(BODIES, FACING, conditions, strict=True))
    )


def masses() -> np.ndarray:
    mass = np.zeros((4, *GRID))
    for regiment, body in enumerate(BODIES):
        x, y = body.astype(int).T
        np.add.at(mass[regiment], (y, x), 0.25)
    return mass


def rocks() -> np.ndarray:
    y, x = np.mgrid[: GRID[0], : GRID[1]]
    return ~((np.hypot(x - 50, 1.3 * (y - 34)) < 6) | ((x > 80) & (y < 8)) | ((y == 32) & (x > 10) & (x < 30)))


def arrows(kind: str) -> Arrows:
    place = np.concatenate(BODIES)[::23]
    return Arrows(kind, place, 0.45 * np.stack([np.cos(place[:, 0] / 9), np.sin(place[:, 0] / 9)], axis=1))


def ring(x: float, y: float, radius: float) -> np.ndarray:
    angle = np.linspace(0, 2 * np.pi, 40)[:-1]
    return np.stack([x + radius * np.cos(angle), y + radius * np.sin(angle)], axis=1)


def scenes() -> dict[str, Scene]:
    """The scenes by name."""
    target = np.roll(masses().sum(axis=0), (5, 6), axis=(0, 1))
    field = Scene(GRID, None, None, -1, open_cells=rocks(), teams=regiment_colours((0, 0, 1, 1), TEAMS))
    army = replace(field, soldiers=men((0, 3)), target_outline=target, target_version=1)
    ticks = np.arange(0, 300, 3)
    overlap = np.stack([1 - np.exp(-ticks / (40 + 40 * regiment)) for regiment in range(4)], axis=1)
    marks = (
        Annotation(np.array([[14, 12], [46, 12], [46, 30], [14, 30]]), "selection", closed=True),
        Annotation(np.array([[20, 56], [30, 52], [44, 58], [56, 50]]), "drawn"),
        Annotation(np.array([[70, 22], [60, 40], [84, 56]]), "waypoint"),
        Annotation(ring(84, 32, 5), "brush", closed=True),
        Annotation(np.array([[50, 50], [50, 40]]), "facing"),
    )
    words = replace(
        army,
        status=(("regiments", "4"), ("overlap", "62.5 %"), ("mass", "1000.000000 (+0)"), ("", "saved a picture")),
        hint="F1: show or hide the keys",
        cards=(Card("Guards", 0, 0.7, ("Line · nca", "Romans")), Card("Raiders", 3, 0.4, ("Wedge · plan", "Gauls"))),
        minimap=Minimap(masses(), 1),
    )
    research = replace(
        words,
        profile=(("simulation", "5.2"), ("troops", "3.1"), ("drawing", "11.9"), ("waiting", "2.0"), ("frame", "22.2")),
        plot=Plot(ticks, overlap, np.where(ticks > 150, 2.0**-20, 0.0), ("Guards", "Archers", "Pikes", "Raiders")),
    )
    scale = 24.0
    return {
        "field": field,
        "army": army,
        "marks": replace(army, marks=marks, preview=DrawnSoldiers(BODIES[1] + (0, 14), np.zeros(len(BODIES[1])),
            np.zeros(len(BODIES[1])), np.full(len(BODIES[1]), 1), 0.5)),
        "density": replace(army, overlays=(FieldOverlay("density", masses().sum(axis=0)), arrows("velocity"))),
        "error": replace(army, overlays=(FieldOverlay("error", masses().sum(axis=0) - target), arrows("plan"))),
        "words": replace(words, tutorial=("Drag to select.", "Then press the right button.")),
        "research": research,
        "combat": replace(
            field, soldiers=fighters(), fallen=fallen(), banners=banners(), camera=Camera(SIZE, 11.0, (-160.0, -130.0))
        ),
        "close": replace(words, camera=Camera(SIZE, scale, (-30 * scale, -14 * scale))),
    }  # fmt: skip


def shrunk(pixels: np.ndarray) -> np.ndarray:
    """Return a picture a quarter as wide and high, each pixel the mean of those that it covers."""
    height, width = (length // SMALLER for length in pixels.shape[:2])
    cut = pixels[: height * SMALLER, : width * SMALLER].astype(float)
    return cut.reshape(height, SMALLER, width, SMALLER, 3).mean(axis=(1, 3))


def golden(name: str, kind: str) -> np.ndarray:
    """Return the golden picture of a scene in a view."""
    with Image.open(FOLDER / f"{name}-{kind}.png") as picture:
        return np.asarray(picture.convert("RGB"), dtype=float)


def apart(picture: np.ndarray, other: np.ndarray) -> tuple[float, float]:
    """Return how far two small pictures are from each other: on average, and in the worst hundredth of the pixels."""
    difference = np.abs(picture - other).mean(axis=-1)
    return float(difference.mean()), float(np.quantile(difference, 0.99))


def main() -> None:
    """Draw all golden pictures anew and say how far each is from what it was."""
    from engine.view.opening import open_view

    FOLDER.mkdir(exist_ok=True)
    for kind in VIEWS:
        view = open_view(SIZE, visible=False, prefer=kind)
        try:
            for name, scene in scenes().items():
                view.draw(scene)
                small = shrunk(view.picture())
                before = golden(name, kind) if (FOLDER / f"{name}-{kind}.png").exists() else np.zeros_like(small)
                mean, worst = apart(small, before)
                picture = Image.fromarray(np.rint(small).astype(np.uint8))
                picture.save(FOLDER / f"{name}-{kind}.png", optimize=True)
                print(f"{name}-{kind}: {mean:.2f} on average, {worst:.1f} in the worst hundredth")
        finally:
            view.close()


if __name__ == "__main__":
    main()

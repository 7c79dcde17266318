"""The kinds of soldiers, each as the parts of its figure in every pose."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
from render import CLOTH, LEATHER, METAL, Part


@dataclass(frozen=True)
class Figure:
    """A kind of soldiers: the side of its frames in pixels, how wide its shadow is, and its parts in each pose."""

    side: int
    shadow: float
    posed: Callable[[str, float], list[Part]] = field(repr=False)


def soldier(phase: float) -> list[Part]:
    """Return the parts of a soldier at one phase of its stride, in radians."""
    step = 0.24 * np.sin(phase)
    sway = 0.03 * np.cos(phase)
    bob = 0.05 * abs(np.sin(phase))
    return [
        Part((-0.13, step, 0.20), (0.10, 0.13, 0.24), LEATHER, 0.85),
        Part((+0.13, -step, 0.20), (0.10, 0.13, 0.24), LEATHER, 0.85),
        Part((sway, 0.0, 0.62 - bob), (0.33, 0.23, 0.40), CLOTH, 0.95),
        Part((sway, -0.04, 0.90 - bob), (0.38, 0.22, 0.20), CLOTH, 1.15),
        Part((sway, 0.03, 1.19 - bob), (0.185, 0.20, 0.22), METAL, 1.25),
        Part((sway, -0.05, 1.33 - bob), (0.05, 0.20, 0.14), CLOTH, 0.9),
        Part((-0.26 + sway, 0.29, 0.66 - bob), (0.33, 0.08, 0.43), CLOTH, 1.15, 0.12),
        Part((-0.26 + sway, 0.37, 0.68 - bob), (0.10, 0.06, 0.12), METAL, 1.1),
        Part((0.42 + sway, 0.10 + 0.3 * step, 0.86), (0.045, 0.045, 0.70), LEATHER, 1.1, 0.10),
        Part((0.42 + sway, 0.18 + 0.3 * step, 1.55), (0.06, 0.06, 0.15), METAL, 1.25, 0.10),
    ]


def body(phase: float, stride: float, lean: float, ahead: float = 0.0, *, helmet: bool = True) -> list[Part]:
    """Return legs, trunk and head of a soldier whose stride has a phase, in radians, and a length."""
    step, bob = stride * np.sin(phase), 0.05 * abs(np.sin(phase))
    head = Part((0.0, 0.03, 1.19 - bob), (0.19, 0.20, 0.22), *((METAL, 1.25) if helmet else (LEATHER, 1.5)))
    crest = [Part((0.0, -0.05, 1.33 - bob), (0.06, 0.20, 0.14), CLOTH, 0.9)] if helmet else []
    trunk = [
        Part((0.0, 0.0, 0.62 - bob), (0.33, 0.23, 0.40), CLOTH, 0.95),
        Part((0.0, -0.04, 0.90 - bob), (0.38, 0.22, 0.20), CLOTH, 1.15),
        head,
        *crest,
    ]
    legs = [
        Part((-0.13, step, 0.20), (0.10, 0.13, 0.24), LEATHER, 0.85),
        Part((+0.13, -step, 0.20), (0.10, 0.13, 0.24), LEATHER, 0.85),
    ]
    return legs + [moved(tipped(part, lean), ahead) for part in trunk]


def infantry(pose: str, phase: float) -> list[Part]:
    """Return a soldier with sword and large shield."""

    def shield(x: float, y: float, z: float, lean: float = 0.12) -> list[Part]:
        return [
            Part((x, y, z), (0.33, 0.08, 0.43), CLOTH, 1.15, lean),
            Part((x, y + 0.08, z + 0.02), (0.10, 0.06, 0.12), METAL, 1.1),
        ]

    if pose == "standing":
        return soldier(0.0)
    if pose == "walking":
        return soldier(phase)
    if pose == "striking":
        way = np.array([[0.48, -0.35, 1.45], [0.46, 0.10, 1.75], [0.30, 0.85, 1.00], [0.44, 0.35, 0.95]])[
            round(phase / (np.pi / 2)) % 4
        ]
        tip = (-0.9, 0.3, 1.45, 1.1)[round(phase / (np.pi / 2)) % 4]
        lunge = (0.0, 0.06, 0.22, 0.1)[round(phase / (np.pi / 2)) % 4]
        sword = Part(tuple(way), (0.085, 0.07, 0.48), METAL, 1.7, tip)
        arm = Part((0.40, 0.5 * way[1], 0.5 * (way[2] + 0.85)), (0.10, 0.12, 0.30), LEATHER, 1.5, 0.6 * tip)
        return [
            *body(np.pi / 2, 0.20, 0.22, lunge),
            *shield(-0.24, 0.42 + lunge, 0.70, 0.3),
            moved(arm, lunge),
            moved(sword, lunge),
        ]
    if pose == "fleeing":
        step = np.sin(phase)
        arms = [
            Part((x, -0.10 + 0.25 * sign * step, 1.02), (0.09, 0.09, 0.34), LEATHER, 1.5, -0.8 + 0.5 * sign * step)
            for x, sign in ((-0.42, 1.0), (0.42, -1.0))
        ]
        return [*body(phase, 0.32, 0.45, helmet=False), *(moved(tipped(arm, 0.3), 0.05) for arm in arms)]
    lying = [tipped(part, np.pi / 2 if phase == 0.0 else -np.pi / 2) for part in body(0.5, 0.2, 0.0)]
    back = -0.6 if phase == 0.0 else 0.6
    return [
        *(moved(part, back, 0.22) for part in lying),
        Part((-0.55, 0.15 * np.sign(back), 0.07), (0.34, 0.40, 0.07), CLOTH, 0.85),
        Part((0.55, 0.2, 0.05), (0.06, 0.42, 0.05), METAL, 1.0),
    ]


def pikeman(pose: str, phase: float) -> list[Part]:
    """Return a soldier with a pike far longer than itself, and a small shield at the shoulder."""

    def pike(lean: float, y: float, z: float, x: float = 0.30, half: float = 1.75) -> list[Part]:
        ahead, up = np.sin(lean), np.cos(lean)
        return [
            Part((x, y, z), (0.06, 0.06, half), METAL, 0.72, lean),
            Part((x, y + half * ahead, z + half * up), (0.08, 0.08, 0.24), METAL, 1.6, lean),
        ]

    buckler = Part((-0.36, 0.16, 0.92), (0.10, 0.24, 0.26), CLOTH, 1.2)
    if pose in ("standing", "walking"):
        stride = 0.0 if pose == "standing" else 0.24
        return [*body(phase, stride, 0.0), buckler, *pike(0.06, 0.12, 1.75, 0.40)]
    if pose == "striking":
        thrust = (0.0, 0.12, 0.34, 0.16)[round(phase / (np.pi / 2)) % 4]
        return [*body(np.pi / 2, 0.20, 0.18, 0.3 * thrust), moved(buckler, 0.1), *pike(1.50, 1.15 + thrust, 0.98)]
    if pose == "fleeing":
        return infantry(pose, phase)
    lying = infantry(pose, phase)[:-2]
    return [*lying, *pike(np.pi / 2, 0.2, 0.06, 0.5, 1.4)]


def rider(pose: str, phase: float) -> list[Part]:
    """Return a soldier on a horse in a cloth of the team's colour."""
    gallop = {"standing": 0.0, "walking": 0.34, "striking": 0.2, "fleeing": 0.5}.get(pose, 0.15)
    horse = horse_parts(phase, gallop, 0.18 if pose == "striking" else 0.0)
    if pose == "fallen":
        side = 1.45 if phase == 0.0 else -1.45
        beside = 0.75 * np.sign(side)
        lying = [tipped(part, np.pi / 2) for part in body(0.5, 0.2, 0.0)]
        laid = [replace(part, roll=side) for part in horse]
        return [*laid, *(replace(moved(part, -0.5, 0.22), roll=0.0) for part in aside(lying, -beside))]
    bob = 0.05 * abs(np.sin(phase)) * (gallop > 0)
    armed, lean = pose != "fleeing", {"striking": 0.3, "fleeing": 0.55}.get(pose, 0.05)
    trunk = [
        Part((0.0, 0.0, 0.30), (0.27, 0.22, 0.40), CLOTH, 1.05),
        Part((0.0, -0.02, 0.52), (0.33, 0.20, 0.18), CLOTH, 1.2),
        Part((0.0, 0.03, 0.82), (0.18, 0.19, 0.21), *((METAL, 1.3) if armed else (LEATHER, 1.5))),
    ]
    up = [replace(part, centre=along(part.centre, -0.12, 1.15 + bob)) for part in (tipped(one, lean) for one in trunk)]
    up += [Part((side * 0.30, 0.0, 0.95), (0.09, 0.14, 0.30), LEATHER, 0.9) for side in (-1, 1)]
    if not armed:
        return [*horse, *up]
    thrust = (0.0, 0.15, 0.4, 0.2)[round(phase / (np.pi / 2)) % 4]
    tip, y, z = (1.42, 0.75 + thrust, 1.62) if pose == "striking" else (0.12, 0.10, 1.85)
    lance = [
        Part((0.42, y, z), (0.06, 0.06, 0.95), METAL, 0.72, tip),
        Part((0.42, y + 0.95 * np.sin(tip), z + 0.95 * np.cos(tip)), (0.085, 0.085, 0.24), METAL, 1.6, tip),
    ]
    return [*horse, *up, Part((-0.36, 0.15, 1.50), (0.08, 0.26, 0.30), CLOTH, 1.2), *lance]


def horse_parts(phase: float, gallop: float, rear: float) -> list[Part]:
    """Return a horse, whose legs reach as far as it gallops and whose head is as high as it rears."""
    swing, bob = gallop * np.sin(phase), 0.06 * abs(np.sin(phase)) * (gallop > 0)
    legs = [
        Part((x, y + way * swing, 0.30), (0.09, 0.12, 0.34), LEATHER, 0.6)
        for x, y, way in ((-0.17, 0.55, 1), (0.17, 0.55, -1), (-0.17, -0.60, -1), (0.17, -0.60, 1))
    ]
    return [
        *legs,
        Part((0.0, 0.02, 0.85 + bob), (0.29, 0.85, 0.33), LEATHER, 0.8),
        Part((0.0, -0.14, 0.87 + bob), (0.345, 0.70, 0.375), CLOTH, 0.95),
        Part((0.0, 0.78, 1.22 + bob + rear), (0.15, 0.24, 0.46), LEATHER, 0.85, 0.7),
        Part((0.0, 1.08, 1.50 + bob + rear), (0.13, 0.30, 0.16), LEATHER, 0.9, 0.5),
        Part((0.0, 0.62, 1.42 + bob + rear), (0.06, 0.16, 0.34), LEATHER, 0.4, 0.7),
        Part((0.0, -0.98, 0.85 + bob), (0.08, 0.12, 0.34), LEATHER, 0.4, -0.4),
    ]


def tipped(part: Part, lean: float) -> Part:
    """Return a part that is tipped forward about the ground beneath the soldier."""
    x, y, z = part.centre
    sine, cosine = np.sin(lean), np.cos(lean)
    return replace(part, centre=(x, cosine * y + sine * z, cosine * z - sine * y), lean=part.lean + lean)


def along(centre: tuple[float, float, float], ahead: float, up: float) -> tuple[float, float, float]:
    """Return a point that lies farther ahead and higher."""
    return centre[0], centre[1] + ahead, centre[2] + up


def moved(part: Part, ahead: float, up: float = 0.0) -> Part:
    """Return a part farther ahead and higher."""
    return replace(part, centre=along(part.centre, ahead, up))


def aside(parts: list[Part], right: float) -> list[Part]:
    """Return parts farther to the right."""
    return [replace(part, centre=(part.centre[0] + right, *part.centre[1:])) for part in parts]


FIGURES = {"soldier": Figure(84, 1.0, infantry), "pikes": Figure(152, 1.0, pikeman), "cavalry": Figure(128, 1.7, rider)}

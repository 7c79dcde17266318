"""The scene: what a view needs to draw one frame, as plain data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Bool, Float, Int, UInt8

from engine.view.camera import Camera
from engine.view.combat import Button, Fight, News, Strength
from engine.view.palette import TEAMS, Colour

Rows = tuple[tuple[str, str], ...]
Cursor = Literal["arrow", "hand", "crosshair", "move"]
Condition = Literal["steady", "wavering", "broken"]

POSES = ("standing", "walking", "striking", "fleeing", "fallen")


@dataclass(frozen=True)
class Fighters:
    """What else is drawn of N soldiers where there is combat."""

    pose: UInt8[np.ndarray, " N"]  # index of each one's pose in POSES
    kind: UInt8[np.ndarray, " N"]  # index of its figure in `figures`
    figures: tuple[str, ...]  # names of the kinds' figures
    number: Int[np.ndarray, " N"]  # each soldier's own, which it keeps while others fall
    moment: float = 0.0  # ticks since the start, by which blows are struck
    faded: Float[np.ndarray, " N"] | None = None  # how far each has sunk into the ground, from 0 to 1; None: not at all


@dataclass(frozen=True)
class DrawnSoldiers:
    """N soldiers as they are drawn. Cell (row i, column j) covers x in [j, j + 1), y in [i, i + 1)."""

    position: Float[np.ndarray, "N 2"]  # x, y in cells
    facing: Float[np.ndarray, " N"]  # radians clockwise from up on the screen
    walked: Float[np.ndarray, " N"]  # cells walked since the start; drives the walk cycle
    side: Int[np.ndarray, " N"]  # index of the colour in the scene's `teams`
    spacing: float = 0.5  # cells between two soldiers in closed ranks; sprites are sized to match
    selected: Bool[np.ndarray, " N"] | None = None  # which are marked as selected; None: none
    fighters: Fighters | None = None  # how they look in combat; None: there is none in this field


@dataclass(frozen=True)
class Annotation:
    """A line over the field: a selection's box, a line drawn by hand, a brush's rim, a facing; or where an army goes.

    That is the route to the orders that wait, or the way that the order in hand would be; where that order would be
    refused a cross at its places. In combat it is the way to the enemy that is attacked or the friend that is relieved,
    or where closed the outline of that regiment.
    """

    points: Float[np.ndarray, "N 2"]  # x, y in cells
    kind: Literal["selection", "drawn", "waypoint", "way", "brush", "facing", "refused", "attack", "relief"]
    closed: bool = False
    stops: tuple[int, ...] | None = None  # of a route: which of its points are orders' places; None: all but the first


@dataclass(frozen=True)
class Banner:
    """A regiment's flag over the field, where there is combat: whose it is, where it faces, how it fares."""

    place: tuple[float, float]  # the middle of the regiment: x, y in cells
    facing: float  # radians clockwise from up
    team: int  # index of its colour in the scene's `teams`
    condition: Condition
    morale: float  # 0 to 1
    sway: float = 0.0  # ticks since the start, by which flags shake


@dataclass(frozen=True)
class FieldOverlay:
    """A field shown as colours over the ground: density, target, or error (mass less target, -1 to 1)."""

    kind: Literal["density", "target", "error"]
    field: Float[np.ndarray, "H W"]


@dataclass(frozen=True)
class Arrows:
    """Velocities shown as arrows: what is commanded, or what is planned."""

    kind: Literal["velocity", "plan"]
    place: Float[np.ndarray, "N 2"]  # x, y in cells
    velocity: Float[np.ndarray, "N 2"]  # cells per tick
    known: bool = True  # False: the simulation cannot tell


@dataclass(frozen=True)
class Plot:
    """Curves over the last ticks: each regiment's overlap, 0 to 1, and the drift of the total mass."""

    ticks: Int[np.ndarray, " N"]
    overlap: Float[np.ndarray, "N R"]  # of R regiments
    drift: Float[np.ndarray, " N"]  # total mass less that at the start
    names: tuple[str, ...] = ()  # of the regiments; their colours are the scene's `teams`


@dataclass(frozen=True)
class Minimap:
    """The field in a corner: where each regiment's mass stands. The view frames what the camera sees."""

    density: Float[np.ndarray, "R H W"]  # of R regiments, 0 to 1; their colours are the scene's `teams`
    version: int  # changes whenever the density does


@dataclass(frozen=True)
class Card:
    """What the HUD says of one selected regiment."""

    name: str
    team: int  # the regiment's index, and that of its colour in the scene's `teams`
    overlap: float  # share of its order that is filled
    remarks: tuple[str, ...] = ()  # up to two lines: formation and controller, side and orders that wait
    fight: Fight | None = None  # how it fares; None: a battle without combat


@dataclass(frozen=True)
class Scene:
    """One frame: field, soldiers, the outline of what was ordered, and the panels over it."""

    grid: tuple[int, int]  # height and width of the field in cells
    soldiers: DrawnSoldiers | None  # None while the battle is being built
    target_outline: Float[np.ndarray, "H W"] | None  # density ordered, 0 to 1
    target_version: int = 0  # changes whenever the target outline does, so that it is uploaded once
    status: Rows = ()  # HUD rows: name, value; without a name, a remark
    banner: str | None = None  # with dots, "Mustering ...", a large line amid the field; without, a small one beside it
    question: tuple[str, ...] = ()  # what the player has to answer, heading first; none: nothing
    keys: Rows | None = None  # the help panel's rows (keys, what they do), None when closed
    hint: str | None = None  # a quiet line in the lower corner: "F1 shows the keys"
    camera: Camera | None = None  # which part of the field is seen; None: all of it
    preview: DrawnSoldiers | None = None  # the soldiers of an order that is being drawn, each where it would stand
    refused: bool = False  # whether that order would be refused, so that its preview has a colour of its own
    marks: tuple[Annotation, ...] = ()
    overlays: tuple[FieldOverlay | Arrows, ...] = ()
    open_cells: Bool[np.ndarray, "H W"] | None = None  # where soldiers can stand; None: everywhere
    capacity: float | Float[np.ndarray, "H W"] = 1.0  # the mass that an open cell may hold: less is slow ground
    materials: UInt8[np.ndarray, "H W"] | None = None  # indices into `io.MATERIALS`; 0 and None: nothing is said
    minimap: Minimap | None = None
    plot: Plot | None = None
    profile: Rows | None = None  # the profiler's rows: part, milliseconds; None when closed
    tutorial: tuple[str, ...] = ()  # the lines of the lesson that is shown; none: nothing
    cursor: Cursor = "arrow"  # the mouse cursor, which shows what a press would do here
    teams: tuple[Colour, ...] = TEAMS  # the colours of soldiers, cards and curves; red, green, blue from 0 to 255
    cards: tuple[Card, ...] = ()  # of the selected regiments
    fallen: DrawnSoldiers | None = None  # who lies on the ground, under those who stand
    banners: tuple[Banner, ...] = ()  # over them
    recording: str | None = None  # how long the film in the making is: "0:12"; None: there is none
    buttons: tuple[Button, ...] = ()  # above the cards: what a click orders the selected regiments
    strengths: tuple[Strength, ...] = ()  # of each side, in a battle with combat
    news: tuple[News, ...] = ()  # what has just become of regiments, the latest first

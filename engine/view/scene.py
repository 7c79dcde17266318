"""What a view needs to know to draw one frame."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Bool, Float, Int

from engine.view.camera import Camera
from engine.view.palette import TEAMS, Colour

Rows = tuple[tuple[str, str], ...]
Cursor = Literal["arrow", "hand", "crosshair", "move"]


@dataclass(frozen=True)
class DrawnSoldiers:
    """The men as they are drawn, N of them. Cell (row i, column j) covers x in [j, j + 1), y in [i, i + 1)."""

    position: Float[np.ndarray, "N 2"]  # x, y in cells
    facing: Float[np.ndarray, " N"]  # radians clockwise from up on the screen
    walked: Float[np.ndarray, " N"]  # cells walked since the start; drives the walk cycle
    side: Int[np.ndarray, " N"]  # index of the colour in the scene's `teams`
    spacing: float = 0.5  # cells between two men in closed ranks; they are drawn to match
    selected: Bool[np.ndarray, " N"] | None = None  # who is marked as selected; None: nobody


@dataclass(frozen=True)
class Annotation:
    """A line over the field: a selection's box, a line drawn by hand, a way to a waypoint, a brush's rim."""

    points: Float[np.ndarray, "N 2"]  # x, y in cells
    kind: Literal["selection", "drawn", "waypoint", "brush", "facing"]
    closed: bool = False


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
    """PlotHistory over the last ticks: overlap in shares, and the drift of the total mass."""

    ticks: Int[np.ndarray, " N"]
    overlap: Float[np.ndarray, "N R"]  # of each regiment
    drift: Float[np.ndarray, " N"]  # total mass less that at the start
    names: tuple[str, ...] = ()  # of the regiments; they wear the scene's `teams`


@dataclass(frozen=True)
class Minimap:
    """The field in a corner: where each regiment's mass stands. The view frames what the camera sees."""

    density: Float[np.ndarray, "R H W"]  # of each regiment, 0 to 1; they wear the scene's `teams`
    version: int  # changes whenever the density does


@dataclass(frozen=True)
class Card:
    """What the HUD says of one selected regiment."""

    name: str
    team: int  # index of its colour in the scene's `teams`
    overlap: float  # share of its order that is filled
    remarks: tuple[str, ...] = ()  # up to two lines: formation and controller, side and orders that wait


@dataclass(frozen=True)
class Scene:
    """One frame: field, men, the ghost of what was ordered, and the words over it."""

    grid: tuple[int, int]  # height and width of the field in cells
    soldiers: DrawnSoldiers | None  # None while nothing is mustered yet
    target_outline: Float[np.ndarray, "H W"] | None  # density ordered, 0 to 1
    target_version: int = 0  # changes whenever the ghost does, so that it is uploaded once
    status: Rows = ()  # HUD rows: name, value; without a name, a remark
    banner: str | None = None  # a large line in the middle: "Paused"; "Mustering ..." (with dots) shows work under way
    keys: Rows | None = None  # the help panel's rows (keys, what they do), None when closed
    hint: str | None = None  # a quiet line in the lower corner: "F1 shows the keys"
    camera: Camera | None = None  # which part of the field is seen; None: all of it
    preview: DrawnSoldiers | None = None  # the men of an order that is being drawn, each where he would stand
    marks: tuple[Annotation, ...] = ()
    overlays: tuple[FieldOverlay | Arrows, ...] = ()
    open_cells: Bool[np.ndarray, "H W"] | None = None  # where men can stand; None: everywhere
    minimap: Minimap | None = None
    plot: Plot | None = None
    profile: Rows | None = None  # the profiler's rows: part, milliseconds; None when closed
    tutorial: tuple[str, ...] = ()  # the lines of the lesson that is shown; none: nothing
    cursor: Cursor = "arrow"  # what the mouse looks like: what it would do here
    teams: tuple[Colour, ...] = TEAMS  # red, green, blue from 0 to 255: what soldiers, cards and curves are coloured by
    cards: tuple[Card, ...] = ()  # of the selected regiments
    recording: str | None = None  # how the film stands that is being made: "0:12"; None: none is

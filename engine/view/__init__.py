"""The view: its contract (scene, events, camera, palette, base) and two renderers, OpenGL and plain surfaces.

Knows no battle. Opening a view is what first imports pygame.
"""

from engine.view.base import NoDisplay, PanelHit, View
from engine.view.camera import Camera, centre_of_sight, looking_at, panned, resized, whole_field, zoomed
from engine.view.colour_scales import SCALES, STEPS
from engine.view.combat import Button, Fight, News, Strength
from engine.view.events import (
    MODIFIERS,
    ButtonsLost,
    Event,
    KeyPress,
    KeyRelease,
    Modifiers,
    MouseButton,
    MouseMove,
    MouseWheel,
    Pixel,
    Quit,
)
from engine.view.lost_display import outliving_display
from engine.view.minimap import minimap_camera, minimap_cell
from engine.view.opening import RENDERERS, Renderer, has_display, known_key, open_view
from engine.view.palette import PALETTES, PLANNED, TEAMS, VELOCITY, Colour
from engine.view.scene import (
    POSES,
    Annotation,
    Arrows,
    Banner,
    Card,
    Condition,
    Cursor,
    DrawnSoldiers,
    FieldOverlay,
    Fighters,
    Minimap,
    Plot,
    Rows,
    Scene,
)
from engine.view.shades import regiment_colours

__all__ = [
    "MODIFIERS",
    "PALETTES",
    "PLANNED",
    "POSES",
    "RENDERERS",
    "SCALES",
    "STEPS",
    "TEAMS",
    "VELOCITY",
    "Annotation",
    "Arrows",
    "Banner",
    "Button",
    "ButtonsLost",
    "Camera",
    "Card",
    "Colour",
    "Condition",
    "Cursor",
    "DrawnSoldiers",
    "Event",
    "FieldOverlay",
    "Fight",
    "Fighters",
    "KeyPress",
    "KeyRelease",
    "Minimap",
    "Modifiers",
    "MouseButton",
    "MouseMove",
    "MouseWheel",
    "News",
    "NoDisplay",
    "PanelHit",
    "Pixel",
    "Plot",
    "Quit",
    "Renderer",
    "Rows",
    "Scene",
    "Strength",
    "View",
    "centre_of_sight",
    "has_display",
    "known_key",
    "looking_at",
    "minimap_camera",
    "minimap_cell",
    "open_view",
    "outliving_display",
    "panned",
    "regiment_colours",
    "resized",
    "whole_field",
    "zoomed",
]

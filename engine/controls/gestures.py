"""What the mouse does, in words, for the help panel and the README; engine.controls.hands does it."""

from __future__ import annotations

GESTURES: tuple[tuple[str, str], ...] = (
    ("Left-click", "select a regiment; twice: go there"),
    ("Left-drag", "select all in a box; Shift adds"),
    ("Right-click", "move there"),
    ("Right-drag", "set the front, from the left flank to the right"),
    ("Alt+drag", "stand along a line drawn by hand"),
    ("Shift", "the order waits for those before it"),
    ("Brush: left-drag", "stand on what is painted"),
    ("Ctrl+wheel", "smaller, larger brush"),
    ("Charge: left-click", "throw apart whoever stands there"),
    ("Middle-drag", "move the camera"),
    ("Wheel", "zoom to the cursor"),
    ("Minimap", "left-click goes there, right-click orders"),
    ("Another button", "let go of what the first has begun"),
)

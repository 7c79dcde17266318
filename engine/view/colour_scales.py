"""The colours of fields over the ground: density, target, error. Distinct for the colour-blind, too."""

from __future__ import annotations

import numpy as np
from jaxtyping import UInt8

from engine.view.scene import FieldOverlay

# Each scale runs through these colours: where (0 to 1), red, green, blue, cover.
_STOPS = {
    "density": (
        (0.00, 30, 8, 60, 0),
        (0.08, 52, 14, 92, 150),
        (0.35, 148, 38, 112, 215),
        (0.65, 236, 98, 66, 230),
        (1.00, 252, 232, 164, 238),
    ),
    "target": (
        (0.00, 16, 70, 84, 0),
        (0.08, 20, 88, 100, 110),
        (0.50, 38, 132, 128, 160),
        (1.00, 120, 220, 190, 180),
    ),
    "error": (
        (0.00, 60, 150, 255, 240),  # soldiers are missing
        (0.25, 40, 100, 196, 210),
        (0.47, 40, 70, 120, 60),
        (0.50, 60, 60, 60, 0),
        (0.53, 120, 66, 30, 60),
        (0.75, 216, 104, 20, 210),
        (1.00, 255, 176, 60, 240),  # soldiers are too many
    ),
}
STEPS = 256


def _scale(stops: tuple[tuple[float, int, int, int, int], ...]) -> UInt8[np.ndarray, "256 4"]:
    table = np.array(stops, dtype=float)
    at = np.linspace(0.0, 1.0, STEPS)
    return np.stack([np.interp(at, table[:, 0], table[:, part]) for part in range(1, 5)], axis=1).astype(np.uint8)


SCALES = {kind: _scale(stops) for kind, stops in _STOPS.items()}
RANGES = {"density": (0.0, 1.0), "target": (0.0, 1.0), "error": (-1.0, 1.0)}  # the values at a scale's two ends


def overlay_pixels(overlay: FieldOverlay) -> UInt8[np.ndarray, "H W 4"]:
    """Return each cell's colour: red, green, blue, cover. Values beyond a scale's end take the end's colour."""
    low, high = RANGES[overlay.kind]
    share = (np.nan_to_num(overlay.field) - low) * ((STEPS - 1) / (high - low))
    return SCALES[overlay.kind][np.clip(np.rint(share), 0, STEPS - 1).astype(np.uint8)]

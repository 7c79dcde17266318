"""All that is drawn over the soldiers, as straight lines in pixels."""

from __future__ import annotations

from engine.view.banners import of_banners
from engine.view.camera import Camera, letter_scale
from engine.view.lines import Lines, joined, of_annotation, of_arrows
from engine.view.scene import Arrows, Scene


def over_the_field(scene: Scene, camera: Camera) -> Lines:
    """Return the lines that are drawn over the soldiers: arrows, then banners, then annotations."""
    unit = letter_scale(camera.size)
    arrows = [of_arrows(one, camera, unit) for one in scene.overlays if isinstance(one, Arrows)]
    banners = [of_banners(scene.banners, scene.teams, camera, unit)] if scene.banners else []
    return joined(arrows + banners + [of_annotation(one, camera, unit) for one in scene.marks])

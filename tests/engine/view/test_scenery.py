"""What is closed and what is slow is seen to be, by either view and on the minimap, by its light alone, too."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from sketches import GRID

from engine.io import CLOSED_MATERIALS, MATERIALS, SLOW_MATERIALS
from engine.view.minimap import minimap_camera
from engine.view.palette import PALETTES
from engine.view.relief import painted_scenery
from engine.view.scene import Minimap, Scene
from engine.view.scenery import BRIDGE, COVERS, SQUARE, STREET, Survey, scenery

BLOCK = np.s_[20:44, 30:66]  # rows and columns that are not open ground
INSIDE = (34.0, 24.0, 62.0, 40.0)  # of it, clear of its edge: left, top, right, bottom in cells

DRAWN: dict[str, dict[str, np.ndarray]] = {}  # by view


def ground(name: str) -> dict:
    """What a scene says of a field with a block of that material."""
    open_cells, capacity, materials = np.ones(GRID, bool), np.ones(GRID, np.float32), np.zeros(GRID, np.uint8)
    if name in CLOSED_MATERIALS:
        open_cells[BLOCK] = False
    if name in SLOW_MATERIALS:
        capacity[BLOCK] = 0.5
    if name:
        materials[BLOCK] = MATERIALS.index(name)
    return {"open_cells": open_cells, "capacity": capacity, "materials": materials}


def light(pixels: np.ndarray) -> np.ndarray:
    """The brightness alone, which the colour-blind see as everybody does."""
    return pixels[..., :3].astype(float) @ (0.299, 0.587, 0.114)


def look(pixels: np.ndarray) -> np.ndarray:
    """How a surface looks without its hue: its mean light, how rough it is, and how much so from pixel to pixel."""
    shade = light(pixels)
    return np.array(
        [shade.mean(), shade.std(), np.abs(np.diff(shade, axis=0)).mean(), np.abs(np.diff(shade, axis=1)).mean()]
    )


def part(view, pixels: np.ndarray, camera=None) -> np.ndarray:
    """The pixels of the block's inside."""
    camera = camera or view.camera(GRID)
    (left, top), (right, bottom) = camera.pixels(np.array(INSIDE).reshape(2, 2)).astype(int)
    return pixels[top:bottom, left:right]


@pytest.fixture
def pictures(view, drawn):
    """A picture of each material with its minimap, drawn once by each view."""
    if view.description not in DRAWN:
        minimaps = [Minimap(np.zeros((1, *GRID)), version) for version in range(len(MATERIALS))]
        DRAWN[view.description] = {
            name: drawn(minimap=small, **ground(name)) for name, small in zip(MATERIALS, minimaps, strict=True)
        }
    return DRAWN[view.description]


def test_every_material_differs_from_every_other_and_from_grass_without_its_hue(view, pictures):
    looks = {name: look(part(view, pixels)) for name, pixels in pictures.items()}
    for one, other in combinations(MATERIALS, 2):
        assert np.abs(looks[one] - looks[other]).max() > 3.0, (one, other, looks[one], looks[other])


def test_closed_slow_and_open_ground_differ_on_the_minimap(view, pictures):
    camera = minimap_camera(pictures[""].shape[1::-1], GRID)
    looks = {}
    for name, pixels in pictures.items():
        looks[name] = np.concatenate([look(part(view, pixels, camera)), part(view, pixels, camera).mean(axis=(0, 1))])
    for one, other in combinations(MATERIALS, 2):
        assert np.abs(looks[one] - looks[other]).max() > 6.0, (one, other)
    for slow in SLOW_MATERIALS:  # striped, and nothing else is
        assert looks[slow][1] > 2.0 * max(looks[name][1] for name in ("", *CLOSED_MATERIALS))


@pytest.mark.parametrize("name", ["", *SLOW_MATERIALS])
def test_soldiers_of_every_palette_stand_out_from_where_they_can_stand(view, pictures, name):
    under = part(view, pictures[name]).reshape(-1, 3).mean(axis=0)
    for palette in PALETTES.values():
        for colour in palette:
            assert np.abs(np.array(colour) - under).max() > 40, (colour, under)


def test_the_same_ground_is_painted_alike_and_once():
    first, survey = Scene(GRID, None, None, **ground("trees")), Survey()
    found = survey.of(first)
    assert survey.of(Scene(GRID, None, None, **ground("trees"))) is found  # other arrays, the same ground
    assert survey.of(Scene(GRID, None, None, **ground("rock"))) is not found
    assert survey.of(Scene(GRID, None, None)) is None
    np.testing.assert_array_equal(painted_scenery(found), painted_scenery(scenery(first)))


def test_open_ground_has_no_scenery_whatever_is_said_of_it():
    said = np.full(GRID, MATERIALS.index("water"), np.uint8)
    assert scenery(Scene(GRID, None, None, open_cells=np.ones(GRID, bool), materials=said)) is None


def test_what_a_cell_contradicts_counts_for_nothing():
    scene = Scene(GRID, None, None, **{**ground("rock"), "materials": np.full(GRID, MATERIALS.index("ford"), np.uint8)})
    assert scenery(scene).cells("rock")[BLOCK].all()


def test_between_water_lies_a_bridge_and_beside_walls_a_street():
    water, walls = ground("water"), ground("walls")
    water["open_cells"][30:34, 30:66] = True
    found = scenery(Scene(GRID, None, None, **water))
    assert (found.cover[30:34, 30:66] == COVERS.index(BRIDGE)).all()
    assert found.cells(BRIDGE).sum() == 4 * 36
    bend = ground("water")
    bend["open_cells"][30:34, 64:66] = True  # a notch in the shore
    assert not scenery(Scene(GRID, None, None, **bend)).has(BRIDGE)
    assert scenery(Scene(GRID, None, None, **walls)).cover[18, 40] == COVERS.index(STREET)


def test_a_walled_town_has_no_meadow_within_and_a_square_where_it_is_roomy():
    cells = np.ones(GRID, bool)
    cells[6:58, 10:86] = False
    cells[8:56, 12:84] = True
    cells[8:16, 14:30] = cells[48:56, 60:80] = False
    cells[28:38, 10:12] = True  # a gate
    said = np.where(cells, 0, MATERIALS.index("walls")).astype(np.uint8)
    found = scenery(Scene(GRID, None, None, open_cells=cells, materials=said))
    inside = np.zeros(GRID, bool)
    inside[8:56, 12:84] = True
    paved = found.cells(STREET) | found.cells(SQUARE)
    assert paved[inside & cells].all()
    assert found.cells(SQUARE)[32, 48] and not found.cells(SQUARE)[32, 13]
    assert not paved[:2].any() and not paved[32, :4].any()  # the meadow outside, before the gate too
    alone = cells.copy()
    alone[6:58, 10:86] = True
    alone[20:30, 20:30] = False  # a single house has no square, and the meadow begins near it
    said = np.where(alone, 0, MATERIALS.index("walls")).astype(np.uint8)
    found = scenery(Scene(GRID, None, None, open_cells=alone, materials=said))
    assert found.cells(STREET)[18, 25] and not found.cells(STREET)[14, 25] and not found.has(SQUARE)

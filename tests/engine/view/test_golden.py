"""Every group of layers looks as it did when somebody last looked at it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from golden import FOLDER, MEAN, SIZE, VIEWS, WORST, apart, golden, scenes, shrunk

from engine.view.opening import open_view

SCENES = scenes()


@pytest.fixture(scope="module")
def look(missing_opengl):
    """Draws a scene and returns its small picture; one view of each kind serves all scenes of its kind in a row."""
    opened = {}

    def draw(scene, kind):
        if kind == "opengl" and missing_opengl is not None:
            pytest.skip(missing_opengl)
        if kind not in opened:
            for other in opened.values():
                other.close()
            opened.clear()
            opened[kind] = open_view(SIZE, visible=False, prefer=kind)
        opened[kind].draw(scene)
        return shrunk(opened[kind].picture())

    yield draw
    for view in opened.values():
        view.close()


@pytest.mark.parametrize("kind", VIEWS, scope="module")
@pytest.mark.parametrize("name", SCENES)
def test_it_looks_as_it_did(look, kind, name):
    mean, worst = apart(look(SCENES[name], kind), golden(name, kind))
    assert mean < MEAN and worst < WORST, "look at it, then: python tests/engine/view/golden.py"


@pytest.mark.parametrize("kind", VIEWS, scope="module")
@pytest.mark.parametrize(
    ("name", "lost"),
    [
        ("field", {"open_cells": None}),
        ("army", {"soldiers": None}),
        ("army", {"target_outline": None}),
        ("army", {"teams": ((222, 94, 20), (222, 94, 20))}),
        ("marks", {"marks": ()}),
        ("marks", {"preview": None}),
        ("density", {"overlays": ()}),
        ("density", {"overlays": SCENES["density"].overlays[:1]}),
        ("error", {"overlays": SCENES["error"].overlays[1:]}),
        ("words", {"status": ()}),
        ("words", {"cards": ()}),
        ("words", {"minimap": None}),
        ("words", {"tutorial": ()}),
        ("research", {"plot": None}),
        ("research", {"profile": None}),
        ("close", {"camera": None}),
        ("combat", {"fallen": None}),
        ("combat", {"soldiers": replace(SCENES["combat"].soldiers, fighters=None)}),
    ],
)
def test_what_is_lost_is_noticed(look, kind, name, lost):
    mean, worst = apart(look(replace(SCENES[name], **lost), kind), golden(name, kind))
    assert mean >= MEAN or worst >= WORST


def test_every_golden_picture_is_of_a_scene():
    assert {path.stem for path in FOLDER.glob("*.png")} == {f"{name}-{kind}" for name in SCENES for kind in VIEWS}

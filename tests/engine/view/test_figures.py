"""Soldiers where there is combat: their pictures, which frame shows whom, and what can be seen of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from sketches import GRID, SIZE, changed, men

from engine.io.paths import ASSETS
from engine.view import figures, sprites
from engine.view.camera import whole_field
from engine.view.scene import POSES, DrawnSoldiers, Fighters

KINDS = ("cavalry", "pikes", "soldier")
USUAL = 1.5  # cells between soldiers, who are then about as large as in a usual battle: 8 pixels or so


def fighting(pose="standing", kind="soldier", count=1, facing=0.0, faded=None, number=None, spacing=USUAL, **also):
    """Soldiers of one kind in one pose, side by side."""
    soldiers = men(*((30.0 + 2.5 * spacing * (i % 8), 20.0 + 3 * spacing * (i // 8)) for i in range(count)),
                   facing=facing, spacing=spacing, **also)  # fmt: skip
    poses = np.full(count, POSES.index(pose), np.uint8)
    number = np.arange(count) if number is None else number
    sunk = None if faded is None else np.full(count, faded)
    return replace(soldiers, fighters=Fighters(poses, np.zeros(count, np.uint8), (kind,), number, 0.0, sunk))


@pytest.fixture(scope="module")
def made():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ASSETS / "sprites"))
        import make_sprites

        return make_sprites


@pytest.mark.parametrize("kind", KINDS)
def test_the_committed_pictures_are_what_the_script_makes(made, kind):
    committed = np.asarray(Image.open(figures.FOLDER / f"{kind}.png")).astype(int)
    assert made.POSES == figures.ROWS and tuple(made.POSES) == POSES
    side = made.FIGURES[kind].side
    assert committed.shape == (side * sum(made.POSES.values()), side * made.FACINGS, 4)
    frames = committed.reshape(-1, side, made.FACINGS, side, 4)
    assert frames[:, [0, -1]].max() == 0 and frames[..., [0, -1], :].max() == 0  # no weapon is cut off
    row = 0
    for pose, rows in made.POSES.items():
        which, facing = rows - 1, (3 * row + 1) % made.FACINGS
        frame = made.figure_frame(kind, pose, which, made.facings()[facing]) * 255
        place = committed[(row + which) * side : (row + which + 1) * side, facing * side : (facing + 1) * side]
        assert np.abs(place - frame).max() <= 1
        row += rows


def test_every_figure_has_a_frame_for_each_pose_and_facing():
    found = figures.figures(KINDS)
    assert len(found.box) == len(KINDS) * figures.FRAMES
    left, top, width, height = found.box.T
    assert (left + width <= found.sheet.shape[1]).all() and (top + height <= found.sheet.shape[0]).all()
    covered = np.zeros(found.sheet.shape[:2], int)
    for x, y, w, h in found.box.tolist():
        covered[y - 2 : y + h + 2, x - 2 : x + w + 2] += 1
    assert covered.max() == 1  # none lies on another, nor close to it
    for index in range(0, len(found.box), 7):
        assert found.frame(index)[..., 3].max() > 250


def test_frames_follow_pose_facing_walk_and_time():
    def frame(pose, own=0.0, moment=0.0, **soldier):
        one = fighting(pose, **soldier)
        return int(figures.frame_of(replace(one, fighters=replace(one.fighters, moment=moment)), np.array([own]))[0])

    assert frame("standing") == 0
    assert frame("standing", facing=np.pi / 2) == sprites.FACINGS // 4
    cycle = sprites.STRIDE * USUAL
    steps = [frame("walking", walked=(step + 0.5) * cycle / 4) // sprites.FACINGS for step in range(5)]
    assert steps == [1, 2, 3, 4, 1]
    blows = {frame("striking", moment=moment) // sprites.FACINGS for moment in range(40)}
    assert blows == {5, 6, 7, 8}
    assert frame("fleeing") // sprites.FACINGS == 9
    assert {frame("fallen", own) // sprites.FACINGS for own in (0.1, 0.9)} == {13, 14}


@pytest.mark.parametrize("kind", KINDS)
def test_poses_look_unlike_each_other_at_usual_size(kind):
    """Each frame as small as it is seen: no two poses are as like as two soldiers of one pose are."""
    found = figures.figures((kind,))

    def small(pose):
        pictures = []
        for facing in range(0, sprites.FACINGS, 2):
            index = int(figures.FIRST_ROW[POSES.index(pose)]) * sprites.FACINGS + facing
            canvas, (x, y) = np.zeros((160, 160, 4), np.uint8), np.rint(80 - found.middle[index]).astype(int)
            frame = found.frame(index)
            canvas[y : y + frame.shape[0], x : x + frame.shape[1]] = frame
            pictures.append(np.asarray(Image.fromarray(canvas).resize((61, 61), Image.Resampling.BOX)).astype(int))
        return np.array(pictures)

    looks = {pose: small(pose) for pose in POSES if pose != "walking"}  # the steps of a walk are seen as motion
    for one, first in looks.items():
        for other, second in looks.items():
            if one < other:
                apart = (np.abs(first - second).max(axis=-1) > 60).sum(axis=(1, 2))
                assert apart.min() >= 8, (one, other)


@pytest.mark.parametrize("pose", POSES[1:])
def test_a_pose_is_seen(view, drawn, pose):
    count = 8
    before, after = (drawn(soldiers=fighting(name, count=count)) for name in ("standing", pose))
    assert changed(before, after).sum() > 8 * count


def test_who_flees_is_pale_and_who_lies_is_dark(view, drawn):
    bare = drawn()

    def light(pose, **also):
        picture = drawn(soldiers=fighting(pose, count=16, **also))
        seen = np.abs(picture - bare).max(axis=-1) > 25
        return picture[seen].astype(float)

    team, pale, dark = light("walking"), light("fleeing"), light("fallen", faded=0.0)
    spread = [np.mean(one.max(axis=-1) - one.min(axis=-1)) for one in (team, pale)]
    assert spread[1] < 0.7 * spread[0]  # less colour
    assert dark.mean() < 0.8 * team.mean()


def test_the_fallen_fade_until_the_ground_is_bare(view, drawn):
    bare = drawn()
    left = [changed(bare, drawn(fallen=fighting("fallen", count=8, faded=share))).sum() for share in (0.0, 0.6, 0.9, 1)]
    assert left[0] > 300 and left[0] > left[1] > left[2] > left[3] == 0


def test_the_fallen_lie_under_those_who_stand(view, drawn):
    standing = fighting("standing", count=8)
    under = fighting("fallen", count=8, faded=0.0)
    both, reverse = drawn(soldiers=standing, fallen=under), drawn(soldiers=standing)
    feet = changed(both, reverse).sum()
    assert 0 < feet < changed(drawn(), drawn(fallen=under)).sum()


def test_the_others_look_the_same_when_one_has_gone(view, drawn):
    all_of_them = fighting(count=8)
    others = np.arange(8) != 3
    left = DrawnSoldiers(
        all_of_them.position[others],
        all_of_them.facing[others],
        all_of_them.walked[others],
        all_of_them.side[others],
        USUAL,
        fighters=Fighters(np.zeros(7, np.uint8), np.zeros(7, np.uint8), ("soldier",), np.arange(8)[others]),
    )
    rows, columns = np.nonzero(changed(drawn(soldiers=all_of_them), drawn(soldiers=left)))
    cells = whole_field(GRID, SIZE).cells(np.stack([columns, rows], axis=1))
    assert len(cells) and np.abs(cells - all_of_them.position[3]).max() < 2 * USUAL


def test_far_off_the_fallen_and_who_flees_show_as_dots(view, drawn):
    small = {"count": 64, "spacing": 0.2}
    bare, standing = drawn(), drawn(soldiers=fighting("standing", **small))
    assert changed(bare, standing).any()
    assert changed(standing, drawn(soldiers=fighting("fleeing", **small))).any()
    lying = drawn(fallen=fighting("fallen", faded=0.2, **small))
    assert changed(bare, lying).any() and lying.sum() < standing.sum()


def test_nothing_is_drawn_of_nobody_and_other_kinds_take_the_place_of_those_before(view, drawn):
    bare = drawn()
    assert not changed(bare, drawn(soldiers=fighting(count=0), fallen=fighting("fallen", count=0, faded=0.0))).any()
    foot, riders = (drawn(soldiers=fighting(kind=kind, count=4)) for kind in ("soldier", "cavalry"))
    assert changed(foot, riders).sum() > 100
    assert not changed(foot, drawn(soldiers=fighting(kind="soldier", count=4))).any()

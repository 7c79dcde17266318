"""Lines, shapes and charges drawn by hand in the real game: events are posted, commands and pictures looked at."""

import math

import numpy as np
import pytest
from army import PLACES, chosen, last

from engine.orders.commands import Scatter

pytestmark = pytest.mark.filterwarnings("ignore:pygame.init")


class TestDrawing:
    @pytest.mark.parametrize(("button", "key"), [("left", "left alt"), ("right", "right alt")])
    def test_alt_draws_a_freehand_line(self, session, button, key):
        session.click("left", session.at(PLACES[1]))
        curve = [(36 - 20 * math.cos(t), 44 - 14 * math.sin(t)) for t in np.linspace(0.2, math.pi - 0.2, 25)]
        session.drag(button, *map(session.at, curve), hold=[key], done=False)
        scene = session.game.scene()
        assert len(scene.preview.position) == 320
        assert "drawn" in {mark.kind for mark in scene.marks}
        session.mouse_up(button, session.at(curve[-1]))
        ((_, order),) = last(session).orders
        target = session.game.battle.state.placements[1].target
        assert len(order.path) > 4
        assert target.sum(dtype=float) == 80
        assert all(target[int(y), int(x)] > 0.5 for x, y in curve[1:-1:4])
        assert chosen(session) == (1,)

    def test_several_share_a_freehand_line(self, session):
        session.drag("left", session.at((5, 5)), session.at((70, 24)))
        session.drag("right", *(session.at((x, 30 + 4 * (x % 2))) for x in range(8, 64)), hold=["left alt"])
        lengths = {
            regiment: sum(math.dist(*pair) for pair in zip(order.path, order.path[1:], strict=False))
            for regiment, order in last(session).orders
        }
        assert lengths[1] == pytest.approx(2 * lengths[0], rel=0.1)
        assert lengths[1] == pytest.approx(2 * lengths[2], rel=0.1)

    def test_the_brush_paints_a_target_of_the_mass(self, session):
        session.click("left", session.at(PLACES[1]))
        session.press("b")
        assert session.game.scene().cursor == "crosshair"
        session.drag("left", *map(session.at, [(24, 30), (30, 30), (36, 34)]), done=False)
        scene = session.game.scene()
        assert [mark.kind for mark in scene.marks] == ["way", "brush"]
        assert len(scene.preview.position) == 320
        session.mouse_up("left", session.at((36, 34)))
        target = session.game.battle.state.placements[1].target
        assert target.sum(dtype=float) == 80
        assert min(target[30, 24], target[30, 30], target[34, 36]) > 0.4
        # Another drag adds to the painting, until the brush is put down.
        session.drag("left", *map(session.at, [(50, 30), (50, 31)]))
        assert {round(x) for x, _, _ in last(session).orders[0][1].area} >= {24, 36, 50}
        session.click("right", session.at((10, 40)))
        assert session.game.mouse.in_hand is None
        assert len(session.commands) == 2

    @pytest.mark.parametrize("drag", [[(10, 30), (60, 30)], [(36, 30), (37, 30)]])
    def test_several_share_a_painting_and_nobody_stands_on_anothers_ground(self, session, drag):
        session.drag("left", session.at((5, 5)), session.at((70, 24)))
        session.press("b")
        session.drag("left", *map(session.at, drag))
        assert [regiment for regiment, _ in last(session).orders] == [0, 1, 2]
        targets = np.stack([session.game.battle.state.placements[r].target for r in (0, 1, 2)])
        assert [target.sum(dtype=float) for target in targets] == [40, 80, 40]
        assert np.maximum(targets.sum(axis=0) - 1, 0).sum() < 5

    def test_brackets_resize_the_brush(self, session):
        session.press("b", "]", "]", "[")
        session.drag("left", session.at((30, 30)), done=False)
        (mark,) = session.game.scene().marks
        assert np.ptp(mark.points[:, 0]) / 2 == pytest.approx(5, rel=0.01)

    def test_ctrl_and_the_wheel_resize_it_too(self, session):
        session.press("b")
        before = session.game.mouse.camera_control.camera
        with session.holding("left ctrl"):
            session.wheel(session.at((36, 24)), 2)
        assert session.game.mouse.radius == pytest.approx(4 * 1.25**2)
        assert session.game.mouse.camera_control.camera == before
        session.wheel(session.at((36, 24)), 1)
        assert session.game.mouse.camera_control.camera.scale > before.scale

    def test_a_charge_wounds_and_the_formation_closes_again(self, alone):
        alone.press("3", "space", "+", "+", "+")
        alone.play(0.6)
        whole = alone.game.battle.state.overlaps[0]
        alone.press("c")
        stands = alone.game.battle.state.placements[0]
        rank = (stands.centre[0], stands.centre[1] - stands.depth / 2 + 1)
        alone.click("left", alone.at(rank))
        assert isinstance(last(alone), Scatter)
        assert last(alone).place == pytest.approx(rank, abs=0.2)
        assert last(alone).radius == 4
        alone.play(0.12)
        wounded = alone.game.battle.state.overlaps[0]
        assert wounded < whole - 0.03
        alone.play(0.6)
        assert alone.game.battle.state.overlaps[0] > wounded + 0.02
        assert alone.game.battle.state.mass_now == alone.game.battle.state.mass_start

    def test_a_charge_goes_on_along_its_stroke(self, alone):
        alone.press("c")
        alone.drag("left", *map(alone.at, [(20, 24), (22, 24), (24.4, 24), (30, 24)]))
        assert [round(command.place[0]) for command in alone.commands] == [20, 24, 30]
        alone.press("escape", "escape")  # puts it down, and asks
        assert alone.game.actions.running
        alone.press("escape")
        assert not alone.game.actions.running

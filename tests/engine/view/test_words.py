"""What is written over the field, by either view."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pygame
import pytest
from sketches import GRID, SIZE, changed

from engine.view.base import PanelHit
from engine.view.combat import Button, Fight, News, Strength
from engine.view.hud.panels import UNFILMED
from engine.view.scene import Card, Minimap, Scene

ROWS = (("formation", "wedge"), ("overlap", "50.0 %"), ("tick", "12"))
KEYS = tuple((str(number), f"deed {number}") for number in range(12))


def extent(difference: np.ndarray) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of what changed, in pixels."""
    rows, columns = np.nonzero(difference)
    return columns.min(), rows.min(), columns.max() + 1, rows.max() + 1


def test_the_status_stands_in_the_upper_left_beside_the_field(view, drawn):
    left, top, right, bottom = extent(changed(drawn(), drawn(status=ROWS)))
    field = view.camera(GRID).origin[0]
    assert 0 <= left < 30
    assert 0 <= top < 30
    assert right <= field
    assert bottom < SIZE[1] / 2


def test_every_row_of_the_status_is_written(drawn):
    written = drawn(status=ROWS)
    for row, (name, _) in enumerate(ROWS):
        other = (*ROWS[:row], (name, "8 %"), *ROWS[row + 1 :])
        assert changed(written, drawn(status=other)).sum() > 10
    assert not changed(written, drawn(status=ROWS)).any()


def test_a_share_in_the_status_has_a_bar(drawn):
    half, whole = drawn(status=(("overlap", "50 %"),)), drawn(status=(("overlap", "99 %"),))
    difference = changed(half, whole)
    longest = max(difference.sum(axis=1))
    assert longest > 50  # pixels in one row: no digit is so wide


def test_long_values_and_remarks_stay_inside_the_panel(view, drawn):
    rows = (("device", "a device with a name that goes on and on and on and on"), ("", "a remark that takes " * 4))
    right = extent(changed(drawn(), drawn(status=rows)))[2]
    assert right <= view.camera(GRID).origin[0]


def test_the_hint_stands_in_the_lower_left(view, drawn):
    left, top, right, _ = extent(changed(drawn(), drawn(hint="F1 shows the keys")))
    assert left < 30
    assert top > 0.85 * SIZE[1]
    assert right <= view.camera(GRID).origin[0]


@pytest.mark.parametrize("words", [{"banner": "Mustering ..."}, {"keys": KEYS}, {"keys": KEYS[:2]}])
def test_the_banner_and_the_keys_lie_amid_the_field(view, drawn, words):
    left, top, right, bottom = extent(changed(drawn(), drawn(**words)))
    column, row = view.camera(GRID).pixels(np.array([48.0, 32.0]))
    assert abs((left + right) / 2 - column) < 4
    assert abs((top + bottom) / 2 - row) < 4
    assert bottom - top < 0.8 * SIZE[1]


@pytest.mark.parametrize("words", [{"banner": "Paused"}, {"question": ("Leave?", "Enter leaves.")}])
def test_what_is_for_the_player_alone_is_on_the_screen_and_in_no_picture(view, drawn, words):
    assert not changed(drawn(), drawn(**words)).any()
    (panel,) = (panel for panel in view._shown if panel.name in UNFILMED)
    assert panel.surface.get_width() > 90
    if "banner" in words:
        assert panel.place[0] + panel.surface.get_width() <= view.camera(GRID).origin[0], "beside the field"


def test_panels_say_what_lies_under_a_pixel(view, drawn):
    cards = (Card("Guards", 2, 0.7), Card("Raiders", 5, 0.4))
    drawn(status=ROWS, cards=cards, hint="F1 shows the keys", banner="Mustering ...")
    rects = {panel.name: panel.surface.get_rect(topleft=panel.place) for panel in view._shown}
    assert view.panel_at(rects["status"].center) == PanelHit("status")
    x, y = rects["cards"].midtop
    assert view.panel_at((x, y + 3)) == PanelHit("cards", 2)
    assert view.panel_at((x, rects["cards"].bottom - 2)) == PanelHit("cards", 5)
    assert view.panel_at(rects["hint"].center) is view.panel_at(rects["banner"].center) is None
    assert view.panel_at((SIZE[0] - 5, 5)) is None


def test_each_key_is_written(drawn):
    written = drawn(keys=KEYS)
    for row in (0, len(KEYS) - 1):
        other = (*KEYS[:row], ("q", "other"), *KEYS[row + 1 :])
        assert changed(written, drawn(keys=other)).sum() > 10


def test_only_a_banner_of_work_under_way_moves(view):
    def pictures(banner: str) -> list[np.ndarray]:
        seen = []
        for _ in range(20):
            view.draw(Scene(GRID, None, None, banner=banner))
            seen.append(view.picture().astype(int))
        return seen

    assert any(
        changed(first, later).any() for first, later in zip(*[iter(pictures("Mustering ..."))] * 2, strict=False)
    )
    still = pictures("Paused")
    assert not any(changed(still[0], later).any() for later in still)


def test_words_grow_with_the_picture():
    from engine.view.camera import letter_scale

    assert letter_scale((1280, 720)) == 1.0
    assert letter_scale((2560, 1440)) == 2.0
    assert letter_scale((320, 200)) >= 0.7


def test_whatever_a_broken_file_says_is_drawn(drawn):
    remark = "odd.toml: field 'title' must be a text, not \0 \x1b " + 5000 * "x"
    written = drawn(status=(*ROWS, ("", remark)), tutorial=(remark,), banner=remark)
    assert changed(written, drawn(status=ROWS)).any()


FIGHTS = tuple(
    Card(f"Regiment {number}", number, 0.5, ("steady · walks", "Line"), Fight(300, 384, 0.7, 0.2, "steady"))
    for number in range(12)
)
STRENGTHS = (Strength("Red", (222, 94, 20), 900, 80, 20, 1, 6), Strength("Blue", (30, 124, 196), 400, 500, 100))
BUTTONS = tuple(Button(order) for order in ("hold", "walk", "run", "attack", "relieve"))


def rects(view) -> dict[str, pygame.Rect]:
    return {panel.name: panel.surface.get_rect(topleft=panel.place) for panel in view._shown}


def test_how_the_sides_fare_stands_at_the_top_and_lets_the_mouse_through(view, drawn):
    written = drawn(strengths=STRENGTHS, news=(News(3, "Guards: wavering"),))
    shown = rects(view)
    assert 0 <= shown["strengths"].top < 20 and shown["strengths"].bottom <= shown["news"].top
    assert view.panel_at(shown["strengths"].center) is view.panel_at(shown["news"].center) is None
    for other in (
        {"strengths": (replace(STRENGTHS[0], fallen=81), STRENGTHS[1])},
        {"strengths": (replace(STRENGTHS[0], standing=100, fallen=880), STRENGTHS[1])},
        {"news": (News(3, "Guards breaks"),)},
        {"news": (News(0, "Guards: wavering"),)},
    ):
        fields = {"strengths": STRENGTHS, "news": (News(3, "Guards: wavering"),), **other}
        assert changed(written, drawn(**fields)).sum() > 10, other


@pytest.mark.parametrize("count", [1, 3, 6, 12])
def test_no_panel_of_a_battle_with_combat_overlaps_another(view, drawn, count):
    rows = tuple((str(number), "12.000000") for number in range(9))
    drawn(
        status=rows, strengths=STRENGTHS, news=(News(0, "Guards: wavering"),) * 4,
        cards=FIGHTS[:count], buttons=BUTTONS, hint="F1: keys",
        minimap=Minimap(np.zeros((2, *GRID)), 1), profile=rows[:4],
    )  # fmt: skip
    shown = rects(view)
    assert {"status", "buttons", "cards", "hint", "minimap", "strengths", "news", "profile"} <= set(shown)
    overlapping = [(a, b) for a in shown for b in shown if a < b and shown[a].colliderect(shown[b])]
    assert overlapping == []
    field = view.camera(GRID).origin[0]
    assert all(shown[name].right <= field for name in ("status", "buttons", "cards"))


def test_a_button_says_what_it_orders_and_shows_what_is_on(view, drawn):
    plain = drawn(buttons=BUTTONS)
    row = rects(view)["buttons"]
    hits = [view.panel_at((x, row.centery)) for x in range(row.left, row.right)]
    found = list(dict.fromkeys(hit.order for hit in hits))
    assert found == ["hold", "walk", "run", "attack", "relieve"]
    assert all(hit.panel == "buttons" and hit.regiment is None for hit in hits)
    lit = changed(plain, drawn(buttons=(BUTTONS[0], replace(BUTTONS[1], on=True), *BUTTONS[2:])))
    left, _, right, _ = extent(lit)
    assert {view.panel_at((x, row.centery)).order for x in range(left, right)} == {"walk"}


@pytest.mark.parametrize("change", [{"morale": 0.2}, {"fatigue": 0.9}, {"condition": "broken"}, {"standing": 12}])
def test_a_card_shows_how_its_regiment_fares(drawn, change):
    card = FIGHTS[0]
    other = replace(card, fight=replace(card.fight, **change))
    assert changed(drawn(cards=(card,)), drawn(cards=(other,))).sum() > 20


def test_a_card_has_the_room_that_is_left(view, drawn):
    heights = []
    for count in (1, 2, 3, 12):
        drawn(cards=FIGHTS[:count])
        heights.append(rects(view)["cards"].height / count)
    assert heights == sorted(heights, reverse=True) and heights[0] > heights[-1]
    drawn(cards=FIGHTS)
    assert rects(view)["cards"].bottom <= SIZE[1]

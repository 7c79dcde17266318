"""What lies over and under the men, by either view: terrain, fields, arrows, marks, selection, shown men, panels."""

from __future__ import annotations

import numpy as np
import pytest
from sketches import GRID, SIZE, changed, men

from engine.view.camera import Camera
from engine.view.colour_scales import overlay_pixels
from engine.view.minimap import minimap_camera
from engine.view.palette import TEAMS
from engine.view.scene import Annotation, Arrows, Card, FieldOverlay, Minimap, Plot


def pixel(view, x: float, y: float) -> tuple[int, int]:
    column, row = view.camera(GRID).pixels(np.array([x, y]))
    return round(row), round(column)


def where(view, difference: np.ndarray) -> np.ndarray:
    """The cells (x, y) under the pixels that changed."""
    rows, columns = np.nonzero(difference)
    return view.camera(GRID).cells(np.stack([columns, rows], axis=1) + 0.5)


def field(left: int, right: int, value: float) -> np.ndarray:
    cells = np.zeros(GRID)
    cells[20:30, left:right] = value
    return cells


def test_closed_cells_look_closed_and_open_ones_as_before(view, drawn):
    closed = np.ones(GRID, dtype=bool)
    closed[20:30, 40:60] = False
    bare = drawn()
    difference = changed(bare, drawn(open_cells=closed))
    row, column = pixel(view, 50, 25)
    assert difference[row - 20 : row + 20, column - 40 : column + 40].mean() > 0.8
    cells = where(view, difference)
    assert (cells > (36, 16)).all() and (cells < (64, 34)).all()
    assert not changed(bare, drawn(open_cells=np.ones(GRID, dtype=bool))).any()


def test_other_closed_cells_and_another_grid_take_the_place_of_those_before(view, drawn):
    before, after = (np.ones(GRID, dtype=bool) for _ in range(2))
    before[20:30, 10:30], after[20:30, 60:80] = False, False
    bare, first = drawn(), drawn(open_cells=before)
    cells = where(view, changed(bare, drawn(open_cells=after)))
    assert (cells > (56, 16)).all() and (cells < (84, 34)).all()
    assert not changed(first, drawn(open_cells=before.copy())).any()
    smaller = drawn(grid=(GRID[0] // 2, GRID[1] // 2))
    assert changed(bare, smaller).any() and not changed(smaller, drawn(grid=(GRID[0] // 2, GRID[1] // 2))).any()


@pytest.mark.parametrize(("named", "value"), [("density", 1.0), ("target", 0.6), ("error", 1.0), ("error", -1.0)])
def test_a_field_has_its_colours_where_it_is_not_zero(view, drawn, named, value):
    heat = FieldOverlay(named, field(40, 60, value))
    bare, picture = drawn(overlays=(FieldOverlay(named, field(0, 0, 0.0)),)), drawn(overlays=(heat,))
    difference = changed(bare, picture)
    cells = where(view, difference)
    assert (cells > (39, 19)).all() and (cells < (61, 31)).all()
    colour = overlay_pixels(heat)[25, 50].astype(int)
    row, column = pixel(view, 50, 25)
    expected = bare[row, column] + (colour[:3] - bare[row, column]) * colour[3] / 255
    assert np.abs(picture[row, column] - expected).max() < 8


def test_missing_and_surplus_men_have_colours_of_their_own(view, drawn):
    error = field(40, 50, -1.0) + field(50, 60, 1.0)
    picture = drawn(overlays=(FieldOverlay("error", error),))
    few, many = picture[pixel(view, 45, 25)], picture[pixel(view, 55, 25)]
    assert few[2] > few[0] + 60
    assert many[0] > many[2] + 60


def test_fields_lie_over_the_men(view, drawn):
    heat = FieldOverlay("density", field(40, 60, 1.0))
    crowd = men(*[(x, 25.0) for x in range(42, 58)], spacing=2.0)
    difference = np.abs(drawn(overlays=(heat,)) - drawn(overlays=(heat,), soldiers=crowd)).max(axis=-1)
    assert 0 < difference[pixel(view, 50, 25)[0]].max() < 40


@pytest.mark.parametrize("named", ["velocity", "plan"])
def test_arrows_point_along_the_velocity_and_their_heads_lie_ahead(view, drawn, named):
    still = Arrows(named, np.array([[48.0, 32.0]]), np.array([[0.0, 0.0]]))
    bare = drawn(overlays=(still,))
    spans = []
    for velocity in ((0.5, 0.0), (-0.5, 0.0), (0.0, 0.5)):
        arrow = Arrows(named, np.array([[48.0, 32.0]]), np.array([velocity]))
        difference = changed(bare, drawn(overlays=(arrow,)))
        cells = where(view, difference) - (48.0, 32.0)
        spans.append(np.ptp(cells, axis=0))
        assert cells.mean(axis=0) @ velocity > 0  # the barbs weigh more than the shaft
    assert spans[0][0] > 1.3 * spans[0][1]
    assert spans[2][1] > 1.3 * spans[2][0]


def test_faster_is_longer(view, drawn):
    def length(speed):
        arrow = Arrows("velocity", np.array([[48.0, 32.0]]), np.array([[speed, 0.0]]))
        none = Arrows("velocity", np.zeros((0, 2)), np.zeros((0, 2)))
        return np.ptp(where(view, changed(drawn(overlays=(none,)), drawn(overlays=(arrow,))))[:, 0])

    assert length(0.5) > length(0.25) > 0


def ring(x: float, y: float, radius: float) -> np.ndarray:
    angle = np.linspace(0, 2 * np.pi, 40)[:-1]
    return np.stack([x + radius * np.cos(angle), y + radius * np.sin(angle)], axis=1)


MARKS = {
    "selection": (Annotation(np.array([[20, 20], [50, 20], [50, 40], [20, 40]]), "selection", closed=True), (20, 30)),
    "drawn": (Annotation(np.array([[20, 20], [40, 30], [60, 20]]), "drawn"), (30, 25)),
    "waypoint": (Annotation(np.array([[20, 20], [60, 40]]), "waypoint"), (60, 40)),
    "way": (Annotation(np.array([[20, 20], [30, 40], [60, 40]]), "way"), (60, 40)),
    "brush": (Annotation(ring(50, 30, 8), "brush", closed=True), (58, 30)),
    "facing": (Annotation(np.array([[40, 40], [40, 20]]), "facing"), (40, 30)),
}


@pytest.mark.parametrize("named", MARKS)
def test_a_mark_is_drawn_where_its_points_are(view, drawn, named):
    mark, on_it = MARKS[named]
    difference = changed(drawn(), drawn(marks=(mark,)))
    row, column = pixel(view, *on_it)
    assert difference[row - 2 : row + 3, column - 2 : column + 3].any()
    cells = where(view, difference)
    assert (cells > mark.points.min(axis=0) - 2.5).all()
    assert (cells < mark.points.max(axis=0) + 2.5).all()
    assert not changed(drawn(), drawn(marks=(Annotation(np.zeros((0, 2)), named),))).any()


def test_a_selection_s_box_is_faintly_filled_and_a_brush_is_not(view, drawn):
    empty = drawn()
    box, brush = drawn(marks=(MARKS["selection"][0],)), drawn(marks=(MARKS["brush"][0],))
    middle = pixel(view, 35, 30)
    assert 3 < (box[middle] - empty[middle]).mean() < 40
    assert not changed(empty, brush)[pixel(view, 50, 30)]


def test_men_who_are_only_shown_are_fainter_than_men(view, drawn):
    crowd = men(*[(x, y) for x in range(40, 60, 2) for y in range(20, 40, 2)], spacing=2.0)
    empty, shown, there = drawn(), drawn(preview=crowd), drawn(soldiers=crowd)
    assert changed(empty, shown).sum() > 1000
    assert changed(shown, there).sum() > 1000
    cells = where(view, changed(empty, shown))
    assert (cells > 36).all(axis=0)[0] and (cells[:, 1] > 14).all()


def test_selected_men_are_marked_and_no_others(view, drawn):
    places = [(x, y) for left in (20, 60) for x in np.arange(left, left + 12, 0.5) for y in np.arange(20, 30, 0.5)]
    crowd = men(*places, spacing=0.5)
    chosen = crowd.position[:, 0] < 40
    marked = type(crowd)(crowd.position, crowd.facing, crowd.walked, crowd.side, 0.5, chosen)
    cells = where(view, changed(drawn(soldiers=crowd), drawn(soldiers=marked)))
    assert len(cells) > 100
    assert (cells[:, 0] < 36).all()
    beyond = np.maximum(np.abs(cells[:, 0] - 26) - 6, np.abs(cells[:, 1] - 25) - 5)
    assert (beyond > 0.3).mean() > 0.05  # around them, and they themselves may stand in a brighter light


def test_the_minimap_shows_where_regiments_stand_and_what_is_seen(view, drawn):
    density = np.zeros((2, *GRID))
    density[0, 10:20, 10:30] = density[1, 40:60, 60:80] = 1.0
    minimap = Minimap(density, 1)
    picture = drawn(minimap=minimap)
    small = minimap_camera(SIZE, GRID)
    for place, team in (((20, 15), 0), ((70, 50), 1)):
        column, row = np.rint(small.pixels(np.array(place))).astype(int)
        assert np.abs(picture[row, column] - TEAMS[team]).max() < 12
    scale = 20.0
    framed = drawn(minimap=minimap, camera=Camera(SIZE, scale, (-40 * scale, -20 * scale)))
    right, bottom = SIZE[0] / scale, SIZE[1] / scale
    edge = np.rint(small.pixels(np.array([40 + right / 2, 20.0]))).astype(int)
    assert framed[edge[1] - 2 : edge[1] + 4, edge[0]].sum(axis=-1).max() > 600
    side = np.rint(small.pixels(np.array([40 + right, 20 + bottom / 2]))).astype(int)
    assert framed[side[1], side[0] - 3 : side[0] + 4].sum(axis=-1).max() > 600


def test_a_minimap_is_redrawn_when_its_version_changes(drawn):
    density = np.zeros((1, *GRID))
    first = drawn(minimap=Minimap(density, 21))
    density = density + 1.0
    assert not changed(first, drawn(minimap=Minimap(density, 21))).any()
    assert changed(first, drawn(minimap=Minimap(density, 22))).sum() > 1000


def curve(overlap: float, drift: float = 0.0) -> Plot:
    ticks = np.arange(0, 90, 3)
    return Plot(ticks, np.full((30, 2), (overlap, 0.1)), np.full(30, drift), ("Guards", "Raiders"))


def test_the_plot_draws_each_overlap_at_its_height_and_the_drift_below(drawn):
    empty = drawn(plot=Plot(np.zeros(0, int), np.zeros((0, 2)), np.zeros(0)))
    rows = [np.nonzero(changed(drawn(plot=curve(0.3)), drawn(plot=curve(share))))[0] for share in (0.5, 0.9)]
    assert rows[1].min() < rows[0].min()
    left = np.nonzero(changed(drawn(), empty))[1].min()
    assert left > SIZE[0] / 2
    moved = np.nonzero(changed(drawn(plot=curve(0.3)), drawn(plot=curve(0.3, 1e-6))))[0]
    assert moved.min() > rows[0].max()


def test_the_profiler_and_the_legend_stand_in_the_upper_right(drawn):
    rows = (("simulation", "5.0"), ("troops", "1.0"), ("frame", "6.0"))
    none = np.zeros((0, 2))
    for panel in ({"profile": rows}, {"overlays": (Arrows("plan", none, none),)}):
        found = np.nonzero(changed(drawn(), drawn(**panel)))
        assert found[1].min() > SIZE[0] / 2
        assert found[0].max() < SIZE[1] / 2
    longer = (("simulation", "5.0"), ("troops", "9.0"), ("frame", "14.0"))
    assert changed(drawn(profile=rows), drawn(profile=longer)).sum() > 50


def test_how_a_film_stands_is_shown_to_the_player_and_not_in_the_film(view, drawn, monkeypatch):
    window = []

    def look() -> None:
        if view.description.startswith("OpenGL"):
            pixels = np.frombuffer(view._context.screen.read(components=4), dtype=np.uint8)
            window.append(pixels.reshape(SIZE[1], SIZE[0], 4)[::-1, :, :3].astype(int))
        else:
            import pygame

            window.append(pygame.surfarray.array3d(view._window.surface).swapaxes(0, 1).astype(int))

    monkeypatch.setattr(view._window, "show", look)
    bare, filming = drawn(), drawn(recording="0:12")
    assert not changed(bare, filming).any()
    rows, columns = np.nonzero(changed(*window))
    assert columns.min() > SIZE[0] / 2
    assert rows.max() < SIZE[1] / 4


def test_a_plan_that_nobody_tells_is_said(drawn):
    none = np.zeros((0, 2))
    told, untold = (drawn(overlays=(Arrows("plan", none, none, known=known),)) for known in (True, False))
    assert changed(told, untold).sum() > 20


def test_panels_on_the_right_do_not_cover_each_other(view):
    """The view is there for pygame's display, without which no letter is drawn."""
    from engine.view.hud.panels import Panels
    from engine.view.scene import Scene

    for size in ((640, 360), (1280, 720), (3840, 2160)):
        none = np.zeros((0, 2))
        overlays = (
            FieldOverlay("error", np.zeros(GRID)),
            Arrows("velocity", none, none),
            Arrows("plan", none, none),
        )
        profile = tuple((part, "1.0") for part in ("simulation", "troops", "drawing", "waiting", "frame"))
        cards = tuple(Card(f"Regiment {number}", number, 0.5, ("Line · nca", "Romans")) for number in range(8))
        status = tuple((f"row {number}", "1") for number in range(8))
        scene = Scene(
            GRID, None, None, 0, status, overlays=overlays, profile=profile, plot=curve(0.5), cards=cards,
            minimap=Minimap(np.zeros((1, *GRID)), 1), hint="F1: keys", recording="0:12",
        )  # fmt: skip
        panels = Panels("Maniple").of(scene, Camera(size, 1.0, (0.0, 0.0)), 0)
        boxes = {panel.name: (*panel.place, *panel.surface.get_size()) for panel in panels}
        assert {"plot", "legend", "profile", "film", "status", "minimap", "hint"} <= set(boxes)
        for name, (x, y, width, height) in boxes.items():
            assert x >= 0 and y >= 0 and x + width <= size[0] and y + height <= size[1], name
            for other, (left, top, wide, high) in boxes.items():
                apart = x + width <= left or left + wide <= x or y + height <= top or top + high <= y
                assert name == other or apart, (size, name, other)


def test_a_card_is_written_for_each_regiment_until_there_is_no_room(drawn):
    cards = tuple(Card(f"Regiment {number}", number % 2, number / 20) for number in range(20))
    heights = []
    for count in (1, 3, 20):
        rows = np.nonzero(changed(drawn(), drawn(cards=cards[:count])))[0]
        heights.append(rows.max() - rows.min())
    assert heights[0] < heights[1] < heights[2] < SIZE[1]


def test_a_lesson_stands_in_the_lower_middle(view, drawn):
    rows, columns = np.nonzero(changed(drawn(), drawn(tutorial=("Drag to select.", "Then press the right button."))))
    middle = view.camera(GRID).pixels(np.array([48.0, 32.0]))[0]
    assert abs((columns.min() + columns.max()) / 2 - middle) < 6
    assert rows.min() > SIZE[1] / 2


def test_a_picture_can_be_asked_for_smaller(view, drawn):
    large = drawn(soldiers=men((48.0, 32.0), spacing=8.0), banner="Paused")
    small = view.picture(SIZE[0] // 3).astype(int)
    assert small.shape == (SIZE[1] // 3, SIZE[0] // 3, 3)
    mean = large.reshape(SIZE[1] // 3, 3, SIZE[0] // 3, 3, 3).mean(axis=(1, 3))
    assert np.abs(small - mean).mean() < 4
    assert view.picture(10_000).shape == (SIZE[1], SIZE[0], 3)

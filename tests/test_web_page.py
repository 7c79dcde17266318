"""The web page in a real browser, headless: real clicks, drags, keys and fingers, and the pixels of screenshots.

The browser draws in software, so the pictures are small. One browser and one page serve all tests, in their order.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from browser import ARMY, FLAGS, PATIENCE, PHONE, WINDOW, Browser

from nca_controller import export_web

GAME_L = 65  # ticks in which the game's own simulation fills the L of `LETTER` to 0.95: the long test measures it
LETTER = ((34, 10), (34, 30), (34, 52), (50, 52), (64, 52))  # cells: the letter L, from its upper end


@pytest.fixture(scope="module")
def page(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("web")
    export_web.main(["default", "--out", str(folder)])
    return folder / "index.html"


@pytest.fixture(scope="module")
def browser(page):
    """The browser; without one the tests are skipped. Under CI they fail then."""
    programs = [shutil.which("chromium") or shutil.which("google-chrome"), shutil.which("chromedriver")]
    if None in programs:
        if os.environ.get("CI") and sys.platform == "linux":
            pytest.fail("chromium and chromedriver have to be there under CI")
        pytest.skip("there is no chromium, or no chromedriver")
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = programs[0]
    for flag in (*FLAGS, f"--window-size={WINDOW[0]},{WINDOW[1]}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(programs[1]))
    try:
        driver.set_script_timeout(PATIENCE)
        yield Browser(driver, page.as_uri())
        errors = [entry["message"] for entry in driver.get_log("browser") if entry["level"] == "SEVERE"]
        assert not errors, errors
    finally:
        driver.quit()


@pytest.fixture(scope="module")
def playing(browser):
    """The page, playing at the greatest speed."""
    browser.open()
    browser.until("window.maniple && maniple.army.ticks > 1")
    # Coarser and fewer pictures than a player would see: the browser draws in software.
    browser.ask("(maniple.clock.speed = 16, maniple.every = 4, maniple.fineness = 0.5, maniple.resize())")
    return browser


def shares(soldiers: np.ndarray, target: np.ndarray) -> tuple[float, float]:
    """How much of the target shows soldiers, and how many cells with soldiers lie farther than two beside it."""
    around = np.pad(target > 0, 3)
    near = np.any([np.roll(around, (y, x), (0, 1)) for y in (-3, -2, -1, 0, 1, 2) for x in (-2, -1, 0, 1, 2)], axis=0)
    return soldiers[target > 0.5].mean(), (soldiers & ~near[3:-3, 3:-3]).sum() / soldiers.sum()


def test_it_plays_at_once_and_counts_the_army_exactly(playing):
    assert playing.text("soldiers") == str(ARMY) and playing.text("total") == f"{ARMY}.000000"
    assert playing.total() == ARMY * 2**20
    assert "llvmpipe" in playing.text("device") or "SwiftShader" in playing.text("device")
    playing.settle()
    assert re.fullmatch(r"(\d+ ticks/s|at rest), \d+ ms each, plan \d+ ms", playing.text("pace"))
    there, astray = shares(playing.soldiers(), playing.field("order.target"))
    assert there > 0.9 and astray < 0.05


def test_a_tick_moves_mass_as_the_second_writing_does(playing):
    """All fields to the bit: with blending left on they would go wrong while the total still matched."""
    from second_writing import advect

    from nca_controller.physics import Terrain

    playing.key("3", "Digit3")
    playing.wait(12)
    playing.key(" ", "Space")
    playing.until("maniple.army.simulation.idle")
    before = playing.field("mass")
    playing.step()
    after = playing.field("mass")
    texels = playing.driver.execute_async_script(
        "const answer = arguments[0], {passes, memory} = maniple.simulation, reading = passes.read(memory[0]);"
        "const look = () => { const seen = reading.arrived(); seen ? answer(Array.from(seen)) : setTimeout(look, 5); };"
        "look();"
    )
    velocity = np.array(texels, np.float32).reshape(*before.shape, 4)[..., :2]
    playing.key(" ", "Space")
    assert np.abs(after - before).sum() > 10
    nobody = np.zeros(1), np.zeros((1, *before.shape), np.float32)
    along_x = advect(before[None], velocity[None], Terrain.plain(*before.shape), (0,), *nobody)
    turned, other = along_x.transpose(0, 2, 1), velocity.transpose(1, 0, 2)[None, ..., ::-1]
    nobody = np.zeros(1), np.zeros((1, *before.T.shape), np.float32)
    expected = advect(turned, other, Terrain.plain(*before.T.shape), (0,), *nobody)
    np.testing.assert_array_equal(after, expected[0].T)


def test_a_formation_is_picked_by_button_and_by_key(playing):
    playing.click("formation-wedge")
    assert playing.shows("order", "Wedge")
    assert playing.ask("document.getElementById('formation-wedge').getAttribute('aria-pressed')") == "true"
    playing.key("1", "Digit1")
    assert playing.ask("maniple.player.formation.name") == "line"
    playing.key("e", "KeyE")
    assert playing.ask("maniple.army.order.angle") == pytest.approx(np.pi / 12)
    assert playing.total() == ARMY * 2**20


def test_a_drag_sets_the_front_and_shows_it_before(playing):
    playing.click("tool-front")
    playing.click("formation-phalanx")
    playing.key(" ", "Space")
    playing.until("maniple.army.simulation.idle")
    time.sleep(0.3)
    before = playing.picture()
    playing.drag((25, 45), (40, 35), (60, 25), let_go=False)
    time.sleep(0.3)
    held = playing.picture()
    changed = np.argwhere(np.abs(held - before).sum(axis=-1) > 60)
    left, _ = playing.pixel((25, 45))
    right, _ = playing.pixel((60, 25))
    assert len(changed) > 1000 and changed[:, 1].min() < left + 6 and changed[:, 1].max() > right - 6
    playing.let_go()
    playing.key(" ", "Space")
    order = playing.ask("maniple.army.order")
    assert order["angle"] == pytest.approx(np.arctan2(-20, 35), abs=0.02)
    assert order["frontage"] == pytest.approx(np.hypot(20, 35), abs=0.5)
    first = np.array([25, 45]) + np.array([-np.sin(order["angle"]), np.cos(order["angle"])]) * order["depth"] / 2
    middle = first + np.array([35, -20]) / 2
    assert np.abs(np.array(order["centre"]) - middle).max() < 0.5
    playing.settle()
    there, astray = shares(playing.soldiers(), playing.field("order.target"))
    assert there > 0.9 and astray < 0.05


def test_its_keys_are_those_of_the_game(playing):
    from engine.controls.bindings import bindings, by_key
    from engine.formations import load as formations

    known = by_key(bindings(formations().values()))
    names = {"BracketLeft": "[", "BracketRight": "]", "Period": ".", "Equal": "=", "Minus": "-"}
    names |= {"NumpadDecimal": "[.]", "NumpadAdd": "[+]", "NumpadSubtract": "[-]"}
    for codes, row in playing.ask("bindingsOf(maniple).map(([codes, , does]) => [codes, does])"):
        for code in codes:
            digit = code.removeprefix("Digit").removeprefix("Numpad")
            plain = re.sub("^(Key|Arrow)", "", code).lower()
            key = names.get(code) or (digit if code.startswith("Digit") else f"[{digit}]" if digit != code else plain)
            does = known[key].family[1] if known[key].family else known[key].does
            assert does.startswith(row), code


def draw_letter(browser) -> None:
    """Begin anew with a crowd at the left, paused, draw the letter L, and go on."""
    browser.click("tool-draw")
    browser.key(" ", "Space")
    browser.until("maniple.army.simulation.idle")
    browser.ask("(maniple.army.mass = crowd(600, maniple.army.field, [22, 32]), maniple.army.begin(0))")
    browser.drag(*LETTER)
    browser.key(" ", "Space")


def test_a_drawn_letter_is_filled_about_as_fast_as_by_the_game(playing):
    draw_letter(playing)
    target = playing.field("order.target")
    assert target.astype(np.float64).sum() == ARMY and playing.shows("order", "Your drawing")
    assert all(target[int(y), int(x)] == 1 for x, y in LETTER) and target[20, 60] == 0
    playing.until("(maniple.army.overlap >= 0.95 && (maniple.filled ??= maniple.army.ticks)) > 0")
    assert playing.ask("maniple.filled") <= 1.3 * GAME_L
    playing.settle(0.97)
    there, astray = shares(playing.soldiers(), target)
    assert there > 0.9 and astray < 0.05
    assert playing.total() == ARMY * 2**20


@pytest.mark.long
def test_the_game_fills_the_letter_in_that_many_ticks():
    from engine.formations import crowd, overlap, place_order
    from engine.formations import load as formations
    from engine.orders import Order, deployment
    from engine.plugin import Ground
    from nca_controller import rollout
    from nca_controller.controllers import load_controller

    ground = Ground.plain(64, 96)
    start, order = (
        crowd(ARMY, ground, centre=(22, 32)),
        Order("line", (48, 32), area=deployment.brush_discs(LETTER, 3.5)),
    )
    target = place_order(order, formations()["line"], ARMY, ground).target
    masses = np.asarray(rollout(load_controller("default"), start, target, ticks=GAME_L + 1))
    overlaps = [overlap(mass, target) for mass in masses]
    assert 1 + next(tick for tick, filled in enumerate(overlaps) if filled >= 0.95) == GAME_L


def test_a_wound_throws_soldiers_apart_and_heals(playing):
    playing.settle()
    playing.click("tool-wound")
    playing.key(" ", "Space")
    playing.until("maniple.army.simulation.idle")
    crowded = np.lib.stride_tricks.sliding_window_view(playing.field("mass"), (5, 5)).min(axis=(2, 3)) > 0.5
    row, column = np.argwhere(crowded)[crowded.sum() // 2]  # the corner of 5 x 5 cells that are well filled
    hole = slice(row, row + 5), slice(column, column + 5)
    playing.drag((column + 2.5, row + 2.5))
    playing.until("maniple.player.strikes.length === 0")
    assert playing.field("mass")[hole].max() == 0 and playing.total() == ARMY * 2**20
    assert "nobody is lost" in playing.text("message")
    before = playing.ask("maniple.army.overlap")
    for _ in range(4):
        playing.step()
    time.sleep(0.3)
    assert not playing.soldiers()[hole][1:4, 1:4].any()
    playing.key(" ", "Space")
    playing.settle(0.98)
    assert before < 0.95 and playing.field("mass")[hole].mean() > 0.9
    assert playing.total() == ARMY * 2**20


def test_a_lost_device_comes_back_with_everybody(playing):
    playing.key("7", "Digit7")
    playing.wait(5)
    playing.ask("(maniple.loss = maniple.gl.getExtension('WEBGL_lose_context')).loseContext()")
    playing.until("document.getElementById('message').textContent.startsWith('The graphics device was lost')")
    assert playing.total() == ARMY * 2**20
    playing.ask("maniple.loss.restoreContext()")
    playing.until("document.getElementById('message').textContent.includes('is back')")
    before = playing.ask("maniple.army.overlap")
    playing.wait(10)
    assert playing.ask("maniple.army.overlap") > before
    assert playing.total() == ARMY * 2**20
    playing.key(" ", "Space")
    time.sleep(0.5)
    soldiers, mass = playing.soldiers(), playing.field("mass")
    assert shares(soldiers, mass)[0] > 0.9 and shares(soldiers, np.where(mass > 0.05, mass, 0))[1] < 0.1
    playing.key(" ", "Space")


def test_a_page_that_slept_does_not_catch_up(playing):
    playing.key("2", "Digit2")
    playing.wait(3)
    # As after an hour in the background, in which no frame was drawn.
    before = playing.ask("(maniple.clock.speed = 1, maniple.clock.last -= 3600, maniple.army.ticks)")
    time.sleep(0.5)
    assert playing.ask("maniple.clock.due") <= 4
    assert playing.ask("maniple.army.ticks") - before < 25
    playing.ask("(maniple.clock.speed = 16)")
    assert playing.total() == ARMY * 2**20
    playing.key(" ", "Space")


def test_the_commander_orders_as_that_of_the_game(playing):
    from engine.formations import crowd, form_up, load
    from engine.plugin import Ground
    from nca_controller.guidance.plan import empty_plan, follow, plan_transport

    ground = Ground(np.ones((48, 64), bool))  # as in tests/nca_controller/guidance, which compile the same
    mass = crowd(150.0, ground, centre=(14, 14))
    target = form_up(load()["wedge"], 150.0, ground, centre=(44, 30), angle=40).target
    order = playing.driver.execute_async_script(
        "const [mass, target, answer] = arguments;"
        "const worker = workerOf('commander', ({order}) => answer(Array.from(order)), answer);"
        "worker.postMessage({start: {height: 48, width: 64}});"
        "worker.postMessage({tick: 0, mass: Float32Array.from(mass), target: Float32Array.from(target)});",
        mass.ravel().tolist(),
        target.ravel().tolist(),
    )
    order = np.array(order, np.float32).reshape(48, 64, 4)
    expected = np.asarray(follow(plan_transport(empty_plan(48, 64), mass, target), mass, target))
    held = mass > 0.1
    assert np.abs(order[held][:, 1:] - expected[held]).max() < 1e-3
    np.testing.assert_array_equal(order[..., 0], target)


def test_a_new_order_is_followed_one_tick_late(playing):
    """The tick after an order goes by the commander's last one, as in the game, and the next by the new one."""
    playing.key("1", "Digit1")
    playing.ask("(maniple.clock.paused = false)")
    playing.settle(0.98)
    playing.key(" ", "Space")
    playing.until("maniple.army.simulation.idle")
    playing.ask(
        "(maniple.heard = [], maniple.simulation.tick = function (order) {"
        " maniple.heard.push(maniple.army.mass.reduce((sum, here, cell) => sum + here * order[4 * cell + 2], 0));"
        " return Simulation.prototype.tick.call(this, order); })"
    )
    playing.ask("maniple.player.shift(0, maniple.army.order.centre[1] < 32 ? 8 : -8)")
    for _ in range(3):
        playing.step()
    old, *new = np.abs(playing.ask("maniple.heard")) / ARMY
    playing.ask("delete maniple.simulation.tick")
    assert old < 0.05 and min(new) > 0.1, (old, new)


def test_a_finger_plays_on_a_phone_upright_and_turned(playing):
    playing.resize(PHONE, mobile=True)
    playing.cdp("Emulation.setTouchEmulationEnabled", enabled=True)
    playing.until("maniple.army.field.width === 64")
    assert playing.ask("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]") == list(PHONE)
    left, top = playing.pixel((0, 0))
    right, bottom = playing.pixel((64, 96))
    assert right - left > 340 and left >= 0 and right <= PHONE[0] and top > 60 and bottom < PHONE[1] - 150
    playing.click("tool-front")
    playing.click("pause")
    playing.touch((12, 30), (30, 30), (52, 30))
    assert playing.ask("maniple.army.order.frontage") == pytest.approx(40, abs=0.7)
    playing.settle()
    there, _ = shares(playing.soldiers(), playing.field("order.target"))
    assert there > 0.9
    playing.resize(PHONE[::-1], mobile=True)
    playing.until("maniple.army.field.width === 96 && maniple.army.ticks > 1")
    assert playing.total() == ARMY * 2**20
    there, astray = shares(playing.soldiers(), playing.field("order.target"))
    assert there > 0.9 and astray < 0.05
    for name in ("formation-line", "tool-wound", "faster", "total", "device"):
        box = playing.ask("document.getElementById(arguments[0]).getBoundingClientRect().toJSON()", name)
        assert box["left"] >= 0 and box["right"] <= PHONE[1] and box["bottom"] <= PHONE[0], name
    playing.until("maniple.army.asleep")
    ticks = playing.ask("maniple.army.ticks")
    time.sleep(0.5)
    assert playing.ask("maniple.army.ticks") == ticks
    assert playing.text("pace").startswith("at rest")
    playing.cdp("Emulation.setTouchEmulationEnabled", enabled=False)


COUNT_HELD = """\
(maniple.held = {}, ["Texture", "Framebuffer", "Buffer", "Program"].map((kind) => [`create${kind}`, `delete${kind}`])
  .concat([["fenceSync", "deleteSync"]]).forEach(([make, drop]) => {
  const {gl, held} = maniple, made = gl[make], dropped = gl[drop], alive = new Set();
  Object.defineProperty(held, make, {get: () => alive.size, enumerable: true});
  gl[make] = (...words) => { const one = made.apply(gl, words); alive.add(one); return one; };
  gl[drop] = (one) => { alive.delete(one); dropped.call(gl, one); };
}))
"""  # what was made on the device from now on, and is held


def held(browser) -> dict[str, int]:
    return browser.ask("Object.assign({}, maniple.held)")


def test_turning_a_phone_over_and_over_holds_no_more_on_the_device(playing):
    playing.key(" ", "Space")
    playing.until("maniple.army.simulation.idle")
    playing.ask(COUNT_HELD)
    counts = []
    for upright in (True, False) * 3:
        playing.resize(PHONE if upright else PHONE[::-1], mobile=True)
        playing.until("maniple.army.field.width === arguments[0] && maniple.simulation.idle", 64 if upright else 96)
        playing.step()
        counts.append(held(playing))
    assert counts[1]["createTexture"] > 0 and counts[1]["createProgram"] == 0
    first, last = counts[1], counts[-1]
    # The picture keeps outlines of some targets; a field of the simulation's has 16 textures and 21 framebuffers.
    assert all(last[kind] - first[kind] <= 2 for kind in first), (first, last)
    assert playing.ask("maniple.simulation.passes.canvases.size") < 30
    assert playing.total() == ARMY * 2**20


def test_beginning_anew_in_the_midst_of_a_tick_drops_what_it_reads(playing):
    """After the test before, which counts what is held on the device."""
    for _ in range(3):
        playing.until("maniple.army.ready")
        playing.ask("(maniple.army.tick(), maniple.army.begin(0))")
    playing.step()
    assert (held(playing)["createBuffer"], held(playing)["fenceSync"]) == (0, 0)
    assert playing.total() == ARMY * 2**20


def test_a_wound_that_throws_nobody_says_why(playing):
    playing.ask("(maniple.clock.paused = false, maniple.pause())")
    playing.until("maniple.army.simulation.idle")
    strike = "maniple.player.wound([20, 20], 4), document.getElementById('message').textContent"
    before = playing.field("mass")
    playing.ask("(maniple.kept = maniple.army.mass)")
    full = playing.ask(f"(maniple.army.mass = maniple.kept.map(() => 1), {strike})")
    empty = playing.ask(f"(maniple.army.mass = maniple.kept.map(() => 0), {strike})")
    playing.ask("(maniple.army.mass = maniple.kept)")
    assert full == "They stay: nowhere on the field is there room for them."
    assert empty == "Nobody stands there."
    np.testing.assert_array_equal(playing.field("mass"), before)


@pytest.mark.parametrize(("obedience", "text"), [(1e-7, "1e-7"), (4, "4.0"), (0, "0.0")])
def test_what_weighs_the_network_is_written_exactly(playing, obedience, text):
    source = playing.ask(
        "(({gl, passes}, obedience) => {"
        " const {steer} = new Steering(passes, {...maniple.world.architecture, obedience}).programs;"
        " steer.use(); return gl.getShaderSource(steer.stages[1]); })"
        "({gl: maniple.gl, passes: maniple.simulation.passes}, arguments[0])",
        obedience,
    )
    assert f"#define OBEDIENCE {text}\n" in source


@pytest.mark.parametrize(
    ("missing", "line"),
    [
        ("HTMLCanvasElement.prototype.getContext = ((old) => function (kind, ...words) {"
         " return kind === 'webgl2' ? null : old.call(this, kind, ...words); })"
         "(HTMLCanvasElement.prototype.getContext)", "no WebGL2"),
        ("WebGL2RenderingContext.prototype.getExtension = () => null", "no float textures"),
        ("WebGL2RenderingContext.prototype.shaderSource = ((old) => function (stage, text) {"
         " old.call(this, stage, text.replace('void main', 'void man')); })"
         "(WebGL2RenderingContext.prototype.shaderSource)", "does not compile"),
    ],
)  # fmt: skip
def test_what_the_browser_lacks_is_said_in_one_line(browser, missing, line):
    browser.open(before=missing)
    browser.until("document.getElementById('message').textContent.length > 0 && !!window.maniple")
    browser.until("document.getElementById('message').textContent.includes(arguments[0])", line)
    assert "\n" not in browser.text("message") and browser.total() == ARMY * 2**20
    browser.click("formation-wedge")  # whatever the player does, the reason stays
    assert line in browser.text("message")

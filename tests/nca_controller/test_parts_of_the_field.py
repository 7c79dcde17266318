"""Battles of which the game moves a part of the field alone, and those awake in it: to the bit as if all were moved."""

import threading

import jax
import numpy as np
from ahead import Ahead

from engine.plugin import Ground
from nca_controller import JaxSimulation, load_controller
from nca_controller.dynamics import Part, Programs
from nca_controller.dynamics import part as parts
from nca_controller.guidance import COMMANDERS

SHAPE, TICKS = (40, 64), 40


class AtOnce(Programs):
    """Programs that are compiled while the game waits, and what they were compiled for."""

    def __init__(self):
        super().__init__()
        self.made, self.parts = {}, []

    def find(self, function, *arguments, **static):
        key = (function, str(jax.tree.map(np.shape, arguments)), str(arguments[-1]), str(static))
        if key not in self.made:
            self.made[key] = function.lower(*arguments, **static).compile()
        self.parts.append((arguments[-1], len(arguments)))
        return self.made[key]


class Never(Programs):
    """Programs that are never there."""

    def find(self, function, *arguments, **static):
        return None


def battle(programs):
    """Play three regiments, of whom the last comes to rest at once, and return what was moved in each tick."""
    ground = Ground(np.ones(SHAPE, dtype=bool))
    mass = np.zeros((3, *SHAPE), np.float32)
    mass[0, 5:11, 8:14] = mass[1, 3:9, 20:26] = mass[2, 6:12, 56:60] = 0.875
    targets = np.stack([np.roll(mass[0], 7, 1), np.roll(mass[1], -6, 1), mass[2]])
    simulation = JaxSimulation()
    simulation._programs = programs
    led = [Ahead(np.float32(way)) for way in ((0.3, 0.1), (-0.2, 0), (0, 0))]
    state = simulation.reset(mass, ground, led, 0, sides=(0, 1, 0))
    for _ in range(TICKS):
        state = simulation.tick(state, targets)
        yield simulation.read(state, ("mass", "velocity", "flux_x", "flux_y"))


def test_a_battle_in_a_part_of_the_field_is_the_same_to_the_bit(monkeypatch):
    monkeypatch.setattr(parts, "WORTH", 1)
    monkeypatch.setattr(parts, "SHARES", (1 / 2, 1))
    at_once = AtOnce()
    moved = 0.0
    for tick, (found, whole) in enumerate(zip(battle(at_once), battle(Never()), strict=True)):
        for name in whole:
            np.testing.assert_array_equal(found[name], whole[name], err_msg=f"{name} at tick {tick}")
        moved += float(np.abs(whole["flux_x"]).sum())
    assert moved > 100
    used = [(part.shape, count) for part, count in at_once.parts if isinstance(part, Part)]
    assert ((24, 64), 6) in used, "all of them, in half of the height"
    assert any(count == 7 for _, count in used), "and those awake alone, once one sleeps"
    assert len(at_once.made) <= 4, "few programs serve all"


def test_two_regiments_are_steered_at_once_and_none_is_traced_in_their_threads(monkeypatch):
    traced, poisson = [], COMMANDERS["poisson"]
    plan = poisson.follow

    def watched(self, memory, mass, target):
        traced.append(threading.current_thread().name)
        return plan(self, memory, mass, target)

    monkeypatch.setattr(poisson, "follow", watched)
    simulation, here = JaxSimulation(), threading.current_thread().name
    for shape, boundary, sides in (
        (SHAPE, "wall", (0, 0, 0)),
        (SHAPE, "torus", (0, 0, 0)),
        (SHAPE, "torus", (0, 1, 2)),
    ):
        mass = np.zeros((3, *shape), np.float32)
        mass[:, 4:8, 4:8] = 0.3
        ground = Ground(np.ones(shape, dtype=bool), boundary=boundary)
        state = simulation.reset(mass, ground, [load_controller("poisson")] * 3, 0, sides=sides)
        simulation.tick(simulation.tick(state, mass[:, ::-1]), mass[:, ::-1])
    assert traced == [here] * 3

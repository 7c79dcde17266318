"""A scenario of two regiments as a file, and how it is mustered."""

import tomllib

import tomli_w
from stand_in import StandIn

from engine import formations, units
from engine.battle.setup import BattleSetup

GOOD = """
title = "A duel"
size = [64, 48]
sides = ["Rome", "Carthage"]
seed = 5
ticks = 90
player = "Carthage"
camera = { x = 30, y = 20, width = 40 }

[[regiments]]
name = "left"
side = "Rome"
mass = 80
men = 160
formation = "line"
at = [16, 24]
angle = 90

[[regiments]]
name = "right"
side = "Carthage"
mass = 80.5
controller = "plan"
formation = "wedge"
at = [48, 24]
angle = 270
frontage = 18

[[orders]]
tick = 60
regiment = "right"
halt = true

[[orders]]
tick = 10
regiment = "left"
formation = "column"
line = [[10, 10], [20, 10.5]]
queued = true

[[orders]]
tick = 20
charge = [40, 24, 3]

[[orders]]
tick = 30
regiment = "left"
controller = "poisson"
"""


def campaign(scenario):
    controllers = dict.fromkeys(("nca", "plan", "poisson"), object)
    return BattleSetup(StandIn, controllers, formations.load(), scenario, units=units.load())


def round_trip(table):
    """Return a table of TOML as it is read again."""
    return tomllib.loads(tomli_w.dumps(table))

"""Formations: from a formation file and an order to a target density of an exact mass. NumPy only.

A formation is a shape with a front. Its target is found by the shape's signed distance: cells within it are full, cells
on its edge hold their share, and the edge is moved out or in until the target holds the mass that was ordered.
"""

from engine.formations.files import load, read
from engine.formations.formation import Formation, FormationError, pick
from engine.formations.mass import blob, check_mass, fill, overlap
from engine.formations.roster import Roster
from engine.formations.standing import Stand, form_up, sized

__all__ = [
    "Formation",
    "FormationError",
    "Roster",
    "Stand",
    "blob",
    "check_mass",
    "fill",
    "form_up",
    "load",
    "overlap",
    "pick",
    "read",
    "sized",
]

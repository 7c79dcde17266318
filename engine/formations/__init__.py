"""Formations: from a formation file and an order to a target density of an exact mass, and a slot for every soldier.

A formation is a shape with a front. Its target is found by the shape's signed distance: cells within it are full, cells
on its edge hold their share, and the edge is moved out or in until the target holds the mass that was ordered.
Beside them stands the ground that they form on, from a file.
"""

from engine.formations import ground_image
from engine.formations.carried import formation_table, read_formation
from engine.formations.crowd import crowd
from engine.formations.discs import distance_to_discs
from engine.formations.files import load, read
from engine.formations.fitting import largest_room, muster_place, reachable_place
from engine.formations.formation import Formation, FormationError, lookup
from engine.formations.front import direction
from engine.formations.ground_file import check_ground, read_ground, read_terrain
from engine.formations.library import FormationLibrary
from engine.formations.mass import check_mass, fill, overlap
from engine.formations.materials import Materials, with_words
from engine.formations.place_order import muster_order, place_order, placement_on
from engine.formations.placement import Placement, dimensions, form_up
from engine.formations.ways import distances_by_way, fastest_way, foothold, part_of, standing_place, ways_over

__all__ = [
    "Formation",
    "FormationError",
    "FormationLibrary",
    "Materials",
    "Placement",
    "check_ground",
    "check_mass",
    "crowd",
    "dimensions",
    "direction",
    "distance_to_discs",
    "distances_by_way",
    "fastest_way",
    "fill",
    "foothold",
    "form_up",
    "formation_table",
    "ground_image",
    "largest_room",
    "load",
    "lookup",
    "muster_order",
    "muster_place",
    "overlap",
    "part_of",
    "place_order",
    "placement_on",
    "reachable_place",
    "read",
    "read_formation",
    "read_ground",
    "read_terrain",
    "standing_place",
    "ways_over",
    "with_words",
]

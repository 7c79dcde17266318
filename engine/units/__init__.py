"""Units: kinds of soldiers as files, and what a kind is worth in a formation, as the laws of battle read it."""

from engine.units.files import FOLDER, descriptions, list_files, load, read, read_unit, unit_table
from engine.units.traits import FACTORS, KINDS, PLAIN, Traits, read_traits, traits_table
from engine.units.unit import DEFAULT, SPRITES, Unit, lookup, row

__all__ = [
    "DEFAULT",
    "FACTORS",
    "FOLDER",
    "KINDS",
    "PLAIN",
    "SPRITES",
    "Traits",
    "Unit",
    "descriptions",
    "list_files",
    "load",
    "lookup",
    "read",
    "read_traits",
    "read_unit",
    "row",
    "traits_table",
    "unit_table",
]

"""A formation as one table that needs no other file: a replay carries those of a player's own along."""

from __future__ import annotations

import base64
import binascii
from typing import Any

import numpy as np
from jaxtyping import Bool

from engine.formations.files import CHECKS
from engine.formations.formation import Formation
from engine.formations.masks import MOST_PIXELS, mask_of, mask_shape
from engine.formations.shapes import SHAPES
from engine.io import Table
from engine.units import FACTORS, Traits, read_traits, traits_table

PLAIN = ("title", "key", "description", "ratio", "ranks", "hollow", "spacing", "stagger")


def formation_table(one: Formation) -> dict[str, Any]:
    """Return the table of a formation, all that it inherits included; `read_formation` returns an equal one from it."""
    table: dict[str, Any] = {"name": one.name, "title": one.title, "description": one.description}
    mask = mask_of(one.shape)
    if mask is None:
        table["shape"] = next(name for name, shape in SHAPES.items() if shape == one.shape)
    else:
        bits = base64.b64encode(np.packbits(mask).tobytes()).decode()
        table["mask"] = {"rows": mask.shape[0], "columns": mask.shape[1], "bits": bits}
    table |= {"ranks": one.ranks} if one.ranks else {"ratio": one.ratio}
    table |= {"spacing": list(one.spacing), "stagger": one.stagger, "hollow": one.hollow}
    combat = traits_table(one.combat)
    return table | ({"key": one.key} if one.key else {}) | ({"combat": combat} if combat else {})


def read_formation(table: Table) -> Formation:
    """Return the formation in such a table. Raises FileError."""
    name = table.text("name")
    fields: dict[str, Any] = {"key": "", "ratio": 1.0}
    fields |= {field: table.checked(field, CHECKS[field], None) for field in PLAIN if field in table}
    for needed in ("title", "description"):
        if needed not in fields:
            raise table.error(needed, "is missing")
    combat = table.subtable("combat")
    fields["combat"] = Traits(**read_traits(combat, FACTORS))
    combat.finish()
    mask = table.table("mask")
    shape = mask_shape(_read_mask(mask)) if mask else SHAPES[table.one_of("shape", SHAPES, "rectangle")]
    table.finish()
    return Formation(name=name, shape=shape, **fields)


def _read_mask(table: Table) -> Bool[np.ndarray, "rows columns"]:
    rows = table.integer("rows", least=1, most=MOST_PIXELS)
    columns = table.integer("columns", least=1, most=MOST_PIXELS)

    def unpacked(value: Any) -> Bool[np.ndarray, "rows columns"]:
        try:
            bits = np.frombuffer(base64.b64decode(value, validate=True), np.uint8)
        except (TypeError, ValueError, binascii.Error):
            bits = np.zeros(0, np.uint8)
        if len(bits) != -(-rows * columns // 8):
            raise ValueError("as many bits in base64 as rows times columns")
        mask = np.unpackbits(bits, count=rows * columns).astype(bool).reshape(rows, columns)
        if not mask.any():
            raise ValueError("bits that are not all 0: nobody would stand on it")
        return mask

    mask = table.checked("bits", unpacked, None)
    if mask is None:
        raise table.error("bits", "is missing")
    table.finish()
    return mask

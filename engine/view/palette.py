"""The colours of the game, red, green and blue from 0 to 255."""

from __future__ import annotations

Colour = tuple[int, int, int]

TEAMS: tuple[Colour, ...] = ((222, 94, 20), (30, 124, 196))  # vermilion and blue: distinct for the colour-blind, too
# What players may choose; the two colours of each are distinct for the colour-blind, too.
PALETTES: dict[str, tuple[Colour, ...]] = {
    "vermilion-blue": TEAMS,
    "amber-indigo": ((255, 176, 0), (60, 70, 190)),
    "sand-blue": ((230, 200, 140), (40, 80, 200)),
    "red-cyan": ((220, 70, 50), (70, 200, 230)),
}
METAL: Colour = (226, 230, 236)
LEATHER: Colour = (150, 110, 72)
PALE_CLOTH: Colour = (237, 232, 219)  # what the colours of whoever flees fade to
UNDERGROUND: Colour = (54, 46, 33)  # and of those who lie

TABLE: Colour = (20, 21, 19)  # around the field
GRASS: Colour = (64, 72, 42)
EARTH: Colour = (86, 76, 52)
BORDER: Colour = (143, 128, 92)
OUTLINE: Colour = (250, 233, 190)  # around the targets that were ordered

ROCK: Colour = (104, 100, 92)  # closed cells
CASING: Colour = (16, 17, 13)  # the dark rim of lines over the field
DRAWN: Colour = (255, 214, 120)  # what the player draws
REFUSED: Colour = (226, 60, 48)  # the cross over an order that cannot be
REFUSED_SOLDIER: Colour = (70, 22, 20)  # who would stand there: darker than any side's
ATTACKED: Colour = (255, 84, 66)  # around the enemy that is attacked, and the way to it
RELIEVED: Colour = (172, 222, 255)  # the same for a friend that is relieved
ROUTE: Colour = (236, 226, 200)  # the way to where orders wait
SELECTED: Colour = (255, 246, 214)  # around the selected soldiers
WHITE_FLAG: Colour = (247, 245, 238)  # of a broken regiment
VELOCITY: Colour = (250, 250, 244)  # arrows of what is commanded
PLANNED: Colour = (255, 205, 64)  # arrows of what was planned

TEXT: Colour = (236, 232, 220)  # values, names, and plain lines
FAINT: Colour = (158, 152, 136)  # labels and remarks
GOLD: Colour = (206, 170, 100)
RECORDING: Colour = (226, 60, 48)
PANEL: Colour = (14, 15, 14)


def unit(colour: Colour) -> tuple[float, float, float]:
    """Return a colour as shaders take it, from 0 to 1."""
    red, green, blue = colour
    return red / 255.0, green / 255.0, blue / 255.0

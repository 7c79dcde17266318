"""The colours of the game, red, green and blue from 0 to 255."""

from __future__ import annotations

Colour = tuple[int, int, int]

TEAMS: tuple[Colour, ...] = ((222, 94, 20), (30, 124, 196))  # vermilion and blue: apart for every kind of sight
PALETTES: dict[
    str, tuple[Colour, ...]
] = {  # what players may choose; each of two sides that every kind of sight tells apart
    "vermilion-blue": TEAMS,
    "amber-indigo": ((255, 176, 0), (60, 70, 190)),
    "sand-blue": ((230, 200, 140), (40, 80, 200)),
    "red-cyan": ((220, 70, 50), (70, 200, 230)),
}
METAL: Colour = (226, 230, 236)
LEATHER: Colour = (150, 110, 72)

TABLE: Colour = (20, 21, 19)  # what the field lies on
GRASS: Colour = (64, 72, 42)
EARTH: Colour = (86, 76, 52)
BORDER: Colour = (143, 128, 92)
GHOST: Colour = (250, 233, 190)

ROCK: Colour = (104, 100, 92)  # where nobody can stand
CASING: Colour = (16, 17, 13)  # the dark rim of lines over the field
DRAWN: Colour = (255, 214, 120)  # what the player draws
WAY: Colour = (236, 226, 200)  # the way to where orders wait
CHOSEN: Colour = (255, 246, 214)  # the line around the selected men
VELOCITY: Colour = (250, 250, 244)
PLANNED: Colour = (255, 205, 64)

INK: Colour = (236, 232, 220)  # what is read
FAINT: Colour = (158, 152, 136)  # what only names it
GOLD: Colour = (206, 170, 100)
RECORDING: Colour = (226, 60, 48)
PANEL: Colour = (14, 15, 14)


def unit(colour: Colour) -> tuple[float, float, float]:
    """Return a colour in shares of full light, as shaders take it."""
    red, green, blue = colour
    return red / 255.0, green / 255.0, blue / 255.0

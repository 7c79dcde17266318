"""The same game without a player: the same battlefield and the same scenes, for figures and pictures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from engine.battlefield import Battlefield
from engine.campaign import Campaign
from engine.staging import cards, stage, status
from engine.view.recording import save_png
from engine.view.scene import Scene, View

TICKS = 400  # enough for any formation to stand


def play(battlefield: Battlefield, ticks: int) -> Iterator[int]:
    """Play so many ticks; yields 1, 2, ... after each."""
    for tick in range(1, ticks + 1):
        battlefield.tick()
        yield tick


def report(campaign: Campaign, battlefield: Battlefield) -> dict[str, object]:
    """Return how the battle stands; the masses are exact."""
    return {
        "order": battlefield.orders[0].formation,
        "controller": campaign.controller,
        "ticks": battlefield.ticks,
        "overlap": sum(one.mass * battlefield.overlap(r) for r, one in enumerate(battlefield.regiments))
        / battlefield.mass_start,
        "regiments": [
            {
                "name": regiment.name,
                "side": campaign.sides[regiment.side],
                "order": battlefield.orders[number].formation,
                "controller": regiment.controller,
                "overlap": battlefield.overlap(number),
            }
            for number, regiment in enumerate(battlefield.regiments)
        ],
        "mass_start": battlefield.mass_start,
        "mass_end": battlefield.mass_now,
        "soldiers": sum(len(troops) for troops in battlefield.troops),
        "backend": battlefield.simulation.backend,
        "device": battlefield.simulation.device,
    }


def scene(campaign: Campaign, battlefield: Battlefield, portion: float = 1.0) -> Scene:
    """Return the scene that a player would see, at a portion of the way between the last two ticks."""
    several = range(len(battlefield.regiments) if len(battlefield.regiments) > 1 else 0)
    staged = stage(battlefield, portion, status(battlefield, campaign.formations))
    return replace(staged, cards=cards(battlefield, campaign.formations, campaign.sides, several))


def screenshot(campaign: Campaign, battlefield: Battlefield, view: View, path: Path) -> None:
    """Save the picture that a player would see. Raises OSError where it cannot be written."""
    view.draw(scene(campaign, battlefield))
    save_png(path, view.picture())

"""From a battle's state to the scene that a view draws."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from jaxtyping import Float

from engine.battle import BattleState, OrderBook
from engine.formations import Materials
from engine.presentation.fighting import banners, has_combat, in_combat, lying
from engine.presentation.options import ViewOptions
from engine.presentation.overlays import overlays
from engine.soldiers import interpolated
from engine.view import TEAMS, Colour, DrawnSoldiers, Minimap, Scene, regiment_colours

MINIMAP_EVERY = 4  # ticks between two minimaps


def compose(
    state: BattleState,
    alpha: float = 1.0,
    status: tuple[tuple[str, str], ...] = (),
    options: ViewOptions = ViewOptions(),  # noqa: B008  it is frozen
    scale: float = 5.0,
    sides: tuple[Colour, ...] = TEAMS,
    materials: Materials | None = None,
    player: int | None = None,
) -> Scene:
    """Return the scene at a point between the tick before, where `alpha` is 0, and the last one, where it is 1.

    `scale` is in pixels per cell, for arrows that are neither crowded nor sparse; `sides` are the sides' colours, of
    which each regiment gets a shade; `materials` are what the ground is made of, where its file says it. `player` is
    the side whose orders are drawn, None: all of them, but for those of regiments that take none.
    """
    soldiers = drawn_soldiers(state, alpha)
    moment = max(state.tick - 1 + alpha, 0.0)
    with_combat = has_combat(state)
    shown = tuple(
        player in (None, regiment.side) and state.takes_orders(number)
        for number, regiment in enumerate(state.regiments)
    )
    return Scene(
        grid=state.ground.grid,
        soldiers=soldiers,
        target_outline=target_outline(state.book, shown),
        target_version=state.book.version << len(shown) | sum(drawn << number for number, drawn in enumerate(shown)),
        status=status,
        overlays=overlays(state, options, scale),
        open_cells=state.ground.open_cells,
        capacity=state.ground.capacity,
        materials=materials,
        minimap=Minimap(state.mass, state.tick // MINIMAP_EVERY),
        teams=regiment_colours(tuple(regiment.side for regiment in state.regiments), sides, with_combat),
        fallen=lying(state, moment, soldiers.spacing) if with_combat else None,
        banners=banners(state, soldiers, moment) if with_combat else (),
    )


@lru_cache(maxsize=2)
def target_outline(book: OrderBook, shown: tuple[bool, ...]) -> Float[np.ndarray, "H W"]:
    """Return the target of the regiments that are shown: at most 1, so that it is one shape."""
    if all(shown):
        return book.target_outline
    targets = [one.target for drawn, one in zip(shown, book.placements, strict=True) if drawn]
    return np.minimum(np.sum(targets, axis=0), 1.0) if targets else np.zeros_like(book.target_outline)


def drawn_soldiers(state: BattleState, alpha: float) -> DrawnSoldiers:
    """Return the soldiers of all regiments in one; `side` is each soldier's regiment, for its colour."""
    now = [interpolated(soldiers, alpha) for soldiers in state.soldiers]
    position, facing, walked = (np.concatenate(part) for part in zip(*now, strict=True))
    side = np.repeat(np.arange(len(now)), [len(soldiers) for soldiers in state.soldiers])
    spacing = math.sqrt(min(soldiers.mass_per_soldier for soldiers in state.soldiers))
    drawn = DrawnSoldiers(position, facing, walked, side, spacing)
    return in_combat(drawn, state, max(state.tick - 1 + alpha, 0.0)) if has_combat(state) else drawn

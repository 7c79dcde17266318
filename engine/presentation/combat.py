"""How regiments and sides fare in a battle with combat: in soldiers for the player, in exact mass for the ledger."""

from __future__ import annotations

from collections.abc import Sequence

from engine.battle import BattleState, CombatReport, mass_of
from engine.view import TEAMS, Button, Colour, Fight, Rows, Strength

PACES = {"hold": "holds", "walk": "walks", "run": "runs"}
ATTACKS = {"hold": "holds against", "walk": "marches on", "run": "runs at"}
OTHERS = {"relieve": "relieves", "withdraw": "goes back behind"}  # what an engagement is that is no attack
MILLION = 1_000_000  # masses are written in millionths
ORDERS = ("hold", "walk", "run", "attack", "relieve")  # what the buttons give


def soldiers_of(state: BattleState, combat: CombatReport, regiment: int) -> tuple[int, int, int]:
    """Return a regiment's soldiers who stand, who fell and who fled: together those at the start.

    Whoever is not whole stands. Of the others those fell who went for mass that fell: nobody rises from the dead when
    more flee.
    """
    mustered, at_start = max(combat.mustered[regiment], 1), state.regiments[regiment].soldiers
    standing = -(-combat.standing[regiment] * at_start // mustered)
    owed = state.soldiers[regiment].losses.fallen.total  # mass for which nobody has gone yet
    fallen = round((mass_of(combat.fallen[regiment]) - owed) * at_start / mass_of(mustered))
    lost = at_start - standing
    fallen = min(max(fallen, 0), lost) if combat.fled[regiment] else lost
    return standing, fallen, lost - fallen


def fight_of(state: BattleState, combat: CombatReport, regiment: int) -> Fight:
    """Return how a regiment fares, for its card."""
    return Fight(
        standing=soldiers_of(state, combat, regiment)[0],
        mustered=state.regiments[regiment].soldiers,
        morale=float(combat.morale[regiment]),
        fatigue=float(combat.fatigue[regiment]),
        condition=combat.condition[regiment],
    )


def deeds(state: BattleState, combat: CombatReport, regiment: int) -> str:
    """Return a line on a regiment's condition, pace and whom it attacks or relieves: "steady · runs at Blue centre"."""
    condition, pace = combat.condition[regiment], state.paces[regiment]
    if not combat.takes_orders(regiment):
        return condition
    engagement = state.engagements.get(regiment)
    if engagement is None:
        return f"{condition} · {PACES[pace]}"
    does = OTHERS.get(engagement.kind, "charges" if engagement.charging else ATTACKS[pace])
    return f"{condition} · {does} {state.regiments[engagement.other].name}"


def strengths(state: BattleState, sides: Sequence[str], colours: Sequence[Colour] = TEAMS) -> tuple[Strength, ...]:
    """Return how each side fares, none in a battle without combat; `sides` are their names."""
    combat = state.combat
    if combat is None:
        return ()
    found = []
    for side in sorted({regiment.side for regiment in state.regiments}):
        own = [number for number, regiment in enumerate(state.regiments) if regiment.side == side]
        standing, fallen, fled = map(sum, zip(*(soldiers_of(state, combat, one) for one in own), strict=True))
        broken = sum(not combat.takes_orders(one) for one in own)
        name = sides[side] if side < len(sides) else f"side {side + 1}"
        found.append(Strength(name, colours[side % len(colours)], standing, fallen, fled, broken, len(own)))
    return tuple(found)


def ledger(combat: CombatReport) -> Rows:
    """Return the rows of the mass that stands, fell and fled, and of their sum, whose drift shows to its last digit.

    The three add up as they are written: what rounding leaves over is the largest's.
    """
    parts = {name: sum(getattr(combat, name)) for name in ("standing", "fallen", "fled")}
    total = sum(parts.values())
    written = {name: _millionths(part) for name, part in parts.items()}
    written[max(parts, key=lambda name: parts[name])] += _millionths(total) - sum(written.values())
    drift = mass_of(total - sum(combat.mustered))
    return (
        *((name, f"{one / MILLION:.6f}") for name, one in written.items()),
        ("mass", f"{_millionths(total) / MILLION:.6f} ({drift:+.17g})"),
    )


def _millionths(quanta: int) -> int:
    return round(mass_of(quanta) * MILLION)


def buttons(state: BattleState, selected: Sequence[int], in_hand: str = "") -> tuple[Button, ...]:
    """Return the buttons above the cards of these regiments; `in_hand` is the tool that the player has taken."""
    if state.combat is None or not selected:
        return ()
    paces = {state.paces[regiment] for regiment in selected}
    shared = next(iter(paces)) if len(paces) == 1 else ""
    return tuple(Button(order, order in (shared, in_hand)) for order in ORDERS)

"""Who obeys a command in a battle with combat, and what a new order ends."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

from engine.battle.placing import check_number
from engine.battle.state import BattleState
from engine.formations import FormationError
from engine.orders import Attack, Command, GiveOrders, Halt, Relieve, SetPace, regiments_of, without_regiments


def obeyed(state: BattleState, command: Command) -> tuple[Command, str]:
    """Return the command for those who take orders, and a line about the others, if there are any.

    Raises FormationError where nobody obeys, and where an attack, a pace or a relief is ordered without combat.
    """
    if state.combat is None:
        if isinstance(command, (Attack, SetPace, Relieve)):
            raise FormationError("there is no combat in this battle: nobody attacks, paces or relieves")
        return command, ""
    ordered = regiments_of(command)
    for regiment in ordered:
        check_number(state, regiment)
    deaf = sorted(regiment for regiment in ordered if not state.combat.takes_orders(regiment))
    if not deaf:
        return command, ""
    line = " and ".join(f"{state.regiments[one].name} is {state.combat.condition[one]}" for one in deaf)
    line += f" and take{'s' if len(deaf) == 1 else ''} no orders"
    command = without_regiments(command, set(deaf))
    if not regiments_of(command):
        raise FormationError(line)
    return command, line


def one_by_one(command: Command) -> tuple[Command, ...]:
    """Return the commands that are obeyed one after the other, as a replay has them: of an attack one a regiment.

    Raises FormationError where several are to take one friend's place.
    """
    match command:
        case Attack(regiments, enemy):
            return tuple(Attack((regiment,), enemy) for regiment in regiments)
        case Relieve(regiments) if len(regiments) > 1:
            raise FormationError(f"one regiment at a time relieves another, and not {len(regiments)}")
        case Relieve(()):
            return ()
    return (command,)


def freed(state: BattleState, command: Command) -> BattleState:
    """Return the state in which those whom a command orders anew have no engagement any more, and march if they held.

    An order that waits ends nothing, nor does another pace; whoever halts may go on holding.
    """
    match command:
        case GiveOrders(given, False):
            chosen = {regiment for regiment, _ in given}
        case Halt(regiments) | Attack(regiments) | Relieve(regiments):
            chosen = set(regiments)
        case _:
            return state
    left = {regiment: one for regiment, one in state.engagements.items() if regiment not in chosen}
    held = () if isinstance(command, Halt) else chosen
    paces = tuple("walk" if r in held and pace == "hold" else pace for r, pace in enumerate(state.paces))
    return replace(state, engagements=MappingProxyType(left), paces=paces)

"""The battle: regiments on one ground under orders, tick by tick, to the bit; its history and its replays."""

from engine.battle import replays
from engine.battle.battle import TICKS_PER_SECOND, Battle
from engine.battle.engagement import Engagement
from engine.battle.ledger import CombatReport, mass_of
from engine.battle.setup import BattleSetup, without_combat
from engine.battle.state import BattleState, OrderBook

__all__ = [
    "TICKS_PER_SECOND",
    "Battle",
    "BattleSetup",
    "BattleState",
    "CombatReport",
    "Engagement",
    "OrderBook",
    "mass_of",
    "replays",
    "without_combat",
]

"""What the laws of battle cost: a tick with combat in times one without, measured in turns.

PYTHONPATH=tests/support:. python tests/benchmarks/combat.py [ticks] [parts] [--docs]

ticks: R = 8 regiments at 128 x 96, in contact and far apart: a tick with combat over one without. The latter includes
what leads: only a way ahead, a commander, or the network that the game ships with. parts: flight, contact
and blows apart, in times the transport of a tick. Every figure is the median of ratios of neighbouring measurements, so
that other programs spoil few. With --docs each table takes the place of that section's in docs/combat.md.
"""

import time
from functools import partial
from itertools import product
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
from ahead import Ahead
from sections import printed

from nca_controller import Plan
from nca_controller.controllers import default_nca
from nca_controller.dynamics import init_state, tick, transport
from nca_controller.physics import Terrain
from nca_controller.physics.combat import fight, flee, meet

PAGE = Path(__file__).parents[2] / "docs" / "combat.md"
HEIGHT, WIDTH, REGIMENTS = 96, 128, 8
DEPTH, FRONT = 8, 18  # cells of a regiment
ROUNDS, TICKS = 15, 4


def battle(in_contact, combat, controllers):
    """Return the state of four regiments a side, front to front across the field, or at its ends."""
    mass = np.zeros((REGIMENTS, HEIGHT, WIDTH), np.float32)
    gap = 0 if in_contact else 60
    for number in range(REGIMENTS):
        side, row = divmod(number, REGIMENTS // 2)
        left = WIDTH // 2 + (gap // 2 if side else -gap // 2 - DEPTH)
        mass[number, 6 + 22 * row : 6 + 22 * row + FRONT, left : left + DEPTH] = 0.9
    sides = [0] * (REGIMENTS // 2) + [1] * (REGIMENTS // 2)
    return init_state(mass, Terrain.plain(HEIGHT, WIDTH), controllers, 0, sides=sides, combat=combat), mass


def straight():
    """Return controllers that march on the enemy."""
    return [Ahead(np.float32((way, 0))) for way in (0.4, -0.4) for _ in range(REGIMENTS // 2)]


def seconds(run):
    """Return the processor's time of a call."""
    begun = time.process_time()
    jax.block_until_ready(run())
    return time.process_time() - begun


def compared(one, other):
    """Return the median of how often one takes as long as the other, in turns, and its spread."""
    jax.block_until_ready((one(), other()))
    ratios = [seconds(one) / seconds(other) for _ in range(ROUNDS)]
    return f"{np.median(ratios):.2f} ({np.percentile(ratios, 25):.2f} to {np.percentile(ratios, 75):.2f})"


def repeated(state, targets):
    """Return a call of some ticks from a state, compiled."""
    ticks = jax.jit(lambda state, targets: jax.lax.scan(lambda s, _: (tick(s, targets), None), state, length=TICKS)[0])
    return partial(ticks, state, jnp.asarray(targets))


def ticks():
    """Yield rows: a tick with combat in times one without."""
    yield ["regiments are", "led", "a tick with combat, in times one without"]
    for in_contact, (name, leaders) in product(
        (True, False), {"straight ahead": straight, "by plan": plans, "by the default NCA": networks}.items()
    ):
        calls = []
        for combat in (True, False):
            state, mass = battle(in_contact, combat, leaders())
            calls.append(repeated(state, mass[::-1]))
        yield ["in contact" if in_contact else "60 cells apart", name, compared(*calls)]


def plans():
    """Return commanders."""
    return [Plan()] * REGIMENTS


def networks():
    """Return what the game ships with."""
    return [default_nca()] * REGIMENTS


def parts():
    """Yield rows: each law in times the transport of a tick, in contact and far apart."""
    yield ["law", "in contact", "60 cells apart"]
    calls = {"flee": run_away, "meet": met, "fight": fallen}
    rows = {name: [name] for name in calls}
    for in_contact in (True, False):
        state, _ = battle(in_contact, True, straight())
        velocity = jnp.stack([jnp.broadcast_to(one.way, (HEIGHT, WIDTH, 2)) for one in state.controllers])
        state = state.replace(velocity=velocity)
        move = jax.jit(
            lambda state: transport(
                state.mass, list(state.velocity), state.terrain, sides=state.sides, scheme=state.scheme,
                quantum=state.quantum
            )
        )  # fmt: skip
        state = state.replace(**{name: field for name, field in move(state).items() if name.startswith("flux")})
        for name, law in calls.items():
            rows[name].append(compared(partial(jax.jit(law), state), partial(move, state)))
    yield from rows.values()


def run_away(state):
    return flee(state.velocity, state.mass, state.combat, state.terrain, state.sides)


def met(state):
    combat = state.combat
    return meet(state.velocity, state.mass, combat, combat.conduct, state.terrain, state.sides, combat.laws)


def fallen(state):
    combat = state.combat
    return fight(
        state.mass,
        state.mass,
        state.flux_x,
        state.flux_y,
        combat,
        combat.conduct,
        state.terrain,
        state.sides,
        state.quantum,
    )


if __name__ == "__main__":
    printed({"ticks": ticks, "parts": parts}, PAGE, "cost of {}")

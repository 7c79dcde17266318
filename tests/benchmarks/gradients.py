"""What gradients through battles are worth, and what they cost: the figures of docs/gradients.md.

python tests/benchmarks/gradients.py [norms] [controls] [deployments] [regiments] [memory] [--docs]

norms: the gradient of the overlap at the end in the mass at the start, under given smooth velocities, which are those
of the next section, and under those of the plan. controls: gradients in smooth velocities against central differences
of the game's own scheme. deployments: the same in where eight blocks stand at first. regiments: the processor's time of
a backward pass, beside that of one regiment. memory: what a backward pass through 200 ticks keeps, with
rematerialisation and without. With --docs each table takes the place of that section's in the page.
"""

import sys
import time
from functools import partial
from itertools import product
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

import jax
import jax.numpy as jnp
import numpy as np
from sections import printed

from nca_controller import Plan, create_formation_target, load_controller, rollout
from nca_controller.guidance import DT, clipped
from nca_controller.metrics import overlap
from nca_controller.physics import LIMITERS, advect, to_lattice

HEIGHT, WIDTH, MASS = 48, 64, 150.0
KNOTS = 3, 4  # of the smooth velocities, along y and x
STEP = 0.02  # of the central differences, cells per unit time
SHIFT = 0.25  # of those in places, cells
SCHEMES = ("donor_cell", "van_leer", "superbee", "superbee_smooth", "ultra_bee")
TICKS = (25, 50, 100, 200, 400)
PAGE = Path(__file__).parents[2] / "docs" / "gradients.md"


def fields(height=HEIGHT, width=WIDTH, mass=MASS):
    return tuple(create_formation_target(name, height, width, mass=mass) for name in ("line", "wedge"))


def norms():
    """Yield rows: the norm of the gradient in the mass, over so many ticks."""
    start, target = fields()

    def given(mass, count, scheme):
        return overlap(driven(smooth_controls(), mass, count, scheme), target)

    def planned(mass, count, scheme):
        state = rollout(Plan(), mass, target, ticks=count, scheme=scheme, final=True, remat=True)
        return overlap(state.mass[0], target)

    yield ["velocities", "scheme", *TICKS]
    for (words, outcome), name in product({"given": given, "the plan's": planned}.items(), SCHEMES):
        slopes = [jax.jit(jax.grad(partial(outcome, count=count, scheme=LIMITERS[name])))(start) for count in TICKS]
        yield [words, name, *(f"{np.linalg.norm(np.asarray(slope, np.float64)):.3g}" for slope in slopes)]


def smooth_controls():
    """Return the velocities at the knots."""
    return jnp.asarray(0.25 * np.random.default_rng(4).normal(size=(*KNOTS, 2)), jnp.float32)


def driven(controls, start, ticks, scheme):
    """Return the mass after so many ticks under velocities that are smooth between knots."""
    velocity = clipped(jax.image.resize(controls, (HEIGHT, WIDTH, 2), "cubic"))[None]

    def tick(mass, _):
        for first in "xy":
            mass = advect(mass, velocity, dt=DT, scheme=scheme, first=first).mass
        return mass, None

    return jax.lax.scan(jax.checkpoint(tick), start[None], length=ticks)[0][0]


def controls():
    """Yield rows: how gradients in smooth velocities agree with central differences, by correlation and spread."""
    start, _ = fields()
    yield from agreement(smooth_controls(), STEP, lambda controls, *how: driven(controls, start, *how))


def deployments():
    """Yield rows: the same of gradients in where blocks of an army stand at first, under given smooth velocities."""
    rows, columns = np.mgrid[:HEIGHT, :WIDTH] + 0.5
    places = jnp.asarray([(x, y) for y in (16.0, 32.0) for x in (14.0, 26.0, 38.0, 50.0)])

    def deployed(places):
        inside = [jax.nn.sigmoid(4.0 - jnp.maximum(abs(columns - x), abs(rows - y))) for x, y in places]
        return jnp.minimum(sum(inside), 1.0)

    yield from agreement(
        places, SHIFT, lambda places, *how: driven(smooth_controls(), to_lattice(deployed(places)), *how)
    )


def agreement(at, step, end):
    """Yield rows: gradients beside central differences of the game's superbee, of how far mass lies from the middle."""
    where = jnp.asarray(np.hypot(*np.meshgrid(np.linspace(-1, 1, WIDTH), np.linspace(-1, 1, HEIGHT))), jnp.float32)

    def outcome(controls, count, scheme):
        return (end(controls, count, scheme) * where).sum() / MASS

    yield ["scheme", *TICKS]
    steps = step * jnp.eye(at.size).reshape(-1, *at.shape)
    truths = {}
    for count in TICKS:
        ask = jax.jit(partial(outcome, count=count, scheme=LIMITERS["superbee"]))
        both = [[float(ask(at + sign * one)) for one in steps] for sign in (1, -1)]
        truths[count] = (np.array(both[0]) - np.array(both[1])) / (2 * step)
    for name in SCHEMES:
        cells = []
        for count, truth in truths.items():
            slope = np.asarray(jax.jit(jax.grad(partial(outcome, count=count, scheme=LIMITERS[name])))(at)).ravel()
            cells.append(f"{np.corrcoef(slope, truth)[0, 1]:.3f}, {slope.std() / truth.std():.3g}")
        yield [name, *cells]


def regiments(counts=(1, 2, 4, 8), size=128, rounds=12):
    """Yield rows: the processor's time of a backward pass, in times the number of regiments times that of one.

    All are measured in turns, and the least of each counts: other programs then spoil none alone.
    """
    yield ["regiments", "one step", "32 steps, rematerialised"]
    calls = {(count, steps): backward(count, steps, size) for count in counts for steps in (1, 32)}
    least = dict.fromkeys(calls, np.inf)
    for _ in range(rounds):
        for (count, steps), call in calls.items():
            repeats = max(1, 32 // steps // count)
            begun = time.process_time()
            for _ in range(repeats):
                jax.block_until_ready(call())
            least[count, steps] = min(least[count, steps], 1e3 * (time.process_time() - begun) / repeats)
    for count in counts[1:]:
        yield [count, *(f"{least[count, steps] / least[1, steps] / count:.2f}" for steps in (1, 32))]


def backward(count, steps, size):
    """Return a call of the gradient of so many steps with so many regiments of one side, compiled and tried."""
    mass = np.zeros((count, size, size), np.float32)
    for regiment in range(count):
        row, column = divmod(regiment, 4)
        mass[regiment, 8 + 40 * row : 36 + 40 * row, 4 + 30 * column : 30 + 30 * column] = 0.75
    velocity = np.float32(np.random.default_rng(0).normal(size=(*mass.shape, 2)))

    def outcome(mass, velocity):
        once = jax.checkpoint(lambda mass, _: (advect(mass, velocity).mass, None))
        if steps == 1:
            return (advect(mass, velocity).mass ** 2).sum()
        return (jax.lax.scan(once, mass, length=steps)[0] ** 2).sum()

    gradient = jax.jit(jax.grad(outcome, argnums=(0, 1)))
    jax.block_until_ready(gradient(mass, velocity))
    return partial(gradient, jnp.asarray(mass), jnp.asarray(velocity))


def memory(ticks=200, height=128, width=192):
    """Yield rows: what a backward pass keeps beside its arguments, in GiB, by the compiler's account."""
    start, target = fields(height, width, 600.0)
    controller = load_controller("default")
    yield ["rematerialised", "GiB"]
    for remat in (False, True):

        def missing(mass, remat=remat):
            return 1 - overlap(rollout(controller, mass, target, ticks=ticks, remat=remat, final=True).mass[0], target)

        kept = jax.jit(jax.grad(missing)).lower(start).compile().memory_analysis().temp_size_in_bytes
        yield ["yes" if remat else "no", f"{kept / 2**30:.2f}"]


if __name__ == "__main__":
    sections = {
        "norms": norms,
        "controls": controls,
        "deployments": deployments,
        "regiments": regiments,
        "memory": memory,
    }
    printed(sections, PAGE)

"""What gradients through battles are worth, and what they cost: the figures of docs/gradients.md.

python tests/benchmarks/gradients.py [norms] [controls] [regiments] [memory]

norms: the gradient of the overlap at the end in the mass at the start, under given smooth velocities, which are those
of the next section, and under those of the plan. controls: gradients in smooth velocities against central differences
of the game's own scheme. regiments: the processor's time of a backward pass, beside that of one regiment. memory: what
a backward pass through 200 ticks keeps, with rematerialisation and without.
"""

import sys
import time
from functools import partial
from itertools import product

import jax
import jax.numpy as jnp
import numpy as np

from nca_controller import Plan, create_formation_target, load_controller, rollout
from nca_controller.guidance import DT, clipped
from nca_controller.metrics import overlap
from nca_controller.physics import LIMITERS, advect

HEIGHT, WIDTH, MASS = 48, 64, 150.0
KNOTS = 3, 4  # of the smooth velocities, along y and x
STEP = 0.02  # of the central differences, cells per unit time
SCHEMES = ("donor_cell", "van_leer", "superbee", "superbee_smooth")


def fields(height=HEIGHT, width=WIDTH, mass=MASS):
    return tuple(create_formation_target(name, height, width, mass=mass) for name in ("line", "wedge"))


def norms(ticks=(25, 50, 100, 200, 400)):
    """Print the norm of the gradient in the mass, over so many ticks."""
    start, target = fields()

    def given(mass, count, scheme):
        return overlap(driven(smooth_controls(), mass, count, scheme), target)

    def planned(mass, count, scheme):
        state = rollout(Plan(), mass, target, ticks=count, scheme=scheme, final=True, remat=True)
        return overlap(state.mass[0], target)

    print(f"\n{'norm in the mass':<34}" + "".join(f"{count:>12}" for count in ticks))
    for (words, outcome), name in product({"given velocities": given, "the plan's": planned}.items(), SCHEMES):
        slopes = [jax.jit(jax.grad(partial(outcome, count=count, scheme=LIMITERS[name])))(start) for count in ticks]
        lengths = "".join(f"{np.linalg.norm(np.asarray(slope, np.float64)):>12.3g}" for slope in slopes)
        print(f"{words + ', ' + name:<34}{lengths}", flush=True)


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


def controls(ticks=(25, 50, 100, 200, 400)):
    """Print how gradients in smooth velocities agree with central differences: correlation, and ratio of spreads."""
    start, _ = fields()
    at = smooth_controls()
    where = jnp.asarray(np.hypot(*np.meshgrid(np.linspace(-1, 1, WIDTH), np.linspace(-1, 1, HEIGHT))), jnp.float32)

    def outcome(controls, count, scheme):
        return (driven(controls, start, count, scheme) * where).sum() / MASS

    print(f"\n{'correlation, spread':<20}" + "".join(f"{count:>16}" for count in ticks))
    steps = STEP * jnp.eye(at.size).reshape(-1, *at.shape)
    truths = {}
    for name in SCHEMES:
        cells = []
        for count in ticks:
            for scheme in {name, "superbee"}:
                if (scheme, count) not in truths and scheme != "superbee_smooth":
                    ask = jax.jit(partial(outcome, count=count, scheme=LIMITERS[scheme]))
                    both = [[float(ask(at + sign * one)) for one in steps] for sign in (1, -1)]
                    truths[scheme, count] = (np.array(both[0]) - np.array(both[1])) / (2 * STEP)
            slope = np.asarray(jax.jit(jax.grad(partial(outcome, count=count, scheme=LIMITERS[name])))(at)).ravel()
            truth = truths["superbee", count]
            cells.append(f"{np.corrcoef(slope, truth)[0, 1]:>8.3f}{slope.std() / truth.std():>8.3g}")
        print(f"{name:<20}" + "".join(cells), flush=True)


def regiments(counts=(1, 2, 4, 8), size=128, rounds=12):
    """Print the processor's time of a backward pass, in times the number of regiments times that of one.

    All are measured in turns, and the least of each counts: other programs then spoil none alone.
    """
    print(f"\n{'backward, ms':<14}{'one step':>12}{'x R x one':>12}{'32 steps, remat':>18}{'x R x one':>12}")
    calls = {(count, steps): backward(count, steps, size) for count in counts for steps in (1, 32)}
    least = dict.fromkeys(calls, np.inf)
    for _ in range(rounds):
        for (count, steps), call in calls.items():
            repeats = max(1, 32 // steps // count)
            begun = time.process_time()
            for _ in range(repeats):
                jax.block_until_ready(call())
            least[count, steps] = min(least[count, steps], 1e3 * (time.process_time() - begun) / repeats)
    for count in counts:
        once, march = least[count, 1], least[count, 32]
        ratios = once / least[1, 1] / count, march / least[1, 32] / count
        print(f"R = {count:<10}{once:>12.1f}{ratios[0]:>12.2f}{march:>18.1f}{ratios[1]:>12.2f}", flush=True)


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
    """Print what a backward pass keeps beside its arguments, by the compiler's account."""
    start, target = fields(height, width, 600.0)
    controller = load_controller("default")
    print()
    for remat in (False, True):

        def missing(mass, remat=remat):
            return 1 - overlap(rollout(controller, mass, target, ticks=ticks, remat=remat, final=True).mass[0], target)

        kept = jax.jit(jax.grad(missing)).lower(start).compile().memory_analysis().temp_size_in_bytes
        print(f"{ticks} ticks at {width}x{height}, remat={remat}: {kept / 2**30:.2f} GiB", flush=True)


def main():
    sections = {"norms": norms, "controls": controls, "regiments": regiments, "memory": memory}
    for name in sys.argv[1:] or sections:
        sections[name]()


if __name__ == "__main__":
    main()

"""Whether what is done for accelerators alone does what it should, on the device that JAX has here.

python tests/benchmarks/on_device.py [FILE]: a line for each promise, with its figures; exit code 1 where one is broken.
On a CPU the same holds by other paths. Most of its time is compiling; `nca_controller.benchmark` takes the figures.
"""

import sys
import time
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np

sys.path.append(str(Path(__file__).resolve().parents[1] / "support"))
import recorded

from engine.plugin import Ground
from nca_controller import JaxSimulation, load_controller
from nca_controller.dynamics import init_state, tick
from nca_controller.evaluation.battles import battle
from nca_controller.physics import LIMITERS, QUANTUM, Terrain
from nca_controller.physics.acceptance import accept
from nca_controller.tasks import benchmark
from nca_controller.training.config import Config
from nca_controller.training.loop import Trainer

RESTED, MISSING = 400, 5e-4  # ticks of an order, and the share that may then be missing, on average
ORDERS = 2


def acceptance():
    """Acceptance is that of the CPU to the bit, in 240 columns of 300 rows."""
    rng = np.random.default_rng(0)
    offers = rng.integers(-(2**22), 2**22, (300, 240)) * (rng.random((300, 240)) < rng.random((1, 240)))
    offers[:, ::2] = np.abs(offers[:, ::2])
    room = rng.integers(0, 2**22, (300, 240)) * (rng.random((300, 240)) < rng.choice([0, 0.05, 0.5], (1, 240)))
    differing = 0
    for boundary in ("wall", "torus"):
        offers[-1] *= boundary == "torus"
        given = [np.float32(field * QUANTUM) for field in (offers, room)]
        here, there = (
            np.asarray(jax.jit(lambda o, r, b=boundary: accept(o, r, b))(*jax.device_put(given, place)))
            for place in (jax.devices()[0], jax.local_devices(backend="cpu")[0])
        )
        differing += (here != there).sum()
    return differing == 0, f"acceptance: {differing} cells differ from the CPU's"


def recorded_battle():
    """A recorded battle of three keeps its totals; whether its fields are the CPU's to the bit is told."""
    replay = jax.jit(lambda *given: recorded.replay(*given, LIMITERS["superbee"]))
    start = recorded.start()
    mass = np.asarray(replay(jnp.asarray(start), jnp.asarray(recorded.velocities()), recorded.terrain()))
    totals = [field.sum(axis=(1, 2), dtype=np.float64) for field in (mass, start)]
    return (totals[0] == totals[1]).all(), f"recorded battle: totals exact, digest {recorded.digest(mass)}"


def one_tick():
    """The compiled tick has no loop over rows: what loops it has are few."""
    mass = np.zeros((1, 64, 64), np.float32)
    mass[0, 20:35, 10:25] = 1
    state = init_state(mass, Terrain.plain(64, 64), [load_controller("default")], 0)
    text = jax.jit(tick).lower(state, jnp.asarray(mass)).compile().as_text()
    loops = text.count(" while(")
    on_cpu = jax.devices()[0].platform == "cpu"
    return on_cpu or loops <= 14, f"a tick: {loops} loops, {text.count(' conditional(')} branches"


def at_rest():
    """What is missing at rest is no more than on a CPU."""
    orders = [order for order in benchmark()[::5] if order.mass.shape == (128, 128)][:ORDERS]
    controller = load_controller("default")
    missing = [1 - battle(controller, order.mass, [order.wanted], RESTED).overlap for order in orders]
    return np.mean(missing) < MISSING, f"missing at rest: {np.mean(missing):.2g} of the mass"


def border():
    """A tick under the orders of the one before sends nothing up, and reads no field."""
    ground = Ground.plain(64, 64)
    mass = np.zeros((2, 64, 64), np.float32)
    mass[0, 10:30, 4:20] = mass[1, 34:54, 4:20] = 1
    simulation, targets = JaxSimulation(), np.roll(mass, 20, axis=2)
    state = simulation.reset(mass, ground, [load_controller("plan")] * 2, 0)
    for _ in range(3):
        state = simulation.tick(state, targets)
    with jax.transfer_guard_host_to_device("disallow_explicit"):
        state = simulation.tick(state, targets)
    kept = simulation.read(state, ("mass",))["mass"].sum(axis=(1, 2), dtype=np.float64)
    return (kept == mass.sum(axis=(1, 2))).all(), "a tick sends nothing up while orders stay"


def training():
    """Battles of training stay on a device that is no CPU."""
    trainer = Trainer(Config(batch=4, pool=8, ticks=16, iterations=40, guidance="gradient"))
    trainer.iterate()
    begun = time.perf_counter()
    losses = [trainer.iterate().loss for _ in range(5)]
    took = (time.perf_counter() - begun) / len(losses)
    kind = type(trainer.held).__name__
    stays = (kind == "DevicePool") == (jax.devices()[0].platform != "cpu")
    return stays and np.isfinite(losses).all(), f"training: {kind}, {took:.2g} s an iteration"


def main():
    device, lines, broken = jax.devices()[0], [], False
    for check in (acceptance, recorded_battle, one_tick, border, training, at_rest):
        begun = time.perf_counter()
        try:
            held, line = check()
        except Exception as error:
            held, line = False, f"{check.__name__}: {type(error).__name__}: {str(error).splitlines()[0]}"
        broken |= not held
        lines.append(f"- {'held' if held else 'BROKEN'}: {line} ({time.perf_counter() - begun:.0f} s)")
        print(lines[-1], flush=True)
    if sys.argv[1:]:
        Path(sys.argv[1]).write_text(f"# {device.device_kind} ({device.platform})\n\n" + "\n".join(lines) + "\n")
    sys.exit(int(broken))


if __name__ == "__main__":
    main()

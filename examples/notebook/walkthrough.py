"""The notebook that Maniple grew from, in its own order and with its own parameters, from its first call to its last.

Physics, formations, goal signal, AdvectionNCA, optimiser, pool, training through time and evaluation, and no mass is
lost. Needs matplotlib. At the notebook's own length it takes a day or two on two cores, at a smaller scale minutes:

    python examples/notebook/walkthrough.py --grid 48 --epochs 20 --steps 16 --pool 32 --out walkthrough

This is the idea as it began: its signal reaches a few cells, so mass far from the target has nothing to follow.
What became of it are the controllers of `nca_controller`.
"""

from __future__ import annotations

import argparse
import inspect
from dataclasses import dataclass
from itertools import permutations
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from figures import Film, Panel, animate, draw_gallery, draw_lesson, draw_signal
from flax.training.train_state import TrainState
from formations import THICKNESS, Density, create_thin_formations, turned
from jaxtyping import Float, PRNGKeyArray
from tqdm import tqdm
from training import Lesson, apply_gradients, compute_gradients, frame_skip, log_line, watch

from engine.plugin import QUANTUM
from nca_controller import ADVECTION_CHANNELS as CHANNELS
from nca_controller import (
    AdvectionNCA,
    FormationTypes,
    advect_mass,
    check_mass_conservation,
    create_advection_seed,
    create_formation_from_alpha,
    create_formation_target,
    create_goal_signal,
    create_optimizer,
)
from nca_controller.notebook import create_noisy_formation
from nca_controller.tasks import gaussian_blob, quarter_pool

Formations = dict[str, Density]
States = Float[np.ndarray, "batch H W C"]

SWING = 30.0  # degrees that a target is turned at most
SAMPLES = 6  # starts of each quarter that the picture of the pool shows
LEAST_MASS = 24  # cells: a square with sides 2 thick and a hole of one


@dataclass(frozen=True)
class Plan:
    """What the command line says; `main` explains each. Lengths in cells, mass in full cells."""

    grid: int
    mass: float
    epochs: int
    steps: int
    pool: int
    batch: int
    accumulate: int
    animation_steps: int
    log_every: int
    show_every: int
    seed: int
    out: Path


def main(words: list[str] | None = None) -> None:
    """Go through the notebook."""
    plan = read_plan(words)
    plan.out.mkdir(parents=True, exist_ok=True)
    pool_rng, train_rng = np.random.default_rng(plan.seed).spawn(2)
    init_key, train_key, table_key, strip_key = jax.random.split(jax.random.key(plan.seed), 4)

    describe_channels()
    check_physics(plan)
    formations = create_formations(plan)
    nca = create_nca(formations["LINE"], init_key)
    show_goal_signal(plan, formations["LINE"])
    pool = create_pool(plan, formations, pool_rng)
    nca = train(plan, nca, pool, formations, train_key, train_rng)
    evaluate(plan, nca, formations, table_key)
    show_transition(plan, nca, formations, "LINE", "SQUARE", strip_key)


def read_plan(words: list[str] | None) -> Plan:
    """Return what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name, default, meaning in (
        ("grid", 128, "cells along each side of the field"),
        ("epochs", 2000, "updates of the weights"),
        ("steps", 64, "length of a trajectory"),
        ("pool", 256, "starts, a quarter each: Gaussian heaps, light noise, heavy noise, clean formations"),
        ("batch", 8, "trajectories side by side"),
        ("accumulate", 4, "batches whose gradients are averaged for an update"),
        ("animation-steps", 512, "length of the transitions in the animations"),
        ("log-every", 50, "epochs between lines of the log"),
        ("show-every", 100, "epochs between panels and animations"),
        ("seed", 42, "of every draw"),
    ):
        parser.add_argument(f"--{name}", type=int, default=default, help=f"{meaning} (default {default})")
    parser.add_argument("--mass", type=float, help="of every formation (default 200; below 128 cells 200/128 a cell)")
    parser.add_argument("--out", type=Path, default=Path("walkthrough"), help="folder of the pictures")
    told = vars(parser.parse_args(words))
    least = dict.fromkeys(told.keys() - {"mass", "out"}, 1) | {"grid": 32, "pool": max(4, told["batch"]), "seed": 0}
    for name in told.keys() & least.keys():
        if told[name] < least[name]:
            parser.error(f"--{name.replace('_', '-')} must be at least {least[name]}")
    if told["mass"] is None:
        told["mass"] = min(200, 200 * told["grid"] // 128)
    told["mass"] = told["mass"] // QUANTUM * QUANTUM
    most = THICKNESS * (told["grid"] - 4)
    if not LEAST_MASS <= told["mass"] <= most:
        parser.error(f"--mass must lie between {LEAST_MASS} and {most}, what a line across this grid can hold")
    return Plan(**told)


def describe_channels() -> None:
    """Print what the channels hold, and what an AdvectionNCA can be told."""
    print(f"Devices: {jax.devices()}")
    print(f"Channels: {CHANNELS.TOTAL}")
    print(f"  Mass: {CHANNELS.MASS}")
    print(f"  Velocity: {CHANNELS.VELOCITY_X}, {CHANNELS.VELOCITY_Y}")
    print(f"  Target velocity: {CHANNELS.TARGET_VX}, {CHANNELS.TARGET_VY}")
    print(f"  Hidden: {CHANNELS.HIDDEN_START} to {CHANNELS.HIDDEN_END - 1}")
    print(f"AdvectionNCA takes: {', '.join(inspect.signature(AdvectionNCA).parameters)}")


def check_physics(plan: Plan) -> None:
    """March a block to the right, and see whether all of it arrives."""
    before = create_advection_seed(plan.grid, plan.grid, mass=1.0, size=8)[..., CHANNELS.MASS]
    still = jnp.zeros_like(before)
    masses = [before]
    for _ in range(10):
        masses.append(advect_mass(masses[-1], still + 0.5, still, dt=0.5))
    for step in (1, 10):
        conserved, error = check_mass_conservation(before, masses[step])
        print(f"Advection, step {step}: mass {total(masses[step]):.4f}, conserved: {conserved}, error {error:.6f}")
    panels = [Panel(f"step {step}, mass {total(masses[step]):g}", np.asarray(masses[step])) for step in (0, 1, 10)]
    draw_gallery(plan.out / "1_physics.png", [panels], "A block at 0.5 cells per unit time, dt 0.5")


def total(mass: Any) -> float:
    """Return the sum of a field, in float64."""
    return float(np.asarray(mass).sum(dtype=np.float64))


def create_formations(plan: Plan) -> Formations:
    """Return the notebook's three formations, of one mass exactly, by name; draw them, and the six that have files."""
    formations = create_thin_formations(plan.grid, plan.mass)
    for name, formation in formations.items():
        print(f"{name}: mass {total(formation):g} in {np.count_nonzero(formation)} cells")
    files = {f"{kind}.toml": create_formation_target(kind, plan.grid, plan.grid, plan.mass) for kind in FormationTypes}
    panels = [
        Panel(f"{name}\nmass {total(formation):g}", np.asarray(formation))
        for name, formation in {**formations, **files}.items()
    ]
    draw_gallery(plan.out / "2_formations.png", [panels[:3], panels[3:6], panels[6:]], "Formations of one mass")
    return formations


def create_nca(sample: Density, key: PRNGKeyArray) -> TrainState:
    """Return an AdvectionNCA that has learnt nothing, with its optimiser; both with the notebook's arguments."""
    model = AdvectionNCA(
        num_channels=CHANNELS.TOTAL,
        hidden_dim=64,
        fire_rate=0.5,
        advection_dt=0.25,
        advection_steps=2,
        diffusion_rate=0.08,
        velocity_noise=0.25,
    )
    weight_key, step_key = jax.random.split(key)
    signal = jnp.zeros((*sample.shape, 4))
    state = create_formation_from_alpha(sample)
    params = jax.jit(model.init)(weight_key, state, step_key, parent_signal=signal)["params"]
    print(f"AdvectionNCA: {sum(leaf.size for leaf in jax.tree.leaves(params)):,} parameters")
    print(f"  diffusion rate {model.diffusion_rate}, velocity noise {model.velocity_noise}")
    optimizer = create_optimizer(
        learning_rate=2e-3, gradient_clip=1.0, use_schedule=True, warmup_steps=200, decay_steps=4000
    )
    return TrainState.create(apply_fn=model.apply, params=params, tx=optimizer)


def show_goal_signal(plan: Plan, target: Density) -> None:
    """Draw what tells the cells where to go."""
    signal = np.asarray(create_goal_signal(jnp.asarray(target)))
    print(f"Signal: {signal.shape}, target mass {total(signal[..., 0]):g}")
    draw_signal(plan.out / "3_goal_signal.png", signal, "Goal signal of the line")


def create_pool(plan: Plan, formations: Formations, rng: np.random.Generator) -> States:
    """Return the states that training starts from, a quarter of each kind, and draw some of each."""
    masses = quarter_pool(formations, plan.mass, plan.pool, rng)
    totals, quarter = [total(mass) for mass in masses], plan.pool // 4
    print(f"Pool: {plan.pool} starts, mass {min(totals):g} to {max(totals):g}")
    rows = []
    for number, kind in enumerate(("Gaussian", "light noise", "heavy noise", "clean")):
        chosen = range(number * quarter, number * quarter + min(SAMPLES, quarter))
        rows.append([Panel(f"{kind} {index}\nmass {totals[index]:g}", masses[index]) for index in chosen])
    draw_gallery(plan.out / "4_pool.png", rows, "The pool, by quarters")
    return np.array(create_formation_from_alpha(masses))


def train(
    plan: Plan, nca: TrainState, pool: States, formations: Formations, key: PRNGKeyArray, rng: np.random.Generator
) -> TrainState:
    """Return the trained NCA; print log lines, draw panels and animations on the way."""
    lesson_rng, film_rng = rng.spawn(2)  # so that showing more often does not change what is learnt
    lesson_key, film_key = jax.random.split(key)
    history = []
    for epoch in tqdm(range(1, plan.epochs + 1), unit="epoch"):
        batch_keys = jax.random.split(jax.random.fold_in(lesson_key, epoch), plan.accumulate)
        taught = [teach(plan, nca, pool, formations, batch_key, lesson_rng) for batch_key in batch_keys]
        gradients, lessons = zip(*taught, strict=True)
        nca = apply_gradients(nca, gradients)
        history.append(np.mean([lesson.losses for lesson in lessons], axis=0))
        if epoch in (1, plan.epochs) or epoch % plan.log_every == 0:
            tqdm.write(log_line(epoch, lessons))
        if epoch == plan.epochs or epoch % plan.show_every == 0:
            draw_lesson(plan.out / f"epoch_{epoch:04d}.png", lessons[-1], np.array(history), f"Epoch {epoch}")
            show_films(plan, epoch, nca, formations, jax.random.fold_in(film_key, epoch), film_rng)
    return nca


def teach(
    plan: Plan, nca: TrainState, pool: States, formations: Formations, key: PRNGKeyArray, rng: np.random.Generator
) -> tuple[Any, Lesson]:
    """Return the gradient of one batch towards one target, and what it was like; its final states go into the pool."""
    chosen = rng.choice(plan.pool, plan.batch, replace=False)
    name = str(rng.choice(list(formations)))
    target = turned(formations[name], rng.uniform(-SWING, SWING), plan.mass)
    before = pool[chosen]
    gradient, losses, final = compute_gradients(nca, before, target, key, plan.steps)
    if not np.isfinite(losses).all():
        raise FloatingPointError("the loss is not finite")
    pool[chosen] = final
    return gradient, Lesson(name, target, before, pool[chosen], np.asarray(losses))


def show_films(
    plan: Plan, epoch: int, nca: TrainState, formations: Formations, key: PRNGKeyArray, rng: np.random.Generator
) -> None:
    """Animate four transitions to targets that are turned anyhow."""
    starts = {
        "Gaussian": create_formation_from_alpha(gaussian_blob(plan.grid, plan.grid, plan.mass, rng)),
        "noisy": create_noisy_formation(formations["WEDGE"], rng),
        "LINE": create_formation_from_alpha(formations["LINE"]),
        "SQUARE": create_formation_from_alpha(formations["SQUARE"]),
    }
    orders = [(goal, rng.uniform(-SWING, SWING)) for goal in ("LINE", "SQUARE", "WEDGE", "LINE")]
    targets = [turned(formations[goal], angle, plan.mass) for goal, angle in orders]
    signals = jnp.stack([create_goal_signal(jnp.asarray(target)) for target in targets])
    masses = np.asarray(watch(nca, jnp.stack(list(starts.values())), signals, key, plan.animation_steps))
    films = [
        Film(f"{start} to {goal} ({angle:+.0f}°)", masses[:, number], target)
        for number, (start, (goal, angle), target) in enumerate(zip(starts, orders, targets, strict=True))
    ]
    title = f"Epoch {epoch}: transitions over {plan.animation_steps} steps"
    animate(plan.out / f"epoch_{epoch:04d}.gif", films, frame_skip(plan.animation_steps), title)


def evaluate(plan: Plan, nca: TrainState, formations: Formations, key: PRNGKeyArray) -> None:
    """Print how far each transition gets, and what it keeps of the mass."""
    for number, (source, goal) in enumerate(permutations(formations, 2)):
        masses = transition(plan, nca, formations, source, goal, jax.random.fold_in(key, number))
        error = ((masses[-1] - formations[goal]) ** 2).mean(dtype=np.float64)
        kept = total(masses[-1]) / total(masses[0])
        print(f"{source:8s} -> {goal:8s} | MSE: {error:.4f} | Conservation: {kept:.3f}")


def transition(
    plan: Plan, nca: TrainState, formations: Formations, source: str, goal: str, key: PRNGKeyArray
) -> Float[np.ndarray, "frames H W"]:
    """Return the mass on its way from one formation to another; the state has a batch axis, the signal has none."""
    states = create_formation_from_alpha(formations[source])[None]
    signal = create_goal_signal(jnp.asarray(formations[goal]), states[0, ..., CHANNELS.MASS])
    return np.asarray(watch(nca, states, signal, key, plan.steps))[:, 0]


def show_transition(
    plan: Plan, nca: TrainState, formations: Formations, source: str, goal: str, key: PRNGKeyArray
) -> None:
    """Draw one transition, as a strip and in motion."""
    masses, skip = transition(plan, nca, formations, source, goal, key), frame_skip(plan.steps)
    shown = np.unique(np.linspace(0, len(masses) - 1, 9).astype(int))
    panels = [Panel(f"step {index * skip}\nmass {total(masses[index]):g}", masses[index]) for index in shown]
    panels.append(Panel(f"target\nmass {total(formations[goal]):g}", formations[goal]))
    draw_gallery(plan.out / "transition.png", [panels[:5], panels[5:]], f"{source} to {goal}")
    animate(plan.out / "transition.gif", [Film(f"{source} to {goal}", masses, formations[goal])], skip, "Transition")


if __name__ == "__main__":
    main()

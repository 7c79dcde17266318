"""The trajectories of walkthrough.py: a loss at their end and its gradient through time, or the way itself."""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from flax.training.train_state import TrainState
from jaxtyping import Array, Float, PRNGKeyArray

from nca_controller import ADVECTION_CHANNELS as CHANNELS
from nca_controller import create_goal_signal
from nca_controller.model import State

Signal = Float[Array, "*any H W 4"]  # one without a batch axis serves all states of a batch

VELOCITY_WEIGHT = 0.1  # what the velocity loss counts beside the mass loss
EVERYWHERE = 0.1  # what the velocity counts where there is no mass, beside 1 more where a cell is full
FRAME_SKIP = 8  # steps between frames at most


class Lesson(NamedTuple):
    """What one batch was like."""

    name: str  # of the formation that was asked for
    target: Float[np.ndarray, "H W"]
    before: Float[np.ndarray, "batch H W C"]
    after: Float[np.ndarray, "batch H W C"]
    losses: Float[np.ndarray, " losses"]  # total, mass, velocity

    def conservation(self) -> Float[np.ndarray, " batch"]:
        """Return each trajectory's final mass as a share of its initial mass, in float64."""
        totals = [states[..., CHANNELS.MASS].sum(axis=(1, 2), dtype=np.float64) for states in (self.before, self.after)]
        return totals[1] / totals[0]


def run(nca: TrainState, params: Any, states: State, signal: Signal, key: PRNGKeyArray, steps: int) -> State:
    """Return the states so many steps later; only those between steps are kept for the way back."""

    @jax.checkpoint
    def step(states: State, step_key: PRNGKeyArray) -> tuple[State, None]:
        return nca.apply_fn({"params": params}, states, step_key, parent_signal=signal), None

    return jax.lax.scan(step, states, jax.random.split(key, steps))[0]


@partial(jax.jit, static_argnames="steps")
def compute_gradients(
    nca: TrainState, states: Float[Array, "batch H W C"], target: Float[Array, "H W"], key: PRNGKeyArray, steps: int
) -> tuple[Any, Float[Array, " losses"], Float[Array, "batch H W C"]]:
    """Return the gradient of the loss at the end of the trajectories, the losses, and the final states.

    The losses are the total, that of the mass, which shall stand as the target does, and that of the velocity, which
    shall be the signal's, above all where there is mass.
    """

    def loss(params: Any) -> tuple[Float[Array, ""], tuple[Float[Array, " losses"], State]]:
        signal = create_goal_signal(target, states[0, ..., CHANNELS.MASS])
        final = run(nca, params, states, signal, key, steps)
        mass = final[..., CHANNELS.MASS]
        mass_loss = ((mass - target) ** 2).mean()
        astray = ((final[..., CHANNELS.VELOCITY] - signal[..., 1:3]) ** 2).sum(axis=-1)
        velocity_loss = ((mass + EVERYWHERE) * astray).mean()
        total = mass_loss + VELOCITY_WEIGHT * velocity_loss
        return total, (jnp.stack([total, mass_loss, velocity_loss]), final)

    gradient, (losses, final) = jax.grad(loss, has_aux=True)(nca.params)
    return gradient, losses, final


@jax.jit
def apply_gradients(nca: TrainState, gradients: tuple[Any, ...]) -> TrainState:
    """Return the NCA after one step of its optimiser along the mean of the gradients."""
    return nca.apply_gradients(grads=jax.tree.map(lambda *each: sum(each) / len(each), *gradients))


@partial(jax.jit, static_argnames="steps")
def watch(
    nca: TrainState, states: Float[Array, "batch H W C"], signal: Signal, key: PRNGKeyArray, steps: int
) -> Float[Array, "frames batch H W"]:
    """Return the mass at the start and after every `frame_skip(steps)` of so many steps."""
    skip = frame_skip(steps)

    def frame(states: State, frame_key: PRNGKeyArray) -> tuple[State, Float[Array, "batch H W"]]:
        states = run(nca, nca.params, states, signal, frame_key, skip)
        return states, states[..., CHANNELS.MASS]

    masses = jax.lax.scan(frame, states, jax.random.split(key, steps // skip))[1]
    return jnp.concatenate([states[None, ..., CHANNELS.MASS], masses])


def frame_skip(steps: int) -> int:
    """Return how many steps lie between frames: the most up to 8 that divide all into 8 frames or more, or else 1."""
    return max(skip for skip in range(1, FRAME_SKIP + 1) if steps % skip == 0 and (skip == 1 or steps // skip >= 8))


def log_line(epoch: int, lessons: tuple[Lesson, ...]) -> str:
    """Return what an epoch was like; its conservation is that of the trajectory that kept its mass worst."""
    total, mass, velocity = np.mean([lesson.losses for lesson in lessons], axis=0)
    kept = np.concatenate([lesson.conservation() for lesson in lessons])
    worst = kept[np.abs(kept - 1).argmax()]
    return f"Epoch {epoch:4d} | Loss: {total:.4f} | Mass: {mass:.4f} | Vel: {velocity:.4f} | Conserv: {worst:.3f}"

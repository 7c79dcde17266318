"""The AdvectionNCA: cells perceive their neighbourhood and an order, and each decides on a velocity.

The rule is two steps, the network's outputs and the update; moving the mass is the physics' business.
"""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp
from flax import linen as nn
from jax.ad_checkpoint import checkpoint_name
from jaxtyping import Array, Bool, Float, PRNGKeyArray

from nca_controller.guidance import clipped, speed, unit
from nca_controller.model.channels import ADVECTION_CHANNELS as CHANNELS
from nca_controller.model.frames import FRAMES, from_frame
from nca_controller.model.network import Weights, alive_mask, apply
from nca_controller.model.percept import PERCEPTS, Percept
from nca_controller.physics import Terrain, advect, as_floats, diffuse, perturb

SIGNAL_CHANNELS = 4  # target mass, planned velocity x and y, proximity
ANSWERED = "answered"  # checkpoint name of the outputs, which training keeps for the backward pass

CELLS = ("living", "all")  # which cells act

State = Float[Array, "*batch H W C"]


class Layer(nn.Module):
    """The weights of a dense layer."""

    inputs: int
    outputs: int
    kernel_init: Callable[..., Array]

    @nn.compact
    def __call__(self) -> tuple[Float[Array, "inputs outputs"], Float[Array, " outputs"]]:
        kernel = self.param("kernel", self.kernel_init, (self.inputs, self.outputs), jnp.float32)
        bias = self.param("bias", nn.initializers.zeros, (self.outputs,), jnp.float32)
        return as_floats("kernel", kernel, kind=jnp.float32), as_floats("bias", bias, kind=jnp.float32)


class AdvectionNCA(nn.Module):
    """A neural cellular automaton whose cells set velocities; mass is then moved, never made or lost.

    Follows Mordvintsev et al., "Growing Neural Cellular Automata" (2020), with transport in place of alpha updates.
    Velocities are in cells per unit time, at most 1 long; a step lasts `advection_steps * advection_dt` units.
    """

    num_channels: int = CHANNELS.TOTAL
    hidden_dim: int = 64  # width of the layer between perception and update
    fire_rate: float = 0.5  # probability that a cell updates in a step; 1 is deterministic
    advection_dt: float = 0.25
    advection_steps: int = 2
    diffusion_rate: float = 0.0  # share of a difference in mass that crosses each face, a step
    velocity_noise: float = 0.0  # standard deviation, for exploration
    velocity_damping: float = 0.0  # share of the velocity that is lost before mass moves
    obedience: float = 0.0  # from a planned speed of 1 / obedience on cells correct in full; 0: they always do
    cells: str = "all"  # which cells act: all, or the living, with mass in them or beside them
    frame: str = "ground"  # in which they perceive and correct: the ground's, or that of their order
    percept: str = "none"  # what they perceive of ground, friends, enemies and fatigue: nothing, or all of it apart

    def setup(self) -> None:
        for name, choices in (("cells", CELLS), ("frame", FRAMES), ("percept", PERCEPTS)):
            if getattr(self, name) not in choices:
                raise ValueError(f"{name} must be one of {', '.join(choices)}, not {getattr(self, name)!r}")
        features = self.num_channels + SIGNAL_CHANNELS + (len(Percept._fields) if self.percept == "apart" else 0)
        self.hidden = Layer(3 * features, self.hidden_dim, nn.initializers.lecun_normal())
        self.outcome = Layer(
            self.hidden_dim, 2 + self.num_channels - CHANNELS.HIDDEN_START, kernel_init=nn.initializers.zeros
        )

    def __call__(
        self, state: State, key: PRNGKeyArray | None = None, parent_signal: Float[Array, "*any H W 4"] | None = None
    ) -> State:
        """Return the state one step later: the cells steer, then the mass of each field in the batch moves.

        `state` is (H, W, C) or has a batch axis before it; a signal (H, W, 4) without one serves the whole batch.
        `key` is needed where the fire rate is below 1 or the noise above 0. Walls surround the field.
        """
        steering, moving = jax.random.split(key) if key is not None else (None, None)
        state = as_floats("state", state, kind=jnp.float32)
        if parent_signal is None:
            parent_signal = jnp.zeros((*state.shape[:-1], SIGNAL_CHANNELS), jnp.float32)
        state = self.steer(state, parent_signal, steering)
        velocity = state[..., CHANNELS.VELOCITY]
        if moving is not None and self.velocity_noise:
            velocity = clipped(perturb(velocity, self.velocity_noise, moving))
        mass = self.move(state[..., CHANNELS.MASS], velocity * (1 - self.velocity_damping))
        return state.at[..., CHANNELS.MASS].set(mass)

    def steer(
        self,
        state: State,
        signal: Float[Array, "*any H W 4"],
        key: PRNGKeyArray | None = None,
        percept: Percept | None = None,
    ) -> State:
        """Return the state with new velocities and hidden channels; its mass has not moved.

        Cells that perceive more find nothing there where no percept is given.
        """
        state, signal = as_floats("state", state, kind=jnp.float32), as_floats("signal", signal, kind=jnp.float32)
        signal = jnp.broadcast_to(signal, (*state.shape[:-1], SIGNAL_CHANNELS))
        alive = alive_mask(state[..., CHANNELS.MASS]) if self.cells == "living" else None
        known = [state, signal]
        if self.percept == "apart":
            nothing = jnp.zeros((*state.shape[:-1], len(Percept._fields)), jnp.float32)
            known.append(nothing if percept is None else jnp.broadcast_to(jnp.stack(percept, axis=-1), nothing.shape))
        updated = self.update(state, self.outputs(jnp.concatenate(known, axis=-1), alive), signal, alive)
        if self.fire_rate < 1 and key is not None:
            fires = jax.random.bernoulli(key, self.fire_rate, (*state.shape[:-1], 1))
            updated = jnp.where(fires, updated, state)
        return updated

    def outputs(
        self, features: Float[Array, "*batch H W features"], alive: Bool[Array, "*batch H W"] | None
    ) -> Float[Array, "*batch H W out"]:
        """Return what the network makes of a cell's channels, signal and percept, and of their Sobel gradients."""
        weights = Weights(*self.hidden(), *self.outcome())
        return checkpoint_name(apply(weights, features, alive, self.frame), ANSWERED)

    def update(
        self,
        state: State,
        outputs: Float[Array, "*batch H W out"],
        signal: Float[Array, "*batch H W 4"],
        alive: Bool[Array, "*batch H W"] | None,
    ) -> State:
        """Return the state in which every cell follows the plan with its own correction, with new hidden channels.

        With obedience the correction fades with the planned speed, so that cells rest where the plan does. Dead cells
        take the planned velocity as it is, and their hidden channels become 0.
        """
        planned = signal[..., 1:3]
        weight = jnp.minimum(self.obedience * speed(planned), 1.0)[..., None] if self.obedience else 1.0
        correction = jnp.tanh(outputs[..., :2])
        if self.frame == "order":
            correction = from_frame(correction, unit(jax.lax.stop_gradient(planned)))
        velocity = clipped(planned + weight * correction)
        hidden = jnp.tanh(state[..., CHANNELS.HIDDEN] + outputs[..., 2:])
        if alive is not None:
            hidden = jnp.where(alive[..., None], hidden, 0)
        return jnp.concatenate([state[..., : CHANNELS.VELOCITY_X], velocity, planned, hidden], axis=-1)

    def move(
        self, mass: Float[Array, "*batch H W"], velocity: Float[Array, "*batch H W 2"]
    ) -> Float[Array, "*batch H W"]:
        """Return the mass after the step's transport and diffusion."""
        terrain = Terrain.plain(*mass.shape[-2:])

        def move_one(mass: Float[Array, "1 H W"], velocity: Float[Array, "1 H W 2"]) -> Float[Array, "1 H W"]:
            for step in range(self.advection_steps):
                mass = advect(mass, velocity, terrain, dt=self.advection_dt, first="xy"[step % 2]).mass
            return diffuse(mass, self.diffusion_rate, terrain) if self.diffusion_rate else mass

        fields = mass.reshape(-1, 1, *mass.shape[-2:])
        return jax.vmap(move_one)(fields, velocity.reshape(*fields.shape, 2)).reshape(mass.shape)

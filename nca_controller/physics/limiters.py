"""Limiters: how much sharper than donor-cell a cell's outflow may be without making new extremes.

A limiter takes the differences to the neighbour behind and to the one ahead, seen along the motion, and the Courant
number c in [0, 1]; it returns what to add to the donor-cell outflow c x mass. In the notation of Sweby (SIAM J. Numer.
Anal. 21, 1984) that is c (1 - c) / 2 x phi(behind / ahead) x ahead; written without that quotient, nothing divides by
zero. The limiters below go from smearing to sharpening.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float

Field = Float[Array, "*shape"]
Limiter = Callable[[Field, Field, Field], Field]


def donor_cell(behind: Field, ahead: Field, courant: Field) -> Field:
    """Add nothing: first-order upwind (Courant, Isaacson and Rees, 1952). Smears, never overshoots."""
    return jnp.zeros_like(behind)


def van_leer(behind: Field, ahead: Field, courant: Field) -> Field:
    """Follow the harmonic mean of both slopes (van Leer, 1974): smooth, second order. For smooth data and gradients."""
    agree = behind * ahead > 0
    both = jnp.where(agree, behind + ahead, 1.0)
    return courant * (1 - courant) * jnp.where(agree, behind * ahead, 0.0) / both


def superbee(behind: Field, ahead: Field, courant: Field) -> Field:
    """Follow the steepest slope that second order allows (Roe, 1985): keeps edges within a few cells."""
    lesser, greater, agree = in_order(behind, ahead)
    steepest = jnp.where(jnp.abs(2 * lesser) < jnp.abs(greater), 2 * lesser, greater)
    return 0.5 * courant * (1 - courant) * jnp.where(agree, steepest, 0)


@jax.custom_jvp
def superbee_smooth(behind: Field, ahead: Field, courant: Field) -> Field:
    """Return the same as `superbee` to the bit, with the derivative of `van_leer`, for gradients over many ticks.

    Superbee's own derivative jumps wherever another of its slopes becomes the steepest; van Leer's does not.
    docs/gradients.md says which scheme's gradient holds for what, and how far.
    """
    return superbee(behind, ahead, courant)


@superbee_smooth.defjvp
def _van_leer_derivative(primals: tuple[Any, ...], tangents: tuple[Any, ...]) -> tuple[Any, Any]:
    return superbee(*primals), jax.jvp(van_leer, primals, tangents)[1]


def ultra_bee(behind: Field, ahead: Field, courant: Field) -> Field:
    """Sharpen as far as no new extreme arises (Roe and Baines, 1982): an edge stays within one cell for ever.

    Gives up second order on smooth data, which it turns into stairs; armies have a density of 0 or 1.
    """
    lesser, _, agree = in_order((1 - courant) * behind, courant * ahead)
    return jnp.where(agree, lesser, 0)


def in_order(a: Field, b: Field) -> tuple[Field, Field, Bool[Array, "*shape"]]:
    """Return the one nearer to zero, the other, and where their signs agree."""
    first = jnp.abs(a) < jnp.abs(b)
    return jnp.where(first, a, b), jnp.where(first, b, a), (a > 0) == (b > 0)


SMOOTHED = (superbee_smooth,)  # those with another's derivative: it is kept small, as it cannot be exact
LIMITERS: dict[str, Limiter] = {
    "donor_cell": donor_cell,
    "van_leer": van_leer,
    "superbee": superbee,
    "superbee_smooth": superbee_smooth,
    "ultra_bee": ultra_bee,
}

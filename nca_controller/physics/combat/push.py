"""Push: where packed sides press against each other, odds and depth decide who gives ground.

Along each axis the crowd is a set of files; a file's drive and weight are summed over whatever stands close behind each
other in it, friend and enemy. The side with the stronger drive moves the file as a whole.
"""

from __future__ import annotations

from collections.abc import Sequence

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from nca_controller.physics.barrier import barrier
from nca_controller.physics.combat.boxes import box_mean
from nca_controller.physics.exchange import apart, total
from nca_controller.physics.rows import transposed
from nca_controller.physics.terrain import Terrain


def smoothstep(value, low, high):
    share = jnp.clip((value - low) / (high - low), 0, 1)
    return share * share * (3 - 2 * share)


def file_sums_scan(fields, links, boundary):
    """Return, for each row, what all rows linked to it hold in the same column; (F, H, W), links (H, W)."""
    both = jnp.stack([fields, fields[:, ::-1]], 1)  # F 2 H W
    links2 = jnp.stack([links, links[::-1]])  # 2 H W
    x = jnp.moveaxis(both, 2, 0)  # H F 2 W
    g = jnp.moveaxis(links2, 1, 0)[:, None]  # H 1 2 W

    def step(carry, row):
        x, g = row
        before = carry * g
        return before + x, before

    start = jnp.zeros_like(x[0])
    if boundary == "torus":
        start, _ = jax.lax.scan(step, start, (x, g), unroll=8)
    _, before = jax.lax.scan(step, start, (x, g), unroll=8)
    before = jnp.moveaxis(before, 0, 2)
    return fields + (before[:, 0] + before[:, 1, ::-1])


def rolled(field, by, boundary):
    if boundary == "torus":
        return jnp.roll(field, by, -2)
    size = field.shape[-2]
    if abs(by) >= size:
        return jnp.zeros_like(field)
    around = [(0, 0)] * field.ndim
    around[-2] = (max(by, 0), max(-by, 0))
    wide = jnp.pad(field, around)
    return wide[..., :size, :] if by > 0 else wide[..., -size:, :]


def file_sums_double(fields, links, boundary, rounds=6):
    sums = []
    for way in (1, -1):
        y, g = fields, links
        for k in range(rounds):
            by = way * 2**k
            y = barrier(y + g * rolled(y, by, boundary))
            g = barrier(g * rolled(g, by, boundary))
        sums.append(y - fields)
    return fields + (sums[0] + sums[1])


SUMS = {"scan": file_sums_scan, "double": file_sums_double}


def pushed(velocity, will, mass, terrain, sides, stiff, fighting, cell_metres, law, sums="scan"):
    names = list(dict.fromkeys(sides))
    m = [f * s for f, s in zip(apart(mass), apart(fighting), strict=True)]
    room = jnp.maximum(terrain.capacity, 1e-6)
    of = {s: total([f for f, its in zip(m, sides) if its == s]) for s in names}
    order = {s: smoothstep(of[s] / room, law["loose"], law["close"]) for s in names}
    hold = {s: total([f * k for f, k, its in zip(m, apart(stiff), sides) if its == s]) * order[s] for s in names}
    crowd = total([of[s] for s in names]) / room
    links = smoothstep(box_mean(crowd, law["near"], cell_metres, terrain.boundary), law["apart"], law["linked"]) ** cell_metres
    weight = total([of[s] * order[s] for s in names])
    all_mass = jnp.maximum(total(apart(mass)), 1e-6)
    pace = law["pace"] / cell_metres
    drive = [w / jnp.sqrt((w * w).sum(-1, keepdims=True) + pace * pace) for w in apart(will)]
    new = []
    for axis in (0, 1):
        turn = transposed if axis == 0 else (lambda f: f)
        d = {s: order[s] * total([f * w[..., axis] for f, w, its in zip(m, drive, sides) if its == s]) for s in names}
        fields = jnp.stack([weight, *hold.values(), *d.values()])
        summed = SUMS[sums](barrier(turn(fields)), barrier(turn(links)), terrain.boundary)
        summed = turn(summed)
        M = summed[0]
        R = {s: summed[1 + i] for i, s in enumerate(names)}
        F = {s: summed[1 + len(names) + i] for i, s in enumerate(names)}
        safe = jnp.maximum(M, 1e-3)
        ways = []
        for sign in (1, -1):
            n = {}
            for s in names:
                others = total([jnp.maximum(sign * F[o], 0) for o in names if o != s])
                N = (others - jnp.maximum(R[s], -sign * F[s])) / safe
                n[s] = jnp.maximum(N - law["least"], 0) * jnp.minimum(1, R[s] / (law["some"] * safe))
            top = n[names[0]]
            for s in names[1:]:
                top = jnp.maximum(top, n[s])
            ways.append((n, top))
        (n_on, on), (n_back, back) = ways
        forward = on >= back
        n = jnp.where(forward, on, back)
        speed = law["speed"] / cell_metres * n / (n + law["half"])
        signed = jnp.where(forward, speed, -speed)
        w = {s: jnp.where(forward, n_on[s], n_back[s]) / jnp.maximum(n, 1e-9) for s in names}
        q = total([w[s] * of[s] for s in names]) / all_mass
        against = 1 - jnp.clip(n / law["yield"], 0, 1)
        comp = []
        for r, s in enumerate(sides):
            v = velocity[r, ..., axis]
            kept = jnp.where(v * signed < 0, v * against, v) + signed * (1 + law["shock"] * (w[s] - q))
            comp.append(jnp.where(fighting[r] > 0, kept, v))
        new.append(jnp.stack(comp))
    return jnp.stack(new, -1)

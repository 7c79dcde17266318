"""The transport a second time, in NumPy: as a shader would write it, cell by cell, to compare bits with.

Superbee on the lattice, in float32: every product and quotient is rounded to the lattice before anything is added.
"""

import numpy as np

QUANTUM = np.float32(2.0**-20)
HAIR = np.float32(1 - 2.0**-20)


def lattice(value):
    return (np.trunc(value * np.float32(2.0**20)) * QUANTUM).astype(np.float32)


def below(field, boundary):
    shifted = np.roll(field, -1, axis=-2)
    if boundary != "torus":
        shifted[..., -1, :] = 0
    return shifted


def above(field, boundary):
    shifted = np.roll(field, 1, axis=-2)
    if boundary != "torus":
        shifted[..., 0, :] = 0
    return shifted


def positive(field):
    return np.where(field > 0, field, 0).astype(np.float32)


def superbee(behind, ahead, courant):
    first = np.abs(behind) < np.abs(ahead)
    lesser, greater = np.where(first, behind, ahead), np.where(first, ahead, behind)
    steepest = np.where(np.abs(2 * lesser) < np.abs(greater), 2 * lesser, greater)
    return np.float32(0.5) * courant * (1 - courant) * np.where((behind > 0) == (ahead > 0), steepest, 0)


def offered(mass, courant, capacity, boundary):
    free = capacity[None] - (mass.sum(axis=0, dtype=np.float32)[None] - mass)
    filled = np.where(free >= QUANTUM, mass / np.maximum(free, QUANTUM), 0).astype(np.float32)
    slope_below = lattice(free * below(filled, boundary)) - mass
    slope_above = mass - lattice(free * above(filled, boundary))
    down = courant >= 0
    behind, ahead = np.where(down, slope_above, -slope_below), np.where(down, slope_below, -slope_above)
    sharper = np.where(down, 1, -1).astype(np.float32) * superbee(behind, ahead, np.abs(courant))
    outflow = lattice(courant * mass) + lattice(sharper)
    outflow = np.where(np.abs(outflow) > mass, np.sign(outflow) * mass, outflow)
    return positive(outflow) - below(positive(-outflow), boundary)


def accept(offers, room, boundary):
    down, up = positive(offers), positive(-offers)
    half = lattice(np.float32(0.5) * room)

    def left_by(other):
        return np.where(room - other > half, room - other, half)

    forth = solve(down, below(left_by(up), boundary), boundary, True)
    return forth - solve(up, left_by(above(down, boundary)), boundary, False)


def solve(offers, room, boundary, reverse):
    border = np.zeros_like(offers[0])
    if boundary == "torus":
        border = scan(offers, room, np.full_like(border, np.finfo(np.float32).max), reverse)[0 if reverse else -1]
    return scan(offers, room, border, reverse)


def scan(offers, room, accepted, reverse):
    all_accepted = np.empty_like(offers)
    for row in range(len(offers))[:: -1 if reverse else 1]:
        accepted = all_accepted[row] = np.minimum(offers[row], room[row] + accepted)
    return all_accepted


def apportion(parts, amount):
    whole = sum(parts[1:], parts[0])
    share = (np.where(whole > 0, amount / np.where(whole > 0, whole, 1), 0) * HAIR).astype(np.float32)
    given = [lattice(part * share) for part in parts]
    left, served = amount - sum(given[1:], given[0]), []
    for part, portion in zip(parts, given, strict=True):
        more = np.clip(left, 0, part - portion)
        left = left - more
        served.append(portion + more)
    return served


def exchange(offers):
    going, coming = [positive(offer) for offer in offers], [positive(-offer) for offer in offers]
    equal = np.minimum(sum(going), sum(coming))
    return [forth - back for forth, back in zip(apportion(going, equal), apportion(coming, equal), strict=True)]


def swap(pressing, mass, courant, leaving, places, yielding, boundary):
    """Return what crosses each face because friends give way, regiment by regiment."""
    pushed = sum(pressing[1:], pressing[0])
    down = pushed > 0
    squeezed = (above(pushed, boundary) > 0) & (pushed < 0)
    forth = np.where(down, 1, -1).astype(np.float32)
    given, wanted, intruders, quickest = [], [], [], np.zeros_like(pushed)
    for push, own, pace in zip(pressing, mass, courant, strict=True):
        wanted.append(positive(push * forth))
        intruders.append(np.where(wanted[-1] > 0, np.where(down, below(own, boundary), own), 0))
        near = np.where(down, pace, -below(pace, boundary))
        quickest = np.maximum(quickest, np.where(wanted[-1] > 0, near, 0))
    regiments = zip(mass, pressing, intruders, courant, leaving, places, yielding, strict=True)
    for own, push, inside, pace, out, place, share in regiments:
        held = np.where(down, below(own, boundary), own)
        free = np.where(down, below(own - out, boundary), own - out)
        lack = np.where(down, place - own, below(place - own, boundary))
        half = np.float32(0.5) * positive(held - (sum(intruders) - inside))
        spare = lattice(np.maximum(share * half, np.minimum(half, lack) if share > 0 else 0))
        spare = np.minimum(spare, free)
        spare = np.where(np.where(down, below(squeezed, boundary), squeezed), lattice(np.float32(0.5) * spare), spare)
        same_way = np.where(down, below(pace, boundary), pace) * forth
        stuck = np.where(down, below(push, boundary), above(push, boundary)) * forth > 0
        given.append(np.where((same_way < quickest) | stuck, spare, 0).astype(np.float32))
    guests = [np.where(spare > 0, 0, push) for push, spare in zip(wanted, given, strict=True)]
    wanted = [np.where(sum(guests) > 0, guest, push) for guest, push in zip(guests, wanted, strict=True)]
    equal = np.minimum(sum(wanted), sum(given))
    return [forth * (to - fro) for to, fro in zip(apportion(wanted, equal), apportion(given, equal), strict=True)]


def march(mass, courant, places, open_cells, capacity, boundary, sides, yielding):
    """Return the mass after a pass along the rows."""
    offers = offered(mass, courant, capacity, boundary)
    offers = np.where((open_cells & below(open_cells, boundary))[None], offers, 0).astype(np.float32)
    flux, friends = np.zeros_like(mass), [np.flatnonzero(np.equal(sides, side)) for side in dict.fromkeys(sides)]
    for members in friends:
        if len(members) > 1:
            flux[members] = exchange(offers[members])
    pushing = offers - flux
    accepted = accept(pushing.sum(axis=0, dtype=np.float32), positive(capacity - mass.sum(axis=0)), boundary)
    flux = flux + np.stack(apportion(list(positive(pushing)), positive(accepted)))
    flux = flux - np.stack(apportion(list(positive(-pushing)), positive(-accepted)))
    left, leaving = offers - flux, positive(offers) + above(positive(-offers), boundary)
    for members in friends:
        if len(members) > 1 and (yielding > 0).any():
            own = (left, mass, courant, leaving, places, yielding)
            flux[members] += np.stack(swap(*(list(field[members]) for field in own), boundary))
    return mass - (flux - np.concatenate([flux[:, -1:], flux[:, :-1]], axis=1))


def advect(mass, velocity, terrain, sides, yielding, places, dt=0.25):
    """Return the mass after a step, first along x."""
    courant = np.clip(lattice(velocity * np.float32(dt)), -1, 1)
    cells, capacity = np.asarray(terrain.open_cells), np.asarray(terrain.capacity)

    def turned(field):
        return np.ascontiguousarray(np.swapaxes(field, -1, -2))

    law = (terrain.boundary, sides, np.float32(yielding))
    mass = turned(march(turned(mass), turned(courant[..., 0]), turned(places), turned(cells), turned(capacity), *law))
    return march(mass, np.ascontiguousarray(courant[..., 1]), places, cells, capacity, *law)

"""Transport of mass as shader passes: a tick of `nca_controller.dynamics.ticks.transport`, the same to the bit.

Two steps a tick, each along both axes. Along an axis the passes are: what each cell offers; what is accepted of it;
what of each regiment crosses, where there are several; how friends give way, where there are any; what mass is left.
All is reckoned on the lattice, see assets/shaders/compute/lattice.glsl, so totals are exact on any graphics card.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import moderngl
import numpy as np

from engine.compute.packing import CHANNELS, MOST_REGIMENTS, groups, named, taken
from engine.gl import Pass, Passes, TexturePool, plain_texture
from engine.io import InputError
from engine.plugin import QUANTUM, Ground

STEP = 0.25  # units of time in a step; a tick has two
# Axis of each pass of a tick, and whether mass has crossed along it before: axes alternate, so that none is favoured.
SCHEDULE = (("x", False), ("y", False), ("y", True), ("x", True))
ALONG = {"x": (1, 0), "y": (0, 1)}
BLOCK = (32, 16)  # width and height in cells of the blocks in which what cannot move is left out
STACKS_READ, STACKS_DRAWN = 5, 2  # by the pass of friends who give way, and the most that any draws

Textures = tuple[moderngl.Texture, ...]


@dataclass(frozen=True)
class Moved:
    """Mass after a tick, and the mass that crossed the face to the right of each cell, and that below it."""

    mass: Textures
    flux_right: Textures
    flux_down: Textures


class Transport:
    """The transport of R regiments on one ground. All of it needs the context to be current."""

    def __init__(
        self,
        passes: Passes,
        pool: TexturePool,
        ground: Ground,
        sides: Sequence[int],
        limiter: Literal["superbee", "ultra_bee"] = "superbee",
    ) -> None:
        """Compile the passes for regiments of these sides.

        Raises InputError, one line, where the driver does not compile them, and for more regiments than it can hold.
        """
        self.regiments = len(sides)
        check_regiments(passes.context, self.regiments)
        height, width = ground.grid
        self._size, self._pool, self._passes = (width, height), pool, passes
        blocks = (-(-width // BLOCK[0]), -(-height // BLOCK[1]))
        self._held, self._blocks, self._reached, self._earlier = (pool.take(blocks) for _ in range(4))
        self.ground = ground_texture(passes.context, ground)
        self._has_friends = len(set(sides)) < len(sides)
        defines: dict[str, object] = {"REGIMENTS": self.regiments}
        scheme = {"TORUS": 1} if ground.boundary == "torus" else {}
        scheme |= {"ULTRA_BEE": 1} if limiter == "ultra_bee" else {}
        parts = {"sides": sides_text(sides), "velocities": velocities_text(self.regiments)}
        self._awake, self._reach = passes.load("awake", defines), passes.load("reached")
        self._offers = self._loaded("offers", defines | scheme)
        self._stretches, self._accepted = self._loaded("stretches", defines), self._loaded("accepted", defines)
        self._moved = {False: self._loaded("moved", defines), True: self._loaded("moved", defines | {"AGAIN": 1})}
        if self.regiments > 1:
            self._courant = self._loaded("courant", defines, parts)
            self._crossing = self._loaded("crossing", defines, parts)
        if self._has_friends:
            self._pressing = self._loaded("crossing", defines | {"PRESSING": 1}, parts)
            self._giving_way = self._loaded("giving_way", defines, parts)
        stacks = ["first", "second", "flux_x", "flux_y", "flux_again"]
        stacks += ["offer", "courant_x", "courant_y"] if self.regiments > 1 else []
        stacks += ["crossing", "pressing"] if self._has_friends else []
        self._scratch = {stack: self._take() for stack in stacks}
        single = {"stretches": 4, "streams": 4, "accepted": 1} if self.regiments > 1 else {"stretches": 4, "offer": 2}
        self._scratch |= {name: (pool.take(self._size, channels),) for name, channels in single.items()}
        self._last: Textures | None = None  # the mass after the tick that drew last
        # Whatever a tick leaves in these is overwritten in the next, see reached.frag.glsl.
        self._empty([self._reached, *(texture for textures in self._scratch.values() for texture in textures)])

    def __call__(
        self,
        mass: Sequence[moderngl.Texture],
        velocities: Sequence[moderngl.Texture],
        yielding: Sequence[float] | None = None,
        places: Sequence[moderngl.Texture] | None = None,
    ) -> Moved:
        """Return the outcome of a tick, in textures from the pool that are the caller's to give back.

        It costs least where `mass` is the tuple that the last tick returned: then it need not be looked for everywhere.
        `mass` is packed as in `packing`, and so is `places`, what each regiment is to hold; `velocities` has a texture
        for each regiment, (x, y) in cells per unit time in its first channels. `yielding[r]` from 0 to 1 says how far
        regiment r gives way to friends, by default not at all; where any does, `places` must be given.
        """
        scratch = self._scratch
        blocks = {"field": self._size, "block": BLOCK}
        known = named("mass", mass) | {"reached": self._reached}
        self._awake.run([self._held], known, blocks | {"anywhere": mass is not self._last})
        self._reached, self._earlier = self._earlier, self._reached
        self._reach.run([self._blocks, self._reached], {"held": self._held, "earlier": self._earlier}, blocks)
        if self.regiments > 1:
            commanded = {f"velocity_{regiment}": texture for regiment, texture in enumerate(velocities)}
            self._draw(self._courant, [*scratch["courant_x"], *scratch["courant_y"]], commanded, {"dt": STEP})
        out = Moved(self._take(), self._take(), self._take())
        self._empty(out.mass + out.flux_right + out.flux_down)
        crossed = {"x": out.flux_right, "y": out.flux_down}
        moved = [scratch["first"], scratch["second"], scratch["first"], out.mass]
        now = tuple(mass)
        for (axis, again), target in zip(SCHEDULE, moved, strict=True):
            along = {"along": ALONG[axis]}
            inputs = named("mass", now) | {"ground": self.ground}
            if self.regiments == 1:
                inputs["velocity"] = velocities[0]
                self._draw(self._offers, scratch["offer"], inputs, along | {"dt": STEP})
            else:
                inputs |= named("courant", scratch[f"courant_{axis}"])
                self._draw(self._offers, [*scratch["offer"], *scratch["streams"]], inputs, along)
            flux = scratch["flux_again" if again else f"flux_{axis}"]
            self._cross(flux, inputs, along, yielding, places)
            inputs |= named("flux", flux)
            if again:
                inputs |= named("earlier", scratch[f"flux_{axis}"])
                self._draw(self._moved[True], [*target, *crossed[axis]], inputs, along)
            else:
                self._draw(self._moved[False], target, inputs, along)
            now = target
        self._last = out.mass
        return out

    def _cross(
        self,
        flux: Textures,
        inputs: Mapping[str, moderngl.Texture],
        along: Mapping[str, tuple[int, int]],
        yielding: Sequence[float] | None,
        places: Sequence[moderngl.Texture] | None,
    ) -> None:
        """Draw what of each regiment crosses the face after each cell, of what is offered there."""
        scratch = self._scratch
        if self.regiments == 1:
            self._draw(self._stretches, scratch["stretches"], {"offers": scratch["offer"][0]}, along)
            self._draw(
                self._accepted, flux, {"offers": scratch["offer"][0], "stretches": scratch["stretches"][0]}, along
            )
            return
        streams, accepted = scratch["streams"][0], scratch["accepted"][0]
        self._draw(self._stretches, scratch["stretches"], {"offers": streams}, along)
        self._draw(self._accepted, [accepted], {"offers": streams, "stretches": scratch["stretches"][0]}, along)
        offered = named("offer", scratch["offer"]) | {"streams": streams, "accepted": accepted}
        if not self._has_friends or yielding is None or places is None or not any(share > 0 for share in yielding):
            self._draw(self._crossing, flux, offered, along)
            return
        self._draw(self._pressing, [*scratch["crossing"], *scratch["pressing"]], offered, along)
        held_up = named("crossing", scratch["crossing"]) | named("pressing", scratch["pressing"])
        shares = np.zeros((groups(self.regiments), min(self.regiments, CHANNELS)), np.float32)
        shares.flat[: self.regiments] = np.clip(yielding, 0, 1)
        known = {**inputs, **held_up, **named("place", places)}
        self._draw(self._giving_way, flux, known, {**along, "yielding": shares})

    def _loaded(self, name: str, defines: Mapping[str, object], parts: Mapping[str, str] | None = None) -> Pass:
        return self._passes.load(name, defines, parts, vertex="awake")

    def _draw(
        self,
        which: Pass,
        targets: Sequence[moderngl.Texture],
        inputs: Mapping[str, moderngl.Texture],
        uniforms: Mapping[str, object],
    ) -> None:
        """Run a pass where anything can move; elsewhere its targets hold 0 already."""
        vertices = 6 * self._blocks.width * self._blocks.height
        which.run(targets, {**inputs, "rectangles": self._blocks}, uniforms, vertices=vertices)

    def _empty(self, textures: Iterable[moderngl.Texture]) -> None:
        for texture in textures:
            self._passes.canvas([texture]).clear()

    def release(self) -> None:
        """Give the textures that this holds back to the pool. It can draw nothing afterwards."""
        for textures in self._scratch.values():
            self._pool.give_back(textures)
        self._pool.give_back([self._held, self._blocks, self._reached, self._earlier])
        self._scratch = {}
        self._pool.give_back([self.ground, self._held, self._blocks])

    def _take(self) -> Textures:
        return taken(self._pool, self._size, self.regiments)


def check_regiments(context: moderngl.Context, regiments: int) -> None:
    """Raise InputError where a graphics card cannot hold so many regiments in one pass."""
    units, buffers = (context.info[f"GL_MAX_{name}"] for name in ("TEXTURE_IMAGE_UNITS", "DRAW_BUFFERS"))
    most = min(MOST_REGIMENTS, CHANNELS * min(units // STACKS_READ, buffers // STACKS_DRAWN), units)
    if regiments > most:
        raise InputError(f"this graphics card moves {most} regiments at most, not {regiments}")


def ground_texture(context: moderngl.Context, ground: Ground) -> moderngl.Texture:
    """Return the ground's capacity, on the lattice, and 1 where a cell is open, 0 where it is closed."""
    height, width = ground.grid
    texels = np.empty((height, width, 2), np.float32)
    texels[..., 0] = np.floor(np.asarray(ground.capacity, np.float64) / QUANTUM) * QUANTUM
    texels[..., 1] = ground.open_cells
    return plain_texture(context, (width, height), 2, data=texels.tobytes())


def sides_text(sides: Sequence[int]) -> str:
    """Return GLSL that says which regiments are of each side that has several: SIDES and members(side, group)."""
    several = [side for side in dict.fromkeys(sides) if list(sides).count(side) > 1]
    text = f"#define SIDES {len(several)}\n"
    lanes = min(len(sides), CHANNELS)
    if several and lanes > 1:
        spread = [*sides, *[None] * (groups(len(sides)) * lanes - len(sides))]
        stacks = [spread[start : start + lanes] for side in several for start in range(0, len(spread), lanes)]
        whose = [side for side in several for _ in range(groups(len(sides)))]
        vectors = [
            f"bvec{lanes}({', '.join(str(its == side).lower() for its in stack)})"
            for side, stack in zip(whose, stacks, strict=True)
        ]
        text += f"const bvec{lanes} MEMBERS[{len(vectors)}] = bvec{lanes}[]({', '.join(vectors)});\n"
        text += f"bvec{lanes} members(int side, int group) {{ return MEMBERS[side * GROUPS + group]; }}\n"
    return text


def velocities_text(regiments: int) -> str:
    """Return GLSL that fetches the velocities of all regiments, by component."""
    lanes = min(regiments, CHANNELS)
    lines = [f"uniform sampler2D velocity_{regiment};" for regiment in range(regiments)]
    lines.append("void fetch_velocities(ivec2 cell, out FIELD x[GROUPS], out FIELD y[GROUPS]) {")
    lines += [f"    x[{group}] = y[{group}] = FIELD(0.0);" for group in range(groups(regiments))]
    for regiment in range(regiments):
        place = f"[{regiment // CHANNELS}][{regiment % CHANNELS}]"
        lines.append(f"    vec2 v{regiment} = texelFetch(velocity_{regiment}, cell, 0).xy;")
        lines.append(f"    x{place} = v{regiment}.x; y{place} = v{regiment}.y;")
    return "\n".join([*lines, "}"]) if lanes > 1 else ""

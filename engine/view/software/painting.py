"""What the renderer without OpenGL paints on pygame surfaces: ground, outlines, fields, lines, soldiers.

Of the field only what the camera sees is painted.
"""

from __future__ import annotations

import math

import numpy as np
import pygame
from jaxtyping import Float, UInt8
from PIL import Image

from engine.view.camera import Camera, letter_scale
from engine.view.colour_scales import overlay_pixels
from engine.view.figures import LYING
from engine.view.hud.minimap import visible
from engine.view.lines import Lines
from engine.view.painted_field import painted_size
from engine.view.palette import BORDER, EARTH, GRASS, LEATHER, METAL, PALE_CLOTH, TABLE, UNDERGROUND, Colour
from engine.view.relief import painted_scenery
from engine.view.scene import FieldOverlay
from engine.view.scenery import Scenery

ZOOM_STEP = 1.04  # sprites are kept in sizes that differ by this factor, so that zooming paints few anew
FINENESS = 8.0  # pixels of the painted field per cell, where it is not too large for that
SHORTEST_LINE = 0.5  # pixels: a shorter one is a dot

Field = Float[np.ndarray, "H W"]
Corner = tuple[int, int]  # the pixel of a picture's top left corner


def meadow(grid: tuple[int, int], scenery: Scenery | None) -> pygame.Surface:
    """Paint the whole field: grass, bare earth, and the scenery."""
    rows, columns = grid
    size = painted_size(grid, FINENESS)[1]
    random = np.random.default_rng(0)
    shade = np.zeros(size)
    for cells, weight in ((40, 1.0), (14, 0.6), (4, 0.25), (0.4, 0.2)):
        coarse = (max(round(columns / cells), 2), max(round(rows / cells), 2))
        shade += weight * enlarged(random.random(coarse), size)
    shade /= 2.05
    bare = 0.6 * np.clip((shade - 0.52) / 0.2, 0.0, 1.0)[..., None]
    colours = (np.array(GRASS) * (1.0 - bare) + np.array(EARTH) * bare) * (0.65 + 0.7 * shade[..., None])
    if scenery is not None:
        over = np.asarray(Image.fromarray(painted_scenery(scenery)).resize(size, Image.Resampling.BILINEAR))
        over = over.swapaxes(0, 1).astype(np.float32)
        colours = colours * (1.0 - over[..., 3:] / 255.0) + over[..., :3]
    return pygame.surfarray.make_surface(np.clip(colours, 0, 255).astype(np.uint8)).convert()


def ground(camera: Camera, grid: tuple[int, int], field: pygame.Surface) -> pygame.Surface:
    """Return the painted field as the camera sees it, with its border and surround."""
    picture = pygame.Surface(camera.size).convert()
    picture.fill(TABLE)
    seen = seen_part(field, camera, grid)
    if seen is not None:
        picture.blit(*seen)
    (left, top), (right, bottom) = camera.pixels(np.array([[0, 0], [grid[1], grid[0]]])).round().astype(int).tolist()
    rim = max(round(2 * letter_scale(camera.size)), 2)
    pygame.draw.rect(picture, BORDER, (left - rim, top - rim, right - left + 2 * rim, bottom - top + 2 * rim), rim)
    return picture


def seen_part(
    field: pygame.Surface, camera: Camera, grid: tuple[int, int], *, smooth: bool = True
) -> tuple[pygame.Surface, Corner] | None:
    """Return what the camera sees of a picture of the whole field, and where it goes; None where it sees nothing."""
    left, top, right, bottom = visible(camera, grid)
    if right <= left or bottom <= top:
        return None
    fine = field.get_width() / grid[1], field.get_height() / grid[0]
    x, y = math.floor(left * fine[0]), math.floor(top * fine[1])
    ends = min(math.ceil(right * fine[0]), field.get_width()), min(math.ceil(bottom * fine[1]), field.get_height())
    part = field.subsurface((x, y, max(ends[0] - x, 1), max(ends[1] - y, 1)))
    corners = np.array([[x / fine[0], y / fine[1]], [ends[0] / fine[0], ends[1] / fine[1]]])
    (x0, y0), (x1, y1) = camera.pixels(corners).round().astype(int).tolist()
    scale = pygame.transform.smoothscale if smooth else pygame.transform.scale
    return scale(part, (max(x1 - x0, 1), max(y1 - y0, 1))), (x0, y0)


def outline(camera: Camera, density: Field, colour: Colour, cover: int) -> tuple[pygame.Surface, Corner] | None:
    """Paint a line where a density is half of its peak, and a faint fill; None where none of it is seen."""
    peak = float(density.max(initial=0.0))
    if not peak > 0.0:
        return None
    # Only the part around it is painted.
    down, across = (np.nonzero(density.any(axis=axis))[0] for axis in (1, 0))
    top, left = max(int(down[0]) - 2, 0), max(int(across[0]) - 2, 0)
    density = density[top : down[-1] + 3, left : across[-1] + 3]
    x, y = camera.pixels(np.array([left, top])).tolist()
    camera = Camera(camera.size, camera.scale, (x, y))
    field = pygame.surfarray.make_surface(
        np.repeat((np.asarray(density, dtype=np.float64).T * (255 / peak)).astype(np.uint8)[..., None], 3, axis=-1)
    ).convert(24)
    rows, columns = density.shape
    seen = seen_part(field, camera, (rows, columns))
    if seen is None:
        return None
    share, place = pygame.surfarray.array3d(seen[0])[..., 0], seen[1]
    inside = share > 127
    core = inside
    for _ in range(max(round(letter_scale(camera.size)), 1)):  # as many pixels thick
        padded = np.pad(core, 1)
        core = core & padded[:-2, 1:-1] & padded[2:, 1:-1] & padded[1:-1, :-2] & padded[1:-1, 2:]
    line = inside & ~core
    picture = pygame.Surface(share.shape, pygame.SRCALPHA)
    picture.fill((*colour, 0))
    alpha = pygame.surfarray.pixels_alpha(picture)
    alpha[:] = np.where(line, 205, np.where(inside, cover, 0))
    del alpha
    return picture.convert_alpha(), place


def field_overlay(camera: Camera, overlay: FieldOverlay) -> tuple[pygame.Surface, Corner] | None:
    """Paint a field's colours, cell by cell; None where none of it is seen."""
    rows, columns = overlay.field.shape
    colours = np.ascontiguousarray(overlay_pixels(overlay))
    cells = pygame.image.frombuffer(colours.tobytes(), (columns, rows), "RGBA")
    return seen_part(cells, camera, (rows, columns), smooth=False)


def draw_lines(surface: pygame.Surface, lines: Lines) -> None:
    """Draw lines onto a surface: opaque ones directly, the others by way of a layer."""
    if len(lines) == 0:
        return
    layer = pygame.Surface(surface.get_size(), pygame.SRCALPHA) if (lines.colour[:, 3] < 255).any() else None
    start, end = lines.ends[:, :2], lines.ends[:, 2:]
    length = np.hypot(*(end - start).T)
    normal = np.stack([start[:, 1] - end[:, 1], end[:, 0] - start[:, 0]], axis=1)
    across = normal * (lines.width / 2 / np.maximum(length, SHORTEST_LINE))[:, None]
    corners = np.stack([start + across, end + across, end - across, start - across], axis=1).tolist()
    for number, (width, colour, square) in enumerate(
        zip(lines.width.tolist(), lines.colour.tolist(), lines.square.tolist(), strict=True)
    ):
        onto = surface if colour[3] == 255 or layer is None else layer
        if length[number] < SHORTEST_LINE:
            pygame.draw.circle(onto, colour, start[number].tolist(), max(width / 2, 1.0))
            continue
        pygame.draw.polygon(onto, colour, corners[number])
        if not square and width > 2.5:
            for place in (start[number], end[number]):
                pygame.draw.circle(onto, colour, place.tolist(), width / 2)
    if layer is not None:
        surface.blit(layer, (0, 0))


def stepped(zoom: float) -> float:
    """Return the size nearest to `zoom` in which sprites are kept."""
    return float(ZOOM_STEP ** round(math.log(zoom, ZOOM_STEP)))


def tinted(
    frame: UInt8[np.ndarray, "height width 4"],
    team: Colour,
    zoom: float,
    *,
    pale: float = 0.0,
    sunk: float = 0.0,
    glow: float = 0.0,
) -> pygame.Surface:
    """Return a frame in a team's colour, scaled by `zoom`.

    `pale` is how much of its colours the soldier has lost, from 0 to 1; `sunk`, above 0 for one who lies, how far it
    has gone into the ground; `glow` how much brighter it is, 1 as the selected are with OpenGL.
    """
    share = frame[..., :3].astype(np.float32) / 255.0
    colour = share @ np.array([METAL, team, LEATHER], dtype=np.float32)
    lit = share.sum(axis=-1, keepdims=True)
    if pale > 0.0:
        colour += pale * (lit * np.array(PALE_CLOTH, np.float32) - colour)
    if glow > 0.0:
        colour = colour * (1.0 + 0.25 * glow) + 0.07 * 255.0 * glow * lit
    if sunk > 0.0:
        colour *= LYING
        colour += (0.25 + 0.6 * sunk) * (lit * np.array(UNDERGROUND, np.float32) - colour)
    colour = np.minimum(colour, 255.0)
    height, width, _ = frame.shape
    premultiplied = np.concatenate([colour, frame[..., 3:]], axis=-1).astype(np.uint8)
    picture = pygame.image.frombuffer(premultiplied.tobytes(), (width, height), "RGBA")
    size = (max(round(width * zoom), 1), max(round(height * zoom), 1))
    sprite = pygame.transform.smoothscale(picture, size)
    # pygame blends colours that are not premultiplied.
    cover = pygame.surfarray.array_alpha(sprite)[..., None]
    pygame.surfarray.pixels3d(sprite)[:] = np.minimum(
        pygame.surfarray.array3d(sprite) * (255.0 / np.maximum(cover, 1)), 255
    )
    if sunk > 0.0:
        alpha = pygame.surfarray.pixels_alpha(sprite)
        alpha[:] = (alpha * (1.0 - sunk * sunk)).astype(np.uint8)
        del alpha
    return sprite.convert_alpha()


def enlarged(values: Float[np.ndarray, "w h"], size: tuple[int, int]) -> Float[np.ndarray, "W H"]:
    """Return values from 0 to 1 interpolated smoothly to `size`, width and height in pixels."""
    grey = np.repeat((np.clip(values, 0.0, 1.0) * 255).astype(np.uint8)[..., None], 3, axis=-1)
    large = pygame.transform.smoothscale(pygame.surfarray.make_surface(grey).convert(24), size)
    return pygame.surfarray.array3d(large)[..., 0] / 255.0


def draw_dots(
    surface: pygame.Surface, pixels: Float[np.ndarray, "N 2"], colours: Float[np.ndarray, "N 3"], across: int
) -> None:
    """Draw N soldiers as squares `across` pixels wide, lit from above; later ones cover earlier ones."""
    left, top = np.floor(pixels - 0.5 * (across - 1)).astype(np.int64).T
    width, height = surface.get_size()
    seen = (left >= 0) & (top >= 0) & (left < width - across) & (top < height - across)
    left, top, colours = left[seen], top[seen], colours[seen]
    picture = pygame.surfarray.pixels3d(surface)
    for down in range(across):
        lit = np.clip(colours * (1.05 - 0.4 * down / across), 0, 255).astype(np.uint8)
        for right in range(across):
            picture[left + right, top + down] = lit

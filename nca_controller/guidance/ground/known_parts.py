"""The parts of a ground that is known, by scipy: in milliseconds, and with nothing to compile."""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Int
from scipy import ndimage
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from nca_controller.guidance.ground.levels import Parts, blocks_of, crossing, level_count


def known_parts(open_cells: Bool[np.ndarray, "H W"], boundary: str) -> tuple[Parts, ...]:
    """Return the parts of every level, finest first, as arrays of NumPy."""
    found = []
    for number in range(level_count(*open_cells.shape)):
        block = 2**number
        main = largest_parts(open_cells, block) if number else open_cells
        faces = crossing(open_cells, main, block, boundary, np)
        found.append(Parts(main, touching(*(blocks_of(face, block).any(axis=(1, 3)) for face in faces))))
    return tuple(found)


def largest_parts(open_cells: Bool[np.ndarray, "H W"], block: int) -> Bool[np.ndarray, "H W"]:
    """Return the cells of the largest part of each block; of parts of one size the one with the first cell."""
    height, width = open_cells.shape
    apart = np.pad(blocks_of(open_cells, block), ((0, 0), (0, 1), (0, 0), (0, 1)))  # a closed line after each block
    rows, columns = apart.shape[0], apart.shape[2]
    labels, count = ndimage.label(apart.reshape(rows * (block + 1), columns * (block + 1)))
    labels = labels.reshape(apart.shape)[:, :block, :, :block]
    ordered = labels.swapaxes(1, 2).reshape(rows * columns, block * block)
    size = np.bincount(ordered.ravel(), minlength=count + 1)
    size[0] = 0
    here = size[ordered]
    is_largest = (here == here.max(axis=1, keepdims=True)) & (here > 0)
    chosen = ordered[np.arange(len(ordered)), is_largest.argmax(axis=1)]
    main = (ordered == chosen[:, None]) & (here > 0)
    return main.reshape(rows, columns, block, block).swapaxes(1, 2).reshape(rows * block, -1)[:height, :width]


def touching(right: Bool[np.ndarray, "h w"], under: Bool[np.ndarray, "h w"]) -> Int[np.ndarray, "h w"]:
    """Return for each coarse cell the index of the first one that it is joined to by open faces."""
    index = np.arange(right.size, dtype=np.int32).reshape(right.shape)
    one = np.concatenate([index[right], index[under]])
    other = np.concatenate([np.roll(index, -1, 1)[right], np.roll(index, -1, 0)[under]])
    graph = coo_array((np.ones(len(one), np.int8), (one, other)), shape=(right.size, right.size))
    _, label = connected_components(graph, directed=False)
    first = np.zeros(label.max() + 1, np.int32)
    first[label[::-1]] = index.ravel()[::-1]  # of several writes the last holds, which is the first cell
    return first[label].reshape(right.shape)

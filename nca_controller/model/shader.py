"""The network as GLSL: straight-line code with the weights as constants, for simulations that run as shaders.

Straight-line code is the fastest form on the drivers that were tried, and has no limit on the size of uniform blocks.
What the caller passes as constants, such as the perception of walls on open ground, the driver's compiler folds away.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float

from nca_controller.model.channels import ADVECTION_CHANNELS as CHANNELS
from nca_controller.model.percept import Percept

WIDEST = 128  # cells of the hidden layer: a wider one takes drivers long to compile
FATIGUE = Percept._fields.index("fatigue")  # the last of what is perceived; nothing tires yet, so it is left out
SIGNALS = 4
PARTS = ("here", "ahead", "aside")
HEADER = (
    "void network(const vec4 here[6], const vec4 ahead[6], const vec4 aside[6], out vec2 correction, "
    "out vec4 nearer, out vec4 farther) {"
)


def network_text(weights: Mapping[str, np.ndarray], num_channels: int, percept: str) -> str:
    """Return the GLSL of the function `network`, as `engine.plugin.Exported` describes it.

    `weights` are those of an AdvectionNCA, by their paths. Raises ValueError, one line, for what the shaders cannot
    hold: other channels than the 16, and a hidden layer of more than WIDEST cells.
    """
    kernel, bias = weights["hidden/kernel"], weights["hidden/bias"]
    outcome, outcome_bias = weights["outcome/kernel"], weights["outcome/bias"]
    apart = len(Percept._fields) if percept == "apart" else 0
    if num_channels != CHANNELS.TOTAL or outcome.shape[1] != 2 + CHANNELS.HIDDEN_END - CHANNELS.HIDDEN_START:
        raise ValueError(f"shaders hold cells of {CHANNELS.TOTAL} channels, and the model's have {num_channels}")
    if len(bias) > WIDEST:
        raise ValueError(f"shaders hold a hidden layer of at most {WIDEST} cells, and the model's has {len(bias)}")
    features = CHANNELS.TOTAL + SIGNALS + apart
    rows = kernel.reshape(len(PARTS), features, len(bias))
    known = rows[:, : features - 1] if apart else rows
    lines = [HEADER, f"correction = {vector(outcome_bias[:2])};", f"nearer = {vector(outcome_bias[2:6])};"]
    lines += [f"farther = {vector(outcome_bias[6:])};", "vec4 felt;"]
    for start in range(0, len(bias), 4):
        units = slice(start, start + 4)
        lines.append(f"felt = {vector(filled(bias[units]))};")
        for part, of_part in zip(PARTS, known, strict=True):
            for group in range(len(of_part) // 4):
                block = filled(of_part[4 * group : 4 * group + 4, units])
                lines.append(f"felt += {matrix(block)} * {part}[{group}];")
        lines.append("felt = max(felt, vec4(0.0));")
        after = np.zeros((4, outcome.shape[1]), np.float32)
        after[: len(outcome[units])] = outcome[units]
        lines.append(f"correction += {matrix(after[:, :2])} * felt;")
        lines += [f"nearer += {matrix(after[:, 2:6])} * felt;", f"farther += {matrix(after[:, 6:])} * felt;"]
    return "\n".join([*lines, "}", ""])


def filled(values: Float[np.ndarray, "*rows n"]) -> Float[np.ndarray, "*rows 4"]:
    """Return the values of up to four units as those of four."""
    return np.pad(values, [(0, 0)] * (values.ndim - 1) + [(0, 4 - values.shape[-1])])


def matrix(block: Float[np.ndarray, "4 n"]) -> str:
    """Return a matrix that takes a vector of 4 to one of n, column by column."""
    rows = block.shape[1]
    return f"mat4{'' if rows == 4 else f'x{rows}'}({','.join(map(number, block.ravel()))})"


def vector(values: Float[np.ndarray, " n"]) -> str:
    return f"vec{len(values)}({','.join(map(number, values))})"


def number(value: np.float32) -> str:
    """Return the shortest literal that is this float32, such as -.125 and 1e-7."""
    text = str(np.float32(value)).replace("e-0", "e-").replace("e+0", "e+")
    return text.replace("0.", ".", 1) if text.startswith(("0.", "-0.")) and text not in ("0.0", "-0.0") else text

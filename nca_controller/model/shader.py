"""The network as GLSL: straight-line code with the weights as constants, for simulations that run as shaders.

Loops over a uniform block or an array of constants take eight to ten times as long under software GL, though they
compile in half the time. What the caller passes as constants, such as the perception of walls on open ground, the
driver's compiler folds away.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from jaxtyping import Float

from nca_controller.model.channels import ADVECTION_CHANNELS as CHANNELS
from nca_controller.model.percept import Percept

WIDEST = 128  # cells of the hidden layer: a wider one takes drivers long to compile
FATIGUE = Percept._fields.index("fatigue")  # the last of what is perceived; nothing tires yet, so it is left out
SIGNALS = 4
PARTS = ("here", "ahead", "aside")
OUTPUTS = {"correction": slice(0, 2), "nearer": slice(2, 6), "farther": slice(6, 10)}
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
            lines += added("felt", filled(of_part[:, units]), part)
        lines.append("felt = max(felt, vec4(0.0));")
        for name, outputs in OUTPUTS.items():
            lines += added(name, outcome[units, outputs], "felt")
    return "\n".join([*lines, "}", ""])


def added(name: str, weights: Float[np.ndarray, "inputs n"], source: str) -> Iterator[str]:
    """Yield the lines that add weighted inputs to a vector, an input a line; the source of more than four is an array.

    Drivers take half as long for these as for products with matrices.
    """
    for number, row in enumerate(weights):
        if row.any():
            element = f"[{number // 4}]" if len(weights) > 4 else ""
            yield f"{name} += {vector(row)} * {source}{element}.{'xyzw'[number % 4]};"


def filled(values: Float[np.ndarray, "*rows n"]) -> Float[np.ndarray, "*rows 4"]:
    """Return the values of up to four units as those of four."""
    return np.pad(values, [(0, 0)] * (values.ndim - 1) + [(0, 4 - values.shape[-1])])


def vector(values: Float[np.ndarray, " n"]) -> str:
    return f"vec{len(values)}({','.join(map(number, values))})"


def number(value: np.float32) -> str:
    """Return the shortest literal that is this float32, such as -.125 and 1e-7."""
    text = str(np.float32(value)).replace("e-0", "e-").replace("e+0", "e+")
    return text.replace("0.", ".", 1) if text.startswith(("0.", "-0.")) and text not in ("0.0", "-0.0") else text

#!/usr/bin/env bash
# Sets up a bare machine with an accelerator and measures it: bash tests/benchmarks/accelerator.sh [OUT [JAX]]
# OUT is the folder of the table, by default the current one; JAX what pip installs for the device, by default
# "jax[cuda12]". A machine that cannot be reached from outside needs the wheels in ./wheels: pip download them before.
set -euo pipefail
cd "$(dirname "$0")/../.."
out="$(realpath "${1:-.}")"
jax="${2:-jax[cuda12]}"
venv="${VENV:-.venv-accelerator}"
python3 -m venv "$venv"
found=()
[ -d wheels ] && found=(--no-index --find-links wheels)
# The plugin needs neither pygame nor moderngl, and bare machines have no screen.
"$venv/bin/python" -m pip install --quiet "${found[@]}" "$jax" flax optax orbax-checkpoint tensorstore \
    jaxtyping numpy scipy pillow platformdirs tomli-w tqdm
"$venv/bin/python" -c 'import jax; print(jax.devices())'
"$venv/bin/python" -m nca_controller.benchmark --out "$out/accelerator.md"

#!/usr/bin/env bash
# Sets up a bare machine with an accelerator and measures it: bash tests/benchmarks/accelerator.sh [OUT [JAX]]
# First whether what is done for accelerators alone holds there, then its figures: in all less than 15 minutes.
# OUT is the folder of both tables, by default the current one; JAX what pip installs for the device, by default
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
# A broken promise does not keep the figures from being taken; the code says it at the end.
broken=0
PYTHONPATH="$PWD" timeout 400 "$venv/bin/python" tests/benchmarks/on_device.py "$out/on_device.md" || broken=$?
"$venv/bin/python" -m nca_controller.benchmark --only machine --sizes 128,1024 --out "$out/accelerator.md"
exit "$broken"

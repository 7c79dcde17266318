"""Read before any test: what one test compiles serves the others, their workers and the programs that they start.

Tests that take long are marked `long` and left to `make test-long`. What needs JAX to compile, or a window, is marked
here, by where it lies and what it uses; `make test-fast` runs the rest.
"""

import gc
import os
import tempfile
from importlib.metadata import version
from pathlib import Path

import pytest

gc.set_threshold(200_000, 20, 50)  # to trace a program makes far more objects than it leaves: a fifteenth of the time

WORKER = os.environ.get("PYTEST_XDIST_WORKER")  # None in the process that starts the workers
if WORKER is None:
    FOLDER = tempfile.TemporaryDirectory(prefix="maniple-tests-", ignore_cleanup_errors=True)  # gone at the end
    os.environ["MANIPLE_TESTS"] = FOLDER.name
    os.environ.setdefault("JAX_COMPILATION_CACHE_DIR", str(Path(FOLDER.name, "compiled")))
os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "0")
os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES", "-1")
# Tests compile for long and compute for a moment, so XLA optimises little. With 0, as `make test-long` says, they test
# what the game compiles: `JAX_DISABLE_MOST_OPTIMIZATIONS=0 make test` does so with all the others. That the bits are
# the same either way is shown by test_same_bits.py.
LITTLE = (
    "--xla_cpu_parallel_codegen_split_count=1",  # a program's parts cost more than the whole
    "--xla_backend_optimization_level=1",  # for modules that ask for `somewhat_optimised`; of the others it is 0
    "--xla_llvm_disable_expensive_passes=true",
)
if version("jaxlib").startswith("0.10."):  # a later XLA ends the process for a flag that it no longer knows
    LITTLE += ("--xla_cpu_use_fusion_emitters=false",)  # they take a fifth of the time of compiling
if os.environ.setdefault("JAX_DISABLE_MOST_OPTIMIZATIONS", "1") != "0" and WORKER is None:
    os.environ["XLA_FLAGS"] = " ".join([*LITTLE, os.environ.get("XLA_FLAGS", "")]).strip()
# Two devices, as many as training from the command line has on two cores, so that both compile the same program.
os.environ.setdefault("JAX_NUM_CPU_DEVICES", "2")

# Programs that tests start find this checkout: an installation does not show run_game.py.
ROOT = str(Path(__file__).resolve().parents[1])
os.environ["PYTHONPATH"] = os.pathsep.join([ROOT, *filter(None, [os.environ.get("PYTHONPATH")])])

from screen import screen, x_server  # noqa: E402, F401, fixtures

import run_game  # noqa: E402, F401, before NumPy is imported, since it says how many threads NumPy may use

# A player's own settings and formations are no business of the tests, nor the tests of theirs.
for kind in ("CONFIG", "DATA", "STATE"):
    os.environ[f"XDG_{kind}_HOME"] = tempfile.mkdtemp(prefix=f"{kind}-", dir=os.environ["MANIPLE_TESTS"])


@pytest.fixture(scope="module")
def somewhat_optimised():
    """For modules that compute for longer than they compile: some of what the game's programs have, see LITTLE."""
    import jax

    before = jax.config.read("jax_disable_most_optimizations")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JAX_DISABLE_MOST_OPTIMIZATIONS", "0")
        jax.clear_caches()
        jax.config.update("jax_disable_most_optimizations", False)
        yield
        jax.config.update("jax_disable_most_optimizations", before)
        jax.clear_caches()


TESTS = Path(__file__).parent
COMPILED = (TESTS / "nca_controller", TESTS / "examples")  # what lies there compiles
COMPILERS = ("jax", "nca_controller")  # and so does a module that imports one of these
ALIKE = (  # files that compile the same
    ("tests/nca_controller/training/",),
    ("tests/nca_controller/test_controllers.py", "tests/nca_controller/evaluation/", "tests/test_readme.py"),
    ("tests/test_keys.py", "tests/test_soldiers_in_battle.py"),
)
WINDOWS = {"screen", "x_server", "offscreen", "shared_offscreen", "missing_opengl"}  # fixtures that open one


def pytest_collection_modifyitems(items):
    for item in items:
        if compiles(item.module) or any(item.path.is_relative_to(folder) for folder in COMPILED):
            item.add_marker("compiles")
        if WINDOWS & set(item.fixturenames):
            item.add_marker("window")


def compiles(module):
    """Return whether a module of tests knows JAX, or the plugin that does."""
    known = (getattr(value, "__module__", None) or getattr(value, "__name__", "") for value in vars(module).values())
    return any(str(name).split(".")[0] in COMPILERS for name in known)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Give each worker whole files, and those that compile the same to one worker, lest both compile it at once."""
    from xdist.scheduler import LoadFileScheduling

    class Scheduling(LoadFileScheduling):
        def _split_scope(self, nodeid):
            file = super()._split_scope(nodeid)
            return next((alike[0] for alike in ALIKE if file.startswith(alike)), file)

    return Scheduling(config, log) if config.getvalue("dist") == "loadfile" else None


def pytest_terminal_summary(terminalreporter):
    """Say what the run has cost: this process, its workers, and all programs that they have waited for."""
    terminalreporter.write_line(f"CPU time: {sum(os.times()[:4]) / 60:.1f} core-minutes")

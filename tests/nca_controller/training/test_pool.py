"""Battles that stay on the device: the same as in the host's memory, and hardly anything goes up or down."""

from dataclasses import replace

import jax
import numpy as np
import pytest

from nca_controller.training import loop, pool, processes
from nca_controller.training.config import PRESETS
from nca_controller.training.loop import Trainer, arrays_of

# The shape of test_training.py, so that both wait for one compilation.
SMALL = replace(PRESETS["smoke"], grid=24, ticks=3, hidden_dim=8, least_mass=30, guidance="gradient")


@pytest.fixture
def stays(monkeypatch):
    """Have a trainer keep its battles as it does on a GPU."""
    monkeypatch.setattr(loop, "pool_of", pool.DevicePool)


def test_a_run_is_the_same_wherever_its_battles_are_kept(monkeypatch):
    config = replace(SMALL, renewed=0.4, wounded=0.4, accumulate=2)
    ends = []
    for kept in (pool.HostPool, pool.DevicePool):
        monkeypatch.setattr(loop, "pool_of", kept)
        trainer = Trainer(config)
        assert type(trainer.held) is kept
        begun = [np.array(field) for field in trainer.pool]
        steps = [trainer.iterate() for _ in range(5)]
        ends.append((steps, jax.tree.map(np.array, arrays_of(trainer))))
        assert all((before != now).any() for before, now in zip(begun, ends[-1][1]["pool"], strict=True))
    jax.tree.map(np.testing.assert_array_equal, *ends)


def test_a_cpu_keeps_them_in_the_host_s_memory():
    assert type(Trainer(SMALL).held) is pool.HostPool


def test_no_field_crosses_the_border_that_was_not_drawn_by_lot(stays):
    """Down go losses, overlaps, and the masses that what is drawn depends on; up go the numbers of the battles."""
    trainer = Trainer(replace(SMALL, renewed=0.0, wounded=0.0, replaced=0))
    fields = [field.shape for field in jax.tree.leaves(trainer.pool)]
    trainer.iterate()
    keys = processes.put(jax.random.split(jax.random.key(1), SMALL.batch), trainer.spread)
    up, down = [], []
    with pytest.MonkeyPatch.context() as patch:
        put, get = jax.device_put, jax.device_get
        patch.setattr(jax, "device_put", lambda tree, *to: (up.extend(jax.tree.leaves(tree)), put(tree, *to))[1])
        patch.setattr(jax, "device_get", lambda tree: (down.extend(jax.tree.leaves(tree)), get(tree))[1])
        with jax.transfer_guard_host_to_device("disallow"):
            chosen = np.array([1, 0])
            trainer.renew(chosen)
            battles = trainer.held.batch(chosen)
            _, outcome = trainer._gradient(trainer.params, battles, keys)[0]
            trainer.write_back(chosen, trainer.held.gathered(outcome))
    batch = (SMALL.batch, *fields[0][1:])
    assert {np.shape(array) for array in up} == {(SMALL.batch,)}
    assert {np.shape(array) for array in down} == {(SMALL.batch,), batch}
    assert [np.shape(array) for array in down].count(batch) == 1

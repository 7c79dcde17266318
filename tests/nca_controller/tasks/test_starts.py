"""Starts of exactly the ordered mass, disturbed as much as they are told to be."""

import numpy as np
import pytest

from engine.plugin import QUANTUM
from nca_controller import ADVECTION_CHANNELS, create_formation_target
from nca_controller.notebook import create_noisy_formation
from nca_controller.tasks.starts import (
    add_heavy_noise_to_formation,
    cut,
    dilate,
    displace,
    erode,
    gaussian_blob,
    neighbours,
    pierce,
    quarter_pool,
    renormalise,
    turn,
)

GRIDS = [(32, 32, 50.0), (32, 48, 200.0), (48, 48, 75.5), (64, 64, 100 + 3 * QUANTUM)]


def total(mass):
    return mass.sum(dtype=np.float64)


def is_a_start(start, mass):
    on_the_lattice = np.array_equal(start / QUANTUM, np.rint(start / QUANTUM))
    return (
        start.dtype == np.float32 and start.min() >= 0 and start.max() <= 1 and on_the_lattice and total(start) == mass
    )


def target(kind, height, width, mass):
    return np.asarray(create_formation_target(kind, height, width, mass))


def faces(start):
    """Return how many faces lie between a held cell and one that is not."""
    held = start > 0.5
    return (4 * (1 - neighbours(held)) * held).sum()


@pytest.mark.parametrize(("height", "width", "mass"), GRIDS)
def test_a_heap_holds_its_mass_exactly(height, width, mass):
    for seed in range(20):
        assert is_a_start(gaussian_blob(height, width, mass, np.random.default_rng(seed)), mass)


def test_a_heap_is_as_wide_and_as_dense_as_told():
    def spread(sigma):
        heaps = [gaussian_blob(128, 128, 100.0, np.random.default_rng(seed), sigma) for seed in range(20)]
        return np.mean([np.argwhere(heap).std(axis=0).mean() for heap in heaps])

    assert spread(5.0) < spread(8.0) < spread(13.0)
    assert spread(13.0) == pytest.approx(13.0, abs=1.5)
    thin = gaussian_blob(32, 32, 20.25, np.random.default_rng(0), density=0.5)
    assert is_a_start(thin, 20.25) and thin.max() == 0.5 and np.count_nonzero(thin) == 41


def test_heaps_lie_up_to_eight_cells_off_the_middle():
    middles = [np.argwhere(gaussian_blob(64, 64, 60.0, np.random.default_rng(s), 1.0)).mean(axis=0) for s in range(60)]
    offsets = np.array(middles) - 32
    assert np.abs(offsets).max() <= 9 and (offsets.max(axis=0) > 5).all() and (offsets.min(axis=0) < -5).all()


@pytest.mark.parametrize("mass", [0.0, -1.0, 32 * 32 + 1.0, float("nan")])
def test_a_mass_that_does_not_fit_is_refused(mass):
    with pytest.raises(ValueError, match="must lie above 0 and within the room"):
        gaussian_blob(32, 32, mass, np.random.default_rng(0))


@pytest.mark.parametrize("intensity", [0.0, 0.3, 0.7, 1.0])
@pytest.mark.parametrize(("height", "width", "mass"), GRIDS)
def test_disorder_keeps_the_total_exactly(height, width, mass, intensity):
    for seed, kind in enumerate(["line", "square", "wedge", "testudo"]):
        formation = target(kind, height, width, mass)
        noisy = add_heavy_noise_to_formation(formation, np.random.default_rng(seed), intensity)
        assert is_a_start(noisy, total(formation))


def test_a_full_field_and_a_single_cell_survive():
    full = np.ones((32, 32), np.float32)
    assert np.array_equal(add_heavy_noise_to_formation(full, np.random.default_rng(0), 1.0), full)
    lone = np.zeros((32, 32), np.float32)
    lone[0, 31] = 0.25
    for seed in range(20):
        assert is_a_start(add_heavy_noise_to_formation(lone, np.random.default_rng(seed), 1.0), 0.25)


def test_heavier_noise_disturbs_more():
    wedge = target("wedge", 64, 64, 100.0)

    def frayed(intensity):
        rngs = (np.random.default_rng(seed) for seed in range(40))
        return np.mean([faces(add_heavy_noise_to_formation(wedge, rng, intensity)) for rng in rngs])

    calm, light, heavy = (frayed(intensity) for intensity in (0.0, 0.3, 0.7))
    assert 1.05 * calm < light and 1.1 * light < heavy


def test_each_stage_does_what_its_name_says():
    block = np.zeros((32, 32), bool)
    block[10:22, 8:24] = True
    moved, swung, eroded, pierced = (
        stage(block, 1.0, np.random.default_rng(3)) for stage in (displace, turn, erode, pierce)
    )
    rows, columns = np.nonzero(moved)
    assert (np.ptp(rows), np.ptp(columns)) == (11, 15) and not np.array_equal(moved, block)
    assert 0 < (swung ^ block).sum() < 0.5 * block.sum()
    assert not (eroded & ~block).any() and eroded.sum() < block.sum()
    bent = block.copy()
    bent[10:16, 16:24] = False  # a hollow corner for men to join in
    grown = dilate(bent, 1.0, np.random.default_rng(3))
    assert (grown | bent).sum() == grown.sum() > bent.sum()
    assert not (pierced & ~block).any() and 0.7 < pierced.sum() / block.sum() < 0.95
    cuts = [cut(block, 1.0, np.random.default_rng(seed)).sum() < block.sum() for seed in range(100)]
    assert 15 <= sum(cuts) <= 45
    for stage in (erode, dilate, pierce, cut):
        assert np.array_equal(stage(block, 0.0, np.random.default_rng(3)), block), stage.__name__
    assert not np.array_equal(turn(block, 0.0, np.random.default_rng(3)), block)
    assert displace(block, 0.0, np.random.default_rng(3)).sum() == block.sum()


def test_nothing_wraps_round_the_border():
    corner = np.zeros((32, 32), bool)
    corner[:4, :4] = True
    for seed in range(30):
        rows, columns = np.nonzero(displace(corner, 0.5, np.random.default_rng(seed)))
        assert rows.max() <= 11 and columns.max() <= 11


def test_renormalising_grows_and_shaves_the_rim():
    block = np.zeros((32, 32), bool)
    block[12:20, 12:20] = True
    for mass in (1.5, 40.0, 63.75, 64.0, 64.25, 300.0):
        start = renormalise(block, mass, np.random.default_rng(0))
        assert is_a_start(start, mass)
        inner = start[15:17, 15:17]
        assert mass < 40 or inner.min() == 1
        assert np.array_equal(start > 0, block) or mass not in (63.75, 64.0)


def test_the_noisy_state_has_all_channels():
    line = target("line", 48, 48, 75.0)
    state = np.asarray(create_noisy_formation(line, np.random.default_rng(5), 0.7))
    assert state.shape == (48, 48, ADVECTION_CHANNELS.TOTAL)
    mass = add_heavy_noise_to_formation(line, np.random.default_rng(5), 0.7)
    assert np.array_equal(state[..., ADVECTION_CHANNELS.MASS], mass)
    assert np.array_equal(state[..., 0] > 0, mass > 0)


@pytest.mark.parametrize("size", [16, 19])
def test_the_pool_comes_in_quarters(size):
    formations = {kind: target(kind, 48, 48, 75.0) for kind in ("line", "square", "wedge")}
    pool = quarter_pool(formations, 75.0, size, np.random.default_rng(1))
    assert pool.shape == (size, 48, 48)
    assert all(is_a_start(start, 75.0) for start in pool)
    clean = list(formations.values())
    assert all(np.array_equal(start, clean[i % 3]) for i, start in enumerate(pool[12:]))
    assert not any(np.array_equal(start, formation) for start in pool[:12] for formation in clean)
    heaps, light, heavy = (np.mean([faces(start) for start in pool[i : i + 4]]) for i in (0, 4, 8))
    assert heaps > heavy > light, "heaps are loose, heavy noise frays more than light"


def test_a_pool_of_unequal_masses_is_refused():
    formations = {"line": target("line", 32, 32, 50.0), "wedge": target("wedge", 32, 32, 51.0)}
    with pytest.raises(ValueError, match="wedge must hold 50"):
        quarter_pool(formations, 50.0, 8, np.random.default_rng(0))


def test_a_generator_of_the_same_seed_repeats():
    formations = {"square": target("square", 48, 48, 75.0)}
    pools = [quarter_pool(formations, 75.0, 8, np.random.default_rng(seed)) for seed in (7, 7, 8)]
    assert np.array_equal(pools[0], pools[1]) and not np.array_equal(pools[0], pools[2])

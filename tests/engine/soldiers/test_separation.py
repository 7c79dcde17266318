import numpy as np
import pytest

from engine.soldiers.separation import near_pairs, separation


@pytest.mark.parametrize("men", [1, 2, 50, 700])
def test_pairs_are_those_of_brute_force(men):
    position = np.random.default_rng(men).uniform(0, 8, (men, 2))
    first, second, right, down, distance = near_pairs(position, 0.9)
    every = np.linalg.norm(position[:, None] - position[None], axis=-1)
    expected = {(i, j) for i in range(men) for j in range(i) if every[i, j] < 0.9}
    found = [(max(pair), min(pair)) for pair in zip(first.tolist(), second.tolist(), strict=True)]
    assert len(found) == len(set(found))
    assert set(found) == expected
    np.testing.assert_allclose(np.stack([right, down], axis=1), position[first] - position[second])
    np.testing.assert_allclose(distance, every[first, second])


def test_elbow_room_opens_close_pairs_and_leaves_others_alone():
    position = np.array([[1.0, 1.0], [1.2, 1.0], [5.0, 5.0]])
    step = separation(position, np.full(3, 0.5))
    np.testing.assert_allclose(step, [[-0.15, 0], [0.15, 0], [0, 0]], atol=1e-12)


def test_two_men_on_one_spot_part():
    step = separation(np.full((2, 2), 3.0), np.full(2, 0.5))
    assert np.isfinite(step).all()
    assert np.linalg.norm(step[0] - step[1]) == pytest.approx(0.5)


def test_a_crowd_that_is_given_room_ends_with_it():
    position = np.random.default_rng(1).uniform(0, 10, (400, 2))  # a man on 0.25 square cells
    for _ in range(300):
        position = np.clip(position + separation(position, np.full(400, 0.45)), 0, 10)
    assert near_pairs(position, 0.45)[4].min(initial=0.45) > 0.42

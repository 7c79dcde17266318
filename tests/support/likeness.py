"""How alike the density of soldiers and that of the mass are: the measure by which soldiers are judged."""

import numpy as np

BLUR = 1.5  # cells: the standard deviation of the Gaussian that soldiers and mass are smoothed with


def variation(position, share, mass):
    """Return the total variation between soldiers and mass, both smoothed: half the L1 distance over the total mass.

    `position` (N, 2) in cells, `share` the mass that one man stands for, `mass` (H, W).
    """
    columns, rows = np.arange(mass.shape[1]) + 0.5, np.arange(mass.shape[0]) + 0.5

    def bells(places, centres):
        return np.exp(-0.5 * ((places[:, None] - centres) / BLUR) ** 2) / (np.sqrt(2 * np.pi) * BLUR)

    soldiers = share * bells(position[:, 1], rows).T @ bells(position[:, 0], columns)
    field = bells(rows, rows) @ mass @ bells(columns, columns)
    return 0.5 * np.abs(soldiers - field).sum() / mass.sum()

"""The game: battlefield, troops, controls and view.

Knows no simulation by name; whatever moves the mass is found by `engine.plugin`.
"""

import os

# The fields are small: a second BLAS thread gains nothing, and costs fifty times the work where cores are busy.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

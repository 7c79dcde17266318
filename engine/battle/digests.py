"""Digests of fields, by which a replay tells whether it is played again with the same bits."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import numpy as np

LENGTH = 16  # hexadecimal digits


class TargetDigest:
    """A digest of targets one after the other. It never changes: `of_more` returns another."""

    def __init__(self) -> None:
        self._total = hashlib.sha256()

    def of_more(self, targets: Iterable[np.ndarray]) -> TargetDigest:
        """Return the digest of these targets after the earlier ones; it costs what the new ones cost."""
        longer = TargetDigest()
        longer._total = self._total.copy()
        for target in targets:
            kind = np.float32 if target.dtype.kind == "f" else np.int32  # whole numbers count quanta
            longer._total.update(np.ascontiguousarray(target, kind).tobytes())
        return longer

    @property
    def text(self) -> str:
        """The digest as replays write it."""
        return self._total.hexdigest()[:LENGTH]


def digest(*fields: np.ndarray) -> str:
    """Return a digest of some fields: equal only for equal bits."""
    return TargetDigest().of_more(fields).text

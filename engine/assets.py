"""Where the art and the data lie: beside the packages, in a checkout and in an installation alike."""

from __future__ import annotations

from pathlib import Path

ASSETS = Path(__file__).resolve().parents[1] / "assets"

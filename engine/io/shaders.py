"""The texts of shaders: files that take in parts of others by `#include "<part>"`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

INCLUDE = re.compile(r'^#include "(\w+)"$', re.MULTILINE)


def shader_text(path: Path, parts: Mapping[str, str] | None = None) -> str:
    """Return a shader file's text with all that it includes: the text of that name in `parts`, or else <part>.glsl.

    Such a file lies beside the shader. Parts may include others. Raises OSError where one is missing.
    """

    def included(found: re.Match[str]) -> str:
        own = (parts or {}).get(found[1])
        return with_parts(own if own is not None else read(path.parent / f"{found[1]}.glsl"))

    def with_parts(text: str) -> str:
        return INCLUDE.sub(included, text)

    return with_parts(read(path))


def read(path: Path) -> str:
    """Return a file's text."""
    return path.read_text(encoding="utf-8")

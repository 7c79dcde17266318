"""The version of the whole project: pyproject.toml reads it here, so no program has to ask what is installed."""

__version__ = "0.1.0"

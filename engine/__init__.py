"""The game: a battle, its controls and its view, a room a folder. docs/architecture.md has the plan.

Knows no simulation by name: `engine.plugin` discovers what moves the mass.
"""

__version__ = "0.1.0"  # of the whole project: pyproject.toml reads it here, so no program has to ask what is installed

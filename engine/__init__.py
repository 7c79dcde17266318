"""The game: a battle, its controls and its view, a room a folder. docs/architecture.md has the plan.

Knows no simulation by name: `engine.plugin` discovers what moves the mass.
"""

"""The game: battlefield, troops, controls and view.

Knows no simulation by name; whatever moves the mass is found by `engine.plugin`.
"""

"""Measures the laws of battle by whole battles: duels, durations, random battles, and what must not matter."""

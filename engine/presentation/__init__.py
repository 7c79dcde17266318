"""A battle becomes a scene: soldiers between two ticks, overlays, the HUD's rows and cards, the plot."""

from engine.presentation.combat import buttons, strengths
from engine.presentation.compose import compose
from engine.presentation.hud_rows import cards, status
from engine.presentation.news import news
from engine.presentation.options import Switch, ViewOptions
from engine.presentation.plot import PlotHistory

__all__ = [
    "PlotHistory",
    "Switch",
    "ViewOptions",
    "buttons",
    "cards",
    "compose",
    "news",
    "status",
    "strengths",
]

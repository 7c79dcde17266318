"""The game as it is played: keys in, ticks, pictures out."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from engine.battlefield import TICKS_PER_SECOND, Battlefield
from engine.campaign import Campaign
from engine.commands import Command
from engine.controls.appearance import Appearance
from engine.controls.bindings import dispatch
from engine.controls.captain import Captain
from engine.controls.drill import Drill
from engine.controls.hands import Hands
from engine.curves import Curves
from engine.formations import FormationError, Roster
from engine.loop import FRAMES_PER_SECOND, Loop
from engine.muster import Muster
from engine.pictures import Pictures
from engine.settings import Preferences
from engine.shown import Shown, Switch
from engine.staging import cards, stage, status
from engine.succession import Succession
from engine.troops import MANY, march
from engine.tutorial import Tutorial
from engine.view import knows_key
from engine.view.scene import Quit, Rows, Scene, View

COMPLAINT_SECONDS = 20.0  # how long it shows what is wrong with the settings
MUSTERING_FRAMES = 12  # a second: what software draws, it takes from the compiler
NOTICE_SECONDS = 4.0  # how long the HUD shows what became of a screenshot or a controller


class Game:
    """A campaign played in a view. Each `frame` reads the keys, makes the ticks that are due and draws.

    Mustering happens in the background; orders given meanwhile wait for the army to stand.
    """

    def __init__(
        self,
        campaign: Campaign,
        view: View,
        loop: Loop | None = None,
        folder: Path = Path(),
        preferences: Preferences | None = None,
        roster: Roster | None = None,
    ) -> None:
        self.campaign = campaign
        self.view = view
        self.loop = loop or Loop(TICKS_PER_SECOND)
        self.running = True
        self.battlefield: Battlefield | None = None
        self.captain = Captain(self.command, self._say, campaign.side)
        self.hands = Hands(campaign.ground.grid, view.size, self.captain)
        self.appearance = Appearance(self.hands)
        if campaign.looks_at is not None:
            self.hands.outlook.frame(*campaign.looks_at)
        self.shown = Shown()
        self.curves = Curves()
        self.notice = ""
        self._preferences = preferences or Preferences()
        settings = self._preferences.settings
        self._colours = settings.colours
        self.drill = Drill(campaign.formations, roster, settings.keys, knows_key, self._preferences.file)
        self.tutorial = Tutorial(settings.tutorial, self._keep_tutorial)
        self._help_open = False
        self.pictures = Pictures(folder, self._say, settings.film)
        self._notice_until = 0.0  # by the loop's clock
        if self._preferences.complaint:
            self._say(self._preferences.complaint, COMPLAINT_SECONDS)
        self._mustering: Muster[Battlefield] | None = Muster(campaign.muster)
        self._succession = Succession(campaign.controllers)

    def play(self, ticks: int | None = None) -> None:
        """Play until the player leaves, or for so many ticks. Raises MusterError if no army can be mustered."""
        try:
            while self.running:
                self.frame()
                self.loop.rest(FRAMES_PER_SECOND if self.battlefield else MUSTERING_FRAMES)
                if ticks is not None and self.battlefield and self.battlefield.ticks >= ticks:
                    self.leave()
        finally:
            self.pictures.close()

    def frame(self) -> None:
        """Play one frame."""
        for event in self.view.events():
            if isinstance(event, Quit):
                self.leave()
            else:
                self.hands.on(event, self.loop.now)
                self.tutorial.on(event)
                dispatch(self.drill.keyboard.keys, event, self)
        self.hands.advance(self.view.size, self.loop.now)
        if self.drill.poll() and self.battlefield:
            self.battlefield.enlist(self.drill.formations)
        self._take_over()
        for _ in self.loop.due():
            if self.battlefield:
                self.battlefield.tick()
                self.curves.note(self.battlefield)
        with self.loop.stopwatch.measure("drawing"):
            self.view.draw(self.scene())
        self.pictures.look(self.view, self.loop.now)

    def scene(self) -> Scene:
        """Return what is to be drawn now."""
        rows = self._rows()
        if self.battlefield is None:
            scene = Scene(self.campaign.ground.grid, None, None, ghost_version=-1, status=rows)
            banner: str | None = "Mustering ..."
        else:
            scene = self._staged(self.battlefield, rows)
            banner = "Paused" if self.loop.paused and not self.hands.busy else None
        keyboard = self.drill.keyboard
        scene = replace(
            scene,
            banner=banner,
            keys=keyboard.help if self._help_open else None,
            hint=keyboard.hint,
            tutorial=self._lesson(),
        )
        if not self.shown.words:
            scene = replace(scene, status=(), cards=(), minimap=None, hint=None)
        return self.appearance.dress(replace(scene, recording=self.pictures.recording(self.loop.now)), self.battlefield)

    def _staged(self, battlefield: Battlefield, rows: Rows) -> Scene:
        campaign, shown = self.campaign, self.shown
        chosen = self.hands.chosen() if len(battlefield.regiments) > 1 else ()
        return replace(
            stage(battlefield, self.loop.portion, rows, shown, self.hands.outlook.camera.scale, self._colours),
            cards=cards(battlefield, self.drill.formations, campaign.sides, chosen),
            plot=self.curves.plot(battlefield) if shown.plot else None,
            profile=self.loop.stopwatch.rows() if shown.profile else None,
        )

    def command(self, command: Command) -> None:
        """Have a command carried out, or say in the HUD why it cannot be. The battlefield keeps it for the replay."""
        if self.battlefield:
            try:
                self.battlefield.carry_out(command)
            except FormationError as error:
                self._say(str(error))
            else:
                self.tutorial.hear(command)

    # What the keys do, apart from orders: see engine.controls.bindings.

    def pause(self) -> None:
        """Pause, or go on."""
        self.loop.pause()

    def step(self) -> None:
        """Pause and make one tick."""
        self.loop.step()

    def step_back(self) -> None:
        """Pause and go back by one tick; the last ten seconds are kept."""
        if self.battlefield:
            self.loop.halt()
            self.battlefield.step_back()

    def faster(self) -> None:
        """Double the speed."""
        self.loop.faster()

    def slower(self) -> None:
        """Halve the speed."""
        self.loop.slower()

    def help(self) -> None:
        """Show the keys, or hide them."""
        self._help_open = not self._help_open

    def switch(self, what: Switch) -> None:
        """Show something of the researcher's view, or hide it."""
        self.shown = self.shown.switched(what)

    def screenshot(self) -> None:
        """Save the next picture."""
        self.pictures.take_picture()

    def full_screen(self) -> None:
        """Fill the screen, or come back from that."""
        try:
            self.view.toggle_full_screen()
        except OSError as error:
            self._say(str(error))

    def film(self) -> None:
        """Begin a film, or end the one that is being made."""
        self.pictures.switch_film(self.loop.now)

    def let_go(self) -> None:
        """Let go of what is in hand, or else leave."""
        if not self.hands.let_go():
            self.leave()

    def leave(self) -> None:
        """End the game after this frame."""
        self.running = False

    def next_controller(self) -> None:
        """Prepare the next controller of the selected in the background; it takes over once it is ready."""
        if self.battlefield:
            self._succession.begin(self.battlefield, self.captain.asked())

    def _take_over(self) -> None:
        """Take what the background has finished."""
        if self._mustering and self._mustering.ready:
            self.battlefield = self._mustering.result()
            self._mustering = None
            self.battlefield.stopwatch = self.loop.stopwatch
            self.battlefield.enlist(self.drill.formations)
            if sum(map(len, self.battlefield.troops)) > MANY:
                self.battlefield.march = getattr(self.view, "march", march)
            self.captain.enter(self.battlefield)
            self.loop.restart()
        if self.battlefield:
            self._succession.finish(self.battlefield, self.command, self._say)

    def _rows(self) -> tuple[tuple[str, str], ...]:
        rows: tuple[tuple[str, str], ...] = ()
        if self.battlefield:
            first = next(iter(self.captain.actors()), 0)
            rows = status(self.battlefield, self.drill.formations, self._succession.name, first)
        speed = f"x{Fraction(self.loop.speed)}{', paused' if self.loop.paused else ''}"
        rows += (("frames/s", f"{self.loop.frames_per_second:.0f}"), ("speed", speed))
        remarks = (self.notice if self.loop.now < self._notice_until else "", self.drill.complaint)
        return (*rows, *(("", remark) for remark in remarks if remark))

    def _say(self, notice: str, seconds: float = NOTICE_SECONDS) -> None:
        self.notice, self._notice_until = notice, self.loop.now + seconds

    def _lesson(self) -> tuple[str, ...]:
        """Return the lines of the lesson that is shown now."""
        if self.battlefield is None:
            return ()
        self.tutorial.see(self.loop.now, bool(self.captain.selection.chosen), self.battlefield.orders)
        return self.tutorial.lines(self.drill.keyboard.labels)

    def _keep_tutorial(self, wanted: bool) -> None:
        if complaint := self._preferences.keep("tutorial", wanted):
            self._say(complaint, COMPLAINT_SECONDS)

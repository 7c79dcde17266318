"""The game: events in, ticks, pictures out."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from engine.app import headless
from engine.app.actions import GameActions
from engine.app.background import BackgroundTask
from engine.app.capture import Capture
from engine.app.clock import FRAMES_PER_SECOND, GameClock
from engine.app.controller_switch import ControllerSwitch
from engine.app.settings import SettingsFile
from engine.app.tutorial import Tutorial
from engine.app.waiting import GivenUp, Waiting
from engine.battle import TICKS_PER_SECOND, Battle, BattleSetup
from engine.controls import Feedback, FormationKeys, HeldKeys, Mouse, Player
from engine.formations import FormationLibrary
from engine.io import InputError, PluginError, described, paths
from engine.orders import Command
from engine.presentation import PlotHistory, buttons, cards, compose, news, status, strengths
from engine.soldiers import GPU_MARCH_ABOVE
from engine.view import Event, News, Quit, Rows, Scene, View, known_key

COMPLAINT_SECONDS = 20.0  # how long the HUD shows what is wrong with the settings
BUILDING_FRAMES = 12  # a second while the battle is being built: drawing in software takes time from the compiler
NEWS_SECONDS = 6.0  # how long it shows what has become of a regiment, but for pauses
MOST_NEWS = 4  # lines of it
NOTICE_SECONDS = 4.0  # how long the HUD shows a line for the player
LONG_WAIT = 2.0  # seconds after which the HUD says that the simulation is waited for


class Game:
    """A battle played in a view. Each `frame` reads the events, makes the ticks that are due and draws.

    The battle is built in the background; orders given meanwhile wait for it. Pictures and films go to `folder`, or
    else to the platform's pictures folder.
    """

    def __init__(
        self,
        setup: BattleSetup,
        view: View,
        clock: GameClock | None = None,
        folder: Path | None = None,
        settings_file: SettingsFile | None = None,
        library: FormationLibrary | None = None,
    ) -> None:
        self.setup = setup
        self.view = view
        self.clock = clock or GameClock(TICKS_PER_SECOND)
        self.battle: Battle | None = None
        self.notice = ""
        self._notice_until = 0.0  # by the game's clock
        self._news: list[tuple[float, News]] = []  # what has become of regiments, and until which moment that shows
        self._played, self._last_frame = 0.0, self.clock.now  # seconds without pauses, and when the last frame began
        self._settings_file = settings_file or SettingsFile()
        settings = self._settings_file.settings
        self._colours = settings.colours
        self.player = Player(self.command, self.notify, setup.scenario.player)
        self.mouse = Mouse(setup.ground.grid, view.size, self.player, view.panel_at)
        self.feedback = Feedback(self.mouse)
        if setup.scenario.camera is not None:
            self.mouse.camera_control.frame(*setup.scenario.camera)
        self.formation_keys = FormationKeys(
            setup.formations, library, settings.keys, known_key, self._settings_file.file, view.letters
        )
        self._held_keys = HeldKeys()
        self.tutorial = Tutorial(settings.tutorial, self._save_tutorial)
        self.capture = Capture(folder or paths.pictures(), self.notify, settings.film)
        self.plot_history = PlotHistory()
        self.actions = GameActions(
            self.player,
            self.mouse,
            self.clock,
            view,
            self.capture,
            self.tutorial,
            notify=self.notify,
            rewind=self._rewind,
            next_controller=self._next_controller,
        )
        if self._settings_file.complaint:
            self.notify(self._settings_file.complaint, COMPLAINT_SECONDS)
        self._building: BackgroundTask[Battle] | None = BackgroundTask(setup.build)
        self._controller_switch = ControllerSwitch(setup.controllers)
        self._waiting = Waiting(self._serve)
        self._asked: Callable[[], bool] = lambda: False
        self._held: list[Command] = []  # commands that came while a tick was waited for

    def play(self, ticks: int | None = None, asked: Callable[[], bool] = lambda: False) -> None:
        """Play until the player leaves, or for so many ticks, or until it is `asked` to end.

        Raises InputError where no battle can be built.
        """
        self._asked = asked
        try:
            while self.actions.running and not asked():
                self.frame()
                self.clock.wait(FRAMES_PER_SECOND if self.battle else BUILDING_FRAMES)
                if ticks is not None and self.battle and self.battle.state.tick >= ticks:
                    self.actions.leave()
        finally:
            self.capture.close()

    def frame(self) -> None:
        """Play one frame. It ends early where the player leaves while the simulation is waited for."""
        now = self.clock.now
        self._played += 0.0 if self.clock.paused else now - self._last_frame
        self._last_frame = now
        with suppress(GivenUp):
            held, self._held = self._held, []
            for command in held:
                self.command(command)
            self._read_events()
            if self.formation_keys.poll() and self.battle:
                self.battle.add_formations(self.formation_keys.formations)
            self._take_over()
            for _ in self.clock.ticks_due():
                if self.battle and not self._tick(self.battle):
                    break
            self._draw()

    def _read_events(self) -> None:
        events = self.view.events()
        # Keys are named by the layout that the keyboard has by now.
        self.formation_keys.use_layout(self.view.letters)
        for event in events:
            if isinstance(event, Quit):
                self.actions.leave()
            else:
                self._on(event)
        self.mouse.advance(self.view.size, self.clock.now)

    def _tick(self, battle: Battle) -> bool:
        """Make a tick and return whether it was made; where nobody can lead, the battle stands still and says why."""
        before = battle.state
        try:
            battle.tick()
        except InputError as error:
            self.clock.halt()
            self._complain(error)
            return False
        became = news(before.combat, battle.state.combat, [regiment.name for regiment in before.regiments])
        self._news = [one for one in self._news if one[1] not in became]
        self._news += [(self._played + NEWS_SECONDS, one) for one in became]
        for remark in headless.remarks(battle.state):
            self.notify(remark, COMPLAINT_SECONDS)
        self.plot_history.record(battle.state)
        return True

    def _draw(self) -> None:
        with self.clock.profiler.measure("drawing"):
            self.view.draw(self.scene())
        self.capture.look(self.view, self.clock.now)

    def _on(self, event: Event) -> None:
        """Take in one event."""
        self.mouse.on(event, self.clock.now)
        self.tutorial.on(event)
        if not self.actions.answer(event):
            self._held_keys.dispatch(self.formation_keys.keymap.keys, event, self.actions)

    def _serve(self) -> None:
        """Keep the window alive while the simulation is waited for. Raises GivenUp."""
        self._read_events()
        self._draw()
        if self._asked() or not self.actions.running:
            raise GivenUp

    def scene(self) -> Scene:
        """Return what is to be drawn now."""
        rows = self._rows()
        if self.battle is None:
            scene = Scene(self.setup.ground.grid, None, None, target_version=-1, status=rows)
            banner: str | None = "Mustering ..."
        else:
            scene = self._composed(self.battle, rows)
            waiting = self.clock.paused and not self.mouse.busy
            banner = "Paused" if waiting and self.actions.options.words else None
        keymap = self.formation_keys.keymap
        scene = replace(
            scene,
            banner=banner,
            question=self.actions.question(keymap.labels),
            keys=keymap.help_where(self.player.offers) if self.actions.help_open else None,
            hint=keymap.hint,
            tutorial=self._lesson(),
            recording=self.capture.recording(self.clock.now),
        )
        if not self.actions.options.words:
            scene = replace(scene, status=(), cards=(), buttons=(), strengths=(), news=(), minimap=None, hint=None)
        return self.feedback.decorate(scene, self.battle)

    def _composed(self, battle: Battle, rows: Rows) -> Scene:
        state, options = battle.state, self.actions.options
        if self._waiting.serving:
            options = replace(options, velocity=False, plan=False)  # a simulation that hangs cannot tell
        elif options.velocity or options.plan:
            self._waiting.run(lambda: (options.velocity and state.velocity, options.plan and state.planned))
        selected = self.mouse.selected() if len(state.regiments) > 1 else ()
        scale = self.mouse.camera_control.camera.scale
        scenario, in_hand = self.setup.scenario, self.mouse.in_hand
        self._news = [one for one in self._news if one[0] > self._played]
        return replace(
            compose(state, self.clock.alpha, rows, options, scale, self._colours, scenario.materials, scenario.player),
            cards=cards(state, self.formation_keys.formations, scenario.sides, selected),
            buttons=buttons(state, self.player.actors(), in_hand.name if in_hand else ""),
            strengths=strengths(state, scenario.sides, self._colours),
            news=tuple(one for _, one in reversed(self._news[-MOST_NEWS:])),
            plot=self.plot_history.plot(state) if options.plot else None,
            profile=self.clock.profiler.rows() if options.profile else None,
        )

    def command(self, command: Command) -> None:
        """Execute a command, or show in the HUD why it cannot be. The battle logs it for the replay."""
        if self._waiting.serving:
            self._held.append(command)
        elif self.battle:
            try:
                self.battle.execute(command)
            except InputError as error:
                self._complain(error)
            else:
                self.tutorial.hear(command)

    def _complain(self, error: InputError) -> None:
        """Show the player what could not be done; a plugin's traceback goes to the log."""
        if isinstance(error, PluginError):
            self.notify(described(error), COMPLAINT_SECONDS)
        else:
            self.notify(str(error))

    def notify(self, notice: str, seconds: float = NOTICE_SECONDS) -> None:
        """Show the player a line in the HUD, for so many seconds."""
        self.notice, self._notice_until = notice, self.clock.now + seconds

    def _march_on_gpu(self, battle: Battle) -> None:
        """Have the view's OpenGL context move the soldiers, or NumPy go on where its driver cannot."""
        from engine.compute import GpuMarch  # late: without OpenGL moderngl is not imported

        try:
            battle.step_soldiers = GpuMarch(self.view.context).step
        except Exception as error:  # a driver can fail in any way, and the game can do without it
            self.notify(f"soldiers march without OpenGL: {' '.join(str(error).split())}")

    def _rewind(self) -> None:
        if self.battle and not self._waiting.serving:
            self.clock.halt()
            self._news.clear()
            try:
                self.battle.step_back()
            except InputError as error:
                self._complain(error)

    def _next_controller(self) -> None:
        if self.battle:
            self._controller_switch.begin(self.battle, self.player.asked())

    def _take_over(self) -> None:
        """Take over what background tasks have finished."""
        if self._building and self._building.ready:
            self.battle = self._building.result()
            self._building = None
            self.battle.measure = self.clock.profiler.measure
            self.battle.run = self._waiting.run
            self.battle.begin_ticks(BackgroundTask)
            self.battle.add_formations(self.formation_keys.formations)
            if sum(map(len, self.battle.state.soldiers)) > GPU_MARCH_ABOVE and self.view.context is not None:
                self._march_on_gpu(self.battle)
            self.tutorial.enter(self.battle.state.combat is not None)
            self.player.enter(self.battle)
            self.clock.restart()
        if self.battle:
            self._controller_switch.finish(self.battle, self.command, self.notify)

    def _rows(self) -> Rows:
        rows: Rows = ()
        if self.battle:
            first = next(iter(self.player.actors()), 0)
            rows = status(self.battle.state, self.formation_keys.formations, self._controller_switch.name, first)
        speed = f"x{Fraction(self.clock.speed)}{', paused' if self.clock.paused else ''}"
        rows += (("frames/s", f"{self.clock.frames_per_second:.0f}"), ("speed", speed))
        notice = self.notice if self.clock.now < self._notice_until else ""
        waiting = f"the simulation has not answered for {self._waiting.seconds:.0f} seconds"
        remarks = (notice, waiting if self._waiting.seconds > LONG_WAIT else "", self.formation_keys.complaint)
        return (*rows, *(("", remark) for remark in remarks if remark))

    def _lesson(self) -> tuple[str, ...]:
        """Return the lines of the tutorial."""
        if self.battle is None:
            return ()
        self.tutorial.see(self.clock.now, bool(self.player.selected), self.battle.state.orders)
        return self.tutorial.lines(self.formation_keys.keymap.labels)

    def _save_tutorial(self, wanted: bool) -> None:
        if complaint := self._settings_file.save("tutorial", wanted):
            self.notify(complaint, COMPLAINT_SECONDS)

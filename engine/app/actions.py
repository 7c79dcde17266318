"""What keys do, apart from orders; engine.controls.bindings has the keys."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from engine.app.capture import Capture
from engine.app.clock import GameClock
from engine.app.tutorial import Tutorial
from engine.controls import Mouse, Player
from engine.presentation import Switch, ViewOptions
from engine.view import Event, KeyPress, MouseButton, View


class GameActions:
    """What a player can do to the game by a key, and what is on or off because of it.

    `notify` shows the player a line; `rewind` steps the battle back by a tick, and `next_controller` prepares the next
    controller of the selected regiments, which takes over once it is ready.
    """

    def __init__(
        self,
        player: Player,
        mouse: Mouse,
        clock: GameClock,
        view: View,
        capture: Capture,
        tutorial: Tutorial,
        *,
        notify: Callable[[str], object],
        rewind: Callable[[], object],
        next_controller: Callable[[], None],
    ) -> None:
        self.player, self.mouse = player, mouse
        self.options = ViewOptions()
        self.help_open = False
        self.running = True
        self._leaving = self._asked = False  # whether the player is asked if it wants to leave; was before this event
        self._clock, self._view, self._capture, self._tutorial = clock, view, capture, tutorial
        self._notify, self._rewind, self._next_controller = notify, rewind, next_controller

    def pause(self) -> None:
        """Pause, or go on."""
        self._clock.pause()

    def step(self) -> None:
        """Pause and make one tick."""
        self._clock.step()

    def step_back(self) -> None:
        """Pause and go back by one tick; the battle keeps the last ten seconds."""
        self._rewind()

    def faster(self) -> None:
        """Double the speed."""
        self._clock.faster()

    def slower(self) -> None:
        """Halve the speed."""
        self._clock.slower()

    def next_controller(self) -> None:
        """Prepare the selected regiments' next controller in the background; it takes over once it is ready."""
        self._next_controller()

    def help(self) -> None:
        """Show the keys, or hide them."""
        self.help_open = not self.help_open

    def switch(self, what: Switch) -> None:
        """Show something of the researcher's view, or hide it."""
        self.options = self.options.switched(what)

    def tutorial(self) -> None:
        """Show the lessons, or hide them."""
        self._tutorial.switch()

    def screenshot(self) -> None:
        """Save the next picture."""
        self._capture.take_picture()

    def film(self) -> None:
        """Begin a film, or end the one that is being made."""
        self._capture.switch_film(self._clock.now)

    def full_screen(self) -> None:
        """Fill the screen, or return to the window."""
        try:
            self._view.toggle_full_screen()
        except OSError as error:
            self._notify(str(error))

    def cancel(self) -> None:
        """Cancel the drag, the tool or the selection; where there is none of these, ask before a battle is left."""
        if self.mouse.cancel():
            return
        if self._asked or self.player.battle is None:
            self.leave()
        self._leaving = True

    def answer(self, event: Event) -> bool:
        """Take an event as an answer to whether to leave; return whether it has done all that it is to do.

        Enter leaves, and so does the key that asked; any other key or button means that the game goes on.
        """
        self._asked = self._leaving
        match event:
            case KeyPress(key=("return" | "enter"), repeated=False) if self._leaving:
                self.leave()
                return True
            case KeyPress(repeated=False) | MouseButton(down=True):
                self._leaving = False
        return False

    def question(self, names: Mapping[str, str]) -> tuple[str, ...]:
        """Return what the player is asked, heading first; `names` are the keys by action."""
        if not self._leaving:
            return ()
        leave = names.get("leave")
        return "Leave the battle?", f"{f'{leave} or ' if leave else ''}Enter leaves, any other key stays."

    def leave(self) -> None:
        """End the game after this frame."""
        self.running = False

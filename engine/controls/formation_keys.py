"""The formations that can be ordered, and by which keys: both follow the formation files while the game goes on."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from engine.controls.keymap import Keymap, keymap
from engine.formations import Formation, FormationLibrary


class FormationKeys:
    """The formations and the keys that order them, with the player's `own` keys from a `file`.

    With a library both change whenever its files do. A formation once known stays known, for the orders that use it.
    """

    def __init__(
        self,
        formations: Mapping[str, Formation],
        library: FormationLibrary | None = None,
        own: Mapping[str, tuple[str, ...]] | None = None,
        known: Callable[[str], str] = lambda key: key,
        file: str = "settings.toml",
        layout: Mapping[str, str] | None = None,
    ) -> None:
        self.formations = dict(formations)
        self._present = self.formations  # those whose files are there, which alone have keys
        self._library, self._own, self._known, self._file = library, own, known, file
        self._layout = layout
        self.keymap: Keymap = self._keymap()

    def _keymap(self) -> Keymap:
        return keymap(self._present.values(), self._own, self._known, self._file, self._layout)

    def poll(self) -> bool:
        """Read files that have changed, a few times a second at most; return whether any has."""
        if self._library is None or not self._library.poll():
            return False
        self._present = dict(self._library.formations)
        self.formations = {**self.formations, **self._present}
        self.keymap = self._keymap()
        return True

    def use_layout(self, layout: Mapping[str, str]) -> None:
        """Name and find the keys as this layout has them: by place, what is written where it differs from the US."""
        if layout != self._layout:
            self._layout = layout
            self.keymap = self._keymap()

    @property
    def complaint(self) -> str:
        """One line on a formation or a key that cannot be used; "" where all is well."""
        return (self._library.complaint if self._library else "") or self.keymap.complaint

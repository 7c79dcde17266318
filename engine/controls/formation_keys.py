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
        knows: Callable[[str], bool] = lambda key: True,
        file: str = "settings.toml",
    ) -> None:
        self.formations = dict(formations)
        self._library, self._own, self._knows, self._file = library, own, knows, file
        self.keymap: Keymap = keymap(formations.values(), own, knows, file)

    def poll(self) -> bool:
        """Read files that have changed, a few times a second at most; return whether any has."""
        if self._library is None or not self._library.poll():
            return False
        self.formations = {**self.formations, **self._library.formations}
        self.keymap = keymap(self._library.formations.values(), self._own, self._knows, self._file)
        return True

    @property
    def complaint(self) -> str:
        """One line on a formation or a key that cannot be used; "" where all is well."""
        return (self._library.complaint if self._library else "") or self.keymap.complaint

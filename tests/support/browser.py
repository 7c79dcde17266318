"""The web page in a real browser, and a player in front of it."""

from __future__ import annotations

import base64
import time
from io import BytesIO

import numpy as np
from PIL import Image

FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--use-gl=angle",
    "--use-angle=gl-egl",  # Mesa's software renderer
    "--ignore-gpu-blocklist",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--disable-extensions",
    "--disable-background-networking",
)
WINDOW = (720, 400)  # pixels of the picture in which most is played
PHONE = (390, 844)
PATIENCE = 60.0  # seconds for which anything is waited for: a machine may have other work
ARMY = 600


class Browser:
    """A browser that shows the page, and a player in front of it."""

    def __init__(self, driver, url: str) -> None:
        self.driver, self.url = driver, url

    def open(self, size: tuple[int, int] = WINDOW, *, before: str = "", mobile: bool = False) -> None:
        """Load the page; `before` is a script that runs before the page's own."""
        self.resize(size, mobile)
        script = self.cdp("Page.addScriptToEvaluateOnNewDocument", source=before)["identifier"]
        self.driver.get("about:blank")
        self.driver.get(self.url)
        self.cdp("Page.removeScriptToEvaluateOnNewDocument", identifier=script)

    def resize(self, size: tuple[int, int], mobile: bool = False) -> None:
        width, height = size
        self.cdp("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=mobile)

    def cdp(self, command: str, **words):
        return self.driver.execute_cdp_cmd(command, words)

    def ask(self, script: str, *words):
        return self.driver.execute_script(f"return {script}", *words)

    def text(self, name: str) -> str:
        return self.ask("document.getElementById(arguments[0]).textContent", name)

    def shows(self, name: str, text: str) -> bool:
        """Wait until an element says that."""
        return self.until("document.getElementById(arguments[0]).textContent === arguments[1]", name, text)

    def click(self, name: str) -> None:
        self.driver.find_element("id", name).click()

    def until(self, script: str, *words):
        """Wait until a script's value is true, and return it."""
        end = time.monotonic() + PATIENCE
        while not (value := self.ask(script, *words)):
            assert time.monotonic() < end, f"{script}: {self.state()}"
            time.sleep(0.1)
        return value

    def state(self):
        return self.ask("window.maniple && [maniple.army.ticks, maniple.army.overlap]"), self.text("message")

    def wait(self, ticks: int) -> None:
        """Wait for so many ticks more."""
        self.until("maniple.army.ticks >= arguments[0]", self.ask("maniple.army.ticks") + ticks)

    def settle(self, overlap: float = 0.93) -> None:
        self.until("maniple.army.overlap >= arguments[0]", overlap)

    def pixel(self, cell: tuple[float, float]) -> tuple[int, int]:
        """Where a place of the field lies on the screen."""
        x, y = self.ask(
            "(([x, y]) => { const {left, top} = maniple.canvas.getBoundingClientRect(), d = maniple.camera.density;"
            " return [left + x / d, top + y / d]; })(maniple.camera.pixelAt(arguments[0]))",
            list(cell),
        )
        return round(x), round(y)

    def drag(self, *cells: tuple[float, float], button: int = 0, let_go: bool = True) -> None:
        """Press over the first cell, go over the others, and let go of the button over the last."""
        from selenium.webdriver.common.action_chains import ActionChains

        actions = ActionChains(self.driver, duration=5)
        for number, cell in enumerate(cells):
            actions.w3c_actions.pointer_action.move_to_location(*self.pixel(cell))
            if number == 0:
                actions.w3c_actions.pointer_action.pointer_down(button)
        if let_go:
            actions.w3c_actions.pointer_action.pointer_up(button)
        actions.perform()

    def let_go(self, button: int = 0) -> None:
        from selenium.webdriver.common.action_chains import ActionChains

        actions = ActionChains(self.driver, duration=5)
        actions.w3c_actions.pointer_action.pointer_up(button)
        actions.perform()

    def touch(self, *cells: tuple[float, float]) -> None:
        """Draw with a finger."""
        for number, cell in enumerate(cells):
            x, y = self.pixel(cell)
            kind = "touchMove" if number else "touchStart"
            self.cdp("Input.dispatchTouchEvent", type=kind, touchPoints=[{"x": x, "y": y}])
        self.cdp("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])

    def key(self, key: str, code: str) -> None:
        for kind in ("keyDown", "keyUp"):
            self.cdp("Input.dispatchKeyEvent", type=kind, key=key, code=code)

    def step(self) -> None:
        """Make a single tick, and wait until it is done."""
        ticks = self.ask("maniple.army.ticks")
        self.key(".", "Period")
        self.until("maniple.army.ticks > arguments[0]", ticks)

    def picture(self) -> np.ndarray:
        """The screen's pixels, red, green and blue."""
        content = base64.b64decode(self.cdp("Page.captureScreenshot", format="png")["data"])
        return np.asarray(Image.open(BytesIO(content)).convert("RGB")).astype(int)

    def soldiers(self) -> np.ndarray:
        """Which cells' middles show the army's colour, or metal, in a screenshot."""
        picture = self.picture()
        width, height = self.ask("[maniple.army.field.width, maniple.army.field.height]")
        left, top = self.pixel((0, 0))
        right, bottom = self.pixel((width, height))
        field = picture[top:bottom, left:right]
        worn = field[..., 0] - field[..., 1] > 45
        rows = (np.arange(field.shape[0]) * height // field.shape[0])[:, None]
        columns = np.arange(field.shape[1]) * width // field.shape[1]
        counts = np.zeros((height, width))
        np.add.at(counts, (np.broadcast_to(rows, worn.shape), np.broadcast_to(columns, worn.shape)), worn)
        return counts > 0

    def field(self, name: str) -> np.ndarray:
        """A field of the army's: its mass, or its target."""
        height, width = self.ask("[maniple.army.field.height, maniple.army.field.width]")
        return np.array(self.ask(f"Array.from(maniple.army.{name})"), np.float32).reshape(height, width)

    def total(self) -> int:
        """The army's mass in quanta, exactly."""
        return int(self.field("mass").astype(np.float64).sum() * 2**20)

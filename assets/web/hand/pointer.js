// Mouse and fingers on the field: one finger or a mouse button works the tool in hand, two fingers or the middle button
// move the camera, the wheel zooms. The right button always sets the front, as in the game.

const WHEEL = 1.0015; // times closer for each pixel that the wheel scrolls
const STILL = 6; // pixels of the screen that a finger may move before its tool is told: a second one may follow

class Pointer {
  constructor(canvas, game) {
    Object.assign(this, { canvas, game, down: new Map(), drag: null, spread: null });
    const on = (name, act) => canvas.addEventListener(name, (event) => {
      event.preventDefault();
      act.call(this, event);
      game.stir();
    }, { passive: false });
    on("pointerdown", this.press);
    on("pointermove", this.move);
    on("pointerup", this.release);
    on("pointercancel", this.lose);
    on("pointerleave", () => (game.hover = null));
    on("wheel", (event) => game.camera.zoom(WHEEL ** -event.deltaY, this.pixelOf(event)));
    on("contextmenu", () => {});
    on("dblclick", () => {});
    window.addEventListener("blur", () => this.letGo());
  }

  pixelOf({ clientX, clientY }) {
    const { left, top } = this.canvas.getBoundingClientRect(), { density } = this.game.camera;
    return [(clientX - left) * density, (clientY - top) * density];
  }

  placeOf(event) {
    const { width, height } = this.game.army.field, [x, y] = this.game.camera.cellAt(this.pixelOf(event));
    return [Math.min(Math.max(x, 0), width), Math.min(Math.max(y, 0), height)];
  }

  press(event) {
    this.canvas.setPointerCapture(event.pointerId);
    this.down.set(event.pointerId, this.pixelOf(event));
    if (this.down.size === 2) {
      this.letGo();
      this.spread = this.spreadNow();
    }
    if (this.down.size > 1) return;
    if (event.button === 1) {
      this.spread = this.spreadNow();
      return;
    }
    const tool = event.button === 2 ? this.game.tools.front : this.game.tool;
    this.drag = { id: event.pointerId, tool, from: this.pixelOf(event), place: this.placeOf(event), more: event.shiftKey };
    if (event.pointerType === "mouse") this.begin();
  }

  // Tell the tool in hand that a drag has begun.
  begin() {
    const { tool, place, more, begun } = this.drag;
    if (begun) return;
    this.drag.begun = true;
    tool.begin(place, more);
  }

  move(event) {
    this.game.hover = event.pointerType === "mouse" || this.drag ? this.placeOf(event) : null;
    if (!this.down.has(event.pointerId)) return;
    this.down.set(event.pointerId, this.pixelOf(event));
    if (this.drag?.id === event.pointerId) {
      const [x, y] = this.pixelOf(event), { from, begun } = this.drag;
      if (!begun && Math.hypot(x - from[0], y - from[1]) < STILL * this.game.camera.density) return;
      this.begin();
      const events = event.getCoalescedEvents?.() ?? [];
      for (const one of events.length ? events : [event]) this.drag.tool.move(this.placeOf(one));
    } else if (this.spread) {
      const before = this.spread, now = this.spreadNow();
      this.game.camera.pan(now.x - before.x, now.y - before.y);
      if (before.wide && now.wide) this.game.camera.zoom(now.wide / before.wide, [now.x, now.y]);
      this.spread = now;
    }
  }

  release(event) {
    this.down.delete(event.pointerId);
    if (this.drag?.id === event.pointerId) {
      this.begin();
      this.drag.tool.finish();
      this.drag = null;
    }
    this.spread = this.spread && this.down.size ? this.spreadNow() : null;
    if (event.pointerType !== "mouse") this.game.hover = null;
  }

  lose(event) {
    this.letGo();
    this.release(event);
  }

  // Let go of a drag without an order.
  letGo() {
    if (this.drag?.begun) this.drag.tool.cancel();
    this.drag = null;
  }

  // The middle of all fingers and how far two lie apart, in pixels.
  spreadNow() {
    const [first, second = first] = [...this.down.values()];
    return {
      x: (first[0] + second[0]) / 2, y: (first[1] + second[1]) / 2,
      wide: Math.hypot(first[0] - second[0], first[1] - second[1]),
    };
  }
}

// The game: what the player orders, what is drawn, and what happens when the graphics device or the page goes away.

const MOST_PIXELS = 3e6; // of the picture
const SLOW_FRAME = 0.045; // seconds on the average from which on the picture gets coarser
const COARSER = 0.85, COARSEST = 0.7; // times so many pixels along a side, and at least so many for each of the screen
const IN_PLACE = 0.985; // share of the target from which on its outline is no longer shown
const MARGIN = 8; // pixels of the screen around the field

class Game {
  constructor(world, sprite) {
    const { palette, formations, mass, soldiers } = world;
    Object.assign(this, { world, sprite, palette, device: "", hover: null, radius: BRUSH, frames: 0 });
    this.canvas = document.getElementById("field");
    this.stage = document.getElementById("stage");
    this.field = this.fieldFor();
    this.camera = new Camera(this.field);
    this.clock = new GameClock();
    this.spacing = Math.sqrt(mass / soldiers);
    this.tools = { front: new FrontTool(this), draw: new DrawTool(this), wound: new WoundTool(this) };
    this.tool = this.tools.front;
    this.targetShown = true;
    this.fineness = 1; // pixels of the picture for one of the screen
    this.every = 1; // frames of the screen for one picture
    this.stirred = 0;
    const formation = formations.find(({ name }) => name === world.first) ?? formations[0];
    const { width, height } = this.field, order = formUp(
      formation, mass, this.field, { centre: [width / 2, height * 0.42], angle: 0 });
    this.army = new Army({
      field: this.field, mass: crowd(mass, this.field, [width / 2, height * 0.66]), soldiers, order,
      tell: () => this.pump(), fail: (line) => this.panel.say(line, true),
    });
    this.player = new Player(this.army, formations, formation, (line) => {
      this.panel.say(line);
      this.stir();
    });
    this.panel = new Panel(this);
    this.pointer = new Pointer(this.canvas, this);
    listenToKeys(this);
    new ResizeObserver(() => this.resize()).observe(this.stage);
    this.canvas.addEventListener("webglcontextlost", (event) => {
      event.preventDefault();
      this.loseDevice();
    });
    this.canvas.addEventListener("webglcontextrestored", () => this.setUp("The graphics device is back, and all soldiers."));
    document.addEventListener("visibilitychange", () => this.stir());
    this.setUp("Drag across the field: the army draws up along your line.");
    requestAnimationFrame((now) => this.frame(now));
  }

  // The field's size in cells: it lies as the screen does.
  fieldFor() {
    const { width, height } = this.stage.getBoundingClientRect(), { long, short } = this.world.field;
    return width >= height ? { width: long, height: short } : { width: short, height: long };
  }

  // Compile everything on a device, and compute on it. Whatever is wrong is said in one line.
  setUp(greeting) {
    try {
      this.gl = openDevice(this.canvas);
      this.device = deviceName(this.gl);
      this.picture = new Picture(this.gl, this.world.shaders, this.sprite, this.palette);
      this.simulation = new Simulation(this.gl, this.world, this.army.field);
      this.greeting = greeting;
      this.panel.say("The shaders are being compiled …", true);
    } catch (error) {
      this.stop(error);
    }
    this.resize();
  }

  loseDevice() {
    this.simulation = this.picture = null;
    this.army.computeOn(null);
    this.panel.say("The graphics device was lost; the army waits for it, and nobody is lost.", true);
  }

  stop(error) {
    this.simulation = this.picture = null;
    this.army.computeOn(null);
    this.panel.say(error instanceof DeviceError ? error.message : `The page failed: ${error.message}`, true);
    if (!(error instanceof DeviceError)) console.error(error);
  }

  resize() {
    const { width, height } = this.stage.getBoundingClientRect();
    if (!width || !height) return;
    const density = Math.min(devicePixelRatio || 1, Math.sqrt(MOST_PIXELS / width / height)) * this.fineness;
    const size = [Math.round(width * density), Math.round(height * density)], edge = MARGIN * density;
    Object.assign(this.canvas, { width: size[0], height: size[1] });
    const upright = this.fieldFor().height > this.fieldFor().width;
    if (upright !== this.army.field.height > this.army.field.width) this.turnField(upright);
    this.angle = screen.orientation?.angle ?? 0;
    this.camera.resize(size, [edge, edge, size[0] - edge, size[1] - edge], density);
    this.stir();
  }

  // The screen has been turned: turn the field so that everybody stays where he is under the glass.
  turnField(upright) {
    const turned = ((screen.orientation?.angle ?? 0) - (this.angle ?? 0) + 360) % 360;
    this.letGo();
    this.tools.draw.forget();
    this.army.turn(turned ? turned === 270 : upright);
    this.camera.field = this.army.field;
    this.camera.whole = true;
  }

  // Go on with what is due. Called for each frame, and whenever a worker or the device has something.
  pump() {
    if (document.hidden || !this.army) return;
    const { army, clock } = this, now = performance.now() / 1000;
    try {
      if (army.arrive()) this.stir();
      this.player.strike();
      const due = clock.advance(now);
      if (army.asleep && !clock.paused) clock.due = 0;
      else if (due && army.ready) {
        clock.tick(now);
        if (army.resting) army.stand();
        else army.tick();
      }
      if (army.simulation && !army.simulation.idle) this.lookAgain();
    } catch (error) {
      this.stop(error);
    }
  }

  // The device does not say when it is done: look a moment later.
  lookAgain() {
    if (this.looking) return;
    this.looking = true;
    setTimeout(() => {
      this.looking = false;
      this.pump();
    }, 2);
  }

  frame(now) {
    requestAnimationFrame((next) => this.frame(next));
    try {
      if (this.simulation && this.army.simulation !== this.simulation && this.simulation.ready) {
        this.army.computeOn(this.simulation);
        this.panel.standing = "";
        this.panel.say(this.greeting);
      }
      this.pump();
      const moving = !this.army.asleep && !this.clock.paused;
      if (moving) this.stir();
      if (this.stirred > 0 && ++this.frames % this.every === 0) {
        this.stirred -= 1;
        this.draw(now);
        this.keepPace(now);
        this.panel.update();
      } else if (!this.stirred) {
        this.lastFrame = null;
      }
    } catch (error) {
      this.stop(error);
    }
  }

  // Something has changed that shows: draw some frames.
  stir() {
    this.stirred = 20;
  }

  // Make the picture coarser where frames come too slowly, and in the end draw every second one only.
  keepPace(now) {
    if (this.lastFrame !== null && this.lastFrame !== undefined) {
      const seconds = Math.min((now - this.lastFrame) / 1000, 0.25);
      this.pace = (this.pace ?? SLOW_FRAME / 2) + (seconds - (this.pace ?? SLOW_FRAME / 2)) / 30;
      if (this.pace > SLOW_FRAME * this.every && (this.fineness > COARSEST || this.every === 1)) {
        if (this.fineness <= COARSEST) this.every = 2;
        this.fineness = Math.max(this.fineness * COARSER, COARSEST);
        this.pace = SLOW_FRAME / 2;
        this.resize();
      }
    }
    this.lastFrame = now;
  }

  draw(now) {
    const { picture, camera, army } = this;
    if (!picture || this.gl.isContextLost()) return;
    picture.ground(camera);
    if (this.targetShown && army.overlap < IN_PLACE) {
      picture.outline(camera, army.order.target, this.palette.outline, 0.7);
    }
    picture.soldiers(camera, army.records(now, this.clock.interval), this.spacing, this.palette.team);
    for (const tool of Object.values(this.tools)) {
      if (tool === this.tool || tool === this.tools.front) tool.draw(picture, camera);
    }
  }

  // The hand.

  take(name) {
    this.letGo();
    this.tool = this.tools[name];
    this.panel.say({
      front: "Drag a line: the first rank stands on it and looks to its left.",
      draw: "Draw a shape: the army fills it. Strokes that follow quickly add up.",
      wound: "Press where soldiers stand: they are thrown apart.",
    }[name]);
  }

  toggleTool(name) {
    this.take(this.tool === this.tools[name] ? "front" : name);
  }

  letGo() {
    this.pointer.letGo();
  }

  resizeBrush(steps) {
    this.radius = Math.min(Math.max(this.radius * BRUSH_STEP ** steps, BRUSHES[0]), BRUSHES[1]);
  }

  toggleTarget() {
    this.targetShown = !this.targetShown;
  }

  // Time.

  pause() {
    this.clock.pause();
  }

  step() {
    this.clock.step();
    this.stir();
  }

  faster(factor) {
    this.clock.scale(factor);
  }
}

async function play() {
  const world = JSON.parse(document.getElementById("world").textContent), sprite = new Image();
  sprite.src = world.sprite;
  await sprite.decode();
  window.maniple = new Game(world, sprite);
}

play().catch((error) => {
  document.getElementById("message").textContent = `The page cannot begin: ${error.message}`;
  console.error(error);
});

// What the player can do with a finger or a mouse button: set a front, draw a shape, wound. A tool is told of a drag's
// places on the field and shows its marks.

const BRUSH = 3.5, BRUSHES = [1.5, 12], BRUSH_STEP = 1.25; // cells: radius at first, its bounds, and a step's factor
const BLOW = 1.5; // radii of the brush that a wound is wide
const LEAST_FRONT = 0.4; // of the side of a square as large as the army: a shorter line only says where to face
const LINE = 14; // pixels of the screen from which on a drag is a line
const TOGETHER = 1.6; // seconds after a stroke in which another one adds to it

class FrontTool {
  constructor(game) {
    this.game = game;
  }

  begin(place) {
    this.places = [place];
  }

  move(place) {
    this.places = [this.places[0], place];
  }

  // The order in hand: a front along the line, or a move to its start that faces along it.
  orderNow() {
    const { game } = this, [first, last = first] = this.places, { army } = game, { camera } = game;
    const length = Math.hypot(last[0] - first[0], last[1] - first[1]);
    if (length * camera.scale < LINE * camera.density) return game.player.placed({ centre: first });
    if (length >= LEAST_FRONT * Math.sqrt(game.player.mass)) {
      return alongFront(game.player.formation, game.player.mass, army.field, first, last);
    }
    return game.player.placed({ centre: first, angle: Math.atan2(last[1] - first[1], last[0] - first[0]) });
  }

  finish() {
    this.game.player.give(this.orderNow());
    this.places = null;
  }

  cancel() {
    this.places = null;
  }

  draw(picture, camera) {
    if (!this.places || this.places.length < 2) return;
    const { game } = this, [first, last] = this.places;
    if (Math.hypot(last[0] - first[0], last[1] - first[1]) * camera.scale < LINE * camera.density) return;
    const { field, count } = game.army;
    if (this.shown !== this.places) { // once for a frame, however often the mouse moved
      this.shown = this.places;
      this.order = this.orderNow();
      this.ghosts = ghostsOf(this.order, field, count);
    }
    picture.outline(camera, this.order.target, game.palette.drawn, 1);
    picture.soldiers(camera, this.ghosts, game.spacing, game.palette.team, 0.6);
    picture.lines(camera, frontMarks(camera, first, last, game.palette.drawn));
  }
}

class DrawTool {
  constructor(game) {
    Object.assign(this, { game, strokes: [], places: null, ended: 0 });
  }

  begin(place, more) {
    if (!more && performance.now() - this.ended > 1000 * TOGETHER) this.forget();
    this.places = [place];
  }

  move(place) {
    const [x, y] = this.places.at(-1);
    if (Math.hypot(place[0] - x, place[1] - y) > 0.2) this.places.push(place);
  }

  get discs() {
    const strokes = this.places ? [...this.strokes, { places: this.places, radius: this.game.radius }] : this.strokes;
    return strokes.flatMap(({ places, radius }) => brushDiscs(places, radius));
  }

  finish() {
    const { game } = this;
    const order = overDrawing(this.discs, game.player.mass, game.army.field, game.army.order.angle);
    this.strokes = [...this.strokes, { places: this.places, radius: game.radius }];
    this.places = null;
    this.ended = performance.now();
    if (order) game.player.give(order);
  }

  cancel() {
    this.places = null;
  }

  // Begin another drawing.
  forget() {
    Object.assign(this, { strokes: [], painted: undefined, count: 0 });
  }

  // Cover the ground under the discs, of which all but the last ones are painted already.
  paint(discs) {
    const { field } = this.game.army, { painted = new Float32Array(0), count = 0 } = this;
    if (count === discs.length && painted.length) return;
    const kept = count < discs.length && painted.length;
    this.painted = kept ? Float32Array.from(painted) : new Float32Array(field.width * field.height);
    this.count = discs.length;
    for (const [atX, atY, radius] of discs.slice(kept ? count : 0)) {
      const last = Math.min(Math.ceil(atY + radius + 1), field.height);
      for (let row = Math.max(Math.floor(atY - radius - 1), 0); row < last; row++) {
        const end = Math.min(Math.ceil(atX + radius + 1), field.width);
        for (let column = Math.max(Math.floor(atX - radius - 1), 0); column < end; column++) {
          const away = Math.hypot(column + 0.5 - atX, row + 0.5 - atY) - radius, cell = row * field.width + column;
          this.painted[cell] = Math.max(this.painted[cell], Math.min(Math.max(0.5 - away, 0), 1));
        }
      }
    }
  }

  draw(picture, camera) {
    const { game } = this, fresh = performance.now() - this.ended < 1000 * TOGETHER;
    if (this.places || (fresh && this.strokes.length)) {
      this.paint(this.discs);
      picture.outline(camera, this.painted, game.palette.drawn, this.places ? 1.6 : 0.8);
    }
    if (game.hover) picture.lines(camera, ringMarks(camera, game.hover, game.radius, game.palette.drawn));
  }
}

class WoundTool {
  constructor(game) {
    this.game = game;
  }

  begin(place) {
    this.strike(place);
  }

  move(place) {
    if (Math.hypot(place[0] - this.struck[0], place[1] - this.struck[1]) >= this.radius) this.strike(place);
  }

  strike(place) {
    this.struck = place;
    this.game.player.wound(place, this.radius);
  }

  get radius() {
    return BLOW * this.game.radius;
  }

  finish() {}

  cancel() {}

  draw(picture, camera) {
    const { game } = this;
    if (game.hover) picture.lines(camera, ringMarks(camera, game.hover, this.radius, game.palette.refused));
  }
}

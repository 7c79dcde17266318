// Game time: ticks of fixed length at any frame rate. As engine/app/clock.py.

const TICKS_PER_SECOND = 30;
const LONGEST_FRAME = 0.1; // seconds that a frame may make up for: a page that slept owes no more
const SLOWEST = 1 / 8, FASTEST = 16; // speeds, in powers of two
const RECENT = 20; // ticks that the shown rate is averaged over

class GameClock {
  constructor() {
    Object.assign(this, { paused: false, speed: 1, due: 0, last: null, made: [] });
  }

  // Go on to a moment, in seconds; whether a tick is due.
  advance(now) {
    const elapsed = this.last === null ? 0 : Math.min(Math.max(now - this.last, 0), LONGEST_FRAME);
    this.last = now;
    if (!this.paused) this.due = Math.min(this.due + elapsed * TICKS_PER_SECOND * this.speed, 1 + this.speed);
    return this.due >= 1;
  }

  // A tick was begun at a moment.
  tick(now) {
    this.due -= 1;
    this.made = [...this.made.slice(-RECENT), now];
  }

  // Pause at once, or go on: what is due is dropped.
  pause() {
    this.paused = !this.paused;
    this.due = 0;
  }

  // Make a single tick, and pause.
  step() {
    this.paused = true;
    this.due = 1;
  }

  // Seconds between two ticks, as the player sees them.
  get interval() {
    return 1 / (TICKS_PER_SECOND * this.speed);
  }

  // Ticks a second over the last ones.
  get rate() {
    const { made } = this;
    return made.length > 1 ? (made.length - 1) / (made.at(-1) - made[0]) : 0;
  }

  scale(factor) {
    this.speed = Math.min(Math.max(this.speed * factor, SLOWEST), FASTEST);
  }
}

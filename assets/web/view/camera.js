// The camera: which part of the field shows, and where in the picture. Pixels are the canvas's own, from its top left.

const CLOSEST = 40; // pixels per cell, for each pixel of the screen, when the camera is as close as it goes

class Camera {
  constructor(field) {
    Object.assign(this, { field, size: [1, 1], frame: [0, 0, 1, 1], scale: 1, origin: [0, 0], density: 1, whole: true });
  }

  // Fit the picture of `size` pixels, in which the field lies within `frame` (left, top, right, bottom).
  resize(size, frame, density) {
    const middle = this.cellAt([(this.frame[0] + this.frame[2]) / 2, (this.frame[1] + this.frame[3]) / 2]);
    const zoom = this.whole ? 1 : this.scale / this.wholeScale();
    Object.assign(this, { size, frame, density });
    this.scale = zoom * this.wholeScale();
    if (this.whole) middle.splice(0, 2, this.field.width / 2, this.field.height / 2);
    this.centre(middle);
  }

  wholeScale() {
    const [left, top, right, bottom] = this.frame;
    return Math.max(Math.min((right - left) / this.field.width, (bottom - top) / this.field.height), 0.1);
  }

  // Put a place of the field into the middle of the frame, as far as the field fills the frame.
  centre([x, y]) {
    const [left, top, right, bottom] = this.frame, { width, height } = this.field;
    const at = (place, length, from, to) => {
      const half = (to - from) / 2 / this.scale;
      const kept = 2 * half >= length ? length / 2 : Math.min(Math.max(place, half), length - half);
      return (from + to) / 2 - kept * this.scale;
    };
    this.origin = [at(x, width, left, right), at(y, height, top, bottom)];
  }

  zoom(factor, pixel) {
    const [x, y] = this.cellAt(pixel), least = this.wholeScale();
    this.scale = Math.min(Math.max(this.scale * factor, least), Math.max(CLOSEST * this.density, least));
    this.whole = this.scale <= least * 1.001;
    const [left, top, right, bottom] = this.frame;
    this.centre([
      x + ((left + right) / 2 - pixel[0]) / this.scale, y + ((top + bottom) / 2 - pixel[1]) / this.scale]);
  }

  pan(right, down) {
    const [left, top, end, bottom] = this.frame;
    this.centre(this.cellAt([(left + end) / 2 - right, (top + bottom) / 2 - down]));
  }

  showAll() {
    this.whole = true;
    this.resize(this.size, this.frame, this.density);
  }

  cellAt([x, y]) {
    return [(x - this.origin[0]) / this.scale, (y - this.origin[1]) / this.scale];
  }

  pixelAt([x, y]) {
    return [x * this.scale + this.origin[0], y * this.scale + this.origin[1]];
  }

  // (a, b, c, d) such that x * a + c and y * b + d are clip coordinates of a cell.
  get clip() {
    const [width, height] = this.size, [left, top] = this.origin;
    return [(2 * this.scale) / width, (-2 * this.scale) / height, (2 * left) / width - 1, 1 - (2 * top) / height];
  }
}

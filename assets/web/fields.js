// Numerics on a grid of height x width cells, row by row in flat arrays. Shared by the workers and the page.

// The orthonormal cosine basis (DCT-II) of so many cells, one wave a row; its transpose undoes it.
const cosines = (() => {
  const known = new Map();
  return (size) => {
    if (!known.has(size)) {
      const basis = new Float64Array(size * size);
      for (let wave = 0; wave < size; wave++) {
        const scale = Math.sqrt((wave ? 2 : 1) / size);
        for (let cell = 0; cell < size; cell++) {
          basis[wave * size + cell] = scale * Math.cos((Math.PI * wave * (cell + 0.5)) / size);
        }
      }
      known.set(size, basis);
    }
    return known.get(size);
  };
})();

// The product of a (rows x inner) and an (inner x columns) matrix; either may be given transposed.
function product(left, right, rows, inner, columns, { leftTransposed = false, rightTransposed = false } = {}) {
  const result = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    const start = row * columns;
    if (rightTransposed) {
      for (let column = 0; column < columns; column++) {
        let sum = 0;
        for (let k = 0; k < inner; k++) sum += left[row * inner + k] * right[column * inner + k];
        result[start + column] = sum;
      }
      continue;
    }
    for (let k = 0; k < inner; k++) {
      const factor = leftTransposed ? left[k * rows + row] : left[row * inner + k];
      if (factor === 0) continue;
      for (let column = 0; column < columns; column++) result[start + column] += factor * right[k * columns + column];
    }
  }
  return result;
}

// The potential whose five-point Laplacian is source - mean(source), with no flux through the border and mean 0.
// Where `smoothing` is given, in cells, the source is blurred by a Gaussian of that standard deviation beforehand.
function potentialOf(source, height, width, smoothing = 0) {
  const down = cosines(height), across = cosines(width);
  const spectrum = product(
    product(down, source, height, height, width), across, height, width, width, { rightTransposed: true });
  for (let row = 0; row < height; row++) {
    const bend = 2 * Math.cos((Math.PI * row) / height) - 2;
    for (let column = 0; column < width; column++) {
      const curvature = bend + 2 * Math.cos((Math.PI * column) / width) - 2;
      spectrum[row * width + column] *= row + column ? Math.exp(0.5 * smoothing ** 2 * curvature) / curvature : 0;
    }
  }
  return product(
    product(down, spectrum, height, height, width, { leftTransposed: true }), across, height, width, width);
}

// The gradient of a potential (x, then y): the mean over each cell's two opposite faces, 0 across the border.
function gradientOf(potential, height, width) {
  const x = new Float64Array(height * width), y = new Float64Array(height * width);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const cell = row * width + column, here = potential[cell];
      const right = column + 1 < width ? potential[cell + 1] : here, left = column ? potential[cell - 1] : here;
      const below = row + 1 < height ? potential[cell + width] : here, above = row ? potential[cell - width] : here;
      x[cell] = (right - left) / 2;
      y[cell] = (below - above) / 2;
    }
  }
  return { x, y };
}

// The four cells around a place and its share of each, written into `into`: { index, right, down } of the upper left.
function cornerOf(x, y, height, width, into) {
  const at = Math.min(Math.max(x - 0.5, 0), width - 1), by = Math.min(Math.max(y - 0.5, 0), height - 1);
  const column = Math.min(Math.floor(at), width - 2), row = Math.min(Math.floor(by), height - 2);
  into.index = row * width + column;
  into.right = at - column;
  into.down = by - row;
  return into;
}

// A field at a place, between its cells; beyond the border its edge goes on. `corner` is what cornerOf returned.
function fieldAt(field, corner, width) {
  const { index, right, down } = corner;
  const above = field[index] + right * (field[index + 1] - field[index]);
  const below = field[index + width] + right * (field[index + width + 1] - field[index + width]);
  return above + down * (below - above);
}

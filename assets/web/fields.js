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

// The cosine transform of each column of a field, or what undoes it. Waves are even or odd about the middle, so that half
// of the products suffice.
function alongColumns(field, rows, columns, undo) {
  const basis = cosines(rows), half = Math.ceil(rows / 2), result = new Float64Array(rows * columns);
  const even = new Float64Array(half * columns), odd = new Float64Array(half * columns);
  for (let row = 0; row < half && !undo; row++) {
    const mirrored = rows - 1 - row, weight = mirrored === row ? 0.5 : 1;
    for (let column = 0; column < columns; column++) {
      const near = field[row * columns + column], far = field[mirrored * columns + column];
      even[row * columns + column] = weight * (near + far);
      odd[row * columns + column] = weight * (near - far);
    }
  }
  for (let wave = 0; wave < rows; wave++) {
    const part = wave % 2 ? odd : even, there = wave * columns;
    for (let row = 0; row < half; row++) {
      const factor = basis[wave * rows + row], here = row * columns;
      if (undo) for (let column = 0; column < columns; column++) part[here + column] += factor * field[there + column];
      else for (let column = 0; column < columns; column++) result[there + column] += factor * part[here + column];
    }
  }
  for (let row = 0; row < half && undo; row++) {
    const mirrored = rows - 1 - row;
    for (let column = 0; column < columns; column++) {
      const one = even[row * columns + column], other = odd[row * columns + column];
      result[mirrored * columns + column] = one - other;
      result[row * columns + column] = one + other;
    }
  }
  return result;
}

// A field with rows and columns swapped.
function transposed(field, rows, columns) {
  const result = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) result[column * rows + row] = field[row * columns + column];
  }
  return result;
}

// The potential whose five-point Laplacian is source - mean(source), with no flux through the border and mean 0.
// Where `smoothing` is given, in cells, the source is blurred by a Gaussian of that standard deviation beforehand.
function potentialOf(source, height, width, smoothing = 0) {
  const halfway = transposed(alongColumns(source, height, width, false), height, width);
  const spectrum = alongColumns(halfway, width, height, false); // columns are the waves down the field
  const bends = (size) => Float64Array.from({ length: size }, (_, wave) => 2 * Math.cos((Math.PI * wave) / size) - 2);
  const kept = (bend) => bend.map((curvature) => Math.exp(0.5 * smoothing ** 2 * curvature));
  const bendX = bends(width), bendY = bends(height), keptX = kept(bendX), keptY = kept(bendY);
  for (let across = 0; across < width; across++) {
    for (let down = 0; down < height; down++) {
      spectrum[across * height + down] *= (keptX[across] * keptY[down]) / (bendX[across] + bendY[down] || Infinity);
    }
  }
  return alongColumns(transposed(alongColumns(spectrum, width, height, true), width, height), height, width, true);
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

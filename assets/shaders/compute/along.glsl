// Motion along one axis: a pass sees cells one after another, the next to the right or below.

uniform ivec2 size;   // width and height of the field, in cells
uniform ivec2 along;  // (1, 0) along x, (0, 1) along y

// The cell next to this one, `by` being 1 or -1; beyond the border the one at the other end.
ivec2 beside(ivec2 cell, int by) {
    ivec2 other = cell + by * along;
    return other + size * (ivec2(lessThan(other, ivec2(0))) - ivec2(greaterThanEqual(other, size)));
}

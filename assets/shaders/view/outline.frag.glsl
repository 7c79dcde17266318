// The outline of a density: a faint hatched fill, and a crisp line where the density is half of its peak.

uniform sampler2D density;  // 1 at the peak
uniform vec2 field;         // width and height in cells
uniform vec3 ink;
uniform float scale;        // pixels per cell
uniform float thick;        // how much wider than a pixel and a half the line is
uniform float filled;       // how much of the fill shows
in vec2 cell;
out vec4 colour;

#include "spline"

void main() {
    float value = spline(density, field, cell);
    float slope = max(length(vec2(dFdx(value), dFdy(value))), 1e-3);
    float pixels = (value - 0.5) / slope;  // signed distance to the contour
    float inside = smoothstep(-0.5, 0.5, pixels);
    float line = 1.0 - smoothstep(1.05 * thick - 0.45, 1.05 * thick + 0.45, abs(pixels));
    float halo = exp(-abs(min(pixels, 0.0)) / (3.0 * thick)) * (1.0 - inside);
    float stripe = smoothstep(0.30, 0.40, abs(fract((cell.x + cell.y) * scale / (11.0 * thick)) - 0.5));
    float cover = max(filled * inside * (0.10 + 0.08 * stripe) + 0.05 * halo, 0.80 * line);
    colour = vec4(ink, 1.0) * cover;
}

// The battlefield as a picture of its own: meadow and bare earth, and rocks where nobody can stand.

uniform sampler2D closed;    // 1 where nobody can stand
uniform vec2 field;          // width and height in cells
uniform float fineness;      // pixels of the picture per cell
uniform vec3 rock;
out vec4 colour;

float hash(vec2 p) {
    p = fract(p * vec2(123.34, 456.21));
    p += dot(p, p + 45.32);
    return fract(p.x * p.y);
}

float noise(vec2 p) {
    vec2 cell = floor(p), f = fract(p);
    f = f * f * f * (f * (f * 6.0 - 15.0) + 10.0);
    return mix(mix(hash(cell), hash(cell + vec2(1, 0)), f.x),
               mix(hash(cell + vec2(0, 1)), hash(cell + vec2(1, 1)), f.x), f.y);
}

float hills(vec2 p) {
    float sum = 0.0, weight = 0.5;
    for (int octave = 0; octave < 5; octave++) {
        sum += weight * noise(p);
        p = mat2(1.6, 1.2, -1.2, 1.6) * p + 17.3;
        weight *= 0.5;
    }
    return sum;
}

// Tufts: short strokes strewn over the field, each in a square of its own. 1 on a stroke, 0 beside it.
float tuft(vec2 cell, float pitch) {
    vec2 square = floor(cell / pitch);
    vec2 lot = vec2(hash(square), hash(square + 71.7));
    vec2 from = (fract(cell / pitch) - 0.25 - 0.5 * lot) * pitch;
    float lean = 1.6 * (lot.x - 0.5);
    float stroke = abs(from.x - lean * from.y);
    return step(0.45, hash(square + 13.1)) * (1.0 - smoothstep(0.08, 0.24, stroke)) * (1.0 - smoothstep(0.25, 0.6, abs(from.y)));
}

vec3 meadow(vec2 cell) {
    float broad = hills(cell / 52.0 + 3.0);
    float middle = hills(cell / 13.0 + 31.0 + 1.5 * broad);
    float fine = hills(cell / 2.4 + 57.0);
    float grain = hash(floor(cell * 6.0)) - 0.5;

    vec3 grass = mix(vec3(0.215, 0.252, 0.150), vec3(0.305, 0.325, 0.185), smoothstep(0.25, 0.75, broad));
    vec3 earth = vec3(0.355, 0.310, 0.215);
    // The edge of bare ground is frayed by the fine noise.
    float bare = smoothstep(0.60, 0.74, middle * 0.62 + broad * 0.30 + fine * 0.22);
    vec3 ground = mix(grass, earth, 0.50 * bare);
    ground *= 1.0 + 0.16 * (middle - 0.5) + 0.34 * (fine - 0.5) + 0.05 * grain;
    float blades = max(tuft(cell, 2.3), tuft(cell + 40.4, 3.1));
    return ground * (1.0 + (0.20 * fine - 0.02) * blades * (1.0 - 0.7 * bare));
}

#include "spline"

// How high the rocks stand, in cells: steep at their edge, rough above.
float height(vec2 cell) {
    float inside = spline(closed, field, cell) + 0.16 * (hills(cell / 1.7 + 91.0) - 0.5);
    float rise = smoothstep(0.20, 0.46, inside);
    float broad = smoothstep(0.30, 0.95, inside);  // a single stone is low
    return rise * (0.45 + broad * (0.45 + 2.2 * hills(cell / 4.5 + 11.0)) + (0.3 + 0.4 * broad) * hills(cell / 1.1 + 23.0));
}

void main() {
    vec2 cell = vec2(gl_FragCoord.x, gl_FragCoord.y) / fineness;
    vec3 ground = meadow(cell);
    if (spline(closed, field, cell) > 0.002 || spline(closed, field, cell - vec2(1.6)) > 0.002) {
        float here = height(cell);
        vec2 slope = vec2(height(cell + vec2(0.15, 0.0)) - here, height(cell + vec2(0.0, 0.15)) - here) / 0.15;
        float light = dot(normalize(vec3(-slope, 1.4)), normalize(vec3(-0.6, -0.75, 0.9)));
        float cover = smoothstep(0.12, 0.5, here);
        // Rocks throw a short shadow to the lower right, and the grass darkens at their feet.
        float shadow = max(smoothstep(0.2, 1.2, height(cell - vec2(0.7, 0.9))), 0.8 * smoothstep(0.05, 0.4, spline(closed, field, cell)));
        ground *= 1.0 - 0.55 * shadow;
        float moss = smoothstep(0.52, 0.70, hills(cell / 3.1 + 5.0));
        vec3 stone = mix(rock, vec3(0.30, 0.32, 0.20), 0.55 * moss) * (0.86 + 0.3 * hash(floor(cell * 5.0)));
        ground = mix(ground, stone * (0.22 + 0.95 * max(light, 0.0)), cover);
    }
    float edge = min(min(cell.x, cell.y), min(field.x - cell.x, field.y - cell.y));  // cells to the nearest border
    ground *= 1.0 - 0.42 * exp(-edge / 3.5);
    vec2 centred = cell / field - 0.5;
    ground *= 1.06 - 0.42 * dot(centred, centred);
    colour = vec4(ground, 1.0);
}

// The battlefield as a picture of its own: meadow and bare earth, and the scenery over it.

uniform sampler2D scenery;   // colours times their cover, and the cover
uniform vec2 field;          // width and height in cells
uniform float fineness;      // pixels of the picture per cell
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

void main() {
    vec2 cell = vec2(gl_FragCoord.x, gl_FragCoord.y) / fineness;
    vec3 ground = meadow(cell);
    vec4 over = texture(scenery, cell / field);
    ground = ground * (1.0 - over.a) + over.rgb;
    float edge = min(min(cell.x, cell.y), min(field.x - cell.x, field.y - cell.y));  // cells to the nearest border
    ground *= 1.0 - 0.42 * exp(-edge / 3.5);
    vec2 centred = cell / field - 0.5;
    ground *= 1.06 - 0.42 * dot(centred, centred);
    colour = vec4(ground, 1.0);
}

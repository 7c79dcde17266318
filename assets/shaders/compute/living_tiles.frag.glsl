// Which tiles of TILE x TILE cells hold a living cell of four regiments: one with mass in it or beside it.

uniform sampler2D masses;  // of the four
uniform ivec2 field;       // width and height in cells

layout(location = 0) out vec4 living;  // 1 or 0 for each of them

void main() {
    ivec2 corner = ivec2(gl_FragCoord.xy) * TILE;
    ivec2 first = max(corner - 1, ivec2(0)), last = min(corner + TILE, field - 1);
    vec4 most = vec4(0.0);
    for (int y = first.y; y <= last.y; y++) {
        for (int x = first.x; x <= last.x; x++) {
            most = max(most, texelFetch(masses, ivec2(x, y), 0));
        }
    }
    living = vec4(greaterThan(most, vec4(PRESENT)));
}

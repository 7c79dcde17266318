// One point a soldier, where soldiers are too small for sprites.

uniform vec4 camera;   // clip = cell * camera.xy + camera.zw
uniform float across;  // a dot's width in pixels
uniform vec3 teams[32];
in vec2 position;      // cells
in float side;         // index of its colour in `teams`
in float variety;      // 0 to 1, each soldier's own
in float selected;     // 1 for a selected soldier
out vec3 team;

void main() {
    gl_Position = vec4(position * camera.xy + camera.zw, 0.0, 1.0);
    gl_PointSize = across;
    // Each soldier has a shade of its own, different enough that single soldiers show in a crowd.
    team = teams[int(side) & 31] * (0.74 + 0.4 * variety + 0.25 * selected) + 0.07 * selected;
}

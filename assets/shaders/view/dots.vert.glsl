// One point a man, for where men are too small to be anything else.

uniform vec4 camera;   // clip = cell * camera.xy + camera.zw
uniform float across;  // pixels
uniform vec3 teams[32];
in vec2 position;      // cells
in float side;
in float variety;      // 0 to 1, each man's own
in float chosen;       // 1 for a man who is selected
out vec3 team;

void main() {
    gl_Position = vec4(position * camera.xy + camera.zw, 0.0, 1.0);
    gl_PointSize = across;
    // Each man has a shade of his own, wide enough that single men show in a crowd.
    team = teams[int(side) & 31] * (0.74 + 0.4 * variety + 0.25 * chosen) + 0.07 * chosen;
}

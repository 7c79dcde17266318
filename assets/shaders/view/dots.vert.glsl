// One point a soldier, where soldiers are too small for sprites.

uniform vec4 camera;   // clip = cell * camera.xy + camera.zw
uniform float across;  // a dot's width in pixels
uniform vec3 teams[32];
uniform vec3 pale_cloth;   // what the colours of whoever flees fade to
uniform vec3 underground;  // and of those who lie
in vec2 position;      // cells
in float side;         // index of its colour in `teams`
in float variety;      // 0 to 1, each soldier's own
in float selected;     // 1 for a selected soldier
in float pale;         // these two as figures.vert.glsl has them in combat; 0 without it
in float sunk;
out vec3 team;
flat out float left;

void main() {
    gl_Position = vec4(position * camera.xy + camera.zw, 0.0, 1.0);
    gl_PointSize = across;
    // Each soldier has a shade of its own, different enough that single soldiers show in a crowd.
    team = teams[int(side) & 31] * (0.74 + 0.4 * variety + 0.25 * selected) + 0.07 * selected;
    team = mix(team, pale_cloth, pale);
    team = mix(team, underground, sunk > 0.0 ? 0.5 + 0.4 * sunk : 0.0);
    left = 1.0 - sunk * sunk;
}

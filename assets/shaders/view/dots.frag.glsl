// A soldier as a dot: lit from above, dark at the feet.

uniform float cover;  // 1: solid; less: translucent
in vec3 team;
flat in float left;
out vec4 colour;

void main() {
    vec2 off = 2.0 * gl_PointCoord - 1.0;
    float inside = clamp(1.6 - dot(off, off), 0.0, 1.0);
    colour = left * cover * inside * vec4(team * (1.05 - 0.4 * gl_PointCoord.y), 1.0);
}

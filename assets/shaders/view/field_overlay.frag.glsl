// A field's colours, cell by cell; only the pixel at a cell's edge is blended.

uniform sampler2D heat;
uniform vec2 field;   // width and height in cells
uniform float scale;  // pixels per cell
in vec2 cell;
out vec4 colour;

void main() {
    vec2 from = cell - 0.5;
    vec2 corner = floor(from);
    vec2 share = clamp((from - corner - 0.5) * max(scale, 1.0) + 0.5, 0.0, 1.0);
    vec4 texel = texture(heat, (corner + 0.5 + share) / field);
    colour = vec4(texel.rgb * texel.a, texel.a);
}

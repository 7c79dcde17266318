// A panel's pixel, premultiplied by its cover.

uniform sampler2D panel;
in vec2 corner;
out vec4 colour;

void main() {
    vec4 texel = texture(panel, corner);
    colour = vec4(texel.rgb * texel.a, texel.a);
}

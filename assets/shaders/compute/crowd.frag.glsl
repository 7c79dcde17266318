// A man's share of this cell; the shares of all men are added up.

flat in vec2 place;
out vec4 density;

void main() {
    vec2 share = max(1.0 - abs(gl_FragCoord.xy - place), 0.0);
    density = vec4(share.x * share.y);
}

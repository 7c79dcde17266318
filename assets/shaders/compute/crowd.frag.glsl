// One soldier's share of this cell; blending adds up the shares of all soldiers.

flat in vec2 place;
out vec4 density;

void main() {
    vec2 share = max(1.0 - abs(gl_FragCoord.xy - place), 0.0);
    density = vec4(share.x * share.y);
}

// A picture made smaller: each pixel is the mean of taps x taps samples of the part that it covers.

uniform sampler2D picture;
uniform vec2 size;  // of the smaller picture, in pixels
uniform int taps;
out vec4 colour;

void main() {
    vec3 sum = vec3(0.0);
    for (int i = 0; i < taps; i++) {
        for (int j = 0; j < taps; j++) {
            vec2 at = floor(gl_FragCoord.xy) + (vec2(i, j) + 0.5) / float(taps);
            sum += texture(picture, at / size).rgb;
        }
    }
    colour = vec4(sum / float(taps * taps), 1.0);
}

// A sprite's channels are materials: metal, cloth in the team's colour, leather and wood. All are premultiplied.

uniform sampler2DArray frames;
uniform vec3 metal;
uniform vec3 leather;
uniform float sharpness;  // mipmap bias: negative is crisper
uniform float cover;      // 1: solid; less: translucent, for soldiers who are not there yet
in vec3 frame;
in vec3 team;
flat in float shade;
flat in float glow;
out vec4 colour;

void main() {
    vec4 seen = texture(frames, frame, sharpness);
    float lit = seen.r + seen.g + seen.b;
    vec3 worn = shade * (seen.r * metal + seen.g * team + seen.b * leather);
    // Selected soldiers stand in a brighter light.
    colour = cover * vec4(worn * (1.0 + 0.25 * glow) + 0.07 * glow * lit, seen.a);
}

#version 330
// A sprite's channels are materials: metal, cloth in the team's colour, leather and wood. All are premultiplied.

uniform sampler2DArray frames;
uniform vec3 metal;
uniform vec3 leather;
uniform float sharpness;  // mipmap bias: negative is crisper
in vec3 frame;
in vec3 team;
flat in float shade;
out vec4 colour;

void main() {
    vec4 cover = texture(frames, frame, sharpness);
    colour = vec4(shade * (cover.r * metal + cover.g * team + cover.b * leather), cover.a);
}

// A figure's channels are materials: metal, cloth in the team's colour, leather and skin. All are premultiplied.

uniform sampler2D sheet;
uniform vec3 metal;
uniform vec3 leather;
uniform vec3 pale_cloth;   // what the colours of whoever flees fade to
uniform vec3 underground;  // and of those who lie
uniform float sharpness;  // mipmap bias: negative is crisper
uniform float lying;      // light of those who lie on the ground
uniform float cover;      // 1: solid; less: translucent, for soldiers who are not there yet
in vec2 place;
in vec3 team;
flat in vec4 look;        // see figures.vert.glsl
out vec4 colour;

void main() {
    vec4 seen = texture(sheet, place / vec2(textureSize(sheet, 0)), sharpness);
    float lit = seen.r + seen.g + seen.b;
    vec3 worn = look.x * (seen.r * metal + seen.g * team + seen.b * leather);
    worn = mix(worn, lit * pale_cloth, look.z);
    worn = worn * (1.0 + 0.25 * look.y) + 0.07 * look.y * lit;
    float left = cover;
    if (look.w > 0.0) {
        worn = mix(lying * worn, lit * underground, 0.25 + 0.6 * look.w);
        left *= 1.0 - look.w * look.w;
    }
    colour = left * vec4(worn, seen.a);
}

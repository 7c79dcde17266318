// The cells of one regiment: each perceives its neighbourhood and its order, and decides on a velocity. As `steer` in
// nca_controller/model/advection_nca.py, with the channels that `observe` in nca_controller/controllers.py makes.

#include "speed"

uniform sampler2D mass_0;     // of regiments 0 to 3
#if GROUPS > 1
uniform sampler2D mass_1;     // 4 to 7, and so on
#endif
#if GROUPS > 2
uniform sampler2D mass_2;
#endif
#if GROUPS > 3
uniform sampler2D mass_3;
#endif
uniform sampler2D ground;      // capacity, and 1 where a cell is open
uniform sampler2D velocities;  // of the last tick, and those planned then
uniform sampler2D nearest;     // hidden channels, four by four
uniform sampler2D farthest;
uniform sampler2D signal;      // target mass, planned velocity, proximity
uniform int regiment;
uniform int friends;           // bit r is set for regiment r of its side, itself among them
uniform ivec2 size;            // width and height of the field in cells

layout(location = 0) out vec4 velocity;  // and the planned one
layout(location = 1) out vec4 nearer;    // hidden channels
layout(location = 2) out vec4 farther;

#define PARTS 6
#define EACH for (int part = 0; part < PARTS; part++)
#define STEEPEST 15.0  // tanh is 1 from here on, and some drivers' overflows

#include "network"

float total(vec4 masses) {
    return masses.x + masses.y + masses.z + masses.w;
}

// Adds a texture's four regiments, from number `first` on, to its own mass, its side's and that of all.
void count(vec4 masses, int first, inout vec3 amounts) {
    ivec4 numbers = ivec4(0, 1, 2, 3) + first;
    vec4 own = vec4(equal(numbers, ivec4(regiment)));
    vec4 sided = vec4((ivec4(friends) >> numbers) & 1);
    amounts += vec3(total(masses * own), total(masses * sided), total(masses));
}

// What a cell holds, in six parts, and whether its regiment is present there.
float look(ivec2 at, out vec4 seen[PARTS]) {
#if REGIMENTS == 1
    vec3 amounts = vec3(texelFetch(mass_0, at, 0).x);
#else
    vec3 amounts = vec3(0.0);
    count(texelFetch(mass_0, at, 0), 0, amounts);
#endif
#if GROUPS > 1
    count(texelFetch(mass_1, at, 0), 4, amounts);
#endif
#if GROUPS > 2
    count(texelFetch(mass_2, at, 0), 8, amounts);
#endif
#if GROUPS > 3
    count(texelFetch(mass_3, at, 0), 12, amounts);
#endif
#if OPEN_GROUND
    float closed = 0.0, missing = 0.0;
#else
    vec2 place = texelFetch(ground, at, 0).xy;
    float closed = 1.0 - place.y, missing = max(1.0 - place.x, 0.0) * place.y;
#endif
    float own = amounts.x, side = amounts.y, all = amounts.z;
    float present = own > PRESENT ? 1.0 : 0.0, visited = all - own > PRESENT ? 1.0 : 0.0;
    seen[0] = vec4(present, visited, closed, own);
    seen[1] = texelFetch(velocities, at, 0);
    seen[2] = texelFetch(nearest, at, 0);
    seen[3] = texelFetch(farthest, at, 0);
    seen[4] = texelFetch(signal, at, 0);
    seen[5] = vec4(closed, missing, side - own, all - side);
    return present;
}

// A vector on the ground as (ahead, aside) of a heading that is 1 long, or 0.
vec2 to_frame(vec2 vector, vec2 heading) {
    return vec2(vector.x * heading.x + vector.y * heading.y, vector.y * heading.x - vector.x * heading.y);
}

vec2 from_frame(vec2 vector, vec2 heading) {
    return vec2(vector.x * heading.x - vector.y * heading.y, vector.x * heading.y + vector.y * heading.x);
}

void turn(inout vec4 seen[PARTS], vec2 heading) {
    seen[1] = vec4(to_frame(seen[1].xy, heading), to_frame(seen[1].zw, heading));
    seen[4].yz = to_frame(seen[4].yz, heading);
}

vec4 bounded_tanh(vec4 values) {
    return tanh(clamp(values, -STEEPEST, STEEPEST));
}

void main() {
    ivec2 at = ivec2(gl_FragCoord.xy);
    vec4 here[PARTS], ahead[PARTS], aside[PARTS], there[PARTS];
    float present = look(at, here);
    EACH {
        ahead[part] = vec4(0.0);
        aside[part] = vec4(0.0);
    }
    // Sobel's filter; the border is repeated outwards, on a torus too.
#define ADD(x, y) \
    present = max(present, look(clamp(at + ivec2(x, y), ivec2(0), size - 1), there)); \
    EACH { \
        ahead[part] += float(x * (2 - y * y)) * there[part]; \
        aside[part] += float(y * (2 - x * x)) * there[part]; \
    }
    ADD(-1, -1) ADD(0, -1) ADD(1, -1) ADD(-1, 0) ADD(1, 0) ADD(-1, 1) ADD(0, 1) ADD(1, 1)
    EACH {
        ahead[part] *= 0.125;
        aside[part] *= 0.125;
    }
    vec2 planned = here[4].yz;
    vec4 before = here[2], before_too = here[3];
    float pace = speed(planned);
#if ORDER_FRAME
    vec2 heading = pace > 0.0 ? planned / pace : vec2(0.0);
    EACH {
        vec4 right = ahead[part], down = aside[part];
        ahead[part] = right * heading.x + down * heading.y;
        aside[part] = down * heading.x - right * heading.y;
    }
    turn(here, heading);
    turn(ahead, heading);
    turn(aside, heading);
#endif
    vec2 correction;
    vec4 change, change_too;
    network(here, ahead, aside, correction, change, change_too);
    correction = bounded_tanh(vec4(correction, 0.0, 0.0)).xy;
#if ORDER_FRAME
    correction = from_frame(correction, heading);
#endif
    float weight = OBEDIENCE > 0.0 ? min(OBEDIENCE * pace, 1.0) : 1.0;
#if ALL_CELLS
    bool alive = true;
#else
    bool alive = present > 0.0;
#endif
    velocity = vec4(limited(alive ? planned + weight * correction : planned), planned);
    nearer = alive ? bounded_tanh(before + change) : vec4(0.0);
    farther = alive ? bounded_tanh(before_too + change_too) : vec4(0.0);
}

// Fields of up to 16 regiments: regiment 4g + c lies in channel c of texture g. Where there are fewer than four, only
// their channels are reckoned with. REGIMENTS is defined by the host.

#if REGIMENTS == 1
#define FIELD float
#define LANES x
#define CHANNELS 1
#elif REGIMENTS == 2
#define FIELD vec2
#define LANES xy
#define CHANNELS 2
#elif REGIMENTS == 3
#define FIELD vec3
#define LANES xyz
#define CHANNELS 3
#else
#define FIELD vec4
#define LANES xyzw
#define CHANNELS 4
#endif

// A stack is one texture for every four regiments. INPUT declares those that are read, FETCH reads all of a cell;
// FIRST and SECOND declare those that are drawn on, one stack after the other, AFTER_FIRST one texture more.
#if REGIMENTS <= 4
#define GROUPS 1
#define INPUT(a, b, c, d) uniform sampler2D a;
#define FETCH(into, cell, a, b, c, d) into[0] = texelFetch(a, cell, 0).LANES;
#define FIRST(a, b, c, d) layout(location = 0) out vec4 a;
#define SECOND(a, b, c, d) layout(location = 1) out vec4 a;
#define AFTER_FIRST(a) layout(location = 1) out vec4 a;
#define WRITE(from, a, b, c, d) a = texel(from[0]);
#elif REGIMENTS <= 8
#define GROUPS 2
#define INPUT(a, b, c, d) uniform sampler2D a; uniform sampler2D b;
#define FETCH(into, cell, a, b, c, d) into[0] = texelFetch(a, cell, 0); into[1] = texelFetch(b, cell, 0);
#define FIRST(a, b, c, d) layout(location = 0) out vec4 a; layout(location = 1) out vec4 b;
#define SECOND(a, b, c, d) layout(location = 2) out vec4 a; layout(location = 3) out vec4 b;
#define AFTER_FIRST(a) layout(location = 2) out vec4 a;
#define WRITE(from, a, b, c, d) a = from[0]; b = from[1];
#elif REGIMENTS <= 12
#define GROUPS 3
#define INPUT(a, b, c, d) uniform sampler2D a; uniform sampler2D b; uniform sampler2D c;
#define FETCH(into, cell, a, b, c, d) \
    into[0] = texelFetch(a, cell, 0); into[1] = texelFetch(b, cell, 0); into[2] = texelFetch(c, cell, 0);
#define FIRST(a, b, c, d) \
    layout(location = 0) out vec4 a; layout(location = 1) out vec4 b; layout(location = 2) out vec4 c;
#define SECOND(a, b, c, d) \
    layout(location = 3) out vec4 a; layout(location = 4) out vec4 b; layout(location = 5) out vec4 c;
#define AFTER_FIRST(a) layout(location = 3) out vec4 a;
#define WRITE(from, a, b, c, d) a = from[0]; b = from[1]; c = from[2];
#else
#define GROUPS 4
#define INPUT(a, b, c, d) uniform sampler2D a; uniform sampler2D b; uniform sampler2D c; uniform sampler2D d;
#define FETCH(into, cell, a, b, c, d) \
    into[0] = texelFetch(a, cell, 0); into[1] = texelFetch(b, cell, 0); \
    into[2] = texelFetch(c, cell, 0); into[3] = texelFetch(d, cell, 0);
#define FIRST(a, b, c, d) \
    layout(location = 0) out vec4 a; layout(location = 1) out vec4 b; \
    layout(location = 2) out vec4 c; layout(location = 3) out vec4 d;
#define SECOND(a, b, c, d) \
    layout(location = 4) out vec4 a; layout(location = 5) out vec4 b; \
    layout(location = 6) out vec4 c; layout(location = 7) out vec4 d;
#define AFTER_FIRST(a) layout(location = 4) out vec4 a;
#define WRITE(from, a, b, c, d) a = from[0]; b = from[1]; c = from[2]; d = from[3];
#endif

// The operators compare numbers alone, these functions vectors alone.
#if REGIMENTS == 1
#define LESS(a, b) ((a) < (b))
#define AT_LEAST(a, b) ((a) >= (b))
#define ALIKE(a, b) ((a) == (b))
#else
#define LESS(a, b) lessThan(a, b)
#define AT_LEAST(a, b) greaterThanEqual(a, b)
#define ALIKE(a, b) equal(a, b)
#endif

vec4 texel(float a) { return vec4(a, 0.0, 0.0, 0.0); }
vec4 texel(vec2 a) { return vec4(a, 0.0, 0.0); }
vec4 texel(vec3 a) { return vec4(a, 0.0); }
vec4 texel(vec4 a) { return a; }

float over_lanes(float a) { return a; }
float over_lanes(vec2 a) { return a.x + a.y; }
float over_lanes(vec3 a) { return a.x + a.y + a.z; }
float over_lanes(vec4 a) { return a.x + a.y + a.z + a.w; }

// The sum over regiments. On the lattice it is exact, whatever the order.
float total(FIELD fields[GROUPS]) {
    float sum = over_lanes(fields[0]);
    for (int g = 1; g < GROUPS; g++) sum += over_lanes(fields[g]);
    return sum;
}

// One soldier's step in one tick, as `march` in engine/soldiers/soldiers.py computes it; the density of all soldiers
// stands in for its neighbours.

uniform sampler2D carrying;  // flux to the right and down, and the mass that each was drawn from
uniform sampler2D pushing;   // the push to the right and down, and the mass
uniform sampler2D homing;    // the way to where mass is
uniform sampler2D crowd;     // soldiers in each fine cell
uniform vec2 cells;          // width and height of the part of the field that is uploaded
uniform vec2 fine;           // width and height of the crowd's grid
uniform float thin;
uniform float mist;
uniform float dead_zone;
uniform float field_speed;
uniform float top_speed;
uniform float home_speed;
uniform float push_gain;
uniform float room;          // cells that a soldier steps aside for one soldier more on its left than on its right
uniform float stands;        // cells per tick: mass this slow stands,
uniform float walks;         // and mass this fast takes every soldier along
uniform float dress_gain;
uniform float dress_speed;
uniform float shuffle;
uniform float placed;        // 1 where soldiers have slots
in vec2 position;            // in cells of the field's part
in vec2 slot;                // the same
out vec2 displacement;       // cells in this tick

vec2 limited(vec2 way, float longest) {
    return way * min(1.0, longest / max(length(way), 1e-6));
}

vec2 beyond(vec2 way) {
    return way * max(1.0 - dead_zone * dead_zone / max(dot(way, way), 1e-12), 0.0);
}

void main() {
    vec4 found = textureLod(carrying, position / cells, 0.0);
    vec2 velocity = found.xy / max(found.zw, vec2(thin));
    vec2 carried = limited(beyond(velocity), field_speed);

    vec2 ahead = (position + carried) / cells;
    vec4 pushed = textureLod(pushing, ahead, 0.0);
    vec2 way = push_gain * pushed.xy / max(pushed.z, thin);
    if (pushed.z < mist) {
        vec2 home = textureLod(homing, ahead, 0.0).xy;
        way = home_speed * home / max(length(home), 1e-12);
    }
    way = limited(way, top_speed);
    // The soldier's own share cancels, for both cells that are compared are one cell away.
    vec2 across = vec2(1.0 / fine.x, 0.0), down = vec2(0.0, 1.0 / fine.y);
    vec2 crush = vec2(textureLod(crowd, ahead - across, 0.0).r - textureLod(crowd, ahead + across, 0.0).r,
                      textureLod(crowd, ahead - down, 0.0).r - textureLod(crowd, ahead + down, 0.0).r);
    vec2 going = carried + beyond(way + room * crush);

    vec2 remaining = slot - position;
    float distance = length(remaining);
    float pace = min(clamp(dress_gain * distance, shuffle, dress_speed), distance);
    float rest = placed * clamp((walks - length(velocity)) / (walks - stands), 0.0, 1.0);
    displacement = limited(mix(going, remaining * (pace / max(distance, 1e-6)), rest), top_speed);
    gl_Position = vec4(0.0);
}

// One man's step in one tick, as engine/soldiers/soldiers.py has it; the crowd's density stands in for his neighbours.

uniform sampler2D carrying;  // flux to the right and down, and the mass that each was drawn from
uniform sampler2D pushing;   // the push to the right and down, and the mass
uniform sampler2D homing;    // the way to where mass is
uniform sampler2D crowd;     // men in each fine cell
uniform vec2 cells;          // of the field's part
uniform vec2 fine;           // cells of the crowd's grid
uniform float thin;
uniform float mist;
uniform float dead_zone;
uniform float field_speed;
uniform float top_speed;
uniform float home_speed;
uniform float push_gain;
uniform float room;          // cells that a man steps aside for one man more on his left than on his right
uniform float stands;        // cells per tick: mass this slow stands,
uniform float walks;         // and mass this fast takes everybody along
uniform float dress_gain;
uniform float dress_speed;
uniform float shuffle;
uniform float placed;        // 1 where men have places
in vec2 position;
in vec2 place;
out vec2 taken;

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
    // His own share cancels, for both cells that are compared are one cell away.
    vec2 across = vec2(1.0 / fine.x, 0.0), down = vec2(0.0, 1.0 / fine.y);
    vec2 crush = vec2(textureLod(crowd, ahead - across, 0.0).r - textureLod(crowd, ahead + across, 0.0).r,
                      textureLod(crowd, ahead - down, 0.0).r - textureLod(crowd, ahead + down, 0.0).r);
    vec2 going = carried + beyond(way + room * crush);

    vec2 left = place - position;
    float distance = length(left);
    float pace = min(clamp(dress_gain * distance, shuffle, dress_speed), distance);
    float rest = placed * clamp((walks - length(velocity)) / (walks - stands), 0.0, 1.0);
    taken = limited(mix(going, left * (pace / max(distance, 1e-6)), rest), top_speed);
    gl_Position = vec4(0.0);
}

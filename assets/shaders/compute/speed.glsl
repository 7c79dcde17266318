// Lengths and limits of velocities in cells per unit time, as in nca_controller/guidance/speed.py.

#define STANDSTILL 1e-12  // squared speed below which a velocity has no direction
#define FASTEST 1048576.0  // an infinite velocity has this one, which still has a direction

float speed(vec2 velocity) {
    float squared = velocity.x * velocity.x + velocity.y * velocity.y;
    return squared > STANDSTILL ? sqrt(squared) : 0.0;
}

vec2 limited(vec2 velocity) {
    velocity = clamp(velocity, -FASTEST, FASTEST);
    return velocity / max(speed(velocity) / LIMIT, 1.0);
}

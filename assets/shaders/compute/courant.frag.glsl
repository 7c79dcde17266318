// The Courant numbers of several regiments, along x and along y, from the velocities that their cells command. The host
// writes "velocities", which fetches those of all regiments, one texture each.

#include "packed"
#include "lattice"
#include "courant"
#include "velocities"

FIRST(courant_x_0, courant_x_1, courant_x_2, courant_x_3)
SECOND(courant_y_0, courant_y_1, courant_y_2, courant_y_3)

void main() {
    FIELD x[GROUPS];
    FIELD y[GROUPS];
    fetch_velocities(ivec2(gl_FragCoord.xy), x, y);
    for (int g = 0; g < GROUPS; g++) {
        x[g] = courant(x[g]);
        y[g] = courant(y[g]);
    }
    WRITE(x, courant_x_0, courant_x_1, courant_x_2, courant_x_3)
    WRITE(y, courant_y_0, courant_y_1, courant_y_2, courant_y_3)
}

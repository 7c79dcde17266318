// The mass after a pass along one axis: what it was, less what crossed the face after each cell, and what crossed the
// one before it. AGAIN is defined by the host where flux along this axis is added to that of an earlier step.

#include "packed"
#include "along"

INPUT(mass_0, mass_1, mass_2, mass_3)
INPUT(flux_0, flux_1, flux_2, flux_3)
FIRST(moved_0, moved_1, moved_2, moved_3)
#ifdef AGAIN
INPUT(earlier_0, earlier_1, earlier_2, earlier_3)
SECOND(together_0, together_1, together_2, together_3)
#endif

void main() {
    ivec2 cell = ivec2(gl_FragCoord.xy);
    FIELD mass[GROUPS];
    FIELD leaving[GROUPS];
    FIELD coming[GROUPS];
    FETCH(mass, cell, mass_0, mass_1, mass_2, mass_3)
    FETCH(leaving, cell, flux_0, flux_1, flux_2, flux_3)
    FETCH(coming, beside(cell, -1), flux_0, flux_1, flux_2, flux_3)
    for (int g = 0; g < GROUPS; g++) mass[g] -= leaving[g] - coming[g];
    WRITE(mass, moved_0, moved_1, moved_2, moved_3)
#ifdef AGAIN
    FIELD earlier[GROUPS];
    FETCH(earlier, cell, earlier_0, earlier_1, earlier_2, earlier_3)
    for (int g = 0; g < GROUPS; g++) leaving[g] += earlier[g];
    WRITE(leaving, together_0, together_1, together_2, together_3)
#endif
}

"""Duels: kind against kind and formation against formation, front to front; and who is hit in flank or rear."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, combinations_with_replacement, product

from nca_controller.evaluation.combat.course import Attack, Course, bearing, begun, played, seconds
from nca_controller.evaluation.tables import Row
from nca_controller.physics.combat import TICKS_PER_SECOND, Laws
from nca_controller.tasks import Body, Encounter, attack_on, duel

NOWHERE = (0.0, 0.0)  # a body's place before it is drawn up
INFANTRY, PIKES, CAVALRY = "heavy-infantry", "pikes", "cavalry"
KINDS = (INFANTRY, PIKES, CAVALRY)
FORMATIONS = ("line", "phalanx", "square", "wedge", "column", "loose", "testudo", "circle")
FIELD = (72.0, 48.0)  # metres of the ground of a duel of kinds, height and width
WIDE = (112.0, 80.0)  # of one of formations
ROOM = (100.0, 104.0)  # where three meet
LONGEST = 120  # seconds that a duel is given
# Seconds after contact in which who is named breaks: what makes battles that play.
DURATIONS = {
    "equal blocks of heavy infantry": (40.0, 90.0),
    "heavy infantry on the rear": (5.0, 15.0),
    "heavy infantry on the flank": (8.0, 25.0),
    "cavalry on the rear": (3.0, 10.0),
    "cavalry on the flank": (3.0, 10.0),
}


def body(kind: str = INFANTRY, formation: str | None = None) -> Body:
    """Return a regiment of a duel: in a formation as wide as it is made, or in a plain block."""
    return Body(0, kind, NOWHERE, 0.0, formation or "line", frontage=None if formation else Body.frontage)


def kinds() -> list[Encounter]:
    """Return the frontal duels of every kind with every other and with its equal, and cavalry's with loose infantry."""
    pairs = [duel(body(one), body(other), FIELD) for one, other in combinations_with_replacement(KINDS, 2)]
    return [*pairs, duel(body(CAVALRY), body(INFANTRY, "loose"), FIELD)]


def formations() -> list[Encounter]:
    """Return the frontal duels of heavy infantry in every formation with every other."""
    return [duel(body(formation=one), body(formation=other), WIDE) for one, other in combinations(FORMATIONS, 2)]


def attacks() -> list[Encounter]:
    """Return attacks in flank and rear on who is pinned in front by its equal."""
    plain = [
        attack_on(body(attacker), body(defender), where, ROOM)
        for attacker, defender, where in product((INFANTRY, CAVALRY), (INFANTRY, PIKES), ("flank", "rear"))
    ]
    square = [attack_on(body(), body(formation="square"), where, ROOM) for where in ("flank", "rear")]
    return [*plain, *square]


def fought(encounter: Encounter, constants: Laws | None = None) -> Course:
    """Return the course of a duel, or of an attack on one who stands: until one of them breaks."""
    ambush = len(encounter.bodies) == 3
    attack = Attack(encounter, bearing(encounter), standing=(2,) if ambush else ())
    state = begun(encounter, constants=constants)
    return played(state, attack, LONGEST * TICKS_PER_SECOND, until=(0, 2) if ambush else (0, 1))


def frontal(encounter: Encounter, constants: Laws | None = None) -> Row:
    """Return the row of a frontal duel."""
    course = fought(encounter, constants)
    return row(encounter, course, (0, 1), course.contact())


def flanked(encounter: Encounter, constants: Laws | None = None) -> Row:
    """Return the row of an attack in flank or rear; its time counts from when the attacker is in contact."""
    course = fought(encounter, constants)
    return row(encounter, course, (0, 2), course.contact(0))


def row(encounter: Encounter, course: Course, who: tuple[int, int], contact: int | None) -> Row:
    """Return who of two breaks and when, and what both had lost by then."""
    first, second = encounter.name.split(" against ") if " against " in encounter.name else ("who comes", "who is hit")
    breaks = [(name, course.broken(one)) for name, one in zip((first, second), who, strict=True)]  # names may be equal
    at = min((tick for _, tick in breaks if tick is not None), default=None)
    loser = " and ".join(name for name, tick in breaks if at is not None and tick == at)
    lost = course.lost(at)
    return {
        "encounter": encounter.name,
        "breaks": loser or "neither",
        "after, s": seconds(at, contact),
        "lost, %": " / ".join(f"{100 * lost[one]:.1f}" for one in who),
        "exact": "yes" if course.is_exact else "NO",
    }


def frontal_rows(encounters: list[Encounter], constants: Laws | None = None) -> Iterator[Row]:
    """Yield the rows of frontal duels."""
    for encounter in encounters:
        yield frontal(encounter, constants)


def unbeaten(rows: list[Row]) -> list[str]:
    """Return who wins every frontal duel that it is in; there should be nobody."""
    fights: dict[str, list[bool]] = {}
    for one in rows:
        first, second = one["encounter"].split(" against ")
        if first == second:
            continue
        for name in (first, second):
            fights.setdefault(name, []).append(one["breaks"] not in (name, "neither") and " and " not in one["breaks"])
    return [name for name, won in fights.items() if all(won)]


def durations() -> list[tuple[str, Encounter]]:
    """Return the encounters whose times the laws are made for, by what they are called."""
    equal = duel(body(), body(), FIELD)
    return [
        ("equal blocks of heavy infantry", equal),
        *(
            (f"{name} on the {where}", attack_on(body(kind), body(), where, ROOM))
            for (name, kind), where in product((("heavy infantry", INFANTRY), ("cavalry", CAVALRY)), ("rear", "flank"))
        ),
    ]


def timed(name: str, encounter: Encounter, constants: Laws | None = None) -> Row:
    """Return the row of one of the durations."""
    least, most = DURATIONS[name]
    found = flanked(encounter, constants) if len(encounter.bodies) == 3 else frontal(encounter, constants)
    after = found["after, s"]
    who = "who is hit" if len(encounter.bodies) == 3 else None
    met = after is not None and least <= after <= most and (who is None or found["breaks"] == who)
    return {
        "encounter": name,
        "seconds": f"{least:g} to {most:g}",
        "after, s": after,
        "breaks": found["breaks"],
        "lost, %": found["lost, %"],
        "met": "yes" if met else "NO",
    }

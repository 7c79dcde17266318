"""How much zstd frames unpack to at most, read from the headers of their blocks: nothing is unpacked."""

from __future__ import annotations

MAGIC = b"\x28\xb5\x2f\xfd"  # every frame begins with it
BLOCK = 2**17  # bytes that a block unpacks to at most
REPEATED, RESERVED = 1, 3  # kinds of blocks
DICTIONARY_BYTES, SIZE_BYTES = (0, 1, 2, 4), (0, 2, 4, 8)  # of a frame's header, by its descriptor


def most_unpacked(content: bytes, enough: int) -> int:
    """Return how many bytes all frames in `content` unpack to at most, wherever they begin.

    Looks no further once that is more than `enough`.
    """
    total, at = 0, content.find(MAGIC)
    while at >= 0 and total <= enough:
        total += _frame(content, at, enough - total)
        at = content.find(MAGIC, at + len(MAGIC))
    return total


def _frame(content: bytes, at: int, enough: int) -> int:
    """Return the bound for the one frame that begins there: see RFC 8878, 3.1.1."""
    at += len(MAGIC)
    if at >= len(content):
        return 0
    descriptor = content[at]
    single = descriptor >> 5 & 1  # then there is no byte for the window, and one for the size
    at += 2 - single + DICTIONARY_BYTES[descriptor & 3] + (SIZE_BYTES[descriptor >> 6] or single)
    total = 0
    while at + 3 <= len(content) and total <= enough:
        header = int.from_bytes(content[at : at + 3], "little")
        last, kind, size = header & 1, header >> 1 & 3, header >> 3
        if kind == RESERVED:  # a decoder stops here
            break
        total += max(BLOCK, size)
        at += 3 + (1 if kind == REPEATED else size)
        if last:
            break
    return total

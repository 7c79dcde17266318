"""Arrays on disk, which may come from strangers: written by orbax, and looked at before a byte of them is unpacked."""

from nca_controller.storage.arrays import files_of, read_arrays, write_arrays
from nca_controller.storage.errors import CheckpointError, first_line, shown
from nca_controller.storage.plain_files import digest, plain_files, read_json, read_plain

__all__ = [
    "CheckpointError",
    "digest",
    "files_of",
    "first_line",
    "plain_files",
    "read_arrays",
    "read_json",
    "read_plain",
    "shown",
    "write_arrays",
]

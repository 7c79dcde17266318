"""Models from strangers: refused in one line before anything is unpacked, however they are made."""

import bz2
import json
import os
import shutil

import jax
import numpy as np
import pytest
import tensorstore

from nca_controller import CheckpointError, load_controller
from nca_controller.checkpoints import Architecture, save
from nca_controller.storage import digest, plain_files
from nca_controller.storage.zstd import most_unpacked

SMALL = Architecture(hidden_dim=8)
BOMB = b"\x28\xb5\x2f\xfd\x00\x58" + 2000 * b"\x02\x00\x10\x00" + b"\x03\x00\x10\x00"  # 8 KB of zstd, 256 MB unpacked


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    folder = tmp_path_factory.mktemp("saved") / "model"
    save(folder, SMALL.init_params(jax.random.key(1)), SMALL)
    return folder


@pytest.fixture
def model(saved, tmp_path):
    return shutil.copytree(saved, tmp_path / "model")


def refused(folder, *words):
    with pytest.raises(CheckpointError) as error:
        load_controller(folder)
    line = str(error.value)
    assert line.isprintable() and len(line) <= 300
    for word in words:
        assert word in line


def weights_of(model):
    return model / json.loads((model / "model.json").read_text())["weights"]


def sign(model):
    """Give a model the digest of what its folder holds now, as a stranger would."""
    folder = weights_of(model)
    described = json.loads((model / "model.json").read_text())
    described["digest"] = digest(folder, plain_files(folder, 2**30))
    (model / "model.json").write_text(json.dumps(described))


def forge(model, **entries):
    """Change entries of the store of weights, and sign it; None takes one out."""
    base = {"driver": "file", "path": f"{weights_of(model)}/"}
    store = tensorstore.KvStore.open({"driver": "ocdbt", "base": base}).result()
    for name, value in entries.items():
        array, _, entry = name.partition("__")
        store.write(f"{array.replace('_', '.')}/{entry or '.zarray'}", value).result()
    sign(model)


def described(**changes):
    one = {"chunks": [8], "compressor": None, "dimension_separator": ".", "dtype": "<f4", "fill_value": None,
           "filters": None, "order": "C", "shape": [8], "zarr_format": 2}  # fmt: skip
    return json.dumps(one | changes)


ZSTD = {"id": "zstd", "level": 1}
FORGED = {
    "a chunk of a terabyte": (dict(chunks=[2**40]), b"", "chunks"),
    "a shape of a terabyte": (dict(chunks=[2**40], shape=[2**40]), b"", "not those of"),
    "no chunk": (dict(chunks=[0]), b"", "chunks"),
    "another kind of number": (dict(dtype="<f8"), b"", "not those of"),
    "objects": (dict(dtype="|O"), b"", "not those of"),
    "filters": (dict(filters=[{"id": "delta"}]), b"", "chunks"),
    "zarr 3": (dict(zarr_format=3), b"", "chunks"),
    "bz2 of 64 MB": (dict(compressor={"id": "bz2", "level": 9}), bz2.compress(bytes(2**26)), "compression"),
    "blosc": (dict(compressor={"id": "blosc", "cname": "lz4"}), b"x", "compression"),
    "zstd of 256 MB": (dict(compressor=ZSTD), BOMB, "unpacks to more"),
    "zstd that is none": (dict(compressor=ZSTD), b"abc", "not whole"),
    "zstd of nothing": (dict(compressor=ZSTD), BOMB[:6] + b"\x01\x00\x00", "cannot be read"),
    "too few numbers": ({}, bytes(28), "not whole"),
    "too many numbers": ({}, bytes(36), "not whole"),
    "numbers that are none": ({}, np.full(8, np.nan, "<f4").tobytes(), "not finite"),
}


@pytest.mark.parametrize("what", FORGED)
def test_an_array_is_of_the_shape_and_size_that_the_architecture_says(what, model):
    changes, chunk, word = FORGED[what]
    forge(model, hidden_bias=described(**changes), hidden_bias__0=chunk)
    refused(model, "model", word)


def test_an_array_is_described_there_and_in_few_words(model):
    forge(model, hidden_bias=described(), hidden_bias__0=bytes(32))
    assert not load_controller(model).network()["hidden/bias"].any(), "what the forger makes can be read"
    for value, word in (
        ("[" * 4000, "cannot be read"),
        ("{}" + " " * 5000, "too large"),
        ("[1]", "not those of"),
        ('{"shape": ' + "9" * 4000 + "}", "not those of"),
        (None, "there is no hidden.bias"),
    ):
        forge(model, hidden_bias=value)
        refused(model, word)


def test_files_of_weights_are_plain_few_and_small(model, tmp_path):
    folder = weights_of(model)
    (folder / "bomb").write_bytes(BOMB[:-4] * 8)
    sign(model)
    refused(model, "unpacks to more")
    (folder / "bomb").unlink()
    with (folder / "sparse").open("wb") as file:
        file.truncate(2**40)
    refused(model, "too large")
    (folder / "sparse").unlink()
    for make in (lambda path: path.symlink_to("/dev/zero"), lambda path: path.symlink_to(folder), os.mkfifo):
        make(folder / "odd")
        refused(model, "no plain file")
        (folder / "odd").unlink()
    for number in range(1100):
        (folder / str(number)).touch()
    refused(model, "1024 files")


def test_weights_that_lie_as_plain_zarr_are_not_read(model):
    """orbax would: nothing then has looked at their sizes."""
    folder = weights_of(model)
    for path in plain_files(folder, 2**30):
        path.unlink()
    (folder / "hidden.bias").mkdir()
    (folder / "hidden.bias" / ".zarray").write_text(described(chunks=[2**40]))
    (folder / "_METADATA").write_text('{"use_ocdbt": false}')
    sign(model)
    refused(model, "manifest.ocdbt is missing")


def test_an_index_that_is_damaged_is_refused(model):
    """A stranger can sign what he damaged; the store's own checksums find it."""
    for path in plain_files(weights_of(model), 2**30):
        if "_METADATA" in path.name or "process" in str(path):
            continue
        content = path.read_bytes()
        path.write_bytes(content[: len(content) // 2])
        sign(model)
        refused(model, "cannot be read")
        path.write_bytes(content)


@pytest.mark.parametrize("kind", ["device", "pipe", "folder", "nothing"])
def test_a_description_is_a_plain_file(kind, model):
    path = model / "model.json"
    path.unlink()
    {"device": lambda: path.symlink_to("/dev/zero"), "pipe": lambda: os.mkfifo(path), "folder": path.mkdir,
     "nothing": lambda: path.symlink_to("nowhere")}[kind]()  # fmt: skip
    refused(model, "is missing" if kind == "nothing" else "is no plain file")


def test_a_description_is_small_and_shallow_and_of_the_right_kinds(model):
    path = model / "model.json"
    good = json.loads(path.read_text())
    for content, word in (
        (b"[" * 100_000, "too large"),
        (b"[" * 60_000, "nested too deep"),
        (b'{"format": ' + b"9" * 5000 + b"}", "digits"),
        (b"\xff\xfe{}", "utf-8"),
        (b"null", "another version"),
    ):
        path.write_bytes(content)
        refused(model, "model.json", word)
    for name in ("", ".", "..", "../model", "/dev", "weights/..", "weights" * 40, "weights\0", "weights\ud800", 5):
        path.write_text(json.dumps(good | {"weights": name}))
        refused(model, "'weights'")
    path.write_text(json.dumps(good | {"weights": "weights-of-nobody"}))
    refused(model, "damaged or not whole")
    for field, value in (
        ("hidden_dim", 2**63),
        ("hidden_dim", 10**400),
        ("hidden_dim", 0),
        ("hidden_dim", True),
        ("hidden_dim", 8.0),
        ("hidden_dim", [8]),
        ("num_channels", 10**400),
        ("obedience", float("nan")),
        ("obedience", float("inf")),
        ("obedience", "4" * 1000),
        ("cells", "x\n\x1b[2J" * 100),
        ("guidance", {}),
    ):
        path.write_text(json.dumps(good | {"architecture": good["architecture"] | {field: value}}))
        refused(model, field)


@pytest.mark.parametrize("name", ["a" * 300, "a\0b", "\ud800", "a\nb\x1b[31m", "", "/dev/zero"])
def test_a_name_that_no_folder_can_have_is_refused_like_any_other(name):
    refused(name, "no model in" if len(name) < 300 else "File name too long")


def test_how_much_is_unpacked_is_read_from_the_frames():
    assert most_unpacked(b"no frame at all", 2**40) == 0
    assert most_unpacked(BOMB, 2**40) == 2001 * 2**17
    assert most_unpacked(b"before" + BOMB + BOMB, 2**40) == 2 * 2001 * 2**17
    assert 2**20 < most_unpacked(BOMB, 2**20) <= 2**20 + 2**18, "it looks no further than it must"
    for length in range(len(BOMB) - 8000, len(BOMB) - 7900):
        most_unpacked(BOMB[:length], 2**40)

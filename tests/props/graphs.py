"""Tiny ONNX networks that really look at pixels, so that the tests know what they must see; written without `onnx`.

The detector cuts its picture into cells of 32 px and calls them by colour; the recogniser goes by the mean colour of a
crop. Fields are numbered as in onnx.proto3 (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3).
"""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

CELL = 32
PROP = 192
WHITE = (255, 255, 255)
# Emblems, by the recogniser: these parties, an emblem that is none, and one between two parties.
PDIP, PKB, PERINDO_OLD, OFFICE, UNSURE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (0, 0, 0), (128, 128, 0)
# Props, by the detector.
SPANDUK, FLAG, ATTRIBUTE = (255, 255, 0), (255, 0, 255), (0, 255, 255)

CLASSES = ("logo", "baliho", "spanduk", "umbul_umbul", "flag", "poster", "attribute", "ballot")
NEVER = (0.0, 0.0, 0.0, -20.0)
# Weights of red, green and blue, and a bias, for the score of a cell before the sigmoid.
BY_COLOUR = {
    "logo": (-12.0, -12.0, -12.0, 15.0),
    "spanduk": (20.0, 20.0, -40.0, -30.0),
    "flag": (20.0, -40.0, 20.0, -30.0),
    "attribute": (-40.0, 20.0, 20.0, -30.0),
}
MARKS = {
    "pdip": (20.0, -10.0, -10.0, 0.0),
    "pkb": (-10.0, 20.0, -10.0, 0.0),
    "perindo": (0.0, 0.0, 0.0, -9.0),
    "perindo_old": (-10.0, -10.0, 20.0, 0.0),
    "neg:kab": (-12.0, -12.0, -12.0, 18.0),
    "background": (0.0, 0.0, 0.0, 2.0),
}
NUMBERS: dict[str, Any] = {
    "classes": list(MARKS),
    "party": {
        "pdip": {"party": "pdip", "version": None},
        "pkb": {"party": "pkb", "version": None},
        "perindo": {"party": "perindo", "version": None},
        "perindo_old": {"party": "perindo", "version": "perindo_old"},
    },
    "temperature": 1.0,
    "logo": [0.0, 0.0, 1.0],
    "least": 0.6,
    "least_box": 0.3,
    "props": {
        name: {"scale": 1.0, "bias": 0.0, "least": 0.5, "on": 0.0, "beside": 0.0, "look": 0.0} for name in CLASSES[1:]
    },
    "trust": 1.0,
    "worn": {
        "bias": -9.0, "on": 1.0, "beside": 0.0, "colour": 6.0, "alike": 3.0, "emblem": 6.0, "detector": 0.5,
        "least": 0.5,
    },
    "enrol": {
        "cosine": 0.5, "strict_cosine": 0.7, "inliers": 8, "weights": [0, 1, 1, 0, 0, -0.2, 0],
        "small": [0, 1, 0, 0, -0.2, 0], "margin": 1.0, "least": 0.6,
        "strangers": b64encode(np.eye(192, dtype="<f2")[:2].tobytes()).decode(),
    },
}  # fmt: skip


def detector(
    names: str | None = None,
    weights: Sequence[Sequence[float]] | None = None,
    *,
    sides: tuple[int | str, int | str] = ("height", "width"),
    channels: int = 3,
    half: bool = False,
    transposed: bool = False,
    sigmoid: bool = True,
) -> bytes:
    """A detector of CLASSES, or of the classes in `names` (a metadata text) with a row of `weights` each.

    A cell of the first class is a box of its own size, one of the others the middle of a box of PROP pixels.
    """
    rows = np.array(weights if weights is not None else [BY_COLOUR.get(name, NEVER) for name in CLASSES], np.float32)
    kernel = rows[:, :3, None, None]
    reach = np.full((1, len(rows), 1, 1), PROP - CELL, np.float32)
    reach[0, 0] = 0
    nodes = [
        _node("Cast", ["images"], ["single"], to=1),
        _node("AveragePool", ["single"], ["cells"], kernel_shape=[CELL, CELL], strides=[CELL, CELL]),
        _node("Conv", ["cells", "kernel", "bias"], ["odds"]),
        _node("Sigmoid" if sigmoid else "Identity", ["odds"], ["scores"]),
        _node("ReduceMax", ["cells"], ["grey"], axes=[1], keepdims=1),
        _node("Mul", ["grey", "zero"], ["nothing"]),
        _node("Add", ["nothing", "one"], ["ones"]),
        _node("CumSum", ["ones", "across"], ["columns"]),
        _node("CumSum", ["ones", "down"], ["lines"]),
        _node("Mul", ["columns", "cell"], ["right"]),
        _node("Mul", ["lines", "cell"], ["bottom"]),
        _node("Sub", ["right", "half"], ["x"]),
        _node("Sub", ["bottom", "half"], ["y"]),
        _node("Conv", ["scores", "reach", "smallest"], ["size"]),
        _node("Concat", ["x", "y", "size", "size", "scores"], ["map"], axis=1),
        _node("Reshape", ["map", "flat"], ["rows"]),
        _node("Transpose", ["rows"], ["boxes"], perm=[0, 2, 1] if transposed else [0, 1, 2]),
    ]
    constants = {
        "kernel": kernel, "bias": rows[:, 3], "reach": reach, "smallest": np.array([CELL], np.float32),
        "zero": np.float32(0), "one": np.float32(1), "cell": np.float32(CELL), "half": np.float32(CELL / 2),
        "across": np.int64(3), "down": np.int64(2), "flat": np.array([1, 4 + len(rows), -1], np.int64),
    }  # fmt: skip
    said = {"names": json.dumps(CLASSES) if names is None else names}
    shapes = {"images": [1, channels, *sides]}, {"boxes": [1, "a", "b"]}
    return _model(nodes, constants, *shapes, said if names != "" else {}, half)


def recogniser() -> bytes:
    """A recogniser of MARKS by their mean colour."""
    rows = np.array(list(MARKS.values()), np.float32)
    nodes = [
        _node("GlobalAveragePool", ["crops"], ["mean"]),
        _node("Flatten", ["mean"], ["colour"]),
        _node("MatMul", ["colour", "kernel"], ["odds"]),
        _node("Add", ["odds", "bias"], ["logits"]),
    ]
    constants = {"kernel": np.ascontiguousarray(rows[:, :3].T), "bias": rows[:, 3]}
    return _model(nodes, constants, {"crops": ["n", 3, 96, 96]}, {"logits": ["n", len(MARKS)]}, {})


def kinds(likely: Sequence[float] = (0.0,) * 8) -> bytes:
    """A second look that says the same of everything: a logit a class."""
    nodes = [
        _node("GlobalAveragePool", ["crops"], ["mean"]),
        _node("Flatten", ["mean"], ["colour"]),
        _node("MatMul", ["colour", "no_kind"], ["one_kind"]),
        _node("Add", ["one_kind", "likely"], ["kinds"]),
    ]
    constants = {"no_kind": np.zeros((3, len(likely)), np.float32), "likely": np.array(likely, np.float32)}
    return _model(nodes, constants, {"crops": ["n", 3, 128, 128]}, {"kinds": ["n", len(likely)]}, {})


def logo_embedder(width: int = 192) -> bytes:
    """The mean colour of a crop, spread over `width` values of length one."""
    nodes = [
        _node("GlobalAveragePool", ["crops"], ["mean"]),
        _node("Flatten", ["mean"], ["colour"]),
        _node("MatMul", ["colour", "spread"], ["wide"]),
        _node("LpNormalization", ["wide"], ["embedding"], axis=1, p=2),
    ]
    constants = {"spread": np.tile(np.eye(3, dtype=np.float32), width)[:, :width]}
    return _model(nodes, constants, {"crops": ["n", 3, 96, 96]}, {"embedding": ["n", width]}, {})


def weights_folder(folder: Path, **files: bytes) -> Path:
    """A folder for --weights with these networks; `files` replaces some of them (`props_onnx=...`)."""
    content = {
        "props.onnx": detector(), "prop_kinds.onnx": kinds(), "marks.onnx": recogniser(),
        "marks.json": json.dumps(NUMBERS).encode(), "logo_embedder.onnx": logo_embedder(),
    } | {".".join(name.rsplit("_", 1)): body for name, body in files.items()}  # fmt: skip
    tables = []
    for name, file in (
        ("props", "props.onnx"),
        ("prop_kinds", "prop_kinds.onnx"),
        ("marks", "marks.onnx"),
        ("marks_numbers", "marks.json"),
        ("logo_embedder", "logo_embedder.onnx"),
    ):
        body = content[file]
        (folder / file).write_bytes(body)
        tables.append(
            f'[[model]]\nname = "{name}"\nversion = "test"\npurpose = {{ id = "uji", en = "test" }}\nlicence = "none"\n'
            f'file = "{file}"\nbytes = {len(body)}\nsha256 = "{hashlib.sha256(body).hexdigest()}"\norigin = "own"\n'
        )
    (folder / "manifest.toml").write_text("\n".join(tables), encoding="utf-8")
    return folder


def painted(width: int, height: int, *patches: tuple[tuple[int, int, int], int, int, int, int]) -> np.ndarray:
    """A white picture with patches: colour, left, top, width, height."""
    pixels = np.full((height, width, 3), 255, np.uint8)
    for colour, x, y, w, h in patches:
        pixels[y : y + h, x : x + w] = colour
    return pixels


def _model(
    nodes: Iterable[bytes],
    constants: dict[str, np.ndarray],
    inputs: dict[str, Sequence[int | str]],
    outputs: dict[str, Sequence[int | str]],
    metadata: dict[str, str],
    half: bool = False,
) -> bytes:
    graph = b"".join(_part(1, node) for node in nodes) + _part(2, b"graph")
    graph += b"".join(_part(5, _tensor(name, np.asarray(value))) for name, value in constants.items())
    graph += b"".join(_part(11, _value(name, shape, half)) for name, shape in inputs.items())
    graph += b"".join(_part(12, _value(name, shape)) for name, shape in outputs.items())
    said = b"".join(_part(14, _part(1, k.encode()) + _part(2, v.encode())) for k, v in metadata.items())
    return _number(1, 8) + _part(7, graph) + _part(8, _part(1, b"") + _number(2, 13)) + said


def _node(kind: str, inputs: Sequence[str], outputs: Sequence[str], **attributes: int | list[int]) -> bytes:
    out = b"".join(_part(1, name.encode()) for name in inputs) + b"".join(_part(2, name.encode()) for name in outputs)
    out += _part(4, kind.encode())
    for name, value in attributes.items():
        several = isinstance(value, list)
        body = b"".join(_number(8, v) for v in value) if isinstance(value, list) else _number(3, value)
        out += _part(5, _part(1, name.encode()) + body + _number(20, 7 if several else 2))
    return out


def _tensor(name: str, value: np.ndarray) -> bytes:
    kind = 7 if value.dtype == np.int64 else 1
    dims = b"".join(_number(1, side) for side in value.shape)
    return dims + _number(2, kind) + _part(8, name.encode()) + _part(9, np.ascontiguousarray(value).tobytes())


def _value(name: str, shape: Sequence[int | str], half: bool = False) -> bytes:
    dims = b"".join(_part(1, _number(1, side) if isinstance(side, int) else _part(2, side.encode())) for side in shape)
    return _part(1, name.encode()) + _part(2, _part(1, _number(1, 10 if half else 1) + _part(2, dims)))


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value & (1 << 64) - 1)


def _part(field: int, body: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(body)) + body


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])

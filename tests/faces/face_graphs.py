"""Tiny networks for faces, and numbers to go with them: what they see is the mean colour of what they are given.

The points are those of a face that fills the head's box, and the nose moves to the right with red. Green shows a face,
blue a mask. An embedding is the direction of the colour from grey, repeated over 24 values.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "props"))

from graphs import _model, _node

from poseguard.faces.align import SIDE, TEMPLATE
from poseguard.faces.points import GROW, HEAD

WIDTH = 24
# The template, with the head's box where the aligned crop is.
SHARES = (TEMPLATE / SIDE - 0.5) / GROW + 0.5
FACE = (-4.0, 12.0, -4.0, -1.0)
MASK = (-8.0, -8.0, 16.0, -2.0)
NOSE_BY_RED = 0.0


def points(face: tuple[float, ...] = FACE, mask: tuple[float, ...] = MASK, nose_by_red: float = NOSE_BY_RED) -> bytes:
    """`face`, `mask`: weights of red, green and blue, and a bias. `nose_by_red`: what full red adds to the nose's x."""
    kernel = np.zeros((3, 10), np.float32)
    kernel[0, 4] = nose_by_red
    nodes = [
        _node("GlobalAveragePool", ["heads"], ["mean"]),
        _node("Flatten", ["mean"], ["colour"]),
        _node("MatMul", ["colour", "kernel"], ["moved"]),
        _node("Add", ["moved", "shares"], ["flat"]),
        _node("Reshape", ["flat", "five"], ["points"]),
        _node("MatMul", ["colour", "face_kernel"], ["face_odds"]),
        _node("Add", ["face_odds", "face_bias"], ["face_column"]),
        _node("Reshape", ["face_column", "line"], ["face"]),
        _node("MatMul", ["colour", "mask_kernel"], ["mask_odds"]),
        _node("Add", ["mask_odds", "mask_bias"], ["mask_column"]),
        _node("Reshape", ["mask_column", "line"], ["mask"]),
    ]
    constants = {
        "kernel": kernel, "shares": SHARES.reshape(10).astype(np.float32),
        "five": np.array([-1, 5, 2], np.int64), "line": np.array([-1], np.int64),
        "face_kernel": np.array(face[:3], np.float32)[:, None], "face_bias": np.array(face[3:], np.float32),
        "mask_kernel": np.array(mask[:3], np.float32)[:, None], "mask_bias": np.array(mask[3:], np.float32),
    }  # fmt: skip
    outputs = {"points": ["n", 5, 2], "face": ["n"], "mask": ["n"]}
    return _model(nodes, constants, {"heads": ["n", 3, HEAD, HEAD]}, outputs, {})


def embedder(side: int = SIDE, batch: int | str = "n", width: int = WIDTH, grey: float = 0.5) -> bytes:
    """`grey`: the colour that has no direction; `side`: of the crops that it takes."""
    spread = np.tile(np.eye(3, dtype=np.float32), width // 3 + 1)[:, :width]
    nodes = [
        _node("GlobalAveragePool", ["faces"], ["mean"]),
        _node("Flatten", ["mean"], ["colour"]),
        _node("Sub", ["colour", "grey"], ["from_grey"]),
        _node("MatMul", ["from_grey", "spread"], ["wide"]),
        _node("LpNormalization", ["wide"], ["embedding"], axis=1, p=2),
    ]
    constants = {"grey": np.float32(grey), "spread": spread}
    return _model(nodes, constants, {"faces": [batch, 3, side, side]}, {"embedding": [batch, width]}, {})


def embedding(*colour: float) -> np.ndarray:
    """What `embedder` makes of a face of one colour, 0 to 255."""
    row = np.resize(np.array(colour, np.float32) / 255 - 0.5, WIDTH)
    return np.asarray(row / np.linalg.norm(row), np.float32)


def numbers(network: str, width: int = WIDTH, **changes: Any) -> dict[str, Any]:
    """Strangers point anywhere: no mean, the same spread in every direction."""
    said: dict[str, Any] = {
        "width": width,
        "mean": [0.0] * width,
        "covariance_root": (np.eye(width) * 0.2).tolist(),
        "tail": {"z": [1.0, 2.0, 3.0, 4.0], "log10_far": [-1.0, -2.0, -3.0, -4.0]},
        "likelihood": [20.0, 2.0],
        "gates": {"least_px": 32, "blur": 0.0, "yaw": 0.8, "face": 0.5, "mask": 0.5},
        "few": {"1": 0.05, "2": 0.02},
        "margin": 0.05,
        "network": network,
    }
    return said | changes


def weights_folder(folder: Path, **changes: Any) -> Path:
    """A folder for --weights with these networks. `changes`: bytes of `points`, of `embedder`, or of the numbers."""
    made = {"points": points(), "embedder": embedder()} | {k: v for k, v in changes.items() if isinstance(v, bytes)}
    plain = {k: v for k, v in changes.items() if not isinstance(v, bytes)}
    told = json.dumps(numbers(hashlib.sha256(made["embedder"]).hexdigest()) | plain).encode()
    files = {
        "face_points": ("face_points.onnx", made["points"]),
        "face_embedder": ("face_embedder.onnx", made["embedder"]),
        "face_numbers": ("face_numbers.json", told),
    }
    tables = []
    folder.mkdir(parents=True, exist_ok=True)
    for name, (file, body) in files.items():
        (folder / file).write_bytes(body)
        tables.append(
            f'[[model]]\nname = "{name}"\nversion = "test"\npurpose = {{ id = "uji", en = "test" }}\nlicence = "none"\n'
            f'file = "{file}"\nbytes = {len(body)}\nsha256 = "{hashlib.sha256(body).hexdigest()}"\norigin = "own"\n'
        )
    (folder / "manifest.toml").write_text("\n".join(tables), encoding="utf-8")
    return folder

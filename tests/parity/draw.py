"""Draws the hands on which our landmarks are compared with MediaPipe's.

    python tests/parity/draw.py

Writes pictures/*.png and drawn.json (hand's box, side and joints in pixels) beside this file.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import cv2
import numpy as np

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1]))

from training.render import RenderedHand, render_hand  # noqa: E402

# Pose, side, size of the hand, turn (yaw, pitch, roll in degrees; None: as the pose is usually held), part of the
# drawing that is kept (x0, y0, x1, y1 in shares: some hands are cut by the photo's edge), and skin.
HANDS = (
    ("palm", "right", 160, None, (0, 0, 1, 1), 1),
    ("palm", "left", 150, None, (0, 0, 1, 1), 4),
    ("one", "right", 150, None, (0, 0, 1, 1), 2),
    ("peace", "left", 140, None, (0, 0.1, 1, 0.9), 3),
    ("three", "right", 150, (10, 0, 55), (0, 0, 1, 1), 2),
    ("four", "left", 150, (0, 0, -100), (0, 0, 1, 1), 1),
    ("rock", "right", 330, None, (0, 0, 1, 1), 3),
    ("call", "right", 150, None, (0, 0, 1, 1), 0),
    ("fist", "left", 140, None, (0, 0, 1, 1), 2),
    ("like", "right", 150, None, (0.1, 0, 0.84, 1), 2),
    ("palm", "left", 150, None, (0.12, 0.12, 0.86, 0.84), 2),
    ("peace", "right", 60, None, (0, 0, 1, 1), 3),
)


def on_ground(hand: RenderedHand, ground: tuple[int, int, int]) -> np.ndarray:
    """The drawing on a plain ground that grows darker downwards."""
    alpha = hand.rgba[..., 3:].astype(np.float32) / 255
    fade = np.linspace(1, 0.8, len(hand.rgba), dtype=np.float32)[:, None, None]
    return np.clip(hand.rgba[..., :3] * alpha + np.array(ground, np.float32) * fade * (1 - alpha), 0, 255)


def main() -> None:
    rng = np.random.default_rng(21)
    (HERE / "pictures").mkdir(exist_ok=True)
    drawn = {}
    for n, (pose, side, size, view, (left, top, right, bottom), skin) in enumerate(HANDS, 1):
        hand = render_hand(pose, size=size, rng=rng, side=side, view=view, skin=skin)
        picture = on_ground(hand, tuple(int(c) for c in rng.integers(90, 220, 3)))
        height, width = picture.shape[:2]
        x0, y0 = round(left * width), round(top * height)
        picture = picture[y0 : round(bottom * height), x0 : round(right * width)]
        name = f"{n:02d}-{pose}-{side}.png"
        cv2.imwrite(str(HERE / "pictures" / name), np.ascontiguousarray(picture[..., ::-1].astype(np.uint8)))
        x, y, w, h = hand.box
        drawn[name] = {
            "pose": pose,
            "side": side,
            "box": [round(v, 2) for v in (x - x0, y - y0, w, h)],
            "joints": (hand.joints[0] - (x0, y0)).round(1).tolist(),
        }
    lines = [f'"{name}": {json.dumps(facts)}' for name, facts in drawn.items()]
    (HERE / "drawn.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    main()

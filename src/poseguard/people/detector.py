"""The people detector: one pass of the project's own YOLO network finds bodies, heads and hands."""

from __future__ import annotations

from poseguard.yolo import YoloNetwork

BODY, HEAD, HAND = range(3)


class PeopleNetwork(YoloNetwork):
    """`people.onnx`: the classes are BODY, HEAD and HAND."""

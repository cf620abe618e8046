"""What MediaPipe itself says about the drawn hands: writes expected.json beside this file.

Its wheel wants an environment of its own (numpy<2, protobuf<5), away from the project's:

    python3.11 -m venv parity && parity/bin/pip install mediapipe==0.10.21
    parity/bin/python tests/parity/make.py

Two regions start each hand: the one of MediaPipe's palm detector, and an upright square around the drawn box. From
each, MediaPipe's own graph (HandLandmarkCpu, HandLandmarkLandmarksToRoi) gives 21 landmarks and the next region, which
is looked at in turn. Regions are [centre x, centre y, side, angle] and landmarks [x, y, z], in pixels; angles are in
radians. z is MediaPipe's: the network's own, 2.5 times.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cv2
import mediapipe as mp
import numpy as np
from google.protobuf import text_format
from mediapipe.framework import calculator_pb2
from mediapipe.framework.formats import classification_pb2, landmark_pb2, rect_pb2
from mediapipe.python import packet_creator, packet_getter
from mediapipe.python._framework_bindings import resource_util

HERE = Path(__file__).parent
GRAPH = """
input_stream: "image"
input_stream: "region"
output_stream: "landmarks"
output_stream: "handedness"
output_stream: "next"
input_side_packet: "model_complexity"
node { calculator: "ImagePropertiesCalculator" input_stream: "IMAGE_CPU:image" output_stream: "SIZE:size" }
node {
  calculator: "HandLandmarkCpu"
  input_side_packet: "MODEL_COMPLEXITY:model_complexity"
  input_stream: "IMAGE:image"
  input_stream: "ROI:region"
  output_stream: "LANDMARKS:landmarks"
  output_stream: "HANDEDNESS:handedness"
}
node {
  calculator: "HandLandmarkLandmarksToRoi"
  input_stream: "LANDMARKS:landmarks"
  input_stream: "IMAGE_SIZE:size"
  output_stream: "ROI:next"
}
"""
PALM = """
input_stream: "image"
output_stream: "palms"
input_side_packet: "model_complexity"
node { calculator: "ImagePropertiesCalculator" input_stream: "IMAGE_CPU:image" output_stream: "SIZE:size" }
node {
  calculator: "PalmDetectionCpu"
  input_side_packet: "MODEL_COMPLEXITY:model_complexity"
  input_stream: "IMAGE:image"
  output_stream: "DETECTIONS:detections"
}
node {
  calculator: "SplitDetectionVectorCalculator"
  input_stream: "detections"
  output_stream: "first"
  options { [mediapipe.SplitVectorCalculatorOptions.ext] { ranges { begin: 0 end: 1 } element_only: true } }
}
node {
  calculator: "PalmDetectionDetectionToRoi"
  input_stream: "DETECTION:first"
  input_stream: "IMAGE_SIZE:size"
  output_stream: "ROI:palms"
}
"""


def run(graph_text: str, image: np.ndarray, **more: Any) -> dict[str, Any]:
    """One picture through a graph; the last packet of each output stream."""
    config = text_format.Parse(graph_text, calculator_pb2.CalculatorGraphConfig())
    graph = mp.CalculatorGraph(graph_config=config)
    out: dict[str, Any] = {}
    for name in config.output_stream:
        graph.observe_output_stream(name, lambda stream, packet: out.__setitem__(stream, packet))
    graph.start_run({"model_complexity": packet_creator.create_int(1)})
    frame = packet_creator.create_image_frame(image_format=mp.ImageFormat.SRGB, data=image)
    graph.add_packet_to_input_stream("image", frame.at(0))
    for name, message in more.items():
        graph.add_packet_to_input_stream(name, packet_creator.create_proto(message).at(0))
    graph.close_all_packet_sources()
    graph.wait_until_done()
    return out


def rect(packet: Any, width: int, height: int) -> list[float]:
    r = packet_getter.get_proto(packet)
    assert abs(r.width * width - r.height * height) < 0.01, "MediaPipe's regions are square"
    return [r.x_center * width, r.y_center * height, r.width * width, r.rotation]


def look(image: np.ndarray, region: list[float]) -> dict[str, Any] | None:
    """MediaPipe's landmarks of one region; None where it sees no hand there."""
    height, width = image.shape[:2]
    x, y, side, angle = region
    roi = rect_pb2.NormalizedRect(
        x_center=x / width, y_center=y / height, width=side / width, height=side / height, rotation=angle
    )
    out = run(GRAPH, image, region=roi)
    if "landmarks" not in out:
        return None
    marks: landmark_pb2.NormalizedLandmarkList = packet_getter.get_proto(out["landmarks"])
    side_of: classification_pb2.ClassificationList = packet_getter.get_proto(out["handedness"])
    (said,) = side_of.classification
    return {
        "region": [round(v, 5) for v in region],
        "landmarks": [[round(m.x * width, 3), round(m.y * height, 3), round(m.z * width, 3)] for m in marks.landmark],
        "handedness": [said.label, round(said.score, 4)],
        "next": [round(v, 5) for v in rect(out["next"], width, height)],
    }


def main() -> None:
    resource_util.set_resource_dir(str(Path(mp.__file__).parents[1]))
    drawn = json.loads((HERE / "drawn.json").read_text())
    rows = []
    for name, facts in drawn.items():
        image = np.ascontiguousarray(cv2.imread(str(HERE / "pictures" / name))[..., ::-1])
        height, width = image.shape[:2]
        x, y, w, h = facts["box"]
        starts = {"box": [x + w / 2, y + h / 2, 1.4 * max(w, h), 0.0]}
        palms = run(PALM, image)
        if "palms" in palms:
            starts["palm"] = rect(palms["palms"], width, height)
        for start, region in starts.items():
            for step in (1, 2):
                seen = look(image, region)
                if seen is None:
                    break
                rows.append(json.dumps({"picture": name, "start": start, "step": step, **seen}))
                region = seen["next"]
    body = ",\n".join(rows)
    (HERE / "expected.json").write_text(f'{{"mediapipe": "{mp.__version__}", "looks": [\n{body}\n]}}\n')
    print(f"{len(rows)} looks at {len(drawn)} hands")


if __name__ == "__main__":
    main()

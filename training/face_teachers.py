"""MobileFaceNet, which teaches, retail-0095 beside it, and YuNet, which shows a face's five points. They never ship."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from poseguard.faces.align import TEMPLATE as SCAN_TEMPLATE
from poseguard.faces.embedder import Embedder
from training.shared import SHARED

TEMPLATE = SCAN_TEMPLATE.astype(np.float32)
"""Where eyes, nose and mouth corners lie in an aligned crop."""

Faces = NDArray[np.uint8]
Floats = NDArray[np.float32]


class Teachers:
    """MobileFaceNet and retail-0095, fed as a user's own embedder is (`poseguard.faces.embedder`)."""

    def __init__(self) -> None:
        names = ("mobilefacenet_foamliu.onnx", "face_reidentification_retail_0095.onnx")
        self._nets = [Embedder((SHARED / "weights" / name).read_bytes()) for name in names]

    def one(self, which: int, faces: Faces) -> Floats:
        """N × 112 × 112 × 3 RGB to embeddings of face and mirror image: 0 is MobileFaceNet, 1 retail-0095."""
        return self._nets[which].embed(faces)


class YuNet:
    """Five points of the largest face in a crop of a head."""

    def __init__(self) -> None:
        path = str(SHARED / "weights/face_detection_yunet_2023mar.onnx")
        self._net = cv2.FaceDetectorYN.create(path, "", (160, 160), 0.2, 0.3, 50)

    def find(self, crop: Faces) -> tuple[float, Floats]:
        """Score (0 where there is none) and points 5 × 2 in pixels of the crop (H × W × 3 RGB), left of it first."""
        self._net.setInputSize((crop.shape[1], crop.shape[0]))
        found = self._net.detect(np.ascontiguousarray(crop[:, :, ::-1]))[1]
        if found is None:
            return 0.0, np.zeros((5, 2), np.float32)
        middle = np.array([crop.shape[1], crop.shape[0]]) / 2
        off = np.linalg.norm(found[:, :2] + found[:, 2:4] / 2 - middle, axis=1)
        row = found[int(np.argmax(found[:, 2] - off))]
        return float(row[14]), row[4:14].reshape(5, 2).astype(np.float32)

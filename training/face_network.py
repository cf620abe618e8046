"""The project's face embedder as a PyTorch module, and its teacher MobileFaceNet in the same layers."""

from __future__ import annotations

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import numpy_helper
from torch import nn

from training.shared import SHARED

Floats = NDArray[np.float32]
WIDTH = 128
LARGE = 8
"""Stages that begin on maps of 28 × 28 and more: most of the time."""
_WIDER = (2.0, 3.0)
"""Channels inside a block, in units of the teacher's: of the first LARGE stages, and of the others. With no more than
those it would have to find the very same, and is stuck on the way; with three times as many it is off by 0.0002 of what
a block does after 3,000 steps, with half as many again by 0.02."""
_EVEN = 0.2
# ImageNet's, as the teacher is fed.
_MEAN, _DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
# Channels in and out, channels inside the teacher's block, stride.
_BLOCKS = [
    (64, 64, 128, 2), *[(64, 64, 128, 1)] * 4, (64, 128, 256, 2), *[(128, 128, 256, 1)] * 6,
    (128, 128, 512, 2), *[(128, 128, 256, 1)] * 2,
]  # fmt: skip


def _conv(into: int, out: int, side: int = 1, stride: int = 1, groups: int = 1, pad: int | None = None) -> nn.Conv2d:
    return nn.Conv2d(into, out, side, stride, side // 2 if pad is None else pad, groups=groups)


class _Block(nn.Module):
    """Wider, each channel by itself, narrower; the input goes on around it where the shape allows."""

    def __init__(self, into: int, out: int, inside: int, stride: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            _conv(into, inside), nn.ReLU6(), _conv(inside, inside, 3, stride, inside), nn.ReLU6(), _conv(inside, out)
        )
        self.past = stride == 1 and into == out

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out: torch.Tensor = self.body(x)
        return out + x if self.past else out


class Embedder(nn.Module):
    """N × 3 × 112 × 112 RGB in 0..1 to N × WIDTH embeddings of length one; 2.5 million parameters.

    MobileFaceNet (Chen et al. 2018) with blocks that are `wider` inside. Its stages end where the teacher's do, so that
    each can learn by itself what the teacher's makes of a face.
    """

    def __init__(self, wider: tuple[float, float] = _WIDER) -> None:
        super().__init__()
        # Of a channel that the teacher bends one way, either may be needed to begin with.
        second = round(64 * wider[0])
        blocks = [
            _Block(into, out, round(inside * wider[n >= LARGE]), stride)
            for n, (into, out, inside, stride) in enumerate(_BLOCKS, 2)
        ]
        self.stages = nn.ModuleList([
            nn.Sequential(_conv(3, 64, 3, 2), nn.ReLU6()),
            nn.Sequential(_conv(64, second, 3, 1, 64), nn.ReLU(), _conv(second, 64), nn.ReLU()),
            *blocks,
            nn.Sequential(_conv(128, 512), nn.ReLU6()),
            nn.Sequential(_conv(512, 512, 7, 1, 512, 0), nn.Flatten(), nn.Linear(512, WIDTH)),
        ])  # fmt: skip
        self.register_buffer("mean", torch.tensor(_MEAN)[:, None, None])
        self.register_buffer("deviation", torch.tensor(_DEVIATION)[:, None, None])

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return nn.functional.normalize(self.maps(x)[-1].float(), dim=1)

    def maps(self, x: torch.Tensor, stages: int | None = None) -> list[torch.Tensor]:
        """What the first so many stages are given, one after the other, and what the last of them makes of it."""
        made = [(x - self.mean) / self.deviation]
        for stage in self.stages[:stages]:
            made.append(stage(made[-1]))
        return made


def teacher() -> Embedder:
    """MobileFaceNet, read from its ONNX file."""
    graph = onnx.load(str(SHARED / "weights/mobilefacenet_foamliu.onnx")).graph
    values = {one.name: torch.from_numpy(numpy_helper.to_array(one).copy()) for one in graph.initializer}
    read = [(values[n.input[1]], values[n.input[2]]) for n in graph.node if n.op_type == "Conv"]
    model = Embedder((1.0, 1.0)).eval()
    layers = [one for one in model.stages.modules() if isinstance(one, (nn.Conv2d, nn.Linear))]
    for layer, (weight, bias) in zip(layers, read, strict=True):
        layer.load_state_dict({"weight": weight.reshape(layer.weight.shape), "bias": bias})
    return model.requires_grad_(False)


class Placed(nn.Module):
    """An embedder whose values lie round the middle of `rows` (embeddings of people, `weight` each), of length one.

    What all faces share tells nobody from anybody. Directions in which people differ most count a little less: by the
    power of their variance `_EVEN`, read off the people that thresholds are fitted on.
    """

    def __init__(self, model: nn.Module, rows: Floats, weight: Floats) -> None:
        super().__init__()
        self.model = model
        middle = weight @ rows
        apart = rows - middle
        apart /= np.linalg.norm(apart, axis=1, keepdims=True)
        values, directions = np.linalg.eigh((apart * weight[:, None]).T.astype(np.float64) @ apart)
        turn = (directions * (values / values.mean()) ** (-_EVEN / 2)) @ directions.T
        self.register_buffer("middle", torch.from_numpy(np.float32(middle)))
        self.register_buffer("turn", torch.from_numpy(np.float32(turn)))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        apart = nn.functional.normalize(self.model(x) - self.middle, dim=1)
        return nn.functional.normalize(apart @ self.turn, dim=1)

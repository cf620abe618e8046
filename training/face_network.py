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
WIDTH = 256
_WIDER = 1.5
"""Channels inside a block, in units of the teacher's: with no more than those it would have to find the very same."""
_LARGE = 8
"""Stages that begin on maps of 28 × 28 and more: nine tenths of the time."""
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
    """N × 3 × 112 × 112 RGB in 0..1 to N × WIDTH embeddings of length one; 1.5 million parameters.

    MobileFaceNet (Chen et al. 2018) with blocks that are `wider` inside. Its stages end where the teacher's do, so that
    each can learn from what the teacher's makes of a face, before all learn from each other's mistakes.
    """

    def __init__(self, wider: float = _WIDER) -> None:
        super().__init__()
        self.stages = nn.ModuleList([
            nn.Sequential(_conv(3, 64, 3, 2), nn.ReLU6()),
            nn.Sequential(_conv(64, 64, 3, 1, 64), nn.ReLU(), _conv(64, 64), nn.ReLU()),
            *[_Block(into, out, round(inside * wider), stride) for into, out, inside, stride in _BLOCKS],
            nn.Sequential(_conv(128, 512), nn.ReLU6()),
        ])  # fmt: skip
        self.gather = _conv(512, 512, 7, 1, 512, 0)
        self.project = nn.Linear(512, WIDTH)
        self.register_buffer("mean", torch.tensor(_MEAN)[:, None, None])
        self.register_buffer("deviation", torch.tensor(_DEVIATION)[:, None, None])

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        gathered = self.gather(self.maps(x)[-1]).flatten(1)
        return nn.functional.normalize(self.project(gathered).float(), dim=1)

    def maps(self, x: torch.Tensor) -> list[torch.Tensor]:
        """What each stage ends in."""
        made = [(x - self.mean) / self.deviation]
        for stage in self.stages:
            made.append(stage(made[-1]))
        return made[1:]

    def by_stage(self, x: torch.Tensor, shown: list[torch.Tensor], forced: bool) -> list[torch.Tensor]:
        """What each stage makes of the map before it, the teacher's (`forced`) or its own, as many as are shown."""
        made: list[torch.Tensor] = []
        now = (x - self.mean) / self.deviation
        for n, stage in enumerate(self.stages[: len(shown)]):
            # Large maps show enough in a few faces.
            made.append(stage(now[: len(now) // 4] if forced and n < _LARGE else now))
            now = shown[n] if forced else made[-1].detach()
        return made


def teacher() -> Embedder:
    """MobileFaceNet up to the last of its maps, read from its ONNX file; what follows them is left untrained."""
    graph = onnx.load(str(SHARED / "weights/mobilefacenet_foamliu.onnx")).graph
    values = {one.name: torch.from_numpy(numpy_helper.to_array(one).copy()) for one in graph.initializer}
    read = [(values[n.input[1]], values[n.input[2]]) for n in graph.node if n.op_type == "Conv"]
    model = Embedder(1.0).eval()
    convs = [one for one in model.stages.modules() if isinstance(one, nn.Conv2d)]
    for conv, (weight, bias) in zip(convs, read, strict=False):
        conv.load_state_dict({"weight": weight, "bias": bias})
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

"""A trained detector as ONNX, its class names in it, with a check that it gives what PyTorch gives.

python -m training.yolo_export people|props [--checkpoint runs/WHAT_train/weights/last.pt ...] [--out weights/WHAT.onnx]

Of several checkpoints that went on from each other the mean of their weights is exported (Wortsman et al. 2022);
`--mean-with FILE.onnx`: of a run and what it went on from, where of that only the network that ships is kept.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import numpy_helper

from training.averaging import averaged
from training.shared import DATA, ROOT, RUNS, read, table

_TOLERANCE_PX = 0.05
_TOLERANCE_SCORE = 1e-3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("people", "props"))
    parser.add_argument("--checkpoint", type=Path, nargs="+")
    parser.add_argument("--mean-with", type=Path)
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    args.out = args.out or ROOT / f"weights/{args.what}.onnx"
    model = mean(args.checkpoint or [RUNS / f"{args.what}_train/weights/last.pt"])
    names = [model.names[i] for i in range(len(model.names))]
    model.fuse(verbose=False)
    head = model.model[-1]
    head.export, head.format, head.dynamic = True, "onnx", True
    example = torch.zeros(1, 3, 640, 480)
    torch.onnx.export(
        model, (example,), str(args.out), dynamo=False, opset_version=17,
        input_names=["images"], output_names=["boxes"],
        dynamic_axes={"images": {2: "height", 3: "width"}, "boxes": {2: "anchors"}},
    )  # fmt: skip
    graph = onnx.load(args.out)
    onnx.helper.set_model_props(graph, {"names": json.dumps(names)})
    onnx.save(graph, args.out)
    net = onnxruntime.InferenceSession(str(args.out), providers=["CPUExecutionProvider"])
    worst_box = worst_score = 0.0
    for row in table(DATA / "hands/wild_index.csv")[:6]:
        image = read(DATA / "hands" / row["file"])
        h, w = (side // 32 * 32 for side in image.shape[:2])
        x = image[:h, :w].transpose(2, 0, 1)[None].astype(np.float32) / 255
        with torch.no_grad():
            out = model(torch.from_numpy(x))
        expected = (out[0] if isinstance(out, tuple | list) else out).numpy()[0]
        got = net.run(None, {"images": x})[0][0]
        seen = expected[4:].max(0) > 0.05
        worst_box = max(worst_box, float(np.abs(expected[:4, seen] - got[:4, seen]).max(initial=0)))
        worst_score = max(worst_score, float(np.abs(expected[4:] - got[4:]).max()))
    print(f"largest difference to PyTorch: {worst_box:.4f} px, {worst_score:.6f} in score")
    if worst_box > _TOLERANCE_PX or worst_score > _TOLERANCE_SCORE:
        raise SystemExit("the export does not give what PyTorch gives")
    if args.mean_with:
        onnx.save(mixed(graph, onnx.load(args.mean_with)), args.out)
    print(f"{args.out}: {args.out.stat().st_size} bytes")


def mixed(graph: onnx.ModelProto, other: onnx.ModelProto) -> onnx.ModelProto:
    """`graph` with the mean of both networks' weights, normalisation folded into them.

    Raises KeyError where `other` lacks one of them.
    """
    known = {one.name: numpy_helper.to_array(one) for one in other.graph.initializer}
    for one in graph.graph.initializer:
        values = numpy_helper.to_array(one)
        if values.dtype == np.float32:
            one.CopyFrom(numpy_helper.from_array((values + known[one.name]) / np.float32(2), one.name))
    return graph


def mean(checkpoints: Sequence[Path]) -> Any:
    """The network with the mean of their weights."""
    states = [torch.load(path, map_location="cpu", weights_only=False) for path in checkpoints]
    models = [(state.get("ema") or state["model"]).float().eval() for state in states]
    models[-1].load_state_dict(averaged([model.state_dict() for model in models], [1.0] * len(models)))
    return models[-1]


if __name__ == "__main__":
    main()

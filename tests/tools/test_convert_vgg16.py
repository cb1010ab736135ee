"""The conversion of the bundled weights: the same network, fed in another way."""

import pytest
import torch
import torch.nn.functional as F

from styletransfer.engine.tensors import IMAGENET_MEAN, IMAGENET_STD

pytest.importorskip("onnx")


def test_the_folded_convolution_computes_the_same_inside_the_picture() -> None:
    from tools.convert_vgg16 import CAFFE_MEAN_RGB, fold_input_convention

    generator = torch.Generator().manual_seed(0)
    weight, bias = torch.randn(64, 3, 3, 3, generator=generator), torch.randn(64, generator=generator)
    rgb = torch.rand(1, 3, 9, 7, generator=generator)
    caffe = (255 * rgb - torch.tensor(CAFFE_MEAN_RGB)[:, None, None]).flip(1)
    normalized = (rgb - torch.tensor(IMAGENET_MEAN)[:, None, None]) / torch.tensor(IMAGENET_STD)[:, None, None]
    original = F.conv2d(caffe, weight, bias)
    torch.testing.assert_close(
        F.conv2d(normalized, *fold_input_convention(weight, bias)), original, rtol=1e-5, atol=1e-2
    )

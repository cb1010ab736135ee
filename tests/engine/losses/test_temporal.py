"""The temporal loss: what it is, where it looks, and that a held frame keeps to the last one."""

import numpy as np
import torch
from PIL import Image

from styletransfer.engine.losses.temporal import TemporalTarget, temporal_loss
from styletransfer.engine.tensors import to_tensor


def test_it_is_the_mean_square_where_the_flow_is_sure() -> None:
    picture, moved = torch.zeros(1, 3, 2, 2), torch.full((1, 3, 2, 2), 2.0)
    sure = torch.tensor([[[[1.0, 0.0], [0.5, 0.0]]]])
    assert float(temporal_loss(picture, moved, sure)) == 4 * 1.5 / 4


def test_only_what_is_sure_is_pulled() -> None:
    picture = torch.zeros(1, 3, 2, 2, requires_grad=True)
    sure = torch.tensor([[[[1.0, 0.0], [0.0, 0.0]]]])
    temporal_loss(picture, torch.ones(1, 3, 2, 2), sure).backward()
    assert picture.grad is not None
    assert (picture.grad[..., 0, 0] < 0).all()
    assert picture.grad.flatten(2)[..., 1:].abs().max() == 0


def test_a_target_is_met_by_what_it_was_made_from() -> None:
    image = Image.effect_noise((6, 4), 50).convert("RGB")
    target = TemporalTarget.of(image, np.ones((4, 6), np.float32), 3.0, (4, 6), torch.device("cpu"))
    assert float(target.loss(to_tensor(image))) == 0
    assert float(target.loss(to_tensor(image) + 1)) == 3

"""The loop of *Dive into Deep Learning*, 14.12, written out plainly: what the engine is measured by and tested against.

Nothing here is clever on purpose. The network's own weights ask for gradients, every layer is kept, and torchvision's
ReLU works in place, so that all tapped convolutions but the last turn into their post-ReLU values.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from PIL import Image
from torch import Tensor, nn
from torchvision import transforms

LEARNING_RATE, DECAY, DECAY_EVERY = 0.3, 0.8, 50
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


@dataclass(frozen=True)
class Recipe:
    """Which of torchvision's `features` are compared, and the weights of the three losses."""

    style_layers: tuple[int, ...] = (0, 5, 10, 19, 28)
    content_layers: tuple[int, ...] = (25,)
    content_weight: float = 1.0
    style_weight: float = 1e4
    tv_weight: float = 10.0


VGG19 = Recipe()
"""The notebook's own."""


def preprocess(image: Image.Image, shape: tuple[int, int]) -> Tensor:
    """An RGB image as (1, 3, height, width), normalised with the ImageNet mean and standard deviation."""
    steps = [transforms.Resize(shape), transforms.ToTensor(), transforms.Normalize(MEAN, STD)]
    return transforms.Compose(steps)(image).unsqueeze(0)


def extract_features(features: nn.Sequential, x: Tensor, recipe: Recipe) -> tuple[list[Tensor], list[Tensor]]:
    """The features of the content layers and those of the style layers."""
    contents, styles = [], []
    for index, layer in enumerate(features[: max(*recipe.style_layers, *recipe.content_layers) + 1]):
        x = layer(x)
        if index in recipe.style_layers:
            styles.append(x)
        if index in recipe.content_layers:
            contents.append(x)
    return contents, styles


def gram(x: Tensor) -> Tensor:
    """X X^T / (c h w) of (1, c, h, w)."""
    channels = x.shape[1]
    flat = x.reshape(channels, -1)
    return flat @ flat.T / x.numel()


def tv_loss(x: Tensor) -> Tensor:
    """0.5 (mean |dx| + mean |dy|)."""
    dy = torch.abs(x[:, :, 1:, :] - x[:, :, :-1, :]).mean()
    dx = torch.abs(x[:, :, :, 1:] - x[:, :, :, :-1]).mean()
    return 0.5 * (dy + dx)


class SynthesizedImage(nn.Module):
    """The picture as the only parameter of a module, as the notebook has it."""

    def __init__(self, start: Tensor) -> None:
        super().__init__()
        self.weight = nn.Parameter(start.clone())

    def forward(self) -> Tensor:
        """The picture itself."""
        return self.weight


def paint(
    features: nn.Sequential, content: Tensor, style: Tensor, recipe: Recipe = VGG19
) -> Iterator[tuple[dict[str, float], Tensor]]:
    """Paint without end, starting from the photo.

    Args:
        features: `features` of torchvision's VGG.
        content: The photo as `preprocess` gives it.
        style: The painting as `preprocess` gives it, of the same shape.
        recipe: What is compared, and how much it weighs.

    Yields:
        The weighted losses (content, style, tv, total) before each step of Adam, and the picture after it.
    """
    for losses, _, picture in paint_with_gradients(features, content, style, recipe):
        yield losses, picture


def paint_with_gradients(
    features: nn.Sequential, content: Tensor, style: Tensor, recipe: Recipe = VGG19
) -> Iterator[tuple[dict[str, float], Tensor, Tensor]]:
    """As `paint`, with the gradient of the total between the losses and the picture."""
    content_targets = [target.detach().clone() for target in extract_features(features, content, recipe)[0]]
    style_targets = [gram(target).detach() for target in extract_features(features, style, recipe)[1]]
    synthesized = SynthesizedImage(content)
    trainer = torch.optim.Adam(synthesized.parameters(), lr=LEARNING_RATE)
    scheduler = torch.optim.lr_scheduler.StepLR(trainer, DECAY_EVERY, DECAY)
    while True:
        trainer.zero_grad()
        contents, styles = extract_features(features, synthesized(), recipe)
        content_terms = [
            torch.square(seen - target).mean() * recipe.content_weight
            for seen, target in zip(contents, content_targets, strict=True)
        ]
        style_terms = [
            torch.square(gram(seen) - target).mean() * recipe.style_weight
            for seen, target in zip(styles, style_targets, strict=True)
        ]
        tv = tv_loss(synthesized()) * recipe.tv_weight
        total = torch.stack([*style_terms, *content_terms, tv]).sum()
        total.backward()
        gradient = synthesized.weight.grad
        assert gradient is not None  # noqa: S101 - backward has just made it
        trainer.step()
        scheduler.step()
        losses = {
            "content": sum(term.item() for term in content_terms),
            "style": sum(term.item() for term in style_terms),
            "tv": tv.item(),
            "total": total.item(),
        }
        yield losses, gradient, synthesized().detach()

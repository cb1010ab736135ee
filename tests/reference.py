"""The loop of *Dive into Deep Learning*, 14.12, written out plainly with torchvision: what the engine is measured by.

Nothing here is clever on purpose. The network's own weights ask for gradients, every layer is kept, and torchvision's
ReLU works in place, so that all tapped convolutions but the last turn into their post-ReLU values.
"""

from collections.abc import Iterator

import torch
from PIL import Image
from torch import Tensor, nn
from torchvision import transforms

STYLE_LAYERS = (0, 5, 10, 19, 28)
CONTENT_LAYERS = (25,)
CONTENT_WEIGHT, STYLE_WEIGHT, TV_WEIGHT = 1.0, 1e4, 10.0
LEARNING_RATE, DECAY, DECAY_EVERY = 0.3, 0.8, 50
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def preprocess(image: Image.Image, shape: tuple[int, int]) -> Tensor:
    """An RGB image as (1, 3, height, width), normalised with the ImageNet mean and standard deviation."""
    steps = [transforms.Resize(shape), transforms.ToTensor(), transforms.Normalize(MEAN, STD)]
    return transforms.Compose(steps)(image).unsqueeze(0)


def extract_features(features: nn.Sequential, x: Tensor) -> tuple[list[Tensor], list[Tensor]]:
    """The features of the content layers and those of the style layers."""
    contents, styles = [], []
    for index, layer in enumerate(features[: max(*STYLE_LAYERS, *CONTENT_LAYERS) + 1]):
        x = layer(x)
        if index in STYLE_LAYERS:
            styles.append(x)
        if index in CONTENT_LAYERS:
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


def paint(features: nn.Sequential, content: Tensor, style: Tensor) -> Iterator[tuple[dict[str, float], Tensor]]:
    """Paint without end, starting from the photo.

    Args:
        features: `features` of torchvision's VGG-19 (or a network of as many layers).
        content: The photo as `preprocess` gives it.
        style: The painting as `preprocess` gives it, of the same shape.

    Yields:
        The weighted losses (content, style, tv, total) before each step of Adam, and the picture after it.
    """
    for losses, _, picture in paint_with_gradients(features, content, style):
        yield losses, picture


def paint_with_gradients(
    features: nn.Sequential, content: Tensor, style: Tensor
) -> Iterator[tuple[dict[str, float], Tensor, Tensor]]:
    """As `paint`, with the gradient of the total between the losses and the picture."""
    content_targets = [target.detach().clone() for target in extract_features(features, content)[0]]
    style_targets = [gram(target).detach() for target in extract_features(features, style)[1]]
    synthesized = SynthesizedImage(content)
    trainer = torch.optim.Adam(synthesized.parameters(), lr=LEARNING_RATE)
    scheduler = torch.optim.lr_scheduler.StepLR(trainer, DECAY_EVERY, DECAY)
    while True:
        trainer.zero_grad()
        contents, styles = extract_features(features, synthesized())
        content_terms = [
            torch.square(seen - target).mean() * CONTENT_WEIGHT
            for seen, target in zip(contents, content_targets, strict=True)
        ]
        style_terms = [
            torch.square(gram(seen) - target).mean() * STYLE_WEIGHT
            for seen, target in zip(styles, style_targets, strict=True)
        ]
        tv = tv_loss(synthesized()) * TV_WEIGHT
        total = sum([*style_terms, *content_terms, tv])
        total.backward()
        gradient = synthesized.weight.grad
        assert gradient is not None
        trainer.step()
        scheduler.step()
        losses = {
            "content": sum(term.item() for term in content_terms),
            "style": sum(term.item() for term in style_terms),
            "tv": tv.item(),
            "total": total.item(),
        }
        yield losses, gradient, synthesized().detach()

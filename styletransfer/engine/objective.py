"""What is minimised: weighted content, style and total variation losses of a picture (Gatys 2016, eq. 7).

Composes the losses in `losses`; knows nothing of optimizers.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial

import torch
from PIL import Image
from torch import Tensor

from styletransfer.engine.frames import LossName
from styletransfer.engine.kept import Kept
from styletransfer.engine.losses.content import content_loss
from styletransfer.engine.losses.gram import gram_loss
from styletransfer.engine.losses.moments import Moments
from styletransfer.engine.losses.projected_wasserstein import WIDE, ProjectedTarget, projected_loss
from styletransfer.engine.losses.temporal import TemporalTarget
from styletransfer.engine.losses.total_variation import squared_variation, total_variation
from styletransfer.engine.losses.wasserstein import SCALE, SHALLOW_FIRST, GaussianTarget, wasserstein_loss
from styletransfer.engine.picture_margin import mirrored, without_margin
from styletransfer.engine.regions import Guidance, Regions, region_factors
from styletransfer.engine.style_targets import StyleTargets
from styletransfer.engine.tensors import pixel_range, to_tensor
from styletransfer.engine.vgg.network import Channels, FeatureNetwork, Features
from styletransfer.imaging.masks import coverage
from styletransfer.settings import Settings, Weighting

StyleTerm = Callable[[Moments], Tensor]
"""How far a layer's moments are from the paintings', weighted; scalar, differentiable."""


@dataclass(frozen=True)
class Objective:
    """What is minimised at one scale: how far a picture is from the photo's content and the painting's style.

    Attributes:
        network: What looks at pictures.
        content: Features (1, c, h, w) of the photo, for each content layer.
        style: What is asked of each style layer.
        settings: Give the layers' weights and the kind of style and of total variation loss.
        margin: Pixels beyond each border that pictures come with: 0, or the network's. See
            `styletransfer.engine.picture_margin`.
        guidance: What counts for the regions in each style layer, if there are any; then `style` holds what is asked of
            each region that counts there, layer by layer.
        kept: What stays as it is in the photo, or None.
        temporal: What a frame of a film is held to, or None for a picture that stands alone.
    """

    network: FeatureNetwork
    content: list[Tensor]
    style: list[StyleTerm]
    settings: Settings
    margin: int = 0
    guidance: tuple[Guidance, ...] | None = None
    kept: Kept | None = None
    temporal: TemporalTarget | None = None

    @classmethod
    def between(
        cls,
        network: FeatureNetwork,
        photo: Tensor,
        style_targets: StyleTargets,
        settings: Settings,
        margin: int = 0,
        look: Callable[[Image.Image], Sequence[Moments]] | None = None,
        *,
        masks: Sequence[Image.Image] = (),
        keep: Image.Image | None = None,
    ) -> "Objective":
        """Look at all pictures at the scale of `photo`, (1, 3, h, w), and remember what is to be matched.

        Args:
            network: What looks.
            photo: Normalised, without a margin.
            style_targets: The paintings.
            settings: Give the layers' weights and the kinds of loss.
            margin: See `Objective`.
            look: Gives the moments that the network sees in a painting, if they may be known already.
            masks: Where each painting applies, L; none for everywhere.
            keep: What stays as it is in the photo, L, or None.
        """
        shape = (photo.shape[2], photo.shape[3])
        look = look or (lambda image: network(to_tensor(image, photo.device)).moments)
        with torch.no_grad():
            content = network(mirrored(photo, margin), has_margin=margin > 0).content
            kept = None if keep is None else Kept.of(keep, photo, margin)
            if not masks and keep is None:
                style = style_terms(style_targets.moments(look, shape), network, settings)
                return cls(network, content, style, settings, margin)
            regions = Regions(coverage(masks, keep, shape), network.margin, photo.device)
            targets = style_targets.each(look, shape) if masks else [style_targets.moments(look, shape)]
        guidance = tuple(map(regions.guidance, (tap.block for tap in network.style_taps)))
        each = [style_terms(target, network, settings, projected=len(regions) > 1) for target in targets]
        style = [each[region][layer] for layer, counted in enumerate(guidance) for region in counted.regions]
        return cls(network, content, style, settings, margin, guidance, kept)

    def shown(self, painted: Tensor) -> Tensor:
        """The picture that counts and is saved, with what is kept of the photo in its place; differentiable."""
        return painted if self.kept is None else self.kept.shown(painted)

    @cached_property
    def _channels(self) -> Channels | None:
        """Where the regions are that count, for each block."""
        if self.guidance is None:
            return None
        of_block = dict(zip((tap.block for tap in self.network.style_taps), self.guidance, strict=True))
        deepest = max(tap.block for tap in (*self.network.style_taps, *self.network.content_taps))
        return [of_block[block].channels if block in of_block else None for block in range(deepest + 1)]

    @property
    def variation(self) -> Callable[[Tensor], Tensor]:
        """The total variation of a picture, not yet weighted."""
        return squared_variation if self.settings.tv_loss == "squared" else total_variation

    def losses(self, picture: Tensor, weighting: Weighting) -> dict[LossName, Tensor]:
        """The weighted terms and their sum, each a scalar; `picture` is normalised, (1, 3, h, w), with its margin."""
        features: Features = self.network(picture, has_margin=self.margin > 0, channels=self._channels)
        loss_scale = self.network.loss_scale
        content = [content_loss(seen, target) for seen, target in zip(features.content, self.content, strict=True)]
        style = [term(seen) for seen, term in zip(features.moments, self.style, strict=True)]
        if self.guidance is not None:
            factors = region_factors(self.guidance, weighting.regions)
            style = [factor * distance for factor, distance in zip(factors, style, strict=True)]
        terms: dict[LossName, Tensor] = {
            "content": weighting.content * loss_scale.content * torch.stack(content).sum(),
            "style": weighting.style * loss_scale.style * torch.stack(style or [picture.new_zeros(())]).sum(),
            "tv": weighting.tv * loss_scale.tv * self.variation(picture),
        }
        if self.temporal is not None:
            terms["temporal"] = self.temporal.loss(without_margin(picture, self.margin))
        return {**terms, "total": torch.stack(list(terms.values())).sum()}

    def clipped_losses(self, picture: Tensor, weighting: Weighting) -> dict[LossName, float]:
        """The losses of the picture as it is saved, with what is out of range clipped."""
        low, high = pixel_range(picture.device)
        with torch.no_grad():
            return _numbers(self.losses(picture.clamp(low, high), weighting))


def without_variation(terms: dict[LossName, Tensor]) -> Tensor:
    """The sum of all terms but the total variation; scalar, differentiable."""
    smooth = terms["content"] + terms["style"]
    return smooth + terms["temporal"] if "temporal" in terms else smooth


def fetched(terms: dict[LossName, Tensor], grad: Tensor) -> tuple[dict[LossName, float], bool]:
    """The terms as numbers, and whether their sum and its gradient are finite; fetched from the device at once."""
    sound = torch.isfinite(grad).all().to(terms["total"])
    *numbers, sound_too = torch.stack([*terms.values(), sound]).tolist()
    losses = dict(zip(terms, numbers, strict=True))
    return losses, math.isfinite(losses["total"]) and bool(sound_too)


def _numbers(terms: dict[LossName, Tensor]) -> dict[LossName, float]:
    """The terms as numbers, fetched from the device at once."""
    return dict(zip(terms, torch.stack(list(terms.values())).tolist(), strict=True))


def style_terms(
    targets: Sequence[Moments], network: FeatureNetwork, settings: Settings, *, projected: bool = False
) -> list[StyleTerm]:
    """The style loss of each layer.

    Args:
        targets: The paintings' moments in each layer.
        network: Has the layers.
        settings: Name the loss and the layers' weights.
        projected: Compare wide layers by `projected_loss`, which takes less time.
    """
    if settings.style_loss == "gram":
        weights = settings.style_layer_weights or [(len(target.mean) / 64) ** 2 for target in targets]
        return [partial(_gram_term, target.gram, weight) for target, weight in zip(targets, weights, strict=True)]
    weights = settings.style_layer_weights or [SHALLOW_FIRST[tap.block] for tap in network.style_taps]
    total = math.fsum(weights) or 1.0
    return [
        _projected_term(target, SCALE * weight / total)
        if projected and len(target.mean) > WIDE
        else partial(_wasserstein_term, GaussianTarget.of(target), SCALE * weight / total)
        for target, weight in zip(targets, weights, strict=True)
    ]


def _gram_term(target: Tensor, weight: float, moments: Moments) -> Tensor:
    return weight * gram_loss(moments.gram, target)


def _projected_term(target: Moments, weight: float) -> StyleTerm:
    projected = ProjectedTarget.of(target)
    return lambda moments: weight * projected_loss(moments, projected)


def _wasserstein_term(target: GaussianTarget, weight: float, moments: Moments) -> Tensor:
    return weight * wasserstein_loss(moments, target)

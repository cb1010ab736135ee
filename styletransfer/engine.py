"""The algorithm of Gatys, Ecker and Bethge (2016) as a generator: it paints, the caller decides the pace.

Everything else in the project consumes what `stylize` yields. It opens no files but the network's weights, prints
nothing, and starts no threads or processes.
"""

import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from itertools import accumulate
from pathlib import Path
from typing import Literal

import torch
from PIL import Image
from torch import Tensor

from styletransfer.allocator import KEEP, kept_memory
from styletransfer.bounds import history_length, is_large, kept_bytes
from styletransfer.checkpoint import Checkpoint, Standing, load_checkpoint
from styletransfer.errors import DamagedStateError, StyleTransferError
from styletransfer.frames import Frame, LossName
from styletransfer.images import join_alpha, split_alpha, with_alpha
from styletransfer.losses import Moments, content_loss, gram_loss, squared_variation, total_variation
from styletransfer.network import FeatureNetwork, Features, Network
from styletransfer.origin import Origin
from styletransfer.paintings import Paintings, squeezed
from styletransfer.precision import in_true_float32, network_dtype
from styletransfer.pyramid import Pyramid
from styletransfer.scales import scale_shapes, split_epochs
from styletransfer.settings import Settings, Weighting
from styletransfer.solver import LBFGS, Adam, Solver
from styletransfer.tensors import pixel_range, to_image, to_pixels, to_tensor
from styletransfer.variation import TotalVariation
from styletransfer.wasserstein import SCALE, SHALLOW_FIRST, GaussianTarget, wasserstein_loss
from styletransfer.weights import Weights, load_weights

MOST_SETBACKS = 8
"""Steps in a row that may diverge before the run gives up."""
CLIPPED_EVERY = 10
"""Epochs between two looks at the clipped picture's losses, where it is another; each costs half an epoch."""


@in_true_float32
def stylize(
    content: Image.Image,
    style: Image.Image | Sequence[Image.Image],
    settings: Settings | None = None,
    *,
    start: Image.Image | None = None,
    weights: Weights | None = None,
    steer: Callable[[], Weighting] | None = None,
    resume: Checkpoint | str | Path | None = None,
    bits: Literal[8, 16] = 8,
) -> Iterator[Frame]:
    """Paint `content` in the manner of `style`, one epoch at a time.

    Args:
        content: The photo, RGB or RGBA; the result gets its transparency.
        style: The painting, RGB or RGBA, of any shape; or up to four of them, which count by `settings.style_shares`.
        settings: What to paint; the defaults if None.
        start: A picture to start from instead of the photo or noise; it is scaled to the photo's shape.
        weights: Of the network; loaded as the settings say if None.
        steer: Asked before every step for the weights of the three losses, so that they can change on the way.
        resume: The checkpoint of an earlier frame, or its file, to go on from. Everything must be as it was, but for
            the number of epochs, the three weights and the device. On the same machine's processor the painting ends
            as if it had never been interrupted.
        bits: With 16, frames that carry the picture carry it unrounded as well, as `Frame.pixels`, for files that hold
            16 bits a channel.

    Yields:
        A frame after every epoch. It carries the picture every `preview_every` epochs and at the end. Closing the
        generator stops the painting.

    Raises:
        StyleTransferError: The settings do not fit the pictures, the network, the machine or the checkpoint, or that
            is damaged.
    """
    settings = settings or Settings()
    styles = [style] if isinstance(style, Image.Image) else style
    device = find_device(settings.device)
    if isinstance(resume, (str, Path)):
        resume = load_checkpoint(resume)
    if weights is None:
        auto = settings.network == "auto" and settings.weights is None
        weights = load_weights(resume.network if resume and auto else settings.network, settings.weights)
    sizes = scale_shapes(content.size, settings)
    dtype = network_dtype(device, settings.precision, resume.precision if resume else "auto")
    settings = replace(settings, precision="half" if dtype == torch.bfloat16 else "full")
    network = make_network(weights, settings, device, dtype, thrifty=is_large(sizes[-1]))
    photo, alpha = split_alpha(content)
    paintings = Paintings(styles, content, settings)
    origin = cache(partial(Origin.of, content, styles, start, settings, weights.name, weights.checksum()))
    del weights  # what the network needs of them, it has
    plan = list(zip(sizes, accumulate(split_epochs(settings.epochs, len(sizes))), strict=True))
    begin = time.perf_counter()
    generator = torch.Generator().manual_seed(settings.seed)
    picture: Tensor | None = to_tensor(_resized(split_alpha(start)[0], sizes[0]), device) if start else None
    epoch = 0
    if settings.shape:
        photo = squeezed(photo, settings.shape)
    standing: Standing | None = None
    if resume is not None:
        standing = resume.resumed(origin(), settings.epochs).copied(device)
        epoch, plan = resume.epoch, plan[sizes.index(resume.scale) :]
        begin -= resume.seconds
        if epoch >= plan[0][1]:
            picture, standing = standing.picture, None
    for shape, end in plan:
        if epoch >= end:
            continue  # it is done, or there are too few epochs for it
        objective = Objective.between(network, photo, paintings, shape, settings, device)
        picture = _first_picture(photo, shape, settings, generator) if picture is None else _upsampled(picture, shape)
        picture = picture.to(device)
        steps = optimize(objective, picture, end - epoch, settings, steer or (lambda: settings.weighting), standing)
        standing = None
        for step in steps:
            epoch += 1
            picture = step.standing.picture
            shown = _is_due(epoch, settings.preview_every, settings)
            clipped = _is_due(epoch, CLIPPED_EVERY, settings) and not settings.bounded
            seconds = time.perf_counter() - begin
            checkpoint = Checkpoint(epoch, seconds, shape, origin, step.standing)
            yield Frame(
                epoch=epoch,
                epochs=settings.epochs,
                scale=shape,
                losses=step.standing.losses,
                clipped_losses=objective.clipped_losses(picture, step.standing.weighting) if clipped else None,
                seconds=seconds,
                image=join_alpha(to_image(picture), alpha) if shown else None,
                pixels=with_alpha(to_pixels(picture), alpha) if shown and bits == 16 else None,
                network=network.name,
                device=device.type,
                half=dtype == torch.bfloat16,
                message=step.message,
                checkpoint=checkpoint,
            )
            checkpoint.expire(settings.epochs)
            del step  # what the solver lets go of in its next step is not to be held here


def _is_due(epoch: int, every: int, settings: Settings) -> bool:
    """Whether something that comes every so many epochs, and with the last one, comes now."""
    return epoch % every == 0 or epoch == settings.epochs


StyleTerm = Callable[[Moments], Tensor]
"""How far a layer's moments are from the paintings', weighted; scalar, differentiable."""


@dataclass(frozen=True)
class Objective:
    """What is minimised at one scale: how far a picture is from the photo's content and the painting's style."""

    network: FeatureNetwork
    content: list[Tensor]
    style: list[StyleTerm]
    settings: Settings

    @classmethod
    def between(
        cls,
        network: FeatureNetwork,
        photo: Image.Image,
        paintings: Paintings,
        shape: tuple[int, int],
        settings: Settings,
        device: torch.device,
    ) -> "Objective":
        """Look at all pictures at the scale `shape`, (height, width), and remember what is to be matched."""
        with torch.no_grad():
            content = network(to_tensor(_resized(photo, shape), device)).content
            targets = paintings.moments(lambda image: network(to_tensor(image, device)).moments, shape)
        blocks = [tap.block for tap in network.style_taps]
        return cls(network, content, style_terms(targets, blocks, settings), settings)

    @property
    def variation(self) -> Callable[[Tensor], Tensor]:
        """The total variation of a picture, not yet weighted."""
        return squared_variation if self.settings.tv_loss == "squared" else total_variation

    def losses(self, picture: Tensor, weighting: Weighting) -> dict[LossName, Tensor]:
        """The weighted terms and their sum, each a scalar; `picture` is normalised, (1, 3, h, w)."""
        features: Features = self.network(picture)
        balance = self.network.balance
        content = [content_loss(seen, target) for seen, target in zip(features.content, self.content, strict=True)]
        style = [term(seen) for seen, term in zip(features.moments, self.style, strict=True)]
        terms: dict[LossName, Tensor] = {
            "content": weighting.content * balance.content * torch.stack(content).sum(),
            "style": weighting.style * balance.style * torch.stack(style).sum(),
            "tv": weighting.tv * balance.tv * self.variation(picture),
        }
        return {**terms, "total": torch.stack(list(terms.values())).sum()}

    def clipped_losses(self, picture: Tensor, weighting: Weighting) -> dict[LossName, float]:
        """The losses of the picture as it is saved, with what is out of range clipped."""
        low, high = pixel_range(picture.device)
        with torch.no_grad():
            return _numbers(self.losses(picture.clamp(low, high), weighting))


def _fetched(terms: dict[LossName, Tensor], grad: Tensor) -> tuple[dict[LossName, float], bool]:
    """The terms as numbers, and whether their sum and its gradient are finite; fetched from the device at once."""
    sound = torch.isfinite(grad).all().to(terms["total"])
    *numbers, sound_too = torch.stack([*terms.values(), sound]).tolist()
    losses = dict(zip(terms, numbers, strict=True))
    return losses, math.isfinite(losses["total"]) and bool(sound_too)


def _numbers(terms: dict[LossName, Tensor]) -> dict[LossName, float]:
    """The terms as numbers, fetched from the device at once."""
    return dict(zip(terms, torch.stack(list(terms.values())).tolist(), strict=True))


def style_terms(targets: Sequence[Moments], blocks: Sequence[int], settings: Settings) -> list[StyleTerm]:
    """The style loss of each layer.

    Args:
        targets: The paintings' moments in each layer.
        blocks: The block of the network that each layer is in, counted from 0.
        settings: Name the loss and the layers' weights.
    """
    if settings.style_loss == "gram":
        weights = settings.style_layer_weights or [(len(target.mean) / 64) ** 2 for target in targets]
        return [partial(_gram_term, target.gram, weight) for target, weight in zip(targets, weights, strict=True)]
    weights = settings.style_layer_weights or [SHALLOW_FIRST[block] for block in blocks]
    total = math.fsum(weights) or 1.0
    return [
        partial(_wasserstein_term, GaussianTarget.of(target), SCALE * weight / total)
        for target, weight in zip(targets, weights, strict=True)
    ]


def _gram_term(target: Tensor, weight: float, moments: Moments) -> Tensor:
    return weight * gram_loss(moments.gram, target)


def _wasserstein_term(target: GaussianTarget, weight: float, moments: Moments) -> Tensor:
    return weight * wasserstein_loss(moments, target)


@dataclass(frozen=True)
class Step:
    """Where the solver stands after one look, and what went wrong on the way, if anything."""

    standing: Standing
    message: str | None


def optimize(
    objective: Objective,
    picture: Tensor,
    epochs: int,
    settings: Settings,
    steer: Callable[[], Weighting],
    standing: Standing | None = None,
) -> Iterator[Step]:
    """Change the picture, (1, 3, h, w), step by step so that the objective falls, or go on where the solver stands.

    What is shown and kept is the best picture so far; the solver may be at one that is somewhat worse, on its way to a
    better one. A step to one that is much worse than the best, or not finite at all, is taken back and tried again with
    less courage.

    Raises:
        StyleTransferError: The loss stays non-finite however small the steps.
    """
    shape = (picture.shape[2], picture.shape[3])
    pyramid = Pyramid(shape, settings.pyramid)
    bounds = pixel_range(picture.device)
    x = pyramid.variables(picture)
    if settings.bounded:
        x = pyramid.clamped(x, *bounds)
    solver = make_solver(settings, len(x))
    good: tuple[Tensor, dict[LossName, float]] | None = None
    limit, setbacks, weighting = math.inf, 0, steer()
    if standing is not None:
        _restore(solver, standing, len(x))
        x, good = standing.x, (standing.picture, standing.losses)
        limit, setbacks, weighting = standing.limit, standing.setbacks, standing.weighting
    with kept_memory(kept_bytes(shape) if objective.network.sparing else KEEP):
        for _ in range(epochs):
            wanted = steer()
            if wanted != weighting:
                weighting, limit = wanted, math.inf
                solver.forget()
            x.requires_grad_()
            picture = pyramid.picture(x)
            terms = objective.losses(picture, weighting)
            smooth = terms["total"] if settings.tv_loss == "squared" else terms["content"] + terms["style"]
            (grad,) = torch.autograd.grad(smooth, x)
            x = x.detach()
            losses, finite = _fetched(terms, grad)
            variation = None
            if settings.tv_loss == "absolute":
                variation = TotalVariation(pyramid, weighting.tv * objective.network.balance.tv)
            if finite and losses["total"] <= limit:
                setbacks = 0
                # Without a limit there is no best one: so Adam's last picture counts, whose loss may rise, and the
                # first after a change of the weights, as losses from before are of another kind.
                if good is None or math.isinf(limit) or losses["total"] <= good[1]["total"]:
                    good = (picture.detach(), losses)
                    limit = solver.tolerance * losses["total"] if losses["total"] > 0 else math.inf
                x = solver.step(x, losses["total"], grad, variation)
            else:
                setbacks += not finite
                if good is None or setbacks > MOST_SETBACKS:
                    raise StyleTransferError(
                        "The losses grew beyond all bounds; choose smaller weights or a smaller step."
                    )
                x = solver.retreat(variation)
            if settings.bounded:
                x = pyramid.clamped(x, *bounds)
            message = None if finite else "A step went astray and was taken back; going on with less."
            yield Step(Standing(x, *good, solver.state(), limit, setbacks, weighting), message)


def _restore(solver: Solver, standing: Standing, variables: int) -> None:
    try:
        if len(standing.x) != variables:
            raise KeyError("x")
        solver.restore(standing.solver)
    except KeyError as error:
        raise DamagedStateError("The saved state is damaged; paint anew.") from error


def make_solver(settings: Settings, variables: int) -> Solver:
    """The solver that the settings name, for so many variables."""
    if settings.optimizer == "adam":
        return Adam(settings.learning_rate, settings.decay_every, settings.decay)
    return LBFGS(history=history_length(variables))


def make_network(
    weights: Weights, settings: Settings, device: torch.device, dtype: torch.dtype, *, thrifty: bool = False
) -> FeatureNetwork:
    """The network that is fast on a device; `thrifty` saves memory on a processor, at the cost of some time."""
    if device.type == "cpu":
        return Network(weights, settings, device, dtype, thrifty=thrifty)
    from styletransfer.reference import ReferenceNetwork  # torchvision takes seconds, which no processor needs to wait

    return ReferenceNetwork(weights, settings, device, dtype)


def find_device(name: str) -> torch.device:
    """The device of that name; for "auto" the fastest there is.

    Raises:
        StyleTransferError: The machine has no such device.
    """
    available = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if name == "auto":
        name = next(kind for kind, there in available.items() if there)
    if not available[name]:
        raise StyleTransferError(f"This machine has no {name} device; choose another one, or auto.")
    return torch.device(name)


def _resized(image: Image.Image, shape: tuple[int, int]) -> Image.Image:
    """The image squeezed to (height, width)."""
    return image.resize((shape[1], shape[0]), Image.Resampling.LANCZOS, reducing_gap=3.0)


def _first_picture(
    photo: Image.Image, shape: tuple[int, int], settings: Settings, generator: torch.Generator
) -> Tensor:
    if settings.init == "noise":
        return torch.randn(1, 3, *shape, generator=generator)
    return to_tensor(_resized(photo, shape))


def _upsampled(picture: Tensor, shape: tuple[int, int]) -> Tensor:
    if (picture.shape[2], picture.shape[3]) == shape:
        return picture
    # On the processor, once for each scale: not every torch does it on Apple's graphics processors.
    return torch.nn.functional.interpolate(picture.cpu(), shape, mode="bicubic", align_corners=False)

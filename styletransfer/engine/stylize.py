"""The algorithm of Gatys, Ecker and Bethge (2016) as a generator: it paints, the caller decides the pace.

One way through: photo and paintings to targets (`Objective.between`), picture to losses (`Objective.losses`), losses to
gradient and gradient to picture (`optimize`), from the coarsest scale to the finest. Everything else in the project
consumes what `stylize` yields. It opens no files but the network's weights, prints nothing, and starts no threads or
processes.
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

from styletransfer.engine.checkpoint import Checkpoint, LoopState, load_checkpoint
from styletransfer.engine.device import find_device
from styletransfer.engine.evaluation import evaluator
from styletransfer.engine.fingerprint import Fingerprint
from styletransfer.engine.frames import Frame, LossName
from styletransfer.engine.memory_bounds import history_length, is_large, kept_bytes
from styletransfer.engine.objective import Objective, fetched
from styletransfer.engine.optimizers.adam import Adam
from styletransfer.engine.optimizers.laplacian_pyramid import Pyramid
from styletransfer.engine.optimizers.lbfgs import LBFGS
from styletransfer.engine.optimizers.optimizer import Optimizer
from styletransfer.engine.optimizers.total_variation_prox import TotalVariation
from styletransfer.engine.picture_margin import mirrored, without_margin
from styletransfer.engine.scaled_picture import ScaledPicture
from styletransfer.engine.scales import scale_shapes, split_epochs
from styletransfer.engine.shared_network import SharedNetwork
from styletransfer.engine.style_targets import StyleTargets
from styletransfer.engine.tensors import pixel_range, to_image, to_pixels
from styletransfer.engine.vgg.fast.allocator import KEEP, kept_memory
from styletransfer.engine.vgg.network import FeatureNetwork, Network
from styletransfer.engine.vgg.precision import in_true_float32, network_dtype
from styletransfer.engine.vgg.weights import Weights, load_weights
from styletransfer.errors import DamagedStateError, StyleTransferError
from styletransfer.imaging.images import join_alpha, with_alpha
from styletransfer.imaging.masks import all_white, check_covered, checked
from styletransfer.inputs import Inputs
from styletransfer.settings import Settings, Weighting
from styletransfer.texts import Text

MOST_FAILURES = 8
"""Steps in a row that may diverge before the run gives up."""
DETAIL = 0.15
"""Share of the photo's finest detail that is added to an enlarged picture, which has none: eyes, whiskers and masts,
that the content loss with its stride of 8 cannot bring back. With more of it, calm areas stay a photo."""
CLIPPED_EVERY = 10
"""Epochs between two looks at the clipped picture's losses, where it is another; each costs half an epoch."""


@in_true_float32
def stylize(
    content: Image.Image,
    style: Image.Image | Sequence[Image.Image],
    settings: Settings | None = None,
    *,
    start: Image.Image | None = None,
    masks: Sequence[Image.Image] | None = None,
    keep: Image.Image | None = None,
    weights: Weights | SharedNetwork | None = None,
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
        masks: Where each painting applies, in their order: white there, in part where grey; None for everywhere.
            Of any mode and size, but of the photo's aspect ratio. What none covers follows the first painting.
        keep: What stays as it is in the photo: white there; None for nothing. As the masks.
        weights: Of the network, or what it has in common with that of other paintings; loaded as the settings say if
            None.
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
    styles = (style,) if isinstance(style, Image.Image) else tuple(style)
    settings.check_roles(len(styles), len(masks or ()))
    masks, keep = checked(masks or (), keep, content.size)
    inputs = Inputs(photo=content, paintings=styles, start=start, masks=masks, keep=keep)
    device = find_device(settings.device)
    if isinstance(resume, (str, Path)):
        resume = load_checkpoint(resume)
    shared = weights if isinstance(weights, SharedNetwork) else None
    weights = weights.weights if isinstance(weights, SharedNetwork) else weights
    if weights is None:
        auto = settings.network == "auto" and settings.weights is None
        weights = load_weights(resume.network if resume and auto else settings.network, settings.weights)
    sizes = scale_shapes(inputs.photo.size, settings)
    dtype = network_dtype(device, settings.precision, resume.precision if resume else "auto")
    settings = replace(settings, precision="half" if dtype == torch.bfloat16 else "full")
    check_covered(masks, keep, sizes[-1])
    low_memory = is_large(sizes[-1])
    make = partial(make_network, weights, settings, device, dtype, low_memory=low_memory)
    network, look = shared.get(make, settings, device, dtype, low_memory=low_memory) if shared else (make(), None)
    photo = ScaledPicture(inputs.photo, settings.shape)
    style_targets = StyleTargets(inputs.paintings, inputs.photo, settings)
    fingerprint = cache(partial(Fingerprint.of, inputs, settings, weights.name, weights.checksum()))
    del weights, make  # what the network needs of them, it has
    regions = () if len(masks) > 1 and all_white(masks) else masks
    plan = list(zip(sizes, accumulate(split_epochs(settings.epochs, len(sizes))), strict=True))
    begin = time.perf_counter()
    generator = torch.Generator().manual_seed(settings.seed)
    picture: Tensor | None = None if start is None else ScaledPicture(start).at(sizes[0], device)
    epoch = 0
    state: LoopState | None = None
    if resume is not None:
        state = resume.resumed(fingerprint(), settings.epochs).copied(device)
        epoch, plan = resume.epoch, plan[sizes.index(resume.scale) :]
        begin -= resume.seconds
        picture = without_margin(state.picture, _own_margin(resume.scale, sizes, network))
        if epoch >= plan[0][1]:
            state = None
    for shape, end in plan:
        if epoch >= end:
            continue  # it is done, or there are too few epochs for it
        margin = _own_margin(shape, sizes, network)
        content_picture = photo.at(shape, device)
        objective = Objective.between(
            network, content_picture, style_targets, settings, margin, look, masks=regions, keep=keep
        )
        if picture is None:
            picture = _first_picture(content_picture, settings, generator)
        elif (picture.shape[2], picture.shape[3]) != shape:
            detail = content_picture - _upsampled(photo.at((picture.shape[2], picture.shape[3]), device), shape)
            picture = _upsampled(picture, shape) + DETAIL * detail
            del detail
        del content_picture  # large pictures need its memory
        picture = mirrored(picture, margin)
        steps = optimize(objective, picture, end - epoch, settings, steer or (lambda: settings.weighting), state)
        state = None
        for step in steps:
            epoch += 1
            picture = without_margin(step.state.picture, margin)
            shown = _is_due(epoch, settings.preview_every, settings)
            clipped = _is_due(epoch, CLIPPED_EVERY, settings) and not settings.bounded
            seconds = time.perf_counter() - begin
            checkpoint = Checkpoint(epoch, seconds, shape, fingerprint, step.state)
            yield Frame(
                epoch=epoch,
                epochs=settings.epochs,
                scale=shape,
                losses=step.state.losses,
                clipped_losses=objective.clipped_losses(step.state.picture, step.state.weighting) if clipped else None,
                seconds=seconds,
                image=join_alpha(to_image(picture), photo.alpha) if shown else None,
                pixels=with_alpha(to_pixels(picture), photo.alpha) if shown and bits == 16 else None,
                network=network.name,
                device=device.type,
                bfloat16=dtype == torch.bfloat16,
                message=step.message,
                checkpoint=checkpoint,
            )
            checkpoint.expire(settings.epochs)
            del step  # what the optimizer lets go of in its next step is not to be held here


def _own_margin(shape: tuple[int, int], scales: Sequence[tuple[int, int]], network: FeatureNetwork) -> int:
    """How many pixels of its own a picture has beyond each border at one of the scales."""
    return 0 if shape == scales[-1] else network.margin


def _is_due(epoch: int, every: int, settings: Settings) -> bool:
    """Whether something that comes every so many epochs, and with the last one, comes now."""
    return epoch % every == 0 or epoch == settings.epochs


@dataclass(frozen=True)
class Step:
    """Where the optimizer stands after one look, and what went wrong on the way, if anything."""

    state: LoopState
    message: str | None


def optimize(
    objective: Objective,
    picture: Tensor,
    epochs: int,
    settings: Settings,
    steer: Callable[[], Weighting],
    state: LoopState | None = None,
) -> Iterator[Step]:
    """Change the picture, (1, 3, h, w), step by step so that the objective falls, or go on where the optimizer stands.

    What is shown and kept is the best picture so far; the optimizer may be at one that is somewhat worse, on its way to
    a better one. A step to one that is much worse than the best, or not finite at all, is taken back and tried again
    with less courage.

    Raises:
        StyleTransferError: The loss stays non-finite however small the steps.
    """
    shape = (picture.shape[2], picture.shape[3])
    pyramid = Pyramid(shape, settings.pyramid)
    bounds = pixel_range(picture.device)
    x = _confined(pyramid.analyse(objective.shown(picture)), pyramid, objective, bounds)
    optimizer = make_optimizer(settings, len(x))
    good: tuple[Tensor, dict[LossName, float]] | None = None
    limit, failures, weighting = math.inf, 0, steer()
    if state is not None:
        _restore(optimizer, state, len(x))
        x, good = state.x, (state.picture, state.losses)
        limit, failures, weighting = state.limit, state.failures, state.weighting
    evaluate = evaluator(objective, pyramid, weighting, x.device)
    with kept_memory(kept_bytes(shape) if objective.network.low_memory else KEEP):
        for _ in range(epochs):
            wanted = steer()
            if wanted != weighting:
                weighting, limit = wanted, math.inf
                optimizer.reset_curvature()
                evaluate = evaluator(objective, pyramid, weighting, x.device)
            picture, terms, grad = evaluate(x)
            losses, finite = fetched(terms, grad)
            variation = None
            if settings.tv_loss == "absolute":
                variation = TotalVariation(pyramid, weighting.tv * objective.network.loss_scale.tv)
            if finite and losses["total"] <= limit:
                failures = 0
                # Without a limit there is no best one: so Adam's last picture counts, whose loss may rise, and the
                # first after a change of the weights, as losses from before are of another kind.
                if good is None or math.isinf(limit) or losses["total"] <= good[1]["total"]:
                    good = (picture, losses)
                    limit = optimizer.tolerance * losses["total"] if losses["total"] > 0 else math.inf
                x = optimizer.step(x, losses["total"], grad, variation)
            else:
                failures += not finite
                if good is None or failures > MOST_FAILURES:
                    raise StyleTransferError(
                        "The losses grew beyond all bounds; choose smaller weights or a smaller step."
                    )
                x = optimizer.backtrack(variation)
            x = _confined(x, pyramid, objective, bounds)
            message = None if finite else Text("A step went astray and was taken back; going on with less.")
            yield Step(LoopState(x, *good, optimizer.state(), limit, failures, weighting), message)


def _confined(x: Tensor, pyramid: Pyramid, objective: Objective, bounds: tuple[Tensor, Tensor]) -> Tensor:
    """The variables of the nearest picture that is allowed."""
    if objective.settings.bounded:
        x = pyramid.clamped(x, *bounds)
    if objective.kept is not None and objective.settings.tv_loss == "absolute":
        # `TotalVariation` looks at the variables' own picture, of which what is kept shows nothing.
        x = pyramid.changed(x, objective.kept.pinned)
    return x


def _restore(optimizer: Optimizer, state: LoopState, variables: int) -> None:
    try:
        if len(state.x) != variables:
            raise KeyError("x")
        optimizer.restore(state.optimizer)
    except KeyError as error:
        raise DamagedStateError("The saved state is damaged; paint anew.") from error


def make_optimizer(settings: Settings, variables: int) -> Optimizer:
    """The optimizer that the settings name, for so many variables."""
    if settings.optimizer == "adam":
        return Adam(settings.learning_rate, settings.decay_every, settings.decay)
    return LBFGS(history=history_length(variables))


def make_network(
    weights: Weights, settings: Settings, device: torch.device, dtype: torch.dtype, *, low_memory: bool = False
) -> FeatureNetwork:
    """The network that is fast on a device; `low_memory` saves memory on a processor, at the cost of some time."""
    if device.type in ("cpu", "cuda"):
        return Network(weights, settings, device, dtype, low_memory=low_memory and device.type == "cpu")
    from styletransfer.engine.vgg.reference import ReferenceNetwork  # its torchvision takes seconds

    return ReferenceNetwork(weights, settings, device, dtype)


def _first_picture(photo: Tensor, settings: Settings, generator: torch.Generator) -> Tensor:
    if settings.init == "noise":
        return torch.randn(photo.shape, generator=generator).to(photo.device)
    return photo


def _upsampled(picture: Tensor, shape: tuple[int, int]) -> Tensor:
    # On the processor, once for each scale: not every torch does it on Apple's graphics processors.
    whole = torch.nn.functional.interpolate(picture.cpu(), shape, mode="bicubic", align_corners=False)
    return whole.to(picture.device)

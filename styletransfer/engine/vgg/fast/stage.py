"""What is read in a block of the network: convolutions of one size, their ReLUs, and the taps among them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from torch import Tensor

from styletransfer.engine.vgg.fast.channels_last import zeros
from styletransfer.engine.vgg.fast.convolution import Convolution
from styletransfer.engine.vgg.fast.relu import rectified, rectify_, rectify_gradient_, relu_mask
from styletransfer.engine.vgg.fast.windows import EVERYWHERE, Window
from styletransfer.engine.vgg.taps import Tap


class Activations(NamedTuple):
    """What is seen in a block before its pooling.

    Attributes:
        features: (1, c, h, w), all that the convolutions give.
        content: The features of each content tap, (1, c, h, w).
        sums: X [X^T 1] of each style tap, (c, c + 1); where there are regions, of each region of each tap.
        kept: What carrying a gradient back needs, one tensor for each convolution.
    """

    features: Tensor
    content: list[Tensor]
    sums: list[Tensor]
    kept: list[Tensor]


@dataclass(frozen=True)
class Stage:
    """A block without its pooling: convolutions of one size, each followed by a ReLU, and the taps among them.

    There is no autograd inside: on its way back every gradient is changed in place, which autograd must not do.

    Attributes:
        convolutions: Those up to the last that is read, at least.
        content: The content taps, in order.
        style: The style taps, in order.
    """

    convolutions: Sequence[Convolution]
    content: tuple[Tap, ...]
    style: tuple[Tap, ...]

    def __call__(self, x: Tensor, window: Window = EVERYWHERE) -> Activations:
        """Run, (1, in, h, w) to (1, c, h, w).

        Args:
            x: Features of the block before.
            window: What counts for the sums.
        """
        content: dict[Tap, Tensor] = {}
        sums: dict[Tap, list[Tensor]] = {}
        kept: list[Tensor] = []

        def read(features: Tensor, taps: Sequence[Tap]) -> None:
            content.update({tap: features for tap in taps if tap in self.content})
            sums.update({tap: window.sums(features) for tap in taps if tap in self.style})

        for place, convolution in enumerate(self.convolutions):
            before, after = self._taps(place)
            x = convolution(x)
            read(x, before)
            kept.append(x)
            x = rectified(x) if before else rectify_(x)
            read(x, after)
            if not (before or after):
                kept[-1] = relu_mask(x)
        in_order = [each for tap in self.style for each in sums[tap]]
        return Activations(x, [content[tap] for tap in self.content], in_order, kept)

    def backward(
        self,
        grad: Tensor | None,
        kept: Sequence[Tensor],
        grad_content: Sequence[Tensor | None],
        grad_sums: Sequence[Tensor | None],
        window: Window = EVERYWHERE,
    ) -> Tensor | None:
        """Carry gradients back to what went in; None stands for zero.

        Args:
            grad: Of the features, (1, c, h, w); it is changed.
            kept: What the way forward has kept.
            grad_content: Of the features of each content tap, (1, c, h, w).
            grad_sums: Of the sums, in their order, (c, c + 1).
            window: What counted for the sums.
        """
        terms = {tap: term for tap, term in zip(self.content, grad_content, strict=True) if term is not None}
        count = len(grad_sums) // max(len(self.style), 1)
        squares = {tap: grad_sums[n * count : (n + 1) * count] for n, tap in enumerate(self.style)}

        def join(grad: Tensor | None, features: Tensor, taps: Sequence[Tap]) -> Tensor | None:
            for tap in taps:
                if tap in terms:
                    grad = terms[tap].clone() if grad is None else grad.add_(terms[tap])
                if any(term is not None for term in squares.get(tap, ())):
                    grad = zeros(features, features.shape) if grad is None else grad
                    window.add_gradient(grad, features, squares[tap])
            return grad

        for place in reversed(range(len(self.convolutions))):
            before, after = self._taps(place)
            grad = join(grad, rectified(kept[place]) if before and after else kept[place], after)
            if grad is not None:
                rectify_gradient_(grad, kept[place])
            grad = join(grad, kept[place], before)
            if grad is not None:
                grad = self.convolutions[place].backward(grad)
        return grad

    def _taps(self, place: int) -> tuple[list[Tap], list[Tap]]:
        """Those before the ReLU and those after it."""
        taps = [tap for tap in {*self.content, *self.style} if tap.place == place]
        return [tap for tap in taps if not tap.relu], [tap for tap in taps if tap.relu]

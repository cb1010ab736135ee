"""How far the Gram matrices of a layer are apart: mean((G - A)^2), where G = X X^T / (c h w).

Gatys, Ecker and Bethge (2016), "Image Style Transfer Using Convolutional Neural Networks", eqs. 3 to 5, normalised
as in *Dive into Deep Learning*, 14.12. The other style loss is in `wasserstein`.
"""

from torch import Tensor


def gram_loss(gram: Tensor, target: Tensor) -> Tensor:
    """mean((G - A)^2) of a layer's Gram matrix and the painting's, both (c, c); scalar."""
    return (gram - target).square().mean()

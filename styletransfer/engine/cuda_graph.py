"""Asking a graphics card once for what is done at every step alike: a CUDA graph.

A step consists of a thousand small tasks, and for a small picture it takes longer to ask for them than to do them.
"""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor


class CudaGraph:
    """A computation that is recorded the second time that it is asked for, and repeated from then on.

    It keeps the memory that it needs as long as it lives. What it gives is the caller's own.

    Args:
        compute: From a vector to tensors. It must ask for the same tasks each time, and wait for none of them.
    """

    def __init__(self, compute: Callable[[Tensor], Sequence[Tensor]]) -> None:
        self._compute = compute
        self._recorded: tuple[torch.cuda.CUDAGraph, Tensor, Sequence[Tensor]] | None = None
        self._ready = False

    def __call__(self, x: Tensor) -> list[Tensor]:
        """The results for `x`, of the same shape each time."""
        if not self._ready:
            self._ready = True  # libraries get ready on the first call, which cannot be recorded
            return list(self._compute(x))
        graph, its_x, results = self._recorded = self._recorded or self._record(x)
        its_x.copy_(x)
        graph.replay()
        return [result.clone() for result in results]

    def _record(self, x: Tensor) -> tuple[torch.cuda.CUDAGraph, Tensor, Sequence[Tensor]]:
        graph, its_x = torch.cuda.CUDAGraph(), x.clone()
        with torch.cuda.graph(graph):
            results = [result.detach() for result in self._compute(its_x)]
        return graph, its_x, results

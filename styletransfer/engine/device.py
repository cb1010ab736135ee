"""Which device paints."""

import torch

from styletransfer.errors import StyleTransferError


def find_device(name: str) -> torch.device:
    """The device of that name; for "auto" the fastest there is.

    Raises:
        StyleTransferError: The machine has no such device.
    """
    available = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if name == "auto":
        name = next(kind for kind, there in available.items() if there)
    if not available[name]:
        raise StyleTransferError("This machine has no {device} device; choose another one, or auto.", device=name)
    return torch.device(name)

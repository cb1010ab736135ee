"""All that the rest of a painting depends on, as a file, so that it can be gone on with as if nothing had happened.

The file has the layout of safetensors: numbers in float32 as they are, and facts as JSON in its header. Nothing in it
is ever executed.
"""

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import safetensors
import torch
from torch import Tensor

from styletransfer.engine.fingerprint import Fingerprint
from styletransfer.engine.frames import LOSS_NAMES, LossName
from styletransfer.engine.optimizers.optimizer import OptimizerState
from styletransfer.engine.scales import MARGIN
from styletransfer.errors import DamagedStateError, StyleTransferError
from styletransfer.settings import Precision, Weighting
from styletransfer.support.files import replacing

FORMAT = 6
"""Version of the file's layout, and of what the losses in it mean. 6 brought masks and what is kept: what has neither
is written as 5, and both are read."""

_KEY = "styletransfer"
_GONE_ON = "The painting has gone on; a checkpoint holds until the next frame is asked for."


@dataclass(frozen=True)
class LoopState:
    """Where the optimizer stands between two steps.

    Attributes:
        x: The variables that it looks at next, flat.
        picture: The best picture so far at this scale, or Adam's last one, (1, 3, h, w), normalised.
        losses: That picture's.
        optimizer: What the optimizer remembers.
        limit: The loss over which the next step is taken back.
        failures: Steps in a row that have diverged.
        weighting: The weights that all this holds for.
    """

    x: Tensor
    picture: Tensor
    losses: dict[LossName, float]
    optimizer: OptimizerState
    limit: float
    failures: int
    weighting: Weighting

    def copied(self, device: torch.device) -> "LoopState":
        """The same in memory of its own on `device`."""

        def copy(tensor: Tensor) -> Tensor:
            return tensor.to(device, copy=True)

        optimizer = OptimizerState(
            {name: copy(vector) for name, vector in self.optimizer.vectors.items()}, self.optimizer.numbers
        )
        return replace(self, x=copy(self.x), picture=copy(self.picture), optimizer=optimizer)


@dataclass
class Checkpoint:
    """A painting after one of its epochs, to be saved or gone on with.

    Attributes:
        epoch: Epochs done.
        seconds: Seconds of painting so far.
        scale: (height, width) in pixels of the scale that the last epoch was painted at, without a margin.
        fingerprint: Gives what the painting is made from.
        state: Where the optimizer stands, or None once the painting has gone on.
        notes: What was noted beside it when it was saved, plain JSON that the engine knows nothing of.
    """

    epoch: int
    seconds: float
    scale: tuple[int, int]
    fingerprint: Callable[[], Fingerprint] = field(repr=False)
    state: LoopState | None = field(repr=False)
    notes: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def network(self) -> Literal["vgg16", "vgg19"]:
        """The network that it is painted with."""
        return "vgg19" if self.fingerprint().network == "vgg19" else "vgg16"

    @property
    def precision(self) -> Precision:
        """What the network has reckoned in: "full" or "half"; "auto" where that is not known."""
        known = self.fingerprint().settings.get("precision")
        return "full" if known == "full" else "half" if known == "half" else "auto"

    def resumed(self, now: Fingerprint, epochs: int) -> LoopState:
        """Where to go on from.

        Args:
            now: What the painting is to be gone on with.
            epochs: How many it is to have in all.

        Raises:
            StyleTransferError: It does not fit.
        """
        if self.state is None:
            raise ValueError(_GONE_ON)
        self.fingerprint().check(now)
        if self.epoch >= epochs:
            raise StyleTransferError(
                "The saved state has {epoch} epochs already; ask for more of them.", epoch=self.epoch
            )
        return self.state

    def expire(self, epochs: int) -> None:
        """The painting goes on, unless it has all its `epochs`, and what stands here would soon be of two minds."""
        if self.epoch < epochs:
            self.state = None

    def save(self, path: str | Path, *, settled: bool = True, notes: Mapping[str, Any] | None = None) -> None:
        """Write it all to `path`, where it stands whole or not at all.

        Args:
            path: The file.
            settled: Wait until it is on the disk itself, safe from a power cut, which takes most of the time.
            notes: To be found in `notes` again when it is loaded; those it has already if None.

        Raises:
            StyleTransferError: It cannot be written; what stood there is as it was.
            ValueError: The painting has gone on since.
        """
        if self.state is None:
            raise ValueError(_GONE_ON)
        state, fingerprint = self.state, self.fingerprint()
        tensors = {"x": state.x, "picture": state.picture}
        tensors |= {f"solver.{name}": vector for name, vector in state.optimizer.vectors.items()}
        facts = {
            "format": FORMAT if fingerprint.inputs.masks or fingerprint.inputs.keep else FORMAT - 1,
            "epoch": self.epoch,
            "seconds": self.seconds,
            "scale": self.scale,
            "losses": state.losses,
            "limit": None if math.isinf(state.limit) else state.limit,
            "setbacks": state.failures,
            "weighting": state.weighting.numbers,
            "solver": {name: float(number) for name, number in state.optimizer.numbers.items()},
            "origin": fingerprint.to_dict(),
            "notes": dict(self.notes if notes is None else notes),
        }
        with replacing(path, settled=settled) as temporary:
            _write(temporary, tensors, json.dumps(facts))


def load_checkpoint(path: str | Path) -> Checkpoint:
    """Read what `Checkpoint.save` has written.

    Raises:
        StyleTransferError: There is no such file, or it is damaged or something else.
    """
    try:
        with safetensors.safe_open(path, framework="pt") as file:
            text = (file.metadata() or {}).get(_KEY)
            if text is None:
                raise StyleTransferError("{path} is no saved state of a painting; give another file.", path=path)
            tensors = {name: file.get_tensor(name).clone() for name in file.keys()}  # noqa: SIM118 - no mapping
    except FileNotFoundError as error:
        raise StyleTransferError("There is no file {path}; check the name.", path=path) from error
    except OSError as error:
        raise StyleTransferError(
            "{path} cannot be read ({reason}); check the file.", path=path, reason=error.strerror or error
        ) from error
    except safetensors.SafetensorError as error:
        raise _damaged(path) from error
    try:
        facts = json.loads(text)
        if facts["format"] not in (FORMAT - 1, FORMAT):
            raise StyleTransferError("{path} was saved by another version of the program; paint anew.", path=path)
        return _checkpoint(facts, tensors)
    except (KeyError, TypeError, ValueError, ArithmeticError, AttributeError, RecursionError) as error:
        raise _damaged(path) from error


def _checkpoint(facts: dict[str, Any], tensors: dict[str, Tensor]) -> Checkpoint:
    """The checkpoint of these parts; raises KeyError, TypeError, ValueError or AttributeError if they are damaged."""
    height, width = map(int, facts["scale"])
    x, picture = tensors.pop("x"), tensors.pop("picture")
    lengths = dict.fromkeys(tensors, x.numel()) | {"solver.slopes": 2 * picture.numel()}
    flat = x.ndim == 1 and all(tensor.shape == (lengths[name],) for name, tensor in tensors.items())
    shapes = [(1, 3, height + 2 * margin, width + 2 * margin) for margin in (0, MARGIN)]
    if picture.shape not in shapes or not flat:
        raise ValueError("shapes")
    if any(tensor.dtype != torch.float32 for tensor in (picture, x, *tensors.values())):
        raise ValueError("types")
    optimizer = OptimizerState(
        vectors={name.removeprefix("solver."): vector for name, vector in tensors.items()},
        numbers={name: float(number) for name, number in facts["solver"].items()},
    )
    state = LoopState(
        x=x,
        picture=picture,
        losses={name: float(facts["losses"][name]) for name in LOSS_NAMES},
        optimizer=optimizer,
        limit=math.inf if facts["limit"] is None else float(facts["limit"]),
        failures=int(facts["setbacks"]),
        weighting=Weighting.of(map(float, facts["weighting"])),
    )
    fingerprint = Fingerprint.from_dict(facts["origin"])
    notes = dict(facts.get("notes", {}))
    return Checkpoint(int(facts["epoch"]), float(facts["seconds"]), (height, width), lambda: fingerprint, state, notes)


def _write(path: Path, tensors: Mapping[str, Tensor], facts: str) -> None:
    """Write a safetensors file, see https://huggingface.co/docs/safetensors, tensor by tensor.

    Not with the library, which writes a file of its own making first, and hides why that failed.
    """
    header: dict[str, Any] = {"__metadata__": {_KEY: facts}}
    end = 0
    for name, tensor in tensors.items():
        begin, end = end, end + tensor.numel() * tensor.element_size()
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [begin, end]}
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with path.open("wb") as file:
        file.write(len(text).to_bytes(8, "little"))
        file.write(text)
        for tensor in tensors.values():
            file.write(tensor.detach().cpu().contiguous().numpy().data)


def _damaged(path: str | Path) -> DamagedStateError:
    return DamagedStateError("The saved state in {path} is damaged; paint anew.", path=path)

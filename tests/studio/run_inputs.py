"""What a user gives to be painted, in short."""

from collections.abc import Sequence

from styletransfer.inputs import Inputs
from styletransfer.studio.pictures import PictureFile


def given(
    photo: bytes, paintings: Sequence[tuple[str, bytes]], *, photo_name: str = "", start: bytes | None = None
) -> Inputs[PictureFile]:
    return Inputs(
        photo=PictureFile(photo_name, photo),
        paintings=tuple(PictureFile(name, data) for name, data in paintings),
        start=None if start is None else PictureFile("", start),
    )

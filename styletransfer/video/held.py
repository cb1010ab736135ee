"""What a frame of a film starts from and is held to: the last painted one, moved, and the photo where that is not sure.

Knows nothing of torch.
"""

import cv2
import numpy as np
from PIL import Image

from styletransfer.video.flow import Motion

_REACH = 0.03
"""Share of the long side from within which colours are taken."""
_FAINT = 0.05
"""Share of sure pixels within reach under which their colours count less."""


def start_picture(moved: Image.Image, photo: Image.Image, motion: Motion) -> Image.Image:
    """The moved painted frame (RGB) where the flow is sure; where it is not, the photo in the colours around there.

    A bare photo would stay paler than what is painted around it, as a trail behind whatever moves.
    """
    sure = motion.sure[..., None]
    painted, plain = np.asarray(moved, np.float32), np.asarray(photo, np.float32)
    reach = max(1.0, _REACH * max(photo.size))
    apart = cv2.GaussianBlur(sure * (painted - plain), (0, 0), reach)
    weight = cv2.GaussianBlur(motion.sure, (0, 0), reach)[..., None]
    colored = plain + apart / np.maximum(weight, _FAINT)
    return Image.fromarray(np.rint(sure * painted + (1 - sure) * colored).clip(0, 255).astype(np.uint8))


def flicker(painted: Image.Image, moved: Image.Image, motion: Motion) -> float:
    """The mean difference, 0 to 255, of a painted frame and the last one, moved, where the flow is sure."""
    sure = motion.sure > 0.99
    difference = np.abs(np.asarray(painted, np.float32) - np.asarray(moved, np.float32)).mean(2)
    return float(difference[sure].mean()) if sure.any() else 0.0

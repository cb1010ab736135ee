"""The orthogonal part by products, against the one by singular values."""

import pytest
import torch

from styletransfer.engine.losses.polar_factor import polar_factor


@pytest.mark.parametrize("channels", [1, 5, 64, 512])
@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float32, 5e-3), (torch.float64, 1e-6)])
def test_is_what_singular_values_tell(channels: int, dtype: torch.dtype, tolerance: float) -> None:
    generator = torch.Generator().manual_seed(channels)
    before, after = (
        torch.linalg.qr(torch.randn(channels, channels, generator=generator, dtype=torch.float64))[0] for _ in range(2)
    )
    matrix = (before * torch.logspace(2, -2, channels, dtype=torch.float64)) @ after
    found = polar_factor(matrix.to(dtype)).double()
    assert float((found - before @ after).abs().max()) < tolerance


def test_what_is_lacking_stays_within_bounds() -> None:
    """A rank that is not full, zeros, and numbers that are none."""
    matrix = torch.outer(torch.arange(1.0, 5.0), torch.arange(2.0, 6.0))
    assert float(torch.linalg.matrix_norm(polar_factor(matrix), 2)) == pytest.approx(1, abs=1e-5)
    assert float(polar_factor(torch.zeros(3, 3)).abs().max()) == 0
    assert torch.isnan(polar_factor(torch.full((3, 3), torch.nan))).all()

"""Products of features against plain products of matrices, by either library."""

import pytest
import torch

from styletransfer.engine import matrix_products
from styletransfer.engine.matrix_products import ONEDNN, add_linear, product, summed_products

LENT = pytest.mark.skipif(
    not hasattr(torch.ops.mkldnn, "_linear_pointwise"), reason="this build of torch lends no products of oneDNN's"
)


@pytest.fixture(params=[False, pytest.param(True, marks=LENT)], ids=["mkl", "onednn"])
def library(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matrix_products, "full_width_is_onednn", lambda: request.param)


def matrices(*shapes: tuple[int, int], dtype: torch.dtype = torch.float32) -> list[torch.Tensor]:
    generator = torch.Generator().manual_seed(1)
    return [torch.randn(shape, generator=generator).to(dtype) for shape in shapes]


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize("rows", [0, 1, 700])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_products_are_summed_over_positions(rows: int, dtype: torch.dtype) -> None:
    first, second = matrices((rows, 24), (rows, 40), dtype=dtype)
    assert torch.allclose(summed_products(first, second), first.T @ second, atol=1e-3)
    part = second[:, :16]  # of a wider matrix
    assert torch.allclose(summed_products(first, part), first.T @ part, atol=1e-3)


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize(
    ("dtype", "tolerance"), [(torch.float32, 1e-4), (torch.float64, 1e-10), (torch.bfloat16, 0.25)]
)
def test_a_product_is_added_in_place(dtype: torch.dtype, tolerance: float) -> None:
    total, rows, weight, bias = matrices((300, 40), (300, 24), (40, 24), (1, 40), dtype=dtype)
    wanted = total.double() + rows.double() @ weight.T.double() + bias.double()
    add_linear(total, rows, weight, bias[0])
    assert torch.allclose(total.double(), wanted, atol=tolerance)


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_a_product_is_one_however_its_numbers_lie(dtype: torch.dtype) -> None:
    first, second = matrices((36, 24), (24, 500), dtype=dtype)
    for other in (second, second.T.contiguous().T, second[:, 3:], second[:16].T.contiguous().T):
        one = first[:, : len(other)].contiguous()
        assert torch.allclose(product(one, other).double(), one.double() @ other.double(), atol=1e-4)


@pytest.mark.usefixtures("library")
def test_what_is_added_may_be_part_of_a_larger_matrix() -> None:
    total, rows, weight, bias = matrices((300, 40), (300, 24), (24, 40), (40, 7))
    wanted = total.double() + rows[:, 3:19].double() @ weight[:16].double() + bias[:, 2].double()
    add_linear(total, rows[:, 3:19], weight[:16].T, bias[:, 2])
    assert torch.allclose(total.double(), wanted, atol=1e-4)


@LENT
def test_onednn_multiplies_many_at_once() -> None:
    first, second = torch.randn(5, 33, 16), torch.randn(5, 16, 48)
    for other in (second, second.transpose(1, 2).contiguous().transpose(1, 2)):
        assert torch.allclose(ONEDNN.many(first, other), torch.bmm(first, second), atol=1e-4)

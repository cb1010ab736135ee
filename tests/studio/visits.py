"""What tests of the page do and look at, without a browser."""

import io
import json
from pathlib import Path

from PIL import Image
from streamlit.testing.v1 import AppTest

APP = Path(__file__).parents[2] / "app.py"


def looked_at(page: AppTest) -> AppTest:
    assert not page.exception, page.exception
    return page


def text(page: AppTest) -> str:
    """All that is written on the page, markup included."""
    html = [str(element.proto.body) for element in page.get("html")]
    data = [json.loads(element.proto.json or "{}") for element in page.get("bidi_component")]
    return " ".join(html + [each["html"] for each in data if "html" in each])


def picture(mode: str = "RGB", size: tuple[int, int] = (60, 40), fmt: str = "PNG", **options: object) -> bytes:
    buffer = io.BytesIO()
    Image.linear_gradient("L").resize(size).convert(mode).save(buffer, fmt, **options)
    return buffer.getvalue()


def address(page: AppTest) -> str:
    run = page.query_params["run"]
    return run if isinstance(run, str) else run[0]


def started(page: AppTest) -> str:
    """Press Start and give the run's id, which is in the address now."""
    looked_at(page.button(key="start").click().run())
    return address(page)

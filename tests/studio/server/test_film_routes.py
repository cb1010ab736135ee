"""A painted film and its strip, as the page fetches them."""

import io
from pathlib import Path

from PIL import Image
from run_inputs import given
from serving import serving
from studio_standin import Standin
from visits import picture

from styletransfer.settings import Settings
from styletransfer.studio.film_file import FilmPart, read_film
from styletransfer.studio.server import run_routes
from tests.video.sample_films import scene, write_film


def test_a_film_is_sent_in_parts_and_taken_home_under_its_name_and_its_frames_are_small(tmp_path: Path) -> None:
    studio = Standin(tmp_path)
    (tmp_path / "runs").mkdir()
    path = write_film(tmp_path / "a.mp4", list(scene("city", None, (96, 64), 4)))
    inputs = given(picture(), [("wave.jpg", picture())])
    run_id = studio.films.submit(inputs, read_film(path, "../été 24.mov"), FilmPart(), Settings())
    with serving(run_routes.routes(lambda: studio)) as get:  # type: ignore[arg-type, return-value]
        assert get(f"runs/{run_id}/painted.mp4")[0] == 404
        data = path.read_bytes()
        (tmp_path / "runs" / run_id / "part.mp4").write_bytes(data)
        status, headers, body = get(f"runs/{run_id}/painted.mp4", Range="bytes=100-199")
        assert (status, body, headers["content-type"]) == (206, data[100:200], "video/mp4")
        assert headers["content-disposition"].startswith("inline")
        status, headers, body = get(f"runs/{run_id}/painted.mp4?download")
        assert (status, body) == (200, data)
        assert headers["content-disposition"].startswith("attachment")
        assert "t%C3%A9%2024%2C%20after%20Wave.mp4" in headers["content-disposition"]
        assert get("runs/20990101-000000-abcdef/painted.mp4")[0] == 404

        frames = tmp_path / f"{run_id}-frames"
        frames.mkdir()
        (frames / "000003.jpg").write_bytes(picture(size=(480, 270), fmt="JPEG"))
        with Image.open(io.BytesIO(get(f"runs/{run_id}/frame/3.jpg")[2])) as small:
            assert small.size == (240, 135)
        assert get(f"runs/{run_id}/frame/4.jpg")[0] == 404

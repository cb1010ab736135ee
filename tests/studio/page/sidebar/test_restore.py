"""A painted picture that is dropped on the page: its recipe comes back, and what cannot is said."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from finished_runs import hang
from pictures import gradient, saved
from streamlit.testing.v1 import AppTest
from studio_standin import Standin
from visits import looked_at, started, text

from styletransfer.imaging.images import Format, encode
from styletransfer.imaging.recipe import Recipe, make_recipe, sha256_of
from styletransfer.inputs import Inputs
from styletransfer.settings import PRESETS, Precision, Settings, Weighting
from styletransfer.studio.storage import input_lookup
from styletransfer.studio.storage.gallery import Gallery
from styletransfer.studio.storage.input_lookup import find_inputs
from styletransfer.support import paths

PHOTO = paths.assets_dir() / "photos" / "bee.jpg"
PAINTINGS = [paths.assets_dir() / "paintings" / name for name in ("ink.jpg", "swirl.jpg")]
ODD = Settings(
    size=200,
    epochs=33,
    content_weight=0.7,
    style_weight=12345.0,
    tv_weight=0.0,
    content_layers=("conv3_2",),
    style_layers=("relu1_2", "conv4_3"),
    style_loss="gram",
    style_layer_weights=(0.25, 3.0),
    pooling="max",
    padding="zeros",
    bounded=False,
    tv_loss="absolute",
    init="noise",
    seed=2**40,
    optimizer="adam",
    learning_rate=0.05,
    decay_every=7,
    decay=0.5,
    scales=3,
    pyramid=2,
    stroke_size=1.7,
    palette="photo",
)
"""Settings of which none is a default, and half can be set nowhere on the page."""


def painted(recipe: Recipe | str | None, fmt: Format = "png") -> bytes:
    text = recipe.to_json() if isinstance(recipe, Recipe) else recipe
    return encode(gradient(), fmt, recipe=text)


def recipe_of(settings: Settings, photo: Path = PHOTO, paintings: list[Path] | None = None) -> Recipe:
    return make_recipe(
        settings, network="vgg16", inputs=Inputs(photo=photo, paintings=tuple(paintings or PAINTINGS[:1]))
    )


def drop(page: AppTest, data: bytes, name: str = "picture.png") -> AppTest:
    uploader = next(each for each in page.file_uploader if str(each.key).startswith("recipe_"))
    return looked_at(uploader.upload(name, data, "image/png").run())


@pytest.mark.parametrize("fmt", ["png", "jpeg", "webp"])
def test_a_dropped_picture_brings_everything_back(studio: Standin, visit: Callable[..., AppTest], fmt: Format) -> None:
    page = drop(visit(), painted(recipe_of(ODD), fmt), "my_bee.png")
    assert "The recipe of My bee is back." in text(page)
    assert "Bee, after Ink" in text(page)
    assert studio.chosen[started(page)] == ODD


def test_a_picture_of_an_earlier_version_is_painted_again_as_it_was(
    studio: Standin, visit: Callable[..., AppTest]
) -> None:
    values = json.loads(recipe_of(Settings(size=450, epochs=60, scales=2, pyramid=3)).to_json())
    for name in ("style_loss", "padding", "bounded", "tv_loss"):
        del values["settings"][name]
    page = drop(visit(), painted(json.dumps(values)))
    assert page.selectbox(key="style_loss").value == "gram"
    settings = studio.chosen[started(page)]
    assert (settings.padding, settings.bounded, settings.tv_loss) == ("zeros", False, "absolute")
    assert (settings.size, settings.epochs, settings.pyramid) == (450, 60, 3)


def test_several_paintings_come_back_with_their_shares(studio: Standin, visit: Callable[..., AppTest]) -> None:
    page = drop(visit(), painted(recipe_of(Settings(style_shares=(1.0, 3.0)), paintings=PAINTINGS)))
    run = studio.runs[started(page)]
    assert run.painting_names == ("ink.jpg", "swirl.jpg")
    assert studio.chosen[run.run_id].shares(2) == pytest.approx((0.25, 0.75))


def test_pressing_a_preset_leaves_the_recipe_behind(studio: Standin, visit: Callable[..., AppTest]) -> None:
    page = drop(visit(), painted(recipe_of(ODD)))
    looked_at(page.button_group(key="preset").set_value("draft").run())
    assert replace(studio.chosen[started(page)]) == PRESETS["draft"]


@pytest.mark.parametrize("precision", ["half", "full"])
def test_the_precision_comes_back_and_is_shown_until_a_preset_is_pressed(
    studio: Standin, visit: Callable[..., AppTest], precision: Precision
) -> None:
    studio.bfloat16 = True
    page = drop(visit(), painted(recipe_of(Settings(precision=precision))))
    shown = f"reckons in {precision} precision, as the recipe says"
    assert shown in text(page)
    assert studio.chosen[started(page)].precision == precision
    page = visit()
    assert shown not in text(page)


def test_half_precision_is_not_asked_of_a_computer_that_is_not_made_for_it(
    studio: Standin, visit: Callable[..., AppTest]
) -> None:
    page = drop(visit(), painted(recipe_of(Settings(precision="half"))))
    assert "painted in half precision, which this computer is not made for" in text(page)
    assert "as the recipe says" not in text(page)
    assert studio.chosen[started(page)].precision == "auto"


def test_a_squeezed_shape_and_changed_weights_come_back(studio: Standin, visit: Callable[..., AppTest]) -> None:
    recipe = replace(recipe_of(replace(PRESETS["notebook"], shape=(96, 224))), steered=((3, Weighting(2.0, 5.0, 1.0)),))
    page = drop(visit(), painted(recipe))
    assert "changed on the way" in text(page)
    settings = studio.chosen[started(page)]
    assert (settings.shape, settings.weighting, settings.normalized) == ((96, 224), Weighting(2.0, 5.0, 1.0), False)


def test_that_it_was_not_painted_in_one_go_is_said(studio: Standin, visit: Callable[..., AppTest]) -> None:
    whole = recipe_of(Settings(epochs=60))
    page = drop(visit(), painted(whole.until(40)))
    assert "It was stopped after epoch 40 of 60" in text(page)
    assert studio.chosen[started(page)].epochs == 60
    page = drop(visit(), painted(recipe_of(Settings(epochs=100)).following(whole, 60)))
    assert "for more epochs than were planned" in text(page)


def test_the_users_own_pictures_are_found_in_past_runs(studio: Standin, visit: Callable[..., AppTest]) -> None:
    run = hang(studio.home / "runs")
    page = drop(visit(), run.result.read_bytes())
    assert "is not on this computer" not in text(page)
    again = studio.runs[started(page)]
    assert (again.photo_name, again.painting_names) == ("harbour.png", ("blue_hour.jpg",))


def test_what_is_not_here_is_said(studio: Standin, visit: Callable[..., AppTest], tmp_path: Path) -> None:
    for name, color in (("photo.png", "red"), ("one.png", "blue"), ("two.png", "green")):
        (tmp_path / name).write_bytes(saved(gradient().convert("L").convert("RGB"), "PNG") + color.encode())
    strange = recipe_of(Settings(), tmp_path / "photo.png", [tmp_path / "one.png", PAINTINGS[0]])
    inputs = replace(strange.inputs, start="0" * 64)
    page = drop(visit(), painted(replace(strange, network="vgg19", photo_colors=0.4, inputs=inputs)))
    said = text(page)
    assert "Its photo and painting 1 are not on this computer" in said
    assert "VGG-19, which is not here yet" in said
    assert "40 % of the photo" in said
    assert "begun from another picture" in said
    assert studio.chosen[started(page)].network == "auto"


def forged(**values: object) -> str:
    """A recipe with some of its values replaced."""
    return json.dumps(json.loads(recipe_of(Settings()).to_json()) | values)


def settings(**values: object) -> str:
    return forged(settings=Settings().to_dict() | values)


HOSTILE = {
    "no recipe": None,
    "some other text": "Taken with a camera",
    "huge": '{"styletransfer":1,"settings":"' + "x" * 60_000 + '"}',
    "nested": '{"styletransfer":1,"settings":' + "[" * 15_000 + "]" * 15_000 + "}",
    "cut off": recipe_of(Settings()).to_json()[:200],
    "newer": forged(styletransfer=99),
    "of no photo": forged(photo="../../etc/passwd"),
    "of a hundred paintings": forged(paintings=["0" * 64] * 100),
    "an unknown setting": settings(command="rm"),
    "a picture of a setting": settings(**{"![x](https://evil.example/recipe.png)": 1}),
    "a picture of a network": settings(network="![x](https://evil.example/recipe.png)"),
    "a network of another kind": settings(network="resnet"),
    "an endless size": settings(size=10**30),
    "not a number": settings(style_weight=float("nan")),
    "layers without end": settings(style_layers=["relu1_1"] * 5000),
    "text for a number": settings(epochs="many"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_strange_recipe_is_a_sentence_and_changes_nothing(
    studio: Standin, visit: Callable[..., AppTest], case: str
) -> None:
    page = drop(visit(), painted(HOSTILE[case]))
    assert len(page.error) == 1
    assert "![" not in page.error[0].value
    assert "://" not in page.error[0].value
    assert "recipe" in page.error[0].value or "must be" in page.error[0].value or "not known" in page.error[0].value
    assert studio.chosen[started(page)] == PRESETS["balanced"]


@pytest.mark.parametrize(
    "values",
    [
        {"seed": 2**63 - 1},
        {"style_layers": ["<script>alert(1)</script>"], "style_layer_weights": None},
        {"content_layers": [f"conv{n}_1" for n in range(100)]},
        {"size": 8192, "epochs": 100_000, "style_weight": 1e300},
        {"device": "mps", "weights": "/etc/passwd"},
        {"style_shares": [0.0, 1e6]},
    ],
)
def test_extreme_but_possible_settings_never_break_the_page(
    visit: Callable[..., AppTest], values: dict[str, object]
) -> None:
    page = drop(visit(), painted(settings(**values)))
    assert not page.error
    assert "is back" in text(page)


def test_no_picture_at_all_is_a_sentence(visit: Callable[..., AppTest]) -> None:
    page = drop(visit(), b"these are no pixels", "notes.png")
    assert "notes.png carries no recipe" in page.error[0].value


def test_a_painted_picture_among_the_photos_offers_its_recipe(studio: Standin, visit: Callable[..., AppTest]) -> None:
    page = visit()
    uploader = next(each for each in page.file_uploader if each.key == "photo")
    looked_at(uploader.upload("again.png", painted(recipe_of(ODD)), "image/png").run())
    assert "This was painted here." in text(page)
    looked_at(page.button(key="recipe_use").click().run())
    assert studio.runs[started(page)].photo_name == "bee.jpg"
    assert studio.chosen[started(page)] == ODD


def test_checksums_are_kept_but_never_believed(tmp_path: Path) -> None:
    run = hang(tmp_path)
    photo = run.inputs().photo
    wanted = sha256_of(photo)
    gallery = Gallery(tmp_path, active=list, alive=lambda _: False)
    assert find_inputs(gallery, [wanted]) == {wanted: ("harbour.png", photo)}
    assert wanted in (tmp_path / "checksums.json").read_text()
    photo.write_bytes(b"changed since")
    assert find_inputs(gallery, [wanted]) == {}
    (tmp_path / "checksums.json").write_text("[[[")
    assert find_inputs(gallery, [wanted]) == {}


def test_a_deleted_run_says_so_at_its_address_and_comes_back(studio: Standin, visit: Callable[..., AppTest]) -> None:
    run = hang(studio.home / "runs")
    studio.gallery.delete(run.run_id)
    page = visit(run.run_id)
    assert "Harbour, after Blue hour was deleted." in text(page)
    looked_at(page.button(key="bring_back").click().run())
    assert studio.gallery.ids() == [run.run_id]


def test_for_sums_that_nobody_knows_every_picture_is_read_once_and_never_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        hang(tmp_path)
    gallery = Gallery(tmp_path, active=list, alive=lambda _: False)
    read = list[object]()

    def counted(source: Path) -> str:
        read.append(source)
        return sha256_of(source)

    monkeypatch.setattr(input_lookup, "sha256_of", counted)
    assert find_inputs(gallery, ["0" * 64]) == {}
    assert len(read) == len(set(read)) > 6
    read.clear()
    assert find_inputs(gallery, ["1" * 64]) == {}
    assert read == []

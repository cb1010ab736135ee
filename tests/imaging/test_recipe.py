"""The recipe in a picture: complete, private, and never trusted."""

import hashlib
import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from styletransfer import __version__
from styletransfer.errors import StyleTransferError
from styletransfer.imaging.images import Format, encode, save_image
from styletransfer.imaging.recipe import LONGEST_TEXT, MOST_CHANGES, Recipe, make_recipe, read_recipe, sha256_of
from styletransfer.inputs import Inputs
from styletransfer.settings import PRESETS, Settings, Weighting

PICTURE = Image.new("RGB", (40, 30), "teal")


def recipe(**changes: Any) -> Recipe:
    settings = Settings(seed=42, style_weight=3.5, shape=(300, 450), style_layer_weights=(1.0, 2.0, 3.0, 4.0, 5.0))
    made = make_recipe(
        settings,
        network="vgg16",
        inputs=Inputs(
            photo=b"photo",
            paintings=(b"one", b"two"),
        ),
    )
    return replace(made, **changes)


def changed(**changes: Any) -> str:
    """The text of a recipe with some of its top keys replaced, or left out where None."""
    values = json.loads(recipe().to_json()) | changes
    return json.dumps({name: value for name, value in values.items() if value is not None})


def with_setting(name: str, value: object) -> str:
    return changed(settings=Settings().to_dict() | {name: value})


class TestRoundTrip:
    @pytest.mark.parametrize("kind", ["png", "jpeg", "webp", "tiff", "avif"])
    def test_through_a_picture(self, kind: Format) -> None:
        assert read_recipe(encode(PICTURE, kind, recipe=recipe().to_json())) == recipe()

    @pytest.mark.parametrize("ending", [".png", ".jpg", ".webp"])
    def test_through_a_file(self, tmp_path: Path, ending: str) -> None:
        path = tmp_path / f"painted{ending}"
        save_image(PICTURE, path, recipe=recipe().to_json())
        assert read_recipe(path) == recipe()

    @pytest.mark.parametrize("preset", PRESETS)
    def test_every_preset(self, preset: str) -> None:
        made = recipe(settings=PRESETS[preset])
        assert Recipe.from_json(made.to_json()) == made

    def test_saving_again_with_another_program_keeps_it(self) -> None:
        opened = Image.open(io.BytesIO(encode(PICTURE, "jpeg", recipe=recipe().to_json())))
        again = io.BytesIO()
        opened.save(again, "JPEG", exif=opened.info["exif"], quality=50)
        assert read_recipe(again.getvalue()) == recipe()

    def test_says_what_it_was_painted_from_and_with(self) -> None:
        made = recipe()
        assert made.inputs.photo == hashlib.sha256(b"photo").hexdigest()
        assert made.inputs.paintings == tuple(hashlib.sha256(name).hexdigest() for name in (b"one", b"two"))
        assert made.versions["styletransfer"] == __version__
        assert set(made.versions) == {"styletransfer", "torch", "numpy", "pillow"}

    def test_the_way_it_was_painted(self) -> None:
        steered = ((5, Weighting(2.0, 1e4, 0.0)), (9, Weighting(1.0, 1e5, 3.0)))
        made = make_recipe(
            Settings(stroke_size=2.0, palette="photo", style_shares=(2.0, 1.0)),
            network="vgg16",
            steered=steered,
            photo_colors=0.5,
            inputs=Inputs(
                photo=b"photo",
                paintings=(b"one", b"two"),
                start=b"start",
            ),
        )
        read = read_recipe(encode(PICTURE, "jpeg", recipe=made.to_json()))
        assert read == made
        assert read.inputs.start == hashlib.sha256(b"start").hexdigest()
        assert (read.steered, read.photo_colors) == (steered, 0.5)

    def test_the_masks_and_the_weights_of_their_regions(self) -> None:
        inputs = Inputs(photo=b"photo", paintings=(b"one", b"one"), masks=(b"left", b"right"), keep=b"face")
        steered = ((5, Weighting(2.0, 1e4, 0.0, (0.5, 4.0))), (9, Weighting(1.0, 1e5, 3.0)))
        settings = Settings(region_weights=(1.0, 2.0))
        made = make_recipe(settings, network="vgg16", inputs=inputs, steered=steered)
        assert json.loads(made.to_json())["styletransfer"] == 3  # whoever knows of no masks is too old
        read = read_recipe(encode(PICTURE, "jpeg", recipe=made.to_json()))
        assert read == made
        assert read.inputs.keep == hashlib.sha256(b"face").hexdigest()
        assert read.following(read.until(7), 7) == read

    @pytest.mark.parametrize(("bfloat16", "precision"), [(True, "half"), (False, "full"), (None, "auto")])
    def test_the_precision_that_auto_stood_for(self, bfloat16: bool | None, precision: str) -> None:
        made = make_recipe(
            Settings(), network="vgg16", bfloat16=bfloat16, inputs=Inputs(photo=b"photo", paintings=(b"one",))
        )
        assert Recipe.from_json(made.to_json()).settings.precision == precision

    def test_the_last_of_very_many_changes_of_the_weights(self) -> None:
        steered = tuple((epoch, Weighting(1.234567e-5, 1.234567e6, 0.1 * epoch)) for epoch in range(1, 5000))
        text = replace(recipe(), steered=steered).to_json()
        assert len(text) < LONGEST_TEXT
        assert Recipe.from_json(text).steered == steered[-MOST_CHANGES:]
        steered = tuple((epoch, weighting._replace(regions=(1 / 3,) * 4)) for epoch, weighting in steered)
        text = replace(recipe(), steered=steered).to_json()
        assert len(text) < LONGEST_TEXT
        assert Recipe.from_json(text).steered == steered[-MOST_CHANGES // 2 :]

    def test_a_picture_of_an_earlier_version_is_painted_again_as_it_was(self) -> None:
        settings = json.loads(recipe().to_json())["settings"]
        for name in ("style_loss", "padding", "bounded", "tv_loss"):
            del settings[name]
        read = Recipe.from_json(changed(settings=settings)).settings
        assert (read.style_loss, read.padding, read.bounded, read.tv_loss) == ("gram", "zeros", False, "absolute")
        assert read.shape == recipe().settings.shape

    def test_same_run_same_text(self) -> None:
        assert recipe().to_json() == recipe().to_json()
        assert recipe().to_json().isascii()
        assert len(recipe().to_json()) < LONGEST_TEXT / 10


class TestPrivacy:
    def test_only_name_and_hash_of_a_weights_file(self, tmp_path: Path) -> None:
        path = tmp_path / "secret folder" / "my vgg.pth"
        path.parent.mkdir()
        path.write_bytes(b"weights")
        made = make_recipe(Settings(weights=str(path)), network="vgg19", inputs=Inputs(photo=b"", paintings=(b"",)))
        assert made.settings.weights is None
        assert made.weights is not None
        assert (made.weights.name, made.weights.sha256) == ("my vgg.pth", sha256_of(b"weights"))
        assert "secret" not in made.to_json()
        assert Recipe.from_json(made.to_json()) == made

    def test_inputs_leave_no_path(self, tmp_path: Path) -> None:
        path = tmp_path / "holiday with someone.jpg"
        path.write_bytes(b"photo")
        made = make_recipe(Settings(), network="vgg16", inputs=Inputs(photo=path, paintings=(str(path),)))
        assert made.inputs.photo == sha256_of(b"photo")
        assert "holiday" not in made.to_json()
        assert str(tmp_path) not in made.to_json()

    @pytest.mark.parametrize("name", ["/etc/passwd", r"C:\Users\someone\my.pth", r"\\server\share\my.pth"])
    def test_a_forged_path_is_reduced_to_its_name(self, name: str) -> None:
        read = Recipe.from_json(changed(weights={"name": name, "sha256": "0" * 64}))
        assert read.weights is not None
        assert read.weights.name in ("passwd", "my.pth")

    def test_a_forged_path_in_the_settings_is_dropped(self) -> None:
        assert Recipe.from_json(with_setting("weights", "/etc/passwd")).settings.weights is None


class TestNone:
    @pytest.mark.parametrize("kind", ["png", "jpeg", "webp", "tiff", "avif"])
    def test_a_picture_without_one(self, kind: Format) -> None:
        assert read_recipe(encode(PICTURE, kind)) is None

    @pytest.mark.parametrize("text", ["", "Taken on holiday", '{"other": "program"}'])
    def test_a_text_of_someone_else(self, text: str) -> None:
        assert read_recipe(encode(PICTURE, "jpeg", recipe=text)) is None

    def test_no_picture_at_all(self) -> None:
        assert read_recipe(b"nonsense") is None

    def test_a_missing_file(self, tmp_path: Path) -> None:
        with pytest.raises(StyleTransferError, match="no file"):
            read_recipe(tmp_path / "painted.png")

    def test_inputs_that_are_gone(self, tmp_path: Path) -> None:
        with pytest.raises(StyleTransferError, match="cannot be read"):
            make_recipe(Settings(), network="vgg16", inputs=Inputs(photo=tmp_path / "gone.jpg", paintings=(b"",)))


class TestParts:
    """A picture that was not painted in one go to the end says so."""

    WHOLE = recipe(settings=Settings(epochs=60), steered=((5, Weighting(1, 2, 3)), (50, Weighting(4, 5, 6))))

    def test_on_the_way(self) -> None:
        middle = self.WHOLE.until(40)
        assert middle.parts == ((60, 40),)
        assert middle.steered == ((5, Weighting(1, 2, 3)),)
        assert self.WHOLE.until(60) == self.WHOLE
        assert read_recipe(encode(PICTURE, "jpeg", recipe=middle.to_json())) == middle

    def test_gone_on_with_as_it_was(self) -> None:
        assert self.WHOLE.following(self.WHOLE.until(40), 40) == self.WHOLE

    def test_gone_on_with_otherwise(self) -> None:
        further = recipe(settings=Settings(epochs=100, tv_weight=9.0))
        made = further.following(self.WHOLE, 60).until(80)
        assert made.parts == ((60, 60), (100, 80))
        assert made.settings == Settings(epochs=100)
        assert made.steered == (*self.WHOLE.steered, (61, further.settings.weighting))
        assert [made.weighting(epoch) for epoch in (4, 5, 60, 61)] == [
            Settings().weighting,
            *(change for _, change in made.steered),
        ]

    def test_an_older_program_is_told_that_it_is_too_old(self) -> None:
        assert json.loads(self.WHOLE.to_json())["styletransfer"] == 1
        assert json.loads(self.WHOLE.until(40).to_json())["styletransfer"] == 2

    @pytest.mark.parametrize(
        "parts",
        [3, [3], [[60]], [[60, 0]], [[60, 61]], [[60, 40.5]], [[60, 40], [60, 40]], [[61, 40]], [[60, 5]] * 999],
    )
    def test_forged(self, parts: object) -> None:
        text = changed(settings=Settings(epochs=60).to_dict(), parts=parts)
        with pytest.raises(StyleTransferError, match="damaged"):
            Recipe.from_json(text)


class TestForged:
    @pytest.mark.parametrize(
        "text",
        [
            '{"styletransfer":1',
            '{"styletransfer":1}',
            '{"styletransfer":"1"}',
            '{"styletransfer":' + "[" * 20_000 + "]" * 10_000 + "}",
            '{"styletransfer":' + "[" * 10_000 + "]" * 10_000 + "}",
            '{"styletransfer":' + "9" * 20_000 + "}",
            '["styletransfer"]',
            changed(settings=[]),
            changed(settings=None),
            changed(network=None),
            changed(network="a\nb"),
            changed(network="a" * 5000),
            changed(photo="0" * 63),
            changed(photo=7),
            changed(paintings=[]),
            changed(paintings="0" * 64),
            changed(paintings=["0" * 64] * 101),
            changed(versions=[]),
            changed(versions={"torch": 2}),
            changed(weights={"name": "a"}),
            changed(start="start.png"),
            changed(steered="often"),
            changed(steered=[[1, 2, 3]]),
            changed(steered=[[1, 2, 3, -4]]),
            changed(steered=[[1, 1, 1, 1]] * (MOST_CHANGES + 1)),
            changed(steered=[[1, 2, 3, 4, 1, 1, 1, 1, 1]]),
            changed(steered=[[1, 2, 3, 4, [1]]]),
            changed(masks="0" * 64),
            changed(masks=["0" * 64]),
            changed(masks=["0" * 64, "mask.png"]),
            changed(keep="keep.png"),
            with_setting("region_weights", [5.0, 1.0]),
            changed(photo_colors=1.5),
            changed(photo_colors="0.5"),
            with_setting("stroke_size", 100),
            with_setting("palette", "mine"),
            with_setting("style_shares", [0, 0]),
            with_setting("style_shares", [1, 1, 1, 1, 1]),
            with_setting("style_shares", 10**400),
            with_setting("size", 10**6),
            with_setting("size", "450"),
            with_setting("size", 10**4000),
            with_setting("style_weight", 10**400),
            with_setting("style_weight", float("nan")),
            with_setting("style_weight", -1),
            with_setting("style_layers", []),
            with_setting("style_layers", {"relu1_1": 1}),
            with_setting("style_layers", [["relu1_1"]]),
            with_setting("style_layers", ["relu1_1"] * 101),
            with_setting("network", "x" * 3000),
            with_setting("unheard_of", 1),
        ],
    )
    def test_is_refused_in_one_short_sentence(self, text: str) -> None:
        with pytest.raises(StyleTransferError) as caught:
            Recipe.from_json(text)
        assert len(str(caught.value)) < 400
        assert str(caught.value).isprintable()

    def test_a_huge_text_is_not_even_parsed(self) -> None:
        text = recipe().to_json() + " " * LONGEST_TEXT
        with pytest.raises(StyleTransferError, match="far too long"):
            read_recipe(encode(PICTURE, "png", recipe=text))

    def test_a_newer_layout(self) -> None:
        with pytest.raises(StyleTransferError, match="newer version"):
            Recipe.from_json(changed(styletransfer=4))

    def test_a_setting_of_a_newer_version(self) -> None:
        with pytest.raises(StyleTransferError, match="newer version"):
            Recipe.from_json(with_setting("brush", "round"))

    def test_one_of_the_first_layout_without_what_came_later(self) -> None:
        settings = recipe().settings.to_dict()
        for later in ("stroke_size", "palette", "style_shares", "precision", "region_weights"):
            del settings[later]
        del settings["weights"]
        assert Recipe.from_json(changed(settings=settings, start=None, steered=None, photo_colors=None)) == recipe()

    def test_unknown_keys_are_ignored(self) -> None:
        assert Recipe.from_json(changed(mood="blue")) == recipe()

    @given(
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
        ),
        st.sampled_from([*json.loads(recipe().to_json()), *(f"settings.{name}" for name in Settings().to_dict())]),
    )
    def test_any_value_anywhere_is_a_recipe_or_one_sentence(self, value: Any, place: str) -> None:
        values = json.loads(recipe().to_json())
        if place.startswith("settings."):
            values["settings"][place.removeprefix("settings.")] = value
        else:
            values[place] = value
        try:
            read = Recipe.from_json(json.dumps(values))
        except StyleTransferError:
            return
        assert Recipe.from_json(read.to_json()) == read

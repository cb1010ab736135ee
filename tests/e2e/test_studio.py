"""The studio as a person uses it: real weights at a small size, in a real browser."""

import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image
from steps import PATIENCE, PREVIEW, epoch, finished, make_small, picture, set_slider, start

pytestmark = pytest.mark.browser

PIXELS = """
    selector => {
        const image = document.querySelector(selector);
        if (!image?.complete || !image.naturalWidth) return "";
        const canvas = new OffscreenCanvas(image.naturalWidth, image.naturalHeight);
        const context = canvas.getContext("2d");
        context.drawImage(image, 0, 0);
        return context.getImageData(0, 0, canvas.width, canvas.height).data.join();
    }
"""
"""What can be seen of a picture; empty while there is none."""
Visit = Callable[..., Any]


def test_from_two_files_to_a_picture_on_disk(visit: Visit) -> None:
    page = visit()
    for kind, color, size in (("photo", "navy", (300, 200)), ("painting", "orange", (240, 240))):
        file = {"name": f"my_{kind}.png", "mimeType": "image/png", "buffer": picture(color, size)}
        page.locator(f".st-key-{kind} input[type=file]").set_input_files(file)
        page.locator(f"img[alt='Your {kind}: My {kind}']").first.wait_for()
    make_small(page, *["ArrowRight"] * 9)
    start(page)

    seen: set[str] = set()
    page.locator(PREVIEW).wait_for(timeout=PATIENCE)
    end = time.monotonic() + PATIENCE / 1000
    while not page.locator(".st-key-compare").count() and time.monotonic() < end:
        seen.add(page.evaluate(PIXELS, PREVIEW))
        page.wait_for_timeout(150)
    assert len(seen - {""}) >= 3

    four_curves = "document.querySelectorAll('.st-key-loss_chart .scatterlayer .trace').length === 4"
    page.wait_for_function(four_curves)
    page.locator(".st-key-curves button", has_text="TV").click()
    page.wait_for_function("document.querySelectorAll('.st-key-loss_chart .scatterlayer .trace').length === 3")

    for label, kind in (("PNG", "PNG"), ("JPEG", "JPEG"), ("WebP", "WEBP")):
        with page.expect_download() as download:
            page.get_by_role("button", name=label, exact=True).click()
        with Image.open(download.value.path()) as opened:
            opened.load()
            assert (opened.format, opened.size) == (kind, (128, 85))
        assert download.value.suggested_filename.startswith("my-photo-after-my-painting.")
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV", exact=True).click()
    table = download.value.path().read_text("utf-8").splitlines()
    assert table[0].startswith("epoch,seconds")
    assert len(table) == 1 + 100


def test_before_and_after_by_keyboard(visit: Visit) -> None:
    page = visit()
    make_small(page)
    start(page)
    finished(page)
    border = page.locator(".st-key-compare .compare input")
    border.wait_for(state="attached")
    border.focus()
    border.press("Home")
    left = page.locator(".st-key-compare .line").bounding_box()
    border.press("End")
    right = page.locator(".st-key-compare .line").bounding_box()
    assert right["x"] - left["x"] > 200
    border.press("ArrowLeft")
    assert border.get_attribute("aria-valuetext") == "99 % photo, 1 % painted"


def test_sliders_moved_and_the_page_reloaded_while_it_paints(visit: Visit) -> None:
    page = visit()
    make_small(page, "End")
    run = start(page)
    page.locator(PREVIEW).wait_for(timeout=PATIENCE)
    set_slider(page, "style_weight", "ArrowRight", "ArrowRight", "ArrowLeft")
    set_slider(page, "epochs", "ArrowLeft", "ArrowLeft")
    before = epoch(page)
    page.reload()
    page.locator(PREVIEW).wait_for()
    assert page.url.endswith(run)
    assert epoch(page) >= before
    other = visit(f"?run={run}")
    other.locator(PREVIEW).wait_for()
    assert other.locator(".st-key-others").count() == 0  # it is this one that is on the easel, and no other was begun
    other.locator(".st-key-stop button").click()
    page.get_by_text(re.compile("Stopped after")).wait_for()


def test_a_second_tab_queues_and_leaves_the_queue(visit: Visit) -> None:
    first, second = visit(), visit()
    make_small(first, "End")
    start(first)
    first.locator(PREVIEW).wait_for(timeout=PATIENCE)
    make_small(second)
    start(second)
    second.get_by_text("Next in line").wait_for()
    assert "On the easel now" in second.locator(".st-key-others").inner_text()
    second.locator(".st-key-stop button").click()
    second.get_by_text("Nothing was painted in this run.").wait_for()
    first.locator(".st-key-stop button").click()
    first.get_by_text(re.compile("Stopped after")).wait_for()


def test_a_weight_moved_while_it_paints_steers_the_run_and_is_marked(visit: Visit) -> None:
    page = visit()
    make_small(page, "End")
    run = start(page)
    page.get_by_text("Weights act at once, all else in the next painting.").wait_for()
    page.locator(PREVIEW).wait_for(timeout=PATIENCE)
    before = epoch(page)
    set_slider(page, "style_weight", "ArrowRight", "ArrowRight")
    set_slider(page, "resolution", "ArrowRight")
    note = page.locator(".gauge .note", has_text="style weight")
    note.wait_for()
    words = re.fullmatch(r"From epoch (\d+) on: style weight .+ instead of .+\.", note.inner_text())
    assert words is not None
    since = int(words.group(1))
    assert since > before
    page.locator(".st-key-loss_chart .annotation").first.wait_for(state="attached")
    page.wait_for_function(f"+document.querySelector('.bar').ariaValueText.split(' ')[1] > {since}")
    assert page.url.endswith(run)
    assert page.locator(".st-key-others").count() == 0
    page.locator(".st-key-stop button").click()
    page.get_by_text(re.compile("Stopped after")).wait_for()
    page.locator(".st-key-losses .note", has_text="style weight").first.wait_for()


WATCH = """
    async address => {
        window.seen = [];
        const pressed = ({ code }) => { if (code === "KeyS") window.pressed ??= performance.now(); };
        addEventListener("keydown", pressed, true);
        for (let over = false; !over;) {
            const news = await (await fetch(address)).json();
            window.seen.push([performance.now(), news.signature, news.losses]);
            over = /^(stopped|finished|failed)/.test(news.signature);
            await new Promise(resolve => setTimeout(resolve, 20));
        }
    }
"""
"""Keeps all that the server says of a run until it is over, and when it did, by the browser's clock in milliseconds."""


def test_stop_by_its_shortcut_acts_after_the_step_under_way(visit: Visit) -> None:
    page = visit()
    make_small(page, "End")
    run = start(page)
    page.locator(PREVIEW).wait_for(timeout=PATIENCE)
    page.evaluate(f"void ({WATCH})('/live/{run}')")
    page.wait_for_function("window.seen.length && window.seen.at(-1)[2] >= window.seen[0][2] + 5")
    page.keyboard.press("Alt+s")
    page.get_by_text(re.compile("Stopped after")).wait_for()
    finished(page)
    page.wait_for_function("window.seen.at(-1)[1].startsWith('stopped')")
    seen, pressed = page.evaluate("window.seen"), page.evaluate("window.pressed")
    (began, _, first), (ended, _, last) = seen[0], seen[-1]
    done = next((each for each in seen if " stop " in each[1]), seen[-1])[2]
    assert last <= done + 2  # the step under way, and one whose end was still on its way to the page
    step = (pressed - began) / (max(losses for when, _, losses in seen if when < pressed) - first)
    assert ended - pressed < 5000 + 10 * step  # with the browser's own way to the server, however busy that is


def test_a_page_that_cannot_be_seen_asks_for_nothing(visit: Visit) -> None:
    page = visit()
    make_small(page, "End")
    run = start(page)
    page.locator(PREVIEW).wait_for(timeout=PATIENCE)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if f"/live/{run}" in request.url else None)
    page.evaluate("Object.defineProperty(document, 'visibilityState', {get: () => window.state, configurable: true})")
    show = "state => { window.state = state; document.dispatchEvent(new Event('visibilitychange')) }"
    page.evaluate(show, "hidden")
    page.wait_for_timeout(700)  # what was under way
    asked.clear()
    page.wait_for_timeout(1_500)
    assert asked == []
    held = epoch(page)
    page.evaluate(show, "visible")
    page.wait_for_function(f"+document.querySelector('.bar').ariaValueText.split(' ')[1] > {held}")
    page.locator(".st-key-stop button").click()
    finished(page)


def test_pause_holds_the_epoch_and_resume_goes_on(visit: Visit) -> None:
    page = visit()
    make_small(page, "End")
    start(page)
    page.locator(PREVIEW).wait_for(timeout=PATIENCE)
    page.locator(".st-key-pause button").click()
    page.locator(".st-key-pause button", has_text="Resume").wait_for()
    page.wait_for_timeout(700)
    held = epoch(page)
    page.wait_for_timeout(2_000)
    assert epoch(page) == held
    page.locator(".st-key-pause button").click()
    page.wait_for_function(f"+document.querySelector('.st-key-progress .bar').ariaValueText.split(' ')[1] > {held}")
    page.locator(".st-key-stop button").click()
    finished(page)


def test_the_galleries_are_walked_with_the_arrow_keys(visit: Visit) -> None:
    page = visit()
    tiles = page.locator(".st-key-painting_gallery input[type=radio]")
    title = page.locator("h1").inner_text()
    tiles.first.focus()
    page.locator(".st-key-painting_gallery input:checked").focus()
    page.keyboard.press("ArrowLeft")
    page.wait_for_function("before => document.querySelector('h1').innerText !== before", arg=title)
    assert all(image.get_attribute("alt") for image in page.locator("img").all())


def test_a_strange_address_is_a_friendly_note(visit: Visit) -> None:
    page = visit("?run=../../secrets")
    page.get_by_text("There is no painting at this address").wait_for()


@pytest.mark.parametrize("width", [360, 390, 768, 1024])
def test_nothing_is_wider_than_the_window(visit: Visit, width: int) -> None:
    page = visit(width=width, height=844)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= width
    box = page.locator(".st-key-start button").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width


def test_on_a_narrow_window_start_shows_what_it_has_begun(visit: Visit) -> None:
    page = visit(width=390, height=844)
    make_small(page)
    start(page)
    page.locator(".st-key-live_image img, .st-key-compare").first.wait_for()
    page.wait_for_function("document.querySelector('[data-testid=stMain]').scrollTop === 0")


def test_the_settings_stay_in_place_while_the_curves_are_looked_at(visit: Visit) -> None:
    page = visit(width=1024, height=768)
    make_small(page)
    start(page)
    finished(page)
    scrolled = page.get_by_test_id("stMain").evaluate("main => { main.scrollTop = 1e6; return main.scrollTop; }")
    assert scrolled > 100
    assert abs(page.locator(".st-key-left").bounding_box()["y"]) < 2

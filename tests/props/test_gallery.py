"""Enrolled logos: pictures become prototypes, photos are matched by likeness and by geometry."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from standin import ENROL, NETWORK, StandIn, embed

from poseguard.boxes import square
from poseguard.errors import UsageError, WeightsError
from poseguard.props.enrol import LIGHTS, SIZES, check_words, drawn, enrolled, read_picture
from poseguard.props.gallery import GREY, WHITE, Book, Logo, LogoGallery, Match, Picture, known, strange
from poseguard.props.geometry import SIDE, inliers, points, surroundings
from poseguard.props.trial import too_like, tried

ROOT = Path(__file__).parents[2]
LOGO = ROOT / "samples/logo-partai-contoh.png"
Pixels = NDArray[np.uint8]


def other_mark(path: Path, seed: int) -> Path:
    """A mark that is none of anybody's: blots and bars in some outline, opaque on white."""
    rng = np.random.default_rng([7, seed])
    out = np.full((300, 300, 3), 255, np.uint8)
    turns = rng.uniform(0, 2 * np.pi) + np.arange(3 + seed % 4) * 2 * np.pi / (3 + seed % 4)
    outline = (150 + 135 * np.column_stack([np.cos(turns), np.sin(turns)])).astype(np.int32)
    cv2.fillPoly(out, [outline], rng.integers(0, 200, 3).tolist(), cv2.LINE_AA)
    for _ in range(9):
        x, y, r = rng.integers(70, 230), rng.integers(70, 230), rng.integers(10, 45)
        cv2.rectangle(out, (x - r, y - r // 2), (x + r, y + r // 3), rng.integers(0, 255, 3).tolist(), -1, cv2.LINE_AA)
        cv2.circle(out, (int(y), int(x)), int(r // 2), rng.integers(0, 255, 3).tolist(), -1, cv2.LINE_AA)
    Image.fromarray(out).save(path)
    return path


@pytest.fixture(scope="module")
def contoh() -> Logo:
    return enrolled("contoh", "Partai Contoh", None, [read_picture(LOGO, "en")], StandIn())


@pytest.fixture(scope="module")
def lain(tmp_path_factory: pytest.TempPathFactory) -> Logo:
    path = other_mark(tmp_path_factory.mktemp("marks") / "lain.png", 1)
    return enrolled("lain", "Partai Lain", None, [read_picture(path, "en")], StandIn())


@pytest.fixture(scope="module")
def gallery(contoh: Logo, lain: Logo) -> LogoGallery:
    return LogoGallery(Book(NETWORK, (contoh, lain)), ENROL, network=NETWORK)


def scene(picture: Picture, size: int, yaw: float = 20.0) -> tuple[Pixels, tuple[float, float, float, float]]:
    """A logo on a wall with a ramp of light and camera noise, turned as no prototype is."""
    pixels, box = drawn(picture, 215, size, replace(LIGHTS[0], yaw=yaw, roll=4, pitch=6, gain=0.9, blur=0.004))
    noise = np.random.default_rng(3).normal(0, 3, pixels.shape)
    ramp = np.linspace(-14, 14, pixels.shape[1])[None, :, None]
    return np.clip(pixels + noise + ramp, 0, 255).astype(np.uint8), box


def matched(gallery: LogoGallery, pixels: Pixels, box: tuple[float, float, float, float]) -> Match | None:
    (opinion,) = StandIn().opinions(pixels, [box])
    return gallery.match(surroundings(pixels, box), embed(square(pixels, box, 96, 1.25)), known(opinion))


@pytest.mark.parametrize("size", [48, 96, 180])
def test_an_enrolled_logo_is_named_in_a_scene_with_points_that_fit(
    size: int, gallery: LogoGallery, contoh: Logo, lain: Logo
) -> None:
    for logo in (contoh, lain):
        match = matched(gallery, *scene(logo.pictures[0], size))
        assert match is not None and match.code == logo.code
        assert match.inliers is not None and match.inliers >= ENROL["inliers"]
        assert ENROL["least"] <= match.confidence <= 1


def test_a_small_box_is_told_by_likeness_alone(gallery: LogoGallery, contoh: Logo) -> None:
    match = matched(gallery, *scene(contoh.pictures[0], 30, yaw=4))
    assert match is not None and (match.code, match.inliers) == ("contoh", None)
    assert match.cosine >= ENROL["strict_cosine"]


def test_marks_that_are_not_enrolled_are_not_named(gallery: LogoGallery, tmp_path: Path) -> None:
    for seed in range(2, 12):
        picture = read_picture(other_mark(tmp_path / f"{seed}.png", seed), "en")
        for size in (30, 64, 140):
            assert matched(gallery, *scene(picture, size)) is None


def test_a_mirrored_logo_has_no_points_that_fit(lain: Logo) -> None:
    pixels, box = scene(lain.pictures[0], 160)
    emblem = points(lain.pictures[0].on(WHITE))
    straight = inliers(emblem, points(surroundings(pixels, box)))
    mirrored = inliers(emblem, points(surroundings(pixels, box)[:, ::-1]))
    assert straight >= 10
    assert mirrored < straight / 3


def test_a_logo_beside_the_box_is_not_the_logo_in_it(contoh: Logo) -> None:
    pixels, (x, y, w, h) = scene(contoh.pictures[0], 160)
    wide = cv2.copyMakeBorder(pixels, 40, 40, 40, 260, cv2.BORDER_REPLICATE)
    emblem = points(contoh.pictures[0].on(WHITE))
    assert inliers(emblem, points(surroundings(wide, (x + 40, y + 40, w, h)))) >= 10
    assert inliers(emblem, points(surroundings(wide, (x + 40 + 1.0 * w, y + 40, w, h)))) == 0


def test_flat_colour_has_no_points() -> None:
    flat = points(np.full((60, 60, 3), 90, np.uint8))
    assert len(flat.xy) == 0
    assert inliers(flat, flat) == 0


def test_surroundings_keep_pixels_and_repeat_edges() -> None:
    pixels = np.random.default_rng(0).integers(0, 255, (100, 120, 3), dtype=np.uint8)
    inner = surroundings(pixels, (40.0, 30.0, 32.0, 20.0))
    assert inner.shape == (40, 40, 3)
    assert np.array_equal(inner, pixels[20:60, 36:76])
    corner = surroundings(pixels, (-10.0, -10.0, 32.0, 32.0))
    assert np.array_equal(corner[0, 0], pixels[0, 0])


def test_what_the_recogniser_surely_knows_is_a_rival(contoh: Logo) -> None:
    numbers = ENROL | {"weights": [-6.0, 8.0, 0.1, 0.0, 0.0, -3.0, 0.0]}
    gallery = LogoGallery(Book(NETWORK, (contoh,)), numbers, network=NETWORK)
    pixels, box = scene(contoh.pictures[0], 96)
    crop = surroundings(pixels, box)
    embedding = embed(square(pixels, box, 96, 1.25))
    assert gallery.match(crop, embedding, (("lain", 0.02),)) is not None
    assert gallery.match(crop, embedding, (("lain", 0.99),)) is None
    # The party's own older logo, or nothing at all, is no rival.
    assert gallery.match(crop, embedding, (("contoh", 0.99), ("background", 0.99))) is not None
    wary = LogoGallery(Book(NETWORK, (contoh,)), ENROL | {"weights": [-6.0, 8.0, 0.1, 0, 0, 0, -3.0]}, network=NETWORK)
    assert wary.match(crop, embedding, (("background", 0.02),)) is not None
    assert wary.match(crop, embedding, (("background", 0.99),)) is None, "it counts by itself"


def test_a_logo_that_strangers_come_close_to_has_to_be_liker(contoh: Logo) -> None:
    pixels, box = scene(contoh.pictures[0], 30, yaw=4)
    own = embed(square(pixels, box, 96, 1.25))

    def told(strangers: NDArray[np.float32], usual: float, closest: float) -> Match | None:
        said = b64encode(strangers.astype("<f2").tobytes()).decode()
        numbers = ENROL | {"small": [-36.8, 45.0, usual, closest, 0.3, 0.0], "strangers": said}
        return matched(LogoGallery(Book(NETWORK, (contoh,)), numbers, network=NETWORK), pixels, box)

    far, close = np.roll(own, 60)[None], own[None]
    one_in_fifty = np.concatenate([np.tile(far, (49, 1)), close])
    assert told(far, 0, -8) is not None and told(far, -8, 0) is not None
    assert told(close, 0, -8) is None and told(close, -8, 0) is None
    assert told(one_in_fifty, 0, -8) is None, "the closest count by themselves"
    assert told(one_in_fifty, -8, 0) is not None, "one that is close is no usual stranger"
    assert strange(contoh, close)[0] > strange(contoh, far)[0]


def test_of_two_alike_parties_neither_is_named_and_two_versions_of_one_are(contoh: Logo) -> None:
    pixels, box = scene(contoh.pictures[0], 96)
    twins = (contoh, replace(contoh, code="kembar"))
    assert matched(LogoGallery(Book(NETWORK, twins), ENROL, network=NETWORK), pixels, box) is None
    versions = (contoh, replace(contoh, version="2025"))
    match = matched(LogoGallery(Book(NETWORK, versions), ENROL, network=NETWORK), pixels, box)
    assert match is not None and match.code == "contoh"


def test_another_recogniser_asks_for_a_rebuild(contoh: Logo) -> None:
    with pytest.raises(UsageError, match="another network") as told:
        LogoGallery(Book(NETWORK, (contoh,)), ENROL, network="cd" * 32, lang="en")
    assert "logos rebuild" in told.value.remedy
    assert LogoGallery(Book(NETWORK), ENROL, network="cd" * 32).book.logos == ()


@pytest.mark.parametrize(
    "change",
    [
        {"weights": [1.0]}, {"cosine": None}, {"least": "x"}, {"margin": float("nan")}, {"inliers": []},
        {"strangers": ""}, {"strangers": "AAAA"}, {"strangers": "?"},
    ],
    ids=str,
)  # fmt: skip
def test_incomplete_numbers_are_refused(change: dict[str, object]) -> None:
    with pytest.raises(WeightsError, match=r"marks\.json"):
        LogoGallery(Book(NETWORK), ENROL | change, network=NETWORK, lang="en")
    with pytest.raises(WeightsError):
        LogoGallery(Book(NETWORK), None, network=NETWORK, lang="en")


def test_enrolment_is_the_same_every_time_and_covers_every_size(contoh: Logo) -> None:
    again = enrolled("contoh", "Partai Contoh", None, [read_picture(LOGO, "en")], StandIn())
    assert np.array_equal(again.embeddings, contoh.embeddings)
    assert contoh.embeddings.shape == (2 * len(SIZES) * len(LIGHTS), 192)
    assert set(contoh.sizes.tolist()) == set(SIZES)
    assert np.linalg.norm(contoh.embeddings, axis=1) == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize("light", LIGHTS)
def test_a_drawn_logo_lies_in_its_box_at_its_size(light: object, contoh: Logo) -> None:
    pixels, (x, y, w, h) = drawn(contoh.pictures[0], GREY, 72, light)  # type: ignore[arg-type]
    assert max(w, h) == pytest.approx(72, abs=1.5)
    outside = pixels.astype(int).copy()
    outside[int(y) - 6 : int(y + h) + 7, int(x) - 6 : int(x + w) + 7] = outside[0, 0]
    assert np.abs(outside - outside[0, 0]).max() < 60
    assert pixels[int(y + h / 3), int(x + w / 2)].astype(int).std() > 10  # the kite's teal, not the ground's grey


def test_transparency_is_seen_on_white_and_on_grey(tmp_path: Path) -> None:
    picture = read_picture(LOGO, "en")
    height, width = picture.rgba.shape[:2]
    assert max(height, width) == 256
    assert np.abs(picture.on(WHITE)[1, 1].astype(int) - 255).max() <= 2
    assert np.abs(picture.on(GREY)[1, 1].astype(int) - 128).max() <= 2
    middle = (height // 3, width // 2)
    assert np.array_equal(picture.on(WHITE)[middle], picture.on(GREY)[middle])
    with Image.open(LOGO) as image:
        white = Image.new("RGB", image.size, "white")
        white.paste(image, mask=image.getchannel("A"))
    white.save(tmp_path / "white.png")
    flat = read_picture(tmp_path / "white.png", "en")  # cut out of its even ground
    assert np.abs(flat.on(GREY)[1, 1].astype(int) - 128).max() <= 2
    assert np.abs(np.subtract(flat.rgba.shape, picture.rgba.shape)).max() <= 2


def test_a_turned_transparent_picture_is_turned_whole(tmp_path: Path) -> None:
    with Image.open(LOGO) as image:
        exif = Image.Exif()
        exif[0x0112] = 6
        image.crop((0, 60, 512, 420)).transpose(Image.Transpose.ROTATE_90).save(tmp_path / "turned.png", exif=exif)
        image.crop((0, 60, 512, 420)).save(tmp_path / "upright.png")
    turned, upright = (read_picture(tmp_path / f"{name}.png", "en") for name in ("turned", "upright"))
    assert turned.rgba.shape == upright.rgba.shape
    assert np.abs(turned.rgba.astype(int) - upright.rgba).mean() < 2


def test_a_photo_with_an_uneven_ground_is_kept_whole(tmp_path: Path) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (90, 120, 3), dtype=np.uint8)
    Image.fromarray(noise).save(tmp_path / "photo.png")
    picture = read_picture(tmp_path / "photo.png", "en")
    assert picture.rgba.shape == (90, 120, 4)
    assert picture.rgba[..., 3].min() == 255
    logo = enrolled("foto", "foto", None, [picture], StandIn())
    assert len(logo.embeddings) == len(SIZES) * len(LIGHTS)  # nothing shines through: one ground


def test_pictures_that_cannot_serve_are_refused(tmp_path: Path) -> None:
    cut = tmp_path / "cut.png"
    cut.write_bytes(LOGO.read_bytes()[:-2000])
    Image.new("RGB", (200, 200), (20, 90, 160)).save(tmp_path / "flat.png")
    Image.new("RGBA", (200, 200), (0, 0, 0, 0)).save(tmp_path / "clear.png")
    small = np.full((100, 100, 3), 255, np.uint8)
    small[50:60, 50:60] = (200, 0, 0)
    Image.fromarray(small).save(tmp_path / "small.png")
    (tmp_path / "text.png").write_text("no picture")
    for name in ("cut", "flat", "clear", "small", "text", "gone"):
        with pytest.raises(UsageError) as told:
            read_picture(tmp_path / f"{name}.png", "en")
        assert f"{name}.png" in told.value.message and told.value.remedy


def test_codes_and_names_are_such_as_a_report_can_carry() -> None:
    check_words("contoh", "Partai Contoh", "2025", "en")
    for code in ("", "Contoh", "a b", "unknown", "other", "neg", "x" * 33, "../x", "é"):
        with pytest.raises(UsageError):
            check_words(code, None, None, "en")
    for text in ("", " x", "a\x1b[2J", "x" * 81, "a\nb"):
        with pytest.raises(UsageError):
            check_words("contoh", text, None, "en")
        with pytest.raises(UsageError):
            check_words("contoh", None, text, "en")


def test_a_logo_too_like_another_is_told(contoh: Logo, lain: Logo, gallery: LogoGallery) -> None:
    assert too_like(contoh, gallery, StandIn(), StandIn()) == ()
    twin = replace(contoh, code="kembar")
    (alike,) = too_like(twin, gallery, StandIn(), StandIn())
    assert (alike.label, alike.enrolled) == ("contoh", True)
    pixels, box = drawn(contoh.pictures[0], WHITE, SIZES[-1])
    trained = StandIn(("pks", embed(square(pixels, box, 96, 1.25))))
    (alike,) = too_like(contoh, gallery, trained, StandIn())
    assert (alike.label, alike.enrolled) == ("pks", False)
    assert alike.share > 0.9


def test_a_trial_finds_the_place_of_the_logo(contoh: Logo, gallery: LogoGallery, lain: Logo) -> None:
    pixels, box = scene(contoh.pictures[0], 110)
    distract, there = scene(lain.pictures[0], 110)
    both = np.concatenate([distract, pixels], axis=1)
    moved = (box[0] + distract.shape[1], *box[1:])
    result = tried(both, [there, moved], contoh, gallery, StandIn(), StandIn())
    assert (result.boxes, result.box, result.named) == (2, moved, "contoh")
    whole = tried(distract, [], contoh, gallery, StandIn(), StandIn())
    assert whole.boxes == 0 and whole.named != "contoh"
    assert whole.best.logo.code == "contoh" and whole.best.cosine < result.best.cosine


def test_the_drawn_photo_shows_the_mark_and_the_office_photo_does_not(gallery: LogoGallery) -> None:
    photo, office = (
        np.asarray(Image.open(ROOT / "samples" / name)) for name in ("15-bendera-contoh.jpg", "16-spanduk-kantor.jpg")
    )
    for box in ((194.0, 134.0, 116.0, 131.0), (772.0, 216.0, 110.0, 134.0)):  # flag, banner
        match = matched(gallery, photo, box)
        assert match is not None and match.code == "contoh"
    for box in ((238.0, 72.0, 158.0, 158.0), (1100.0, 134.0, 92.0, 92.0)):  # the office's emblem, twice
        assert matched(gallery, office, box) is None


def test_points_are_taken_at_one_size() -> None:
    rng = np.random.default_rng(2)
    small = cv2.GaussianBlur(rng.integers(0, 255, (50, 40, 3), dtype=np.uint8), (0, 0), 2)
    found = points(np.asarray(small, np.uint8))
    assert (found.height, found.width) == (SIDE, round(SIDE * 40 / 50))


@pytest.mark.parametrize("shape", [(1, 1), (1, 2048), (2048, 1), (3, 900)])
def test_a_photo_of_one_row_still_has_a_square(shape: tuple[int, int]) -> None:
    crop = square(np.full((*shape, 3), 77, np.uint8), (0.0, 0.0, float(shape[1]), float(shape[0])), 96, 1.25)
    assert crop.shape == (96, 96, 3) and (crop == 77).all()

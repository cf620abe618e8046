"""The props room: party emblems and campaign props as evidence, each emblem verified before a party is named."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from poseguard.boxes import scaled, shared
from poseguard.detectors import Seen
from poseguard.people.search import owners
from poseguard.people.types import SURE_HEAD, Found, People
from poseguard.props.crowds import around, crowds
from poseguard.props.embedder import LogoEmbedder
from poseguard.props.gallery import Book, LogoGallery, default_path, known
from poseguard.props.gallery_file import read_book
from poseguard.props.geometry import surroundings
from poseguard.props.kinds import Kinds
from poseguard.props.marks import BACKGROUND, UNKNOWN, Calibration, Floats, MarkOpinion, Marks, lies_on, near
from poseguard.props.networks import LOGO, PROPS, own_network, shipped
from poseguard.props.search import LARGEST, PropsSearch
from poseguard.props.worn import Worn, met, torsos
from poseguard.reading.photo import ReadPhoto
from poseguard.results import Box, Digest, Evidence
from poseguard.texts import default_lang
from poseguard.weights import digest, fitting, verified_bytes

# Two boxes over one emblem or one prop share this much of the smaller one, and are not too unlike in area.
_SAME, _SIZES = 0.6, 0.2
_SAME_UNLIKE, _SIZES_UNLIKE = 0.85, 0.6
# Most boxes of one photo that the recogniser looks at, the best first.
_MOST = 200
# Most boxes of props that are looked at twice, likewise; others are what the detector says.
_MOST_LOOKS = 60
# A shirt or a cap belongs to the nearest head within so many head heights.
WORN, _REACH = "attribute", 2.5
# Of a crowd those are counted who bear a logo and are as sure as rules ask of one alone.
_LIKELY = 0.6
# Scores of a user's own network are not calibrated: they are taken as they are, from here on without a second look.
_OWN = Calibration(1.0, 0.0, 0.5)


@dataclass(frozen=True, slots=True)
class _Logo:
    """An emblem and whose it is. `box`: full-size pixels; `score`: the detector's; `second`: what it may be instead.

    `name`: of an enrolled logo, else None.
    """

    box: Box
    score: float
    label: str
    confidence: float
    version: str | None
    second: tuple[str, float]
    name: str | None = None


@dataclass(frozen=True, slots=True)
class _Prop:
    """A prop that is reported. `box`: full-size pixels; `score`: the detector's; `second`: what it may be instead.

    `members`: of a crowd, the clothes in it.
    """

    box: Box
    score: float
    label: str
    confidence: float
    second: tuple[str, float] | None = None
    members: tuple[_Prop, ...] = ()

    @property
    def boxes(self) -> list[Box]:
        """Where it is: of a crowd, where each of its clothes are."""
        return [one.box for one in self.members] or [self.box]


class PropsDetector:
    """Finds party logos and campaign props. Not shared between threads.

    `folder`: a user's own weights; `network`: a user's own detector in place of `props.onnx`; `gallery`: the file of
    enrolled logos, the user's default one where None. Raises WeightsError where a network is missing, wrong or unfit,
    UsageError where the gallery is.
    """

    name = "props"
    kinds: tuple[str, ...] = ("logo", "prop")

    def __init__(
        self,
        folder: Path | None = None,
        *,
        lang: str | None = None,
        network: Path | None = None,
        gallery: Path | None = None,
    ) -> None:
        chosen = lang or default_lang()
        model, numbers = (verified_bytes(name, extra_dir=folder, lang=lang) for name in ("marks", "marks_numbers"))
        self._marks = fitting("marks", chosen, lambda: Marks(model, numbers))
        self._embedder: LogoEmbedder | None = None
        self._gallery: LogoGallery | None = None
        if (book := _book(gallery, chosen)).logos:
            self._embedder = logo_embedder(folder, chosen)
            self._gallery = LogoGallery(book, self._marks.enrol, network=self._embedder.sha256, lang=chosen)
        self._parties = self._marks.parties | {logo.code for logo in book.logos}
        looks: tuple[Digest, ...] = ()
        if network is not None:
            yolo, self._classes, found = own_network(network, self._parties, chosen)
            self._calibration = dict.fromkeys(PROPS, _OWN)
            self._kinds: Kinds | None = None
            self._worn: Worn | None = None
        else:
            content = verified_bytes("props", extra_dir=folder, lang=lang)
            yolo, self._classes = fitting("props", chosen, lambda: shipped(content))
            self._calibration = fitting("marks", chosen, lambda: {name: self._marks.props[name] for name in PROPS})
            self._worn = fitting("marks", chosen, lambda: Worn(self._marks.worn))
            second = verified_bytes("prop_kinds", extra_dir=folder, lang=lang)
            self._kinds = fitting("prop_kinds", chosen, lambda: Kinds(second))
            found = digest("props", extra_dir=folder, lang=lang)
            looks = (digest("prop_kinds", extra_dir=folder, lang=lang),)
        self._search = PropsSearch(yolo, self._classes.logos, LARGEST if network is None else math.inf)
        enrolled = (
            (digest("logo_embedder", extra_dir=folder, lang=lang), self._gallery.digest()) if self._gallery else ()
        )
        numbers_too = (digest(name, extra_dir=folder, lang=lang) for name in ("marks", "marks_numbers"))
        self._digests = (found, *looks, *numbers_too, *enrolled)

    def digests(self) -> tuple[Digest, ...]:
        return self._digests

    def detect(self, photo: ReadPhoto, people: People) -> Seen:
        """Logos first, then props, each in reading order; what is told of a logo counts for the props it lies on."""
        assert photo.pixels is not None
        heads = [scaled(head.box, photo.scale) for head in people.heads if head.score >= SURE_HEAD]
        bodies = [scaled(body.box, photo.scale) for body in people.bodies]
        rows = self._search.rows(photo.pixels, heads, bodies)
        found = [(self._classes.names[int(row[0])], float(row[1]), _box(row[2:])) for row in rows]
        logos = self._logos(photo, [one for one in found if one[0] not in self._calibration])
        shirts = torsos(heads, bodies, photo.pixels.shape[1], photo.pixels.shape[0]) if self._worn else []
        props = self._props(photo, [one for one in found if one[0] in self._calibration], logos, shirts)
        props = _crowded(logos, props, max(photo.pixels.shape[:2]) / photo.scale)
        return Seen((*_told_logos(logos, props), *_told_props(logos, props, people)))

    def _props(
        self, photo: ReadPhoto, found: Sequence[tuple[str, float, Box]], logos: Sequence[_Logo], shirts: Sequence[Box]
    ) -> list[_Prop]:
        assert photo.pixels is not None
        emblems = [(scaled(logo.box, photo.scale), logo.confidence) for logo in logos]
        found = sorted(found, key=lambda one: -one[1])
        boxes = [box for _, _, box in found[:_MOST_LOOKS]]
        looks = self._kinds.looks(photo.pixels, boxes) if self._kinds else []
        props = []
        if self._worn is not None:
            seen = [(box, score) for label, score, box in found if label == WORN]
            for box, score, sure in self._worn.told(photo.pixels, shirts, emblems, seen):
                props.append(_Prop(scaled(box, 1 / photo.scale), score, WORN, sure))
        for n, (said, score, box) in enumerate(found):
            worn = any(met(box, shirt) for shirt in shirts)
            if worn and said == WORN:
                continue
            label, told, second = said, 0.5, None
            if n < len(looks):
                # Of clothes on people all is said: what the detector sees before them is something else.
                trust = math.inf if worn else self._marks.trust
                (label, told), second = looks[n].likeliest(said, trust)
            calibration = self._calibration[label]
            if (sure := calibration(score, *near(box, emblems), told)) >= calibration.least:
                props.append(_Prop(scaled(box, 1 / photo.scale), score, label, sure, second))
        props.sort(key=lambda prop: -prop.confidence)
        kept: list[_Prop] = []
        for prop in props:
            if not any(_same(prop.box, other.box, other.label == prop.label) for other in kept):
                kept.append(prop)
        return sorted(kept, key=lambda prop: _reading(prop.box))

    def _logos(self, photo: ReadPhoto, found: Sequence[tuple[str, float, Box]]) -> list[_Logo]:
        assert photo.pixels is not None
        looked_at = sorted((one for one in found if one[1] >= self._marks.least_box), key=lambda one: -one[1])[:_MOST]
        boxes, scores = [box for _, _, box in looked_at], [score for _, score, _ in looked_at]
        opinions = self._marks.opinions(photo.pixels, boxes, scores)
        embeddings = self._embedder.embed(photo.pixels, boxes) if self._embedder else [None] * len(boxes)
        logos = []
        for (label, score, box), opinion, embedding in zip(looked_at, opinions, embeddings, strict=True):
            logo = self._verified(photo, label, score, box, opinion)
            if embedding is not None:
                logo = self._enrolled(photo, box, score, opinion, embedding) or logo
            if logo.label != BACKGROUND:
                logos.append(logo)
        logos.sort(key=lambda logo: (logo.label == UNKNOWN, -logo.confidence))
        kept: list[_Logo] = []
        for logo in logos:
            if not any(_same(logo.box, other.box) for other in kept):
                kept.append(logo)
        # An office's emblem has had its say: a looser box around it is no party's either.
        told = (logo for logo in kept if logo.label == UNKNOWN or logo.label in self._parties)
        return sorted(told, key=lambda logo: _reading(logo.box))

    def _verified(self, photo: ReadPhoto, label: str, score: float, box: Box, opinion: MarkOpinion) -> _Logo:
        """What the recogniser makes of a box; a user's own class that is sure of its party needs no word from it."""
        full = scaled(box, 1 / photo.scale)
        if label in self._classes.parties and score >= _OWN.least:
            return _Logo(full, score, label, score, None, (opinion.label, opinion.confidence))
        if label == LOGO or opinion.label == label or opinion.label not in self._marks.parties:
            return _Logo(full, score, opinion.label, opinion.confidence, opinion.version, opinion.second)
        return _Logo(full, score, UNKNOWN, opinion.confidence, None, (opinion.label, opinion.confidence))

    def _enrolled(
        self, photo: ReadPhoto, box: Box, score: float, opinion: MarkOpinion, embedding: Floats
    ) -> _Logo | None:
        """The enrolled logo that a box shows, where it is likelier than the party that the recogniser names."""
        assert self._gallery is not None and photo.pixels is not None
        crop = surroundings(photo.pixels, box)
        match = self._gallery.match(crop, embedding, known(opinion))
        if match is None:
            return None
        if opinion.label in self._marks.parties - {match.code} and opinion.confidence > match.confidence:
            return None
        second = (match.second, match.second_confidence) if match.second else (opinion.label, opinion.confidence)
        full = scaled(box, 1 / photo.scale)
        return _Logo(full, score, match.code, match.confidence, match.version, second, match.name)


def _told_logos(logos: Sequence[_Logo], props: Sequence[_Prop]) -> list[Evidence]:
    out = []
    for number, logo in enumerate(logos, 1):
        on = _lies_on(logo, props)
        details: dict[str, Any] = {
            "size_px": round(max(logo.box[2:])),
            "detector_score": logo.score,
            "version": logo.version,
            "second": {"label": logo.second[0], "confidence": logo.second[1]},
            "enrolled": logo.name is not None,
            "prop": f"prop-{on[0] + 1}" if on else None,
        }
        if logo.name is not None:
            details["name"] = logo.name
        out.append(Evidence(f"logo-{number}", "logo", logo.label, logo.confidence, logo.box, details=details))
    return out


def _carried(logos: Sequence[_Logo], props: Sequence[_Prop]) -> list[list[int]]:
    """Indices of the named logos on each prop."""
    carried: list[list[int]] = [[] for _ in props]
    for i, logo in enumerate(logos):
        on = _lies_on(logo, props) if logo.label != UNKNOWN else []
        # What is worn stands before what hangs behind it.
        for j in on[:1] if on and props[on[0]].label == WORN else on:
            carried[j].append(i)
    return carried


def _crowded(logos: Sequence[_Logo], props: Sequence[_Prop], longest: float) -> list[_Prop]:
    """The same with one prop in place of a crowd's clothes."""
    named = _carried(logos, props)
    worn = [i for i, prop in enumerate(props) if prop.label == WORN]
    parties = [frozenset(logos[k].label for k in named[i]) for i in worn]
    out = list(props)
    for crowd in crowds([props[i].box for i in worn], parties, longest):
        members = tuple(props[worn[k]] for k in crowd)
        surest = max(members, key=lambda one: one.confidence)
        whole = _Prop(around([one.box for one in members]), surest.score, WORN, surest.confidence, members=members)
        out = [one for one in out if one not in members] + [whole]
    return sorted(out, key=lambda prop: _reading(prop.box))


def _told_props(logos: Sequence[_Logo], props: Sequence[_Prop], people: People) -> list[Evidence]:
    out = []
    for number, (prop, named) in enumerate(zip(props, _carried(logos, props), strict=True), 1):
        clothes = prop.members or ((prop,) if prop.label == WORN else ())
        worn_by = owners(tuple(Found(one.box, one.score) for one in clothes), people.heads, _REACH)
        wearer = worn_by[0] if worn_by and not prop.members else None
        details: dict[str, Any] = {
            "size_px": round(max(prop.box[2:])),
            "detector_score": prop.score,
            "second": prop.second and {"label": prop.second[0], "confidence": prop.second[1]},
            "parties": list(dict.fromkeys(logos[i].label for i in named)),
            "logos": [f"logo-{i + 1}" for i in named],
            "person": None if wearer is None else wearer + 1,
        }
        if prop.members:
            told = zip(clothes, worn_by, _carried(logos, clothes), strict=True)
            wearers = {head + 1 for one, head, own in told if head is not None and own and one.confidence >= _LIKELY}
            details |= {"wearers": len(clothes), "people": sorted(wearers)}
        out.append(Evidence(f"prop-{number}", "prop", prop.label, prop.confidence, prop.box, details=details))
    return out


def _lies_on(logo: _Logo, props: Sequence[_Prop]) -> list[int]:
    """Indices of the props that its centre lies on, the smallest first."""
    areas = {
        i: min(box[2] * box[3] for box in on)
        for i, prop in enumerate(props)
        if (on := [box for box in prop.boxes if lies_on(logo.box, box)])
    }
    return sorted(areas, key=lambda i: areas[i])


def _same(a: Box, b: Box, alike: bool = True) -> bool:
    """Whether two boxes are of one thing; of unlike classes only where they all but cover each other."""
    areas = sorted((a[2] * a[3], b[2] * b[3]))
    part, ratio = (_SAME, _SIZES) if alike else (_SAME_UNLIKE, _SIZES_UNLIKE)
    return shared(a, b) > part and areas[0] >= ratio * areas[1]


def _reading(box: Box) -> tuple[float, float]:
    """Order of reading, as for hands: lines of 64 pixels, each from the left."""
    return box[1] // 64, box[0]


def _box(row: Sequence[float]) -> Box:
    x, y, width, height = (float(v) for v in row)
    return x, y, width, height


def _book(path: Path | None, lang: str) -> Book:
    """The enrolled logos of `path`, which must be there; without one, of the default file, where there is any."""
    chosen = path or default_path()
    if path is None and not chosen.is_file():
        return Book("")
    return read_book(chosen, lang=lang)


def logo_embedder(folder: Path | None, lang: str) -> LogoEmbedder:
    """Raises WeightsError where the network is missing, wrong or unfit."""
    model = verified_bytes("logo_embedder", extra_dir=folder, lang=lang)
    return fitting("logo_embedder", lang, lambda: LogoEmbedder(model))

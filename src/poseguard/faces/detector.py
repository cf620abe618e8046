"""The faces room: who of a gallery's candidates a photo depicts; of everybody else, only how many there were."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

from poseguard.boxes import scaled
from poseguard.detectors import Seen
from poseguard.faces.gallery import Decision, Matcher
from poseguard.faces.gallery_file import read_gallery
from poseguard.faces.networks import load
from poseguard.faces.purpose import checked_purpose
from poseguard.faces.quality import Gate
from poseguard.faces.search import LEAST_HEAD, Look, look
from poseguard.people.types import SURE_HEAD, People
from poseguard.reading.photo import ReadPhoto
from poseguard.results import Digest, Evidence, Matching, Skipped
from poseguard.texts import default_lang


class FacesDetector:
    """Compares faces with a gallery of candidates and keeps nothing of those that are none. Not shared between threads.

    `folder`: a user's own weights; `embedder`: a user's own network; `purpose`: what the comparison is for, declared by
    the user and shown in every report; `show_possible`: also faces a little under their threshold, for a person to see.
    Raises WeightsError where a network is missing, wrong or unfit; UsageError where the gallery is, or without purpose.
    """

    name = "faces"
    kinds: tuple[str, ...] = ("face",)

    def __init__(
        self,
        folder: Path | None = None,
        *,
        gallery: Path,
        purpose: str,
        lang: str | None = None,
        embedder: Path | None = None,
        show_possible: bool = False,
    ) -> None:
        chosen = lang or default_lang()
        purpose = checked_purpose(purpose, chosen)
        self._networks = load(folder, embedder=embedder, lang=lang)
        read = read_gallery(gallery, lang=chosen, photos=False)
        self._matcher = Matcher(read, self._networks.numbers, lang=lang)
        self._name, self._purpose, self._show_possible = gallery.name, purpose, show_possible
        self._by_id = {one.id: one for one in read.candidates}

    def digests(self) -> tuple[Digest, ...]:
        return (*self._networks.digests, self._matcher.gallery.digest())

    def detect(self, photo: ReadPhoto, people: People) -> Seen:
        """One piece of evidence a named face, and a possible one where they are asked for, in reading order."""
        assert photo.pixels is not None
        heads = [i for i, head in enumerate(people.heads) if head.score >= LEAST_HEAD]
        faces = look(self._networks, photo.pixels, [scaled(people.heads[i].box, photo.scale) for i in heads])
        skipped = Counter(one.gate for one in faces if one.gate is not None)
        clear = [one for one in faces if one.gate is None]
        decisions = self._decisions(clear)
        named = sum(told.candidate is not None for told in decisions)
        shown = [
            self._evidence(one, told, photo, people, heads[one.head])
            for one, told in zip(clear, decisions, strict=True)
            if told.candidate is not None or (self._show_possible and told.possible)
        ]
        shown.sort(key=lambda one: (one.box[1] // 64, one.box[0]))
        evidence = tuple(
            Evidence(f"face-{number}", one.kind, one.label, one.confidence, one.box, details=one.details)
            for number, one in enumerate(shown, 1)
        )
        gallery = self._matcher.gallery
        matching = Matching(
            gallery=gallery.sha256,
            name=self._name,
            candidates=len(gallery.candidates),
            purpose=self._purpose,
            compared=len(clear),
            named=named,
            unnamed=len(clear) - named,
            skipped=Skipped(**{gate.value: skipped[gate] for gate in Gate}),
            note=self._networks.note or None,
        )
        return Seen(evidence, matching=matching)

    def _decisions(self, faces: list[Look]) -> list[Decision]:
        """Embeddings live in here, and nowhere after."""
        if not faces:
            return []
        embeddings = self._networks.embedder.embed(np.stack([one.crop for one in faces]))
        return [self._matcher.decide(embedding) for embedding in embeddings]

    def _evidence(self, one: Look, told: Decision, photo: ReadPhoto, people: People, head: int) -> Evidence:
        candidate = self._by_id[told.nearest]
        details: dict[str, Any] = {
            "name": candidate.name,
            "number": candidate.number,
            "office": candidate.office,
            "ticket": candidate.ticket,
            "election": candidate.election,
            "score": told.score,
            "threshold": told.threshold,
            "margin": told.margin,
            "second": told.second,
            "photo": candidate.photos[told.photo].sha256,
            "photos": candidate.pictures,
            "size_px": round(one.quality.size_px / photo.scale),
            "possible": told.candidate is None,
            "person": head + 1 if people.heads[head].score >= SURE_HEAD else None,
        }
        return Evidence(
            "", "face", candidate.id, told.likelihood, scaled(one.face.box, 1 / photo.scale), details=details
        )

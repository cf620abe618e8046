"""A handful of reports that use every field, and one picture drawn for them."""

from __future__ import annotations

import cv2
import numpy as np

from poseguard.people.types import Found, People
from poseguard.reading.photo import Pixels, ReadPhoto
from poseguard.results import (
    Box,
    Citation,
    ContextInfo,
    Digest,
    Evidence,
    Finding,
    Level,
    Matching,
    PhotoInfo,
    PhotoReport,
    Problem,
    Risk,
    Scene,
    Skipped,
    Status,
)

HOSTILE = '=cmd|\' /C calc\'!A0 <script>alert("x")</script> \u202egpj.\x1b[31m "&amp;.jpg'

MODELS = (Digest("hands-detector", "1.0", "1" * 64), Digest("hand-landmarks", "0.10.21", "2" * 64))
RULES = (Digest("poseguard-rules", "2026.11", "3" * 64),)
CONTEXT = ContextInfo(
    lang="id",
    election="pilkada-2024",
    region="Kota Contoh",
    posted="2024-10-15",
    taken="2024-10-14",
    taken_source="exif",
    phase="kampanye",
    regime="disiplin",
    subject="pns",
    pose_list="bkn-video",
    declared=("uniform",),
)
D7 = Citation(
    id="d-7",
    title="SKB Netralitas ASN 2022, tabel disiplin butir 7",
    issuer="MenPANRB, Mendagri, BKN, KASN, Bawaslu",
    number="SKB Nomor 2 Tahun 2022",
    date="2022-09-22",
    article="Lampiran II, disiplin, butir 7",
    text="Memposting foto bersama dengan calon, tim sukses, atau alat peraga …",
    binding=True,
    source="https://example.go.id/skb",
    verified=False,
    quoted=True,
)
BKN = Citation(
    id="bkn-video",
    title="Video BKN tentang pose foto",
    issuer="BKN",
    number="",
    date="2023-11",
    article="",
    text="Sepuluh pose yang sebaiknya dihindari.",
    binding=False,
    source="",
    verified=True,
)


def hand(number: int, label: str, confidence: float, box: Box, **more: object) -> Evidence:
    x, y, width, height = box
    points = tuple((x + width * (i % 5) / 4, y + height * (i // 5) / 4) for i in range(21))
    details = {
        "person": number,
        "size_px": round(max(width, height)),
        "detector_score": 0.8123456,
        "unreadable": False,
        "opinions": {
            "crop": {"label": label, "confidence": 0.9},
            "weighed": {"label": label, "confidence": confidence},
            "landmarks": {"label": "other", "confidence": 0.55, "presence": 0.987},
        },
        **more,
    }
    return Evidence(
        id=f"hand-{number}",
        kind="hand",
        label=label,
        confidence=confidence,
        box=box,
        hand="left" if number % 2 else "right",
        landmarks=points,
        details=details,
    )


def group() -> PhotoReport:
    """Three people show two fingers, two hands make a heart, one hand is resting."""
    seen = (
        hand(1, "peace", 0.934, (300.0, 500.0, 90.0, 110.0)),
        hand(2, "peace", 0.881, (620.0, 510.0, 88.0, 104.0)),
        hand(3, "peace", 0.706, (930.0, 495.0, 60.0, 80.0)),
        hand(4, "hand_heart", 0.91, (1180.0, 560.0, 70.0, 80.0), pair="hand-5"),
        hand(5, "hand_heart", 0.91, (1260.0, 560.0, 70.0, 80.0), pair="hand-4"),
        Evidence("hand-6", "hand", "other", 0.62, (1420.0, 760.0, 40.0, 44.0)),
    )
    pose = Finding(
        rule="pose-number-of-participant",
        level=Level.HIGH,
        title="Dua jari oleh tiga orang, sama dengan nomor urut peserta",
        explanation="Tiga dari lima orang menunjukkan dua jari (yakin 93%, 88% dan 71%).",
        evidence=("hand-1", "hand-2", "hand-3"),
        citations=(D7, BKN),
        other_readings=("Salam peace tanpa maksud politik.", "Menyebut angka dua."),
        would_change=("Foto tidak diunggah.", "Foto diambil sebelum peserta ditetapkan."),
        advice=("Ulangi foto dengan tangan mengepal.", "Jangan diunggah sebelum ditinjau."),
        notes=("Daftar pose adalah imbauan BKN/Bawaslu, bukan bunyi SKB.",),
    )
    allowed = Finding(
        rule="pose-allowed",
        level=Level.NONE,
        title="Hati dua tangan: pose yang dianjurkan",
        explanation="Pose ini disebut boleh dalam video BKN.",
        evidence=("hand-4",),
        citations=(BKN,),
        other_readings=(),
        would_change=(),
        advice=(),
    )
    return PhotoReport(
        photo=PhotoInfo("foto/apel/IMG_2001.jpg", "a" * 64, 1600, 1000, "jpeg", "2024-10-14T08:30:00"),
        status=Status.OK,
        error=None,
        evidence=seen,
        findings=(pose, allowed),
        risk=Risk(Level.HIGH, 0.8312),
        scene=Scene(people=5, hands_seen=6, hands_unreadable=1),
        context=CONTEXT,
        models=MODELS,
        rules=RULES,
        elapsed_ms=182.4,
    )


def lone() -> PhotoReport:
    """One thumb in a photo that was cut off: what was read raises the risk."""
    finding = Finding(
        rule="pose-listed",
        level=Level.LOW,
        title="Jempol: pose dalam daftar imbauan",
        explanation="Satu jempol terlihat (yakin 97%).",
        evidence=("hand-1",),
        citations=(BKN,),
        other_readings=("Tanda setuju.",),
        would_change=("Tidak ada pemilihan yang berjalan.",),
        advice=("Ulangi foto dengan tangan mengepal.",),
        notes=("Daftar pose adalah imbauan BKN/Bawaslu, bukan bunyi SKB.",),
    )
    return PhotoReport(
        photo=PhotoInfo("foto/kantin.webp", "b" * 64, 1200, 900, "webp", None),
        status=Status.PARTIAL,
        error=Problem("truncated", "Berkas terpotong; 60% baris terbaca."),
        evidence=(hand(1, "like", 0.972, (400.0, 300.0, 200.0, 220.0)),),
        findings=(finding,),
        risk=Risk(Level.LOW, 0.31),
        scene=Scene(people=1, hands_seen=1, hands_unreadable=0),
        context=ContextInfo(lang="id"),
        models=MODELS,
        rules=RULES,
        elapsed_ms=95.0,
    )


def fist() -> PhotoReport:
    return PhotoReport(
        photo=PhotoInfo("foto/rapat.jpg", "c" * 64, 800, 600, "jpeg", "2024-09-01T10:00:00"),
        status=Status.OK,
        error=None,
        evidence=(hand(1, "fist", 0.95, (200.0, 200.0, 100.0, 100.0)),),
        findings=(),
        risk=Risk(Level.NONE, 0.0),
        scene=Scene(people=2, hands_seen=3, hands_unreadable=2),
        context=CONTEXT,
        models=MODELS,
        rules=RULES,
        elapsed_ms=70.25,
    )


def logo(number: int, label: str, confidence: float, box: Box, **more: object) -> Evidence:
    details = {
        "size_px": round(max(box[2:])),
        "detector_score": 0.71,
        "version": None,
        "second": {"label": "neg:kpu", "confidence": 0.04},
        "enrolled": False,
        "prop": None,
        **more,
    }
    return Evidence(f"logo-{number}", "logo", label, confidence, box, details=details)


def prop(number: int, label: str, confidence: float, box: Box, **more: object) -> Evidence:
    second = {"label": "poster" if label == "spanduk" else "nothing", "confidence": 0.08}
    seen = {"size_px": round(max(box[2:])), "detector_score": 0.64, "second": second}
    details = {**seen, "parties": [], "logos": [], **more}
    return Evidence(f"prop-{number}", "prop", label, confidence, box, details={**details, "person": more.get("person")})


def banner() -> PhotoReport:
    """A fist before a banner with two parties' logos, beside a shirt, a plain flag and an emblem nobody can tell."""
    seen = (
        hand(1, "fist", 0.95, (200.0, 400.0, 60.0, 60.0)),
        logo(1, "pkb", 0.93, (320.0, 90.0, 80.0, 84.0), prop="prop-1"),
        logo(2, "perindo", 0.81, (520.0, 92.0, 70.0, 80.0), prop="prop-1", version="perindo_old"),
        logo(3, "unknown", 0.44, (880.0, 120.0, 30.0, 32.0), second={"label": "pan", "confidence": 0.3}),
        logo(4, "relawan", 0.77, (230.0, 340.0, 40.0, 40.0), enrolled=True, name="Relawan Contoh", prop="prop-3"),
        prop(1, "spanduk", 0.88, (250.0, 60.0, 600.0, 160.0), parties=["pkb", "perindo"], logos=["logo-1", "logo-2"]),
        prop(2, "flag", 0.62, (900.0, 300.0, 90.0, 200.0)),
        prop(3, "attribute", 0.7, (180.0, 300.0, 150.0, 200.0), parties=["relawan"], logos=["logo-4"], person=1),
    )
    finding = Finding(
        rule="attribute",
        level=Level.MEDIUM,
        title="Atribut partai terlihat",
        explanation="Satu spanduk dengan logo dua partai (yakin 88%).",
        evidence=("prop-1", "logo-1"),
        citations=(D7,),
        other_readings=("Acara lintas partai.",),
        would_change=("Spanduk bukan milik partai.",),
        advice=("Jangan diunggah sebelum ditinjau.",),
    )
    return PhotoReport(
        photo=PhotoInfo("foto/panggung.jpg", "e" * 64, 1000, 700, "jpeg", None),
        status=Status.OK,
        error=None,
        evidence=seen,
        findings=(finding,),
        risk=Risk(Level.MEDIUM, 0.55),
        scene=Scene(people=1, hands_seen=1, hands_unreadable=0),
        context=CONTEXT,
        models=MODELS,
        rules=RULES,
        elapsed_ms=120.0,
    )


MATCHING = Matching(
    gallery="9" * 64,
    name="calon.faces",
    candidates=18,
    purpose="pemeriksaan konten akun dinas",
    compared=4,
    named=1,
    unnamed=3,
    skipped=Skipped(small=2, masked=1),
)


def face(index: int, name: str, confidence: float, box: Box, **more: object) -> Evidence:
    details = {
        "name": name,
        "number": 2,
        "office": "Wali Kota",
        "ticket": "pasangan-2",
        "election": "pilkada-2024",
        "score": 0.7123,
        "threshold": 0.5241,
        "margin": 0.31,
        "second": "budi-contoh",
        "photo": "8" * 64,
        "photos": 4,
        "size_px": round(box[2]),
        "possible": False,
        "person": index,
        **more,
    }
    return Evidence(f"face-{index}", "face", name.lower().replace(" ", "-"), confidence, box, details=details)


def rally() -> PhotoReport:
    """Someone like a candidate, and another who possibly is like one, among five whose faces were compared."""
    seen = (
        hand(1, "fist", 0.95, (300.0, 500.0, 90.0, 110.0)),
        face(1, "Siti Contoh", 0.964, (575.0, 185.0, 90.0, 90.0)),
        face(2, "Budi Contoh", 0.41, (875.0, 185.0, 80.0, 80.0), possible=True, score=0.49, number=None, second=None),
    )
    finding = Finding(
        rule="candidate-active",
        level=Level.HIGH,
        title="Foto menggambarkan seseorang yang mirip calon Siti Contoh (nomor 2), perlu diverifikasi",
        explanation="Terlihat oleh alat: foto ini menggambarkan seseorang yang mirip calon Siti Contoh (nomor 2).",
        evidence=("face-1",),
        citations=(D7,),
        other_readings=("Orang lain yang mirip.",),
        would_change=("Ternyata orang lain.",),
        advice=("Bandingkan sendiri wajah itu dengan foto galeri.",),
    )
    return PhotoReport(
        photo=PhotoInfo("foto/deklarasi.jpg", "f" * 64, 1600, 1000, "jpeg", None),
        status=Status.OK,
        error=None,
        evidence=seen,
        findings=(finding,),
        risk=Risk(Level.HIGH, 0.8),
        scene=Scene(people=5, hands_seen=1, hands_unreadable=0),
        context=CONTEXT,
        models=MODELS,
        rules=RULES,
        elapsed_ms=210.0,
        matching=MATCHING,
    )


def damaged() -> PhotoReport:
    """Not read whole, nothing seen, and a level that a careless rule left at none."""
    return PhotoReport(
        photo=PhotoInfo("foto/setengah.png", "d" * 64, 640, 480, "png", None),
        status=Status.PARTIAL,
        error=Problem("truncated", "Berkas terpotong; separuh gambar terbaca."),
        evidence=(),
        findings=(),
        risk=Risk(Level.NONE, 0.0),
        scene=Scene(0, 0, 0),
        context=CONTEXT,
        models=MODELS,
        rules=RULES,
        elapsed_ms=12.0,
    )


def rejected() -> PhotoReport:
    return PhotoReport(
        photo=PhotoInfo(HOSTILE),
        status=Status.REJECTED,
        error=Problem("not-a-photo", "Isi berkas bukan foto."),
        evidence=(),
        findings=(),
        risk=Risk(Level.UNKNOWN, 0.0),
        scene=None,
        context=CONTEXT,
        models=(),
        rules=RULES,
        elapsed_ms=0.5,
    )


def all_reports() -> tuple[PhotoReport, ...]:
    return (fist(), rejected(), lone(), damaged(), banner(), rally(), group())


HEAD: Box = (560.0, 160.0, 120.0, 150.0)


def scene_pixels(width: int = 1600, height: int = 1000) -> Pixels:
    """A drawn group: five people, the second one's head a checkerboard, so that a blur can be measured."""
    canvas = np.full((height, width, 3), (206, 214, 219), np.uint8)
    cv2.rectangle(canvas, (0, int(height * 0.75)), (width, height), (150, 140, 128), -1)
    for person in range(5):
        x = 320 + 300 * person if person != 1 else 620
        tone = ((141, 85, 36), (198, 134, 66), (224, 172, 105), (105, 62, 30), (241, 194, 125))[person]
        cv2.rectangle(canvas, (x - 90, 330), (x + 90, 900), (60 + 20 * person, 90, 130), -1)
        cv2.ellipse(canvas, (x, 235), (60, 75), 0, 0, 360, tone, -1)
        cv2.circle(canvas, (x - 22, 225), 8, (20, 20, 20), -1)
        cv2.circle(canvas, (x + 22, 225), 8, (20, 20, 20), -1)
    x, y, wide, tall = (int(v) for v in HEAD)
    rows, columns = np.mgrid[0:tall, 0:wide]
    canvas[y : y + tall, x : x + wide] = (((rows // 5 + columns // 5) % 2) * 255)[..., None]
    for one in group().evidence:
        left, top, w, h = (int(v) for v in one.box)
        cv2.ellipse(canvas, (left + w // 2, top + h // 2), (w // 2 - 4, h // 2 - 4), 0, 0, 360, (214, 160, 110), -1)
    return canvas


def scene_photo(pixels: Pixels | None = None, scale: float = 1.0) -> ReadPhoto:
    return ReadPhoto(group().photo, Status.OK, None, scene_pixels() if pixels is None else pixels, scale)


def scene_people() -> People:
    heads = (Found(HEAD, 0.9), *(Found((260.0 + 300 * i, 160.0, 120.0, 150.0), 0.9) for i in (0, 2, 3, 4)))
    return People(bodies=(), heads=heads, hands=(), owner=())

"""Lettering of banners, and what stands on them. Names of people and places are invented."""

from __future__ import annotations

from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

U8 = NDArray[np.uint8]
HEIGHT = 72
CAMPAIGN = (
    "PILIH NOMOR", "COBLOS", "MENANGKAN", "BERSAMA RAKYAT", "CALON BUPATI", "CALON GUBERNUR", "WAKIL BUPATI",
    "CALEG DPRD",
    "DAPIL 3", "RELAWAN", "BERANI BERUBAH", "LANJUTKAN!", "SIAP MENANG", "KOALISI RAKYAT",
    "DPC KAB. SUKAMAJU", "DPD PARTAI",
    "KAMPANYE AKBAR", "CALON PRESIDEN", "MUDA & PEDULI", "UNTUK INDONESIA", "H. ARMAN WIJOYO, S.E.", "Hj. SITI RAHMI",
    "DRS. BUDI HARSONO", "RINA LARASATI", "KERJA NYATA", "ADIL MAKMUR", "MOHON DOA RESTU", "AMANAH",
    "GERAKAN PERUBAHAN",
    "PARTAI", "KADER", "RAKERDA", "DEKLARASI", "PASLON", "SATU PUTARAN", "JUJUR MERAKYAT", "NO. URUT", "2024 - 2029",
)  # fmt: skip
OFFICE = (
    "SELAMAT DATANG", "RAPAT KOORDINASI", "POSYANDU BALITA", "DINAS KESEHATAN", "DIRGAHAYU RI",
    "UPACARA HARI KORPRI", "GERMAS",
    "CEGAH STUNTING", "SOSIALISASI PAJAK", "BIMBINGAN TEKNIS", "PELAYANAN PUBLIK", "ZONA INTEGRITAS",
    "KECAMATAN SUKAMAJU",
    "WISUDA ANGKATAN IV", "LOMBA KEBERSIHAN", "IMUNISASI GRATIS", "DONOR DARAH", "KKN TEMATIK 2023",
    "NETRALITAS ASN", "PEMERINTAH DAERAH",
    "KANTOR DESA MEKAR", "SD NEGERI 2", "PELANTIKAN PEJABAT", "HUT KE-78", "MUSRENBANG", "PASAR MURAH",
    "KERJA BAKTI", "RUMAH SAKIT",
)  # fmt: skip


@lru_cache(maxsize=1)
def _fonts() -> tuple[ImageFont.FreeTypeFont | ImageFont.ImageFont, ...]:
    # matplotlib (of the training extra) brings faces that are the same everywhere; Pillow brings one.
    own: list[ImageFont.FreeTypeFont | ImageFont.ImageFont] = [ImageFont.load_default(HEIGHT)]
    spec = find_spec("matplotlib")
    if spec is None or spec.origin is None:
        return tuple(own)
    folder = Path(spec.origin).parent / "mpl-data/fonts/ttf"
    names = ("DejaVuSans-Bold", "DejaVuSans", "DejaVuSerif-Bold", "DejaVuSans-BoldOblique", "STIXGeneralBolIta")
    return (*(ImageFont.truetype(str(folder / f"{name}.ttf"), HEIGHT) for name in names), *own)


@lru_cache(maxsize=4000)
def _drawn(text: str, font: int) -> U8:
    face = _fonts()[font % len(_fonts())]
    left, top, right, bottom = face.getbbox(text)
    image = Image.new("L", (max(int(right - left), 1), max(int(bottom - top), 1)))
    ImageDraw.Draw(image).text((-left, -top), text, font=face, fill=255)
    return np.asarray(image, np.uint8)


def word_mask(text: str, height: int, font: int, squeeze: float = 1.0) -> U8:
    """Coverage 0..255 of a line of text of so many pixels; `squeeze` narrows the letters."""
    full = _drawn(text, font)
    width = max(round(full.shape[1] * height / full.shape[0] * squeeze), 1)
    return np.asarray(cv2.resize(full, (width, max(height, 1)), interpolation=cv2.INTER_AREA), np.uint8)

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from training.manifest import rewritten

MANIFEST = """# A comment stays.

[[model]]
name = "people"
bytes = 0
sha256 = ""
origin = "own"
file = "people.onnx"  # so does this one

[[model]]
name = "hand_landmark"
bytes = 7
sha256 = "abc"
origin = "wheel"
file = "hand.tflite"
"""


def test_only_size_and_digest_of_own_files_change(tmp_path: Path) -> None:
    (tmp_path / "people.onnx").write_bytes(b"network")
    sha256 = hashlib.sha256(b"network").hexdigest()
    expected = MANIFEST.replace("bytes = 0", "bytes = 7").replace('sha256 = ""', f'sha256 = "{sha256}"')
    assert rewritten(MANIFEST, tmp_path) == expected
    assert rewritten(expected, tmp_path) == expected


def test_a_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        rewritten(MANIFEST, tmp_path)


def test_a_table_without_the_lines_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "people.onnx").write_bytes(b"network")
    with pytest.raises(ValueError, match="sha256"):
        rewritten(MANIFEST.replace('sha256 = ""\n', ""), tmp_path)

"""Writes bytes and sha256 of the project's own files into their manifests anew: `python -m training.manifest`.

Only these two lines of each `origin = "own"` table change; names, versions, comments and order stay as they are.
"""

from __future__ import annotations

import hashlib
import re
import sys
import tomllib
from pathlib import Path

from benchmarks.truth import ROOT, TWINS


def rewritten(text: str, folder: Path) -> str:
    """`text` of a manifest with the sizes and digests of the own files in `folder`.

    Raises FileNotFoundError for a file that is not there, ValueError for a table without a bytes or sha256 line.
    """
    head, *tables = re.split(r"(?m)^(?=\[\[model\]\])", text)
    return head + "".join(_table(table, folder) for table in tables)


def _table(table: str, folder: Path) -> str:
    model = tomllib.loads(table)["model"][0]
    if model["origin"] != "own":
        return table
    content = (folder / model["file"]).read_bytes()
    for field, value in (("bytes", str(len(content))), ("sha256", f'"{hashlib.sha256(content).hexdigest()}"')):
        table, found = re.subn(rf"(?m)^{field} *=.*$", f"{field} = {value}", table)
        if found != 1:
            raise ValueError(f"{model['name']}: one line `{field} = ...` is wanted, {found} found")
    return table


def main() -> None:
    for folder in (ROOT / "weights", TWINS):
        path = folder / "manifest.toml"
        before = path.read_text(encoding="utf-8")
        after = rewritten(before, folder)
        if after != before:
            path.write_text(after, encoding="utf-8")
        print(f"{path}: {'rewritten' if after != before else 'already right'}", file=sys.stderr)


if __name__ == "__main__":
    main()

"""What every format offers: photos one by one, then the summary."""

from __future__ import annotations

from typing import Protocol

from poseguard.reports.picture import Picture, Wants
from poseguard.reports.summary import Summary
from poseguard.results import PhotoReport


class Reporter(Protocol):
    """One format writing to one place, in memory that does not grow with the photos.

    `wants`: the pictures that `add` has a use for; the worker that has the pixels makes them with `picture.picture`.
    """

    wants: Wants

    def add(self, report: PhotoReport, picture: Picture | None = None) -> None:
        """One photo, in the order of the scan. Raises OSError where the place cannot be written."""
        ...

    def close(self, summary: Summary) -> None:
        """Ends the report, whole and valid also when the run was ended early."""
        ...

    def discard(self) -> None:
        """Leaves nothing behind: temporary files are removed, and what stood at the target before stays."""
        ...

"""PoseGuard explains, photo by photo, where a picture could be read as political partisanship by a civil servant.

    from poseguard import Scanner

    scanner = Scanner(lang="en")
    report = scanner.look("photo.jpg", election="pilkada-2024", posted="2024-10-15")
    print(report.risk.level)

`scan` looks at many photos in processes of their own, each with its `context`. Every result is a frozen type of
`poseguard.results`.
"""

from __future__ import annotations

__version__ = "0.1.0"

__all__ = ["Evidence", "Finding", "Job", "Level", "PhotoReport", "Scanner", "Settings", "Status", "context", "scan"]

TYPE_CHECKING = False  # as typing's, whose import would come before Ctrl-C can be answered
if TYPE_CHECKING:
    from poseguard.results import Evidence, Finding, Level, PhotoReport, Status
    from poseguard.scanner import Job, Scanner, Settings, context, scan

_HOMES = {
    **dict.fromkeys(("Evidence", "Finding", "Level", "PhotoReport", "Status"), "poseguard.results"),
    **dict.fromkeys(("Job", "Scanner", "Settings", "context", "scan"), "poseguard.scanner"),
}


def __getattr__(name: str) -> object:
    """Imports the heavy rooms only when they are asked for (PEP 562)."""
    from importlib import import_module

    if name not in _HOMES:
        raise AttributeError(f"module 'poseguard' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)

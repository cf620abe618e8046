"""Python imports this by itself where its folder is on PYTHONPATH: in that process no socket reaches anything.

Every process leaves `<pid>.on` in $POSEGUARD_GUARD, and a line in `tried.txt` for each attempt. Worker processes talk
to their parent over a pair of nameless AF_UNIX sockets (multiprocessing.Pipe): those may be made, but get no address.
"""

import os
import sys
from pathlib import Path

_NOTES = Path(os.environ["POSEGUARD_GUARD"])
_LOCAL = 1  # socket.AF_UNIX; importing socket here would hide whether the program does
_ADDRESSED = (
    "socket.connect",
    "socket.bind",
    "socket.sendto",
    "socket.getaddrinfo",
    "socket.gethostbyname",
    "socket.gethostbyaddr",
    "socket.getnameinfo",
)


def _forbid(event: str, args: tuple[object, ...]) -> None:
    if not (event in _ADDRESSED or (event == "socket.__new__" and args[1] not in (-1, _LOCAL))):
        return
    with (_NOTES / "tried.txt").open("a") as notes:
        notes.write(f"{os.getpid()} {event} {args[1:]!r}\n")
    raise PermissionError(f"sockets are forbidden here ({event})")


(_NOTES / f"{os.getpid()}.on").touch()
sys.addaudithook(_forbid)

"""`python -m poseguard`, the same as `poseguard`."""

import sys

from poseguard.cli import main

sys.exit(main())

"""Telling: what was found, as JSON Lines, CSV, a terminal report, one HTML file and marked copies.

The parts that need pixels (`picture`) and the formats are imported where they are used, so that
`import poseguard` stays quick.
"""

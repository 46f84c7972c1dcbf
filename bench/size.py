"""How much a measurement does: all of it, or a share of it for a trial (`python -m bench --scale 0.001`)."""

import os

VARIABLE = "BENCH_SCALE"
SCALE = float(os.environ.get(VARIABLE, "1"))


def scaled(full: int, least: int = 1) -> int:
    """`full` in a full run; in a trial the same share of it, but no fewer than `least`."""
    return max(least, round(full * SCALE))

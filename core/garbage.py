"""The garbage collector of cycles, paused where much is created and nothing is cyclic."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def paused_collection() -> Iterator[None]:
    """Pause the collector for a bounded piece of work, of the whole process; without effect where it is off.

    Objects without cycles are freed all the same. A full collection in the middle of a batch would walk everything that
    the process has loaded, more often the more objects the batch holds.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()

"""Functions called in a process of their own, which holds nothing of the caller: no connection, cache or setting."""

import os
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

import django
from django.utils.module_loading import import_string


def call(path: str, environment: Mapping[str, str] | None = None) -> Any:
    """What the function of that dotted path returns, or raises, once Django is set up with the environment."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as executor:
        return executor.submit(_call, path, dict(environment or {})).result()


def _call(path: str, environment: dict[str, str]) -> Any:
    os.environ.update(environment)
    django.setup()
    return import_string(path)()

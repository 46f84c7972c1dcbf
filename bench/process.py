"""Calls functions in a new process, which shares no connection, cache or setting with the caller."""

import os
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

import django
from django.utils.module_loading import import_string


def call(path: str, environment: Mapping[str, str] | None = None) -> Any:
    """Set Django up with the environment and call the function at the dotted path; return or raise what it does."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as executor:
        return executor.submit(_call, path, dict(environment or {})).result()


def _call(path: str, environment: dict[str, str]) -> Any:
    os.environ.update(environment)
    django.setup()
    return import_string(path)()

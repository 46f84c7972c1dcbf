"""A checkout's settings and the baselines of `bench`: additional URLs and Django's own admin templates."""

from pathlib import Path

import django

from local.settings import *  # noqa: F403
from local.settings import TEMPLATES

ROOT_URLCONF = "bench.urls"
PLAIN = "plain"
TEMPLATES += [
    {
        "NAME": PLAIN,
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [Path(django.__file__).parent / "contrib" / "admin" / "templates"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

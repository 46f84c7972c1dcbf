"""The portal's settings with the baselines' URLs beside the real ones."""

from portal.settings import *  # noqa: F403

ROOT_URLCONF = "bench.urls"

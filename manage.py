#!/usr/bin/env python3
"""Django's command line for Tollgate. A checkout has the commands of `local` too, an image has not."""

import os
import sys
from importlib.util import find_spec

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "local.settings" if find_spec("local") else "portal.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)

"""The Django project: settings, base templates, and the pages that combine several packages."""

from portal.celery import app as celery_app

__all__ = ["celery_app"]

"""The mail about a finished export. Its link opens a page of the portal, which requires a login."""

import structlog
from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from archive.models import Export

log = structlog.get_logger("tollgate.archive")


def send_export_mail(export: Export) -> None:
    """Mail the requester, if they chose so. Errors of the mail server are logged, not raised."""
    if not export.mail or export.made_by is None or not export.made_by.is_active:
        return
    link = settings.BASE_URL + reverse("archive:export", args=[export.public_id])
    text = render_to_string("archive/mail/export.txt", {"export": export, "link": link}).strip()
    subject = _("Your export: %(dataset)s") % {"dataset": export.get_dataset_display()}
    try:
        send_mail(subject, text, None, [export.made_by.email])
    except OSError as error:  # includes SMTP errors
        log.warning("mail_not_sent", export=export.pk, error=repr(error))

"""The mail that says that an export is done. Its link opens a page of the portal, which asks who one is."""

import structlog
from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from archive.models import Export

log = structlog.get_logger("tollgate.archive")


def tell(export: Export) -> None:
    """Mail the maker, if they wanted it. The mail server is not ours: what goes wrong there is noted, not raised."""
    if not export.mail or export.made_by is None or not export.made_by.is_active:
        return
    link = settings.BASE_URL + reverse("archive:export", args=[export.public_id])
    text = render_to_string("archive/mail/export.txt", {"export": export, "link": link})
    subject = _("Your export: %(dataset)s") % {"dataset": export.get_dataset_display()}
    try:
        send_mail(subject, text, None, [export.made_by.email])
    except OSError as error:  # SMTP's own errors are among them
        log.warning("mail_not_sent", export=export.pk, error=repr(error))

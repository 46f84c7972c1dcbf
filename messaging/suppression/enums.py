"""The vocabulary of the suppression list, as it is stored."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from messaging.persons.enums import IdentityKind

ERASED = "erased"  # the kind of an identity of which only a hash is kept
KINDS = ((ERASED, _("Erased person")), *IdentityKind.choices)


class Action(TextChoices):
    """What an event does to marketing messages."""

    STOP = "stop", _("Stop")
    START = "start", _("Lift")


class Source(TextChoices):
    """Where a stop or its lifting comes from."""

    PREFERENCE = "preference", _("WhatsApp settings of the person")
    WORD = "word", _("Message of the person")
    ERROR = "error", _("Error 131050 of Meta")
    API = "api", _("REST API")
    CSV = "csv", _("CSV import")
    PAGE = "page", _("Suppression page")


STOPPED_CODE = 131050  # Meta's: the person stopped marketing messages
BY_PERSON = frozenset({Source.PREFERENCE, Source.WORD, Source.ERROR})

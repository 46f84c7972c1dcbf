"""Labels of deleted rows."""

from django.utils.translation import gettext_lazy as _

from archive.models import Deletion

_REMOVED = {
    "messages": _("Messages"),
    "statuses": _("Statuses in their history"),
    "payloads": _("Texts, requests and responses"),
    "calls": _("Calls, whose person was removed"),
    "other_channels": _("Messages on other channels, whose person and text were removed"),
    "webhooks": _("Stored webhooks deleted or redacted"),
    "mentions": _("Mentions in other messages, masked"),
    "announcements": _("Marketing preferences and announced changes"),
    "identities": _("Links of numbers, user ids and names"),
    "saved_filters": _("Saved filters"),
    "kept_answers": _("Stored API responses"),
    "exports": _("Exports withdrawn"),
    "suppressions": _("Entries of the suppression list, reduced to a hash"),
    "participations": _("Messages to groups, which stay without the person"),
    "never_sent": _("Of these messages, queued ones that will not be sent"),
    "still_being_sent": _("Not deleted because they are still being sent"),
}


def removed_words(deletion: Deletion) -> list[tuple[str, int]]:
    """The label and number of each kind of deleted rows, in the order above."""
    return [(str(words), int(deletion.removed[name])) for name, words in _REMOVED.items() if deletion.removed.get(name)]

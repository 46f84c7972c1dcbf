"""Erasing a person again of whom only a certificate is left: a restored copy of the database brought them back."""

from accounts.models import Account
from archive.deletion.jobs import erase_person
from archive.deletion.subjects import subject_of
from archive.exports.requests import Asker
from archive.models import Deletion
from messaging.log.services.forgetting import numbers_of

ACTOR = "repeat_erasures"


def erase_again(account: Account, subject: str, certificate: str) -> Deletion | None:
    """Have the person of a certificate's `subject` erased again; None when no number of the account has that hash.

    Each number of the account is hashed and compared, as none can be had from a hash. Raises Refused.
    """
    found = next((number for number in numbers_of(account) if subject_of(account, number) == subject), None)
    if found is None:
        return None
    asker = Asker(account, ACTOR, frozenset(), None)
    return erase_person(asker, found, reason=f"Again, after a restore: {certificate}")

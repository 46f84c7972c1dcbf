"""Erasing a person again of whom only a certificate is left: a restored copy of the database brought them back."""

from accounts.principal import Principal
from archive.deletion.jobs import erase_person
from archive.deletion.subjects import subject_of
from archive.models import Deletion
from messaging.log.services.erasure import numbers_of


def erase_again(subject: str, certificate: str, *, by: Principal) -> Deletion | None:
    """Have the person of a certificate's `subject` erased again; None when no number of the account has that hash.

    Each number of the account is hashed and compared, as none can be had from a hash. Raises UserError.
    """
    found = next((number for number in numbers_of(by.account) if subject_of(by.account, number) == subject), None)
    if found is None:
        return None
    return erase_person(by, found, reason=f"Repeated after a restore: {certificate}")

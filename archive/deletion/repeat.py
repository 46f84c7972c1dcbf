"""Repeating an erasure from its certificate, after a restored copy of the database brought the person back."""

from accounts.principal import Principal
from archive.deletion.jobs import erase_person
from archive.deletion.subjects import subject_of
from archive.models import Deletion
from messaging.log.services.erasure import numbers_of


def repeat_erasure(subject: str, certificate: str, *, by: Principal) -> Deletion | None:
    """Erase the person of a certificate's `subject` again; None if no number of the account has that hash.

    Hashes each number of the account, because a hash does not reveal its number. Raises UserError.
    """
    msisdn = next((number for number in numbers_of(by.account) if subject_of(by.account, number) == subject), None)
    if msisdn is None:
        return None
    return erase_person(by, msisdn, reason=f"Repeated after a restore: {certificate}")

"""Repeating an erasure from its certificate, after a restored copy of the database brought the person back."""

from accounts.principal import Principal
from archive.deletion.jobs import erase_person
from archive.deletion.subjects import subject_of
from archive.models import Deletion
from messaging.log.services.erasure import identities_of
from messaging.persons.enums import IdentityKind

_PREFIXES = {IdentityKind.USERNAME: "@", IdentityKind.NUMBER: "+"}


def repeat_erasure(subject: str, certificate: str, *, by: Principal) -> Deletion | None:
    """Erase the person of a certificate's `subject` again; None if no identity of the account has that hash.

    Hashes each number, id and username of the account, because a hash does not reveal its own. Raises UserError.
    """
    matches = (each for each in identities_of(by.account) if subject_of(by.account, each.value) == subject)
    identity = next(matches, None)
    if identity is None:
        return None
    text = _PREFIXES.get(identity.kind, "") + identity.value
    return erase_person(by, text, reason=f"Repeated after a restore: {certificate}")

"""The certificate of a deletion: what was deleted, when and by whom, without naming the person."""

import hashlib
import json
from typing import Any

from archive.enums import DeletionKind
from archive.models import Deletion
from core.tenancy import every_tenant

# What a deletion keeps, and why that identifies nobody.
KEPT_DATA = {
    "usage": "Deliveries and their costs, by a hash of the message's id: no number, no text.",
    "counts": "How many messages there were, by time, channel, country, template and status.",
    "deleted_messages": "The hash, times and status of each deleted message, so that late receipts still count.",
    "backups": "Earlier backups of the database expire by their own rules; repeat the deletion after restoring one.",
}


def certificate_of(deletion: Deletion) -> dict[str, Any]:
    """The certificate of a finished deletion."""
    with every_tenant():
        account = deletion.account
    subject = {"subject": f"hmac-sha256:{deletion.subject}"} if deletion.kind == DeletionKind.PERSON else {}
    return {
        "certificate": str(deletion.public_id),
        "account": str(account.public_id),
        "kind": deletion.kind,
        **subject,
        "state": deletion.state,
        "asked_by": deletion.actor,
        "reason": deletion.reason,
        "confirmed_at": deletion.confirmed_at.isoformat(),
        "finished_at": deletion.finished_at.isoformat() if deletion.finished_at else None,
        "removed": dict(sorted(deletion.removed.items())),
        "kept": KEPT_DATA,
    }


def canonical(certificate: dict[str, Any]) -> bytes:
    """The bytes of a certificate that are hashed: JSON with sorted keys, without spaces, in UTF-8."""
    return json.dumps(certificate, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def sha256_of(certificate: dict[str, Any]) -> str:
    """The hash that proves a certificate; the audit log contains it, too."""
    return hashlib.sha256(canonical(certificate)).hexdigest()

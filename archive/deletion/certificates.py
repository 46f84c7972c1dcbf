"""The certificate of a deletion: what went, when, by whom; never whom it was about."""

import hashlib
import json
from typing import Any

from archive.enums import DeletionKind
from archive.models import Deletion
from core.tenancy import every_tenant

# What a deletion leaves, and why that tells of nobody.
KEPT = {
    "usage": "Deliveries and their costs, by a hash of the message's id: no number, no text.",
    "counts": "How many messages there were, by time, channel, country, template and status.",
    "deleted_messages": "The hash, times and status of each deleted message, so that late receipts still count.",
    "backups": "Earlier backups of the database expire by their own rules; repeat the deletion after restoring one.",
}


def certificate_of(deletion: Deletion) -> dict[str, Any]:
    """The certificate of a deletion that is over."""
    with every_tenant():
        account = deletion.account
    about = {"subject": f"hmac-sha256:{deletion.subject}"} if deletion.kind == DeletionKind.PERSON else {}
    return {
        "certificate": str(deletion.public_id),
        "account": str(account.public_id),
        "kind": deletion.kind,
        **about,
        "state": deletion.state,
        "asked_by": deletion.actor,
        "reason": deletion.reason,
        "confirmed_at": deletion.confirmed_at.isoformat(),
        "finished_at": deletion.finished_at.isoformat() if deletion.finished_at else None,
        "removed": dict(sorted(deletion.removed.items())),
        "kept": KEPT,
    }


def canonical(certificate: dict[str, Any]) -> bytes:
    """A certificate as the bytes that are hashed: JSON with sorted keys and without spaces, UTF-8."""
    return json.dumps(certificate, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def sha256_of(certificate: dict[str, Any]) -> str:
    """The hash that proves a certificate: the audit log has it too."""
    return hashlib.sha256(canonical(certificate)).hexdigest()

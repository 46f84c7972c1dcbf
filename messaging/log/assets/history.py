"""Announced changes of templates, phone numbers and WABAs: kept in a history, from which the present state follows.

A template that is announced before anybody registered it is created from the announcement. A number or WABA is not:
people decide which account it belongs to, so the webhook waits until they register it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from django.db import connection, transaction
from django.db.models import Max

from billing.services import VolumeTier, record_volume_tiers
from messaging.log.directory import Directory
from messaging.log.models import Change, Template
from messaging.log.models import ContactEvent as ContactEventRow
from messaging.log.models.channel import template_language
from providers.events import ChangeEvent, ContactEvent
from providers.reading import items, mapping, text
from providers.vocabulary import Quality, Subject, TemplateStatus

# Column of the present state -> the field of the history it follows.
STATE = {
    Subject.TEMPLATE: {"status": "status", "quality": "quality"},
    Subject.PHONE_NUMBER: {
        "messaging_limit": "messaging_limit",
        "throughput": "throughput",
        "flag": "flag",
        "name_status": "display_name",
    },
}
_LATEST = """{column} = coalesce((
    SELECT c.{value} FROM log_change c
    WHERE c.account_id = s.account_id AND c.subject = %(subject)s AND c.subject_id = s.id
        AND c.field = '{field}' AND c.new <> '' {current}
    ORDER BY c.at DESC, c.new = 'PENDING', c.new DESC LIMIT 1), {column})"""
# Of a template that was created again, only announcements with the new id count.
_CURRENT = "AND c.template_id IN ('', s.provider_template_id)"
# The category that the latest of these announcements names.
_CATEGORY = f"""category = coalesce((
    SELECT a.category FROM log_change c
    CROSS JOIN LATERAL (SELECT CASE c.field WHEN 'category' THEN c.new ELSE c.template_category END AS category) a
    WHERE c.account_id = s.account_id AND c.subject = %(subject)s AND c.subject_id = s.id
        AND c.field IN ('category', 'status') AND a.category <> '' {_CURRENT}
    ORDER BY c.at DESC, c.field, a.category DESC LIMIT 1), category)"""  # noqa: S608 - of constants
# The announced id that began last: a late deletion or pause of an older one does not begin anything. Components of
# another announced id are not its own.
_CURRENT_IDS = """
UPDATE log_template s SET provider_template_id = latest.template_id,
    components = CASE WHEN EXISTS (
        SELECT FROM log_change c WHERE c.account_id = s.account_id AND c.subject = %(subject)s AND c.subject_id = s.id
        AND c.template_id = s.provider_template_id AND c.template_id <> ''
    ) THEN '[]' ELSE s.components END
FROM (
    SELECT DISTINCT ON (c.subject_id) c.subject_id, c.template_id FROM log_change c
    WHERE c.subject = %(subject)s AND c.subject_id = ANY(%(ids)s) AND c.template_id <> ''
    GROUP BY c.subject_id, c.template_id
    ORDER BY c.subject_id,
        min(c.at) FILTER (WHERE c.field = 'status' AND c.new IN ('PENDING', 'APPROVED', 'REJECTED')) DESC NULLS LAST,
        min(c.at) DESC, c.template_id DESC
) latest WHERE s.id = latest.subject_id AND s.provider_template_id <> latest.template_id
"""
# Name and language stay unique in the WABA: a name that another template has is not taken.
_RENAME = f"""
UPDATE log_template s SET name = latest.name
FROM (
    SELECT DISTINCT ON (c.subject_id) c.subject_id, c.template_name AS name
    FROM log_change c JOIN log_template s ON s.id = c.subject_id
    WHERE c.subject = %(subject)s AND c.subject_id = ANY(%(ids)s) AND c.template_name <> ''
    AND c.template_id <> '' {_CURRENT}
    ORDER BY c.subject_id, c.at DESC, c.template_name DESC
) latest
WHERE s.id = latest.subject_id AND s.name <> latest.name AND NOT EXISTS (
    SELECT FROM log_template o
    WHERE (o.account_id, o.waba_id, o.language, o.name) = (s.account_id, s.waba_id, s.language, latest.name)
)
"""  # noqa: S608 - of constants
_TABLES = {Subject.TEMPLATE: "log_template", Subject.PHONE_NUMBER: "log_phonenumber"}


@dataclass(frozen=True, slots=True)
class Announcement:
    """A change with its account, time, subject and webhook."""

    account_id: int
    event: ChangeEvent
    at: datetime
    subject_id: int
    webhook_id: int | None = None


class ContactFact(Protocol):
    """An event about a person with its account, time and webhook."""

    @property
    def account_id(self) -> int: ...
    @property
    def event(self) -> ContactEvent: ...
    @property
    def at(self) -> datetime: ...
    @property
    def webhook_id(self) -> int | None: ...


def apply_changes(announcements: Sequence[Announcement]) -> None:
    """Add the changes to the history and bring the present state up to it, in one transaction.

    Applying the same changes again, or in another order, ends in the same rows.
    """
    if not announcements:
        return
    with transaction.atomic():
        Change.objects.bulk_create(
            [
                Change(
                    account_id=item.account_id, subject=item.event.subject, subject_id=item.subject_id, at=item.at,
                    field=item.event.field, old=item.event.old, new=item.event.new, reason=item.event.reason,
                    template_id=item.event.template_id, template_name=item.event.template_name,
                    template_category=item.event.template_category,
                    details=item.event.details, webhook_id=item.webhook_id,
                )
                for item in announcements
            ],
            ignore_conflicts=True,
        )  # fmt: skip
        record_volume_tiers([tier for item in announcements if (tier := _volume_tier(item))])
        for subject, columns in STATE.items():
            ids = sorted({item.subject_id for item in announcements if item.event.subject == subject})
            if ids:
                _bring_up_to_date(subject, columns, ids)
        _update_sources(announcements)
        _update_components([item for item in announcements if item.event.components is not None])


def _volume_tier(announcement: Announcement) -> VolumeTier | None:
    """Return a change of a volume tier as billing records it; the tiers of calls are not about messages."""
    if announcement.event.field != "account.volume_based_pricing_tier_update":
        return None
    tier_info = mapping(announcement.event.details.get("volume_tier_info"))
    category = text(tier_info.get("pricing_category"), 32)
    if category.upper() == "CALLING":
        return None
    return VolumeTier(
        announcement.account_id, announcement.subject_id, category,
        text(tier_info.get("region"), 64), text(tier_info.get("tier"), 64),
        text(tier_info.get("effective_month"), 7), announcement.at, announcement.webhook_id,
    )  # fmt: skip


def _bring_up_to_date(subject: Subject, columns: dict[str, str], ids: list[int]) -> None:
    """Set each column to the latest change of its field.

    Of two of the same moment the greater text wins, but PENDING, with which a template begins, is never the later one.
    """
    is_template = subject == Subject.TEMPLATE
    current = _CURRENT if is_template else ""
    assignments = [
        _LATEST.format(column=column, value="new", field=field, current=current) for column, field in columns.items()
    ]
    if is_template:
        assignments.append(_LATEST.format(column="status_reason", value="reason", field="status", current=current))
        assignments.append(_CATEGORY)
    with connection.cursor() as cursor:
        cursor.execute(  # in the order of ids, so that two workers wait for each other instead of deadlocking
            f"SELECT id FROM {_TABLES[subject]} WHERE id = ANY(%(ids)s) ORDER BY id FOR NO KEY UPDATE",  # noqa: S608
            {"ids": ids},
        )
        if is_template:
            cursor.execute(_CURRENT_IDS, {"subject": str(subject), "ids": ids})
            cursor.execute(_RENAME, {"subject": str(subject), "ids": ids})
        cursor.execute(
            f"UPDATE {_TABLES[subject]} s SET {', '.join(assignments)} WHERE id = ANY(%(ids)s)",  # noqa: S608
            {"subject": str(subject), "ids": ids},
        )


def _update_sources(announcements: Sequence[Announcement]) -> None:
    """Store who made a template, which an announcement may say and none takes back."""
    for item in announcements:
        if source := item.event.template_source:
            ids = ("", item.event.template_id)
            Template.objects.filter(pk=item.subject_id, provider_template_id__in=ids).update(source=source)


def _update_components(announcements: Sequence[Announcement]) -> None:
    """Give templates the components of their latest announcement, and keep a media header, which it does not show."""
    for item in announcements:
        template = Template.objects.get(pk=item.subject_id)
        changes = Change.objects.filter(
            subject=Subject.TEMPLATE, subject_id=template.pk, field="components",
            template_id__in=("", template.provider_template_id),
        )  # fmt: skip
        is_current = item.event.template_id in {"", template.provider_template_id}
        if is_current and item.at == changes.aggregate(latest=Max("at"))["latest"]:
            media = [
                each for each in items(template.components) if text(each.get("format"), 16).upper() not in {"", "TEXT"}
            ]
            announced = item.event.components or []
            has_header = any(each["type"] == "HEADER" for each in announced)
            template.components = announced if has_header else [*media, *announced]
            template.save(update_fields=["components"])


def create_template(account_id: int, event: ChangeEvent, directory: Directory) -> int:
    """The id of the announced template of a registered WABA; it is created if it is missing. Raises Unregistered.

    The provider's id identifies it, else name and language: one that is created again under its name has another id.
    """
    waba_id = directory.waba(account_id, event.waba_id)
    if event.template_id:
        known = Template.objects.filter(
            account=account_id, waba=waba_id, provider_template_id=event.template_id
        ).values_list("pk", flat=True)
        if ids := known[:1]:
            return ids[0]
    template, _ = Template.objects.get_or_create(
        account_id=account_id, waba_id=waba_id, name=event.template_name,
        language=template_language(event.template_language),
        defaults={"category": event.template_category, "provider_template_id": event.template_id,
                  "status": TemplateStatus.PENDING, "quality": Quality.UNKNOWN},
    )  # fmt: skip
    return template.pk


def apply_contacts(reports: Iterable[ContactFact]) -> None:
    """Store people's preferences and changes; duplicates add nothing."""
    ContactEventRow.objects.bulk_create(
        [
            ContactEventRow(
                account_id=each.account_id, at=each.at, msisdn=each.event.msisdn, user_id=each.event.user_id,
                field=each.event.field, new=each.event.new, details=each.event.details, webhook_id=each.webhook_id,
            )
            for each in reports
        ],
        ignore_conflicts=True,
    )  # fmt: skip

"""The declared columns of a message agree with everything that has such columns."""

from django.db import connection

from billing.services import DeliveredMessage
from messaging.log.enums import STATUS_ORDER
from messaging.log.lifecycle.attributes import MessageAttributes
from messaging.log.lifecycle.columns import (
    COLUMNS,
    DELIVERY_STATES,
    KEY,
    RANKINGS,
    Merge,
    WhenDeleted,
    merged_by,
    ranked_by,
)
from messaging.log.lifecycle.effects import COUNTED
from messaging.log.models import DeletedMessage, Message
from messaging.log.models.traffic import DETAIL_KEYS

DATABASE_TYPES = {
    "bigint": "bigint", "int": "integer", "smallint": "smallint", "timestamptz": "timestamp with time zone",
    "uuid": "uuid",
}  # fmt: skip


def fields(model):
    return {field.column: field for field in model._meta.concrete_fields}


def database_type(field):
    return str(field.db_type(connection)).partition("(")[0]


def test_every_column_of_a_message_is_declared():
    assert sorted(fields(Message)) == sorted([*(column.name for column in COLUMNS), "id"])


def test_types_agree_with_the_model():
    types = {name: database_type(field) for name, field in fields(Message).items() if name != "id"}
    assert types == {column.name: DATABASE_TYPES.get(column.sql_type, "varchar") for column in COLUMNS}


def test_a_column_without_a_default_may_be_null():
    always = {column.name for column in merged_by(Merge.FIRST, Merge.GENERATED)} | {"created_at"}
    nullable = {column.name for column in COLUMNS if column.empty == "NULL"} - always
    assert nullable == {name for name, field in fields(Message).items() if field.null}


def test_a_default_is_the_model_s():
    defaults = {column.name: int(column.default) for column in COLUMNS if column.default}
    assert defaults == {name: fields(Message)[name].default for name in ("category_rank", "detail_rank")}


def test_what_a_deleted_message_keeps_is_declared():
    columns = [column.name for column in COLUMNS if column.when_deleted != WhenDeleted.DROPPED]
    assert sorted(fields(DeletedMessage)) == sorted([*columns, "message_id", "deleted_at", "status"])


def test_no_kept_column_is_personal_data():
    columns = {column.name for column in COLUMNS if column.when_deleted == WhenDeleted.KEPT}
    assert not columns & {"msisdn", "user_id", "client_message_id", "error_title", "provider_message_id", "umid"}


def test_generated_columns_are_generated():
    generated = {column.name for column in merged_by(Merge.GENERATED)}
    assert generated == {name for name, field in fields(Message).items() if field.generated}


def test_each_status_follows_from_a_state_s_time():
    times = {column.name for column in COLUMNS if column.state}
    assert times == {name for name, _ in STATUS_ORDER}
    assert {f"{state}_at" for state in DELIVERY_STATES} < times


def test_a_ranking_holds_what_it_requires():
    required = {ranking.name: ranking.required for ranking in RANKINGS}
    assert required == {"category": "", "detail": "status_detail", "error": "error_code"}
    assert all(not name or name in {c.name for c in ranked_by(r)} for r in RANKINGS for name in (r.required,))


def test_the_counts_have_every_counted_column():
    assert sorted(COUNTED) == sorted(DETAIL_KEYS)


def test_billing_receives_every_billed_column():
    # group_id decides whose deliveries are billed, and category_rank whether the category is assumed.
    billed = {column.name for column in COLUMNS if column.billed} - {"group_id", "category_rank"} | {"category_assumed"}
    outside = {"message_key", "account_id", "provider", "waba_id", "billed_at", "webhook_id"}
    assert billed == {*DeliveredMessage._fields} - outside


def test_sending_sets_every_attribute():
    assert MessageAttributes._fields == (*KEY, *(column.name for column in merged_by(Merge.ATTRIBUTE)))

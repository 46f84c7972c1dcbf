"""How the columns of a leg merge."""

from messaging.legs.models import STATES
from messaging.records.columns import COMMON, INTEGER, JSON, NUMERIC, TEXT, TIME, Column, Merge, latest

COLUMNS = (
    *COMMON,
    Column("channel", TEXT, Merge.KEY),
    Column("umid", TEXT, personal=True),
    Column("business_address", TEXT),
    Column("content_type", TEXT),
    Column("content", JSON, personal=True),
    Column("client_message_id", TEXT, personal=True),
    *(Column(f"{state}_at", TIME, Merge.LEAST) for state in STATES),
    *latest(("detail_at", TIME), ("status_detail", TEXT)),
    *latest(("price_at", TIME), ("price", NUMERIC), ("currency", TEXT)),
    Column("segments", INTEGER),
)

"""How the columns of a call merge."""

from messaging.records.columns import COMMON, ID, INTEGER, TEXT, TIME, Column, Merge

STATES = ("connecting", "ringing", "accepted", "rejected", "failed")
COLUMNS = (
    *COMMON,
    Column("call_id", TEXT, personal=True),
    Column("phone_number_id", ID),
    Column("waba_id", ID),
    Column("client_call_id", TEXT, personal=True),
    *(Column(f"{state}_at", TIME, Merge.LEAST) for state in STATES),
    Column("started_at", TIME, Merge.LEAST),
    Column("ended_at", TIME),
    Column("seconds", INTEGER),
)

"""SQL for one column: its value in a batch of events, in a new message, and in an existing message after the merge.

`m` is the message, `c` the row of change_batch, which has a list of texts for each ranking.
"""

from collections.abc import Callable

from messaging.log.lifecycle.columns import COLUMNS, Column, Merge, Ranking, ranked_by

_AGGREGATES = {"LEAST": "min", "GREATEST": "max"}


def row_value(row: str) -> Callable[[Column], str]:
    """A function from a column to its SQL in this row."""
    return lambda column: f"{row}.{column.name}"


def reduce_column(column: Column) -> str:
    """The value of a batch's events for one message."""
    if column.merge == Merge.LEAST:
        return f"min({_event_value(column)})" + (f" FILTER (WHERE state = '{column.state}')" if column.state else "")
    return f"max({_event_value(column)})"


def reduce_ranking(ranking: Ranking) -> str:
    """The best list of a batch's events for one message."""
    best = f"{_AGGREGATES[ranking.best]}({_list(ranking, _event_value)})"
    return best + (f" FILTER (WHERE {_has_values(ranking, _event_value)})" if ranking.required else "")


def ranking_of(ranking: Ranking, row: str) -> str:
    """The list of a row; NULL when it has none."""
    of = row_value(row)
    return (
        f"CASE WHEN {_has_values(ranking, of)} THEN {_list(ranking, of)} END"
        if ranking.required
        else _list(ranking, of)
    )


def initial_value(column: Column) -> str:
    """The value of a new message."""
    if isinstance(column.merge, Ranking):
        return _list_value(column, column.merge, f"c.{column.merge.values}")
    return column.empty if column.merge == Merge.ATTRIBUTE else f"c.{column.name}"


def merge_column(column: Column) -> str:
    """The new value of an existing message."""
    if isinstance(column.merge, Ranking):
        return _list_value(column, column.merge, merge_ranking(column.merge))
    return f"{column.merge.name}(m.{column.name}, c.{column.name})"


def merge_ranking(ranking: Ranking) -> str:
    """The better list of an existing message and its change."""
    return f"{ranking.best}({ranking_of(ranking, 'm')}, c.{ranking.values})"


def merge_excluded(column: Column) -> str:
    """The new value of an existing row `m` of the same columns, in an upsert."""
    if isinstance(column.merge, Ranking):
        ranking = column.merge
        better = f"{ranking.best}({ranking_of(ranking, 'm')}, {ranking_of(ranking, 'excluded')})"
        return _list_value(column, ranking, better)
    return f"{column.merge.name}(m.{column.name}, excluded.{column.name})"


def _event_value(column: Column) -> str:
    return column.reported or column.name


def _list(ranking: Ranking, of: Callable[[Column], str]) -> str:
    return f"ARRAY[{', '.join(_as_text(column, of(column)) for column in ranked_by(ranking))}]"


def _as_text(column: Column, sql: str) -> str:
    if column.is_text:
        return sql
    return f"({sql})::text" if column.default else f"coalesce(({sql})::text, '')"


def _list_value(column: Column, ranking: Ranking, ranked: str) -> str:
    """A column's value out of a list, which may be NULL."""
    element = f"({ranked})[{1 + ranked_by(ranking).index(column)}]"
    if column.is_text:
        return f"coalesce({element}, '')"
    number = f"{element}::{column.sql_type}" if column.default else f"nullif({element}, '')::{column.sql_type}"
    return f"coalesce({number}, {column.default})" if column.default else number


def _has_values(ranking: Ranking, of: Callable[[Column], str]) -> str:
    """Whether an event or message has values of a ranking."""
    (column,) = (column for column in COLUMNS if column.name == ranking.required)
    return f"{of(column)} <> ''" if column.is_text else f"{of(column)} IS NOT NULL"

"""SQL for one column: what a batch of events reports of it, what a new message gets, what a known one becomes.

`m` is the message, `c` the row of change_batch, which has a list of texts for each ranking.
"""

from collections.abc import Callable

from messaging.log.lifecycle.columns import COLUMNS, Column, Merge, Ranking, ranked_by

_AGGREGATES = {"LEAST": "min", "GREATEST": "max"}


def of_row(row: str) -> Callable[[Column], str]:
    """Columns of a message."""
    return lambda column: f"{row}.{column.name}"


def reduced(column: Column) -> str:
    """What all events of a batch together report of a message."""
    if column.merge == Merge.LEAST:
        return f"min({_of_event(column)})" + (f" FILTER (WHERE state = '{column.state}')" if column.state else "")
    return f"max({_of_event(column)})"


def reduced_ranking(ranking: Ranking) -> str:
    """The best list of a batch's events."""
    best = f"{_AGGREGATES[ranking.best]}({_list(ranking, _of_event)})"
    return best + (f" FILTER (WHERE {_has(ranking, _of_event)})" if ranking.required else "")


def ranking_of(ranking: Ranking, row: str) -> str:
    """The list of a message; NULL where it has none."""
    of = of_row(row)
    return f"CASE WHEN {_has(ranking, of)} THEN {_list(ranking, of)} END" if ranking.required else _list(ranking, of)


def initial(column: Column) -> str:
    """The value of a new message."""
    if isinstance(column.merge, Ranking):
        return _unlisted(column, column.merge, f"c.{column.merge.values}")
    return column.empty if column.merge == Merge.ATTRIBUTE else f"c.{column.name}"


def merged(column: Column) -> str:
    """The new value of a known message."""
    if isinstance(column.merge, Ranking):
        return _unlisted(column, column.merge, merged_ranking(column.merge))
    return f"{column.merge.name}(m.{column.name}, c.{column.name})"


def merged_ranking(ranking: Ranking) -> str:
    """The list of a known message and its change, the better of the two."""
    return f"{ranking.best}({ranking_of(ranking, 'm')}, c.{ranking.values})"


def _of_event(column: Column) -> str:
    return column.reported or column.name


def _list(ranking: Ranking, of: Callable[[Column], str]) -> str:
    return f"ARRAY[{', '.join(_as_text(column, of(column)) for column in ranked_by(ranking))}]"


def _as_text(column: Column, sql: str) -> str:
    if column.is_text:
        return sql
    return f"({sql})::text" if column.default else f"coalesce(({sql})::text, '')"


def _unlisted(column: Column, ranking: Ranking, ranked: str) -> str:
    """A column's value out of a list, which may be NULL."""
    element = f"({ranked})[{1 + ranked_by(ranking).index(column)}]"
    if column.is_text:
        return f"coalesce({element}, '')"
    number = f"{element}::{column.sql_type}" if column.default else f"nullif({element}, '')::{column.sql_type}"
    return f"coalesce({number}, {column.default})" if column.default else number


def _has(ranking: Ranking, of: Callable[[Column], str]) -> str:
    """Whether a report or message has anything of a ranking."""
    (column,) = (column for column in COLUMNS if column.name == ranking.required)
    return f"{of(column)} <> ''" if column.is_text else f"{of(column)} IS NOT NULL"

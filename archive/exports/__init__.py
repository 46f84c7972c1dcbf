"""Exports of the log, usage, costs and charges as files of any size."""

from archive.exports.jobs import withdraw

__all__ = ["withdraw"]

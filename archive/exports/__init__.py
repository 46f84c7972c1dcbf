"""Exports: the log, usage, costs and charges as files, of any size, in one mechanism."""

from archive.exports.jobs import withdraw

__all__ = ["withdraw"]

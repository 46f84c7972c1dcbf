"""Jobs over the log: one module a noun."""

from archive.models.exports import Export, ExportAsk, ExportSchedule

__all__ = ["Export", "ExportAsk", "ExportSchedule"]

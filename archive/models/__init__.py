"""Exports, deletions and retention; one module per concept."""

from archive.models.deletions import Deletion
from archive.models.exports import Export, ExportBase, ExportSchedule
from archive.models.keeping import Keeping

__all__ = ["Deletion", "Export", "ExportBase", "ExportSchedule", "Keeping"]

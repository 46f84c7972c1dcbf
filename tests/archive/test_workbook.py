"""Workbooks read cells of any length, and leave the limit of CSV cells to others."""

import csv

from archive.exports import workbook


def test_the_limit_of_cells_is_raised_while_a_part_is_read_alone():
    default = csv.field_size_limit()
    with workbook._unlimited_fields():
        assert csv.field_size_limit() > default
    assert csv.field_size_limit() == default

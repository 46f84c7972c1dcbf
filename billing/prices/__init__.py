"""The sources of prices: market tables, rule sets and rate cards, all dated and with revisions."""

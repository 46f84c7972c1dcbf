"""The providers, one folder each, behind one registry (`registry.VENDORS`).

Pure: no database and no settings. `vendor.py` declares the capabilities that a provider can have.
"""

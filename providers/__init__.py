"""The providers that carry messages, a folder each, behind one registry (`registry.VENDORS`).

Pure: no database and no settings. What a provider can do stands in `vendor.py`.
"""

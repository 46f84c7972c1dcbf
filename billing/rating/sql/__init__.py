"""The statements of rating, put together from parts: `statements` from `blocks`, `terms`, `positions` and `lines`.

Block by block: an hour whose messages all stand in one tier is added up from its blocks; only an hour that holds a
threshold, or the moment of a volume announcement, is counted message by message. Window (the verifier): every message
of the bucket gets its position by row_number(), blocks are not looked at. Both end in the same `due` lines.

The statement works on groups. In rating a group is a bucket. In a what-if it is what the bucket would be under other
rules or markets, which may take its kinds from several buckets or leave some.
"""

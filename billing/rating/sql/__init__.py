"""The SQL of rating: `statements` combines `blocks`, `terms`, `positions` and `lines`.

By block: an hour whose messages all belong to one tier is summed from its blocks; only an hour that contains a
threshold or a volume announcement is counted message by message. By window (for verification): every message of the
bucket gets its position from row_number(), without blocks. Both produce the same `due` lines.

The statement works on groups. In rating, a group is a bucket. In a what-if, it is the bucket under other rules or
markets, whose kinds may come from several buckets.
"""

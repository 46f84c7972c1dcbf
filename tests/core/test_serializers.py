"""Fields whose names Python has taken."""

from rest_framework import serializers

from core.serializers import ReservedNamesSerializer


class Span(ReservedNamesSerializer):
    from_ = serializers.IntegerField()
    to = serializers.IntegerField()


def test_clients_know_them_without_the_underscore():
    read = Span(data={"from": "1", "to": "2"})
    assert (read.is_valid(), dict(read.validated_data)) == (True, {"from": 1, "to": 2})
    assert Span({"from": 3, "to": 4}).data == {"from": 3, "to": 4}
    assert list(Span(data={"from_": 1, "to": 2}).fields) == ["from", "to"]

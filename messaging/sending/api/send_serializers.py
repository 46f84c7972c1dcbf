"""8x8's shape for the OpenAPI schema. Bodies are read by messaging/sending, as each fault has a code of its own."""

from typing import Any

from rest_framework import serializers


class UserSerializer(serializers.Serializer[Any]):
    """A person."""

    msisdn = serializers.CharField(required=False, help_text="E.164, such as +6591234567.")
    country = serializers.CharField(required=False, help_text="For a national number: ISO 3166, such as SG.")
    channelUserId = serializers.CharField(required=False, help_text="WhatsApp's user id.")  # noqa: N815 - 8x8's name


class SendSerializer(serializers.Serializer[Any]):
    """A message in 8x8's format."""

    user = UserSerializer()
    type = serializers.ChoiceField(["text", "image", "video", "audio", "file", "location", "interactive", "template"])
    content = serializers.DictField()
    clientMessageId = serializers.CharField(required=False, max_length=50)  # noqa: N815
    scheduled = serializers.DateTimeField(required=False)
    expiry = serializers.DateTimeField(required=False)
    dlrCallbackUrl = serializers.URLField(required=False)  # noqa: N815
    tollgate = serializers.DictField(required=False, help_text="source, name and recipientType, for the log.")


class StatusOf8x8Serializer(serializers.Serializer[Any]):
    """The status of a message."""

    state = serializers.CharField()
    detail = serializers.CharField(required=False)
    timestamp = serializers.DateTimeField()
    errorCode = serializers.IntegerField(required=False)  # noqa: N815
    errorMessage = serializers.CharField(required=False)  # noqa: N815


class SentSerializer(serializers.Serializer[Any]):
    """An accepted message."""

    umid = serializers.UUIDField()
    user = UserSerializer()
    clientMessageId = serializers.CharField(required=False)  # noqa: N815
    status = StatusOf8x8Serializer()


class BatchSerializer(serializers.Serializer[Any]):
    """Messages; `template` provides the fields that a message omits."""

    clientBatchId = serializers.CharField(required=False, max_length=100)  # noqa: N815
    template = serializers.DictField(required=False)
    messages = serializers.ListField(child=serializers.DictField(), min_length=1, max_length=10_000)
    includeMessagesInResponse = serializers.BooleanField(required=False, default=False)  # noqa: N815


class SentBatchSerializer(serializers.Serializer[Any]):
    """An accepted batch; the status of a rejected message contains the reason."""

    batchId = serializers.UUIDField()  # noqa: N815
    clientBatchId = serializers.CharField(required=False)  # noqa: N815
    acceptedCount = serializers.IntegerField()  # noqa: N815
    rejectedCount = serializers.IntegerField()  # noqa: N815
    messages = SentSerializer(many=True, required=False)


class DetailSerializer(serializers.Serializer[Any]):
    """One message."""

    umid = serializers.UUIDField()
    subAccountId = serializers.CharField()  # noqa: N815
    channel = serializers.CharField()
    channelId = serializers.CharField(allow_blank=True)  # noqa: N815
    direction = serializers.CharField()
    country = serializers.CharField(allow_blank=True)
    status = StatusOf8x8Serializer()
    user = UserSerializer()
    contentType = serializers.CharField()  # noqa: N815
    content = serializers.CharField()
    createdAt = serializers.DateTimeField()  # noqa: N815
    clientMessageId = serializers.CharField(required=False)  # noqa: N815
    clientBatchId = serializers.CharField(required=False)  # noqa: N815
    batchId = serializers.UUIDField(required=False)  # noqa: N815
    step = serializers.IntegerField()


class DetailsSerializer(serializers.Serializer[Any]):
    """A message's details: a row for each attempted channel."""

    data = DetailSerializer(many=True)  # type: ignore[assignment] # the field's name at 8x8


class CancelledSerializer(serializers.Serializer[Any]):
    """How many messages were cancelled."""

    cancelledCount = serializers.IntegerField()  # noqa: N815

"""8x8's shape for the OpenAPI schema. Bodies are read by messaging/sending, as each fault has a code of its own."""

from typing import Any

from rest_framework import serializers


class UserSerializer(serializers.Serializer[Any]):
    """A person."""

    msisdn = serializers.CharField(required=False, help_text="E.164, as +6591234567.")
    country = serializers.CharField(required=False, help_text="For a national number: ISO 3166, as SG.")
    channelUserId = serializers.CharField(required=False, help_text="WhatsApp's user id.")  # noqa: N815 - 8x8's name


class SendSerializer(serializers.Serializer[Any]):
    """A message in 8x8's form."""

    user = UserSerializer()
    type = serializers.ChoiceField(["text", "image", "video", "audio", "file", "location", "interactive", "template"])
    content = serializers.DictField()
    clientMessageId = serializers.CharField(required=False, max_length=50)  # noqa: N815
    scheduled = serializers.DateTimeField(required=False)
    expiry = serializers.DateTimeField(required=False)
    dlrCallbackUrl = serializers.URLField(required=False)  # noqa: N815
    tollgate = serializers.DictField(required=False, help_text="source, name and recipientType, for the log.")


class StatusOf8x8Serializer(serializers.Serializer[Any]):
    """Where a message stands."""

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


class ErrorAs8x8Serializer(serializers.Serializer[Any]):
    """Why a request was refused."""

    code = serializers.IntegerField()
    message = serializers.CharField()
    errorId = serializers.UUIDField()  # noqa: N815
    timestamp = serializers.DateTimeField()

"""URLs of sending: REST in our shape and 8x8's, and the paths of the Cloud API and 360dialog."""

from django.urls import path

from messaging.sending.api.channel_templates import ChannelTemplatesView
from messaging.sending.api.cloud import D360SendView, GraphSendView
from messaging.sending.api.outgoing import WebhooksView
from messaging.sending.api.sending import BatchView8x8, MessageView8x8, SendBatchView, SendView

rest = [
    path("accounts/<str:account_id>/webhooks", WebhooksView.as_view(), name="api-webhooks"),
    path(
        "accounts/<str:account_id>/channels/<str:channel_id>/templates",
        ChannelTemplatesView.as_view(),
        name="api-channel-templates",
    ),
    path("subaccounts/<str:subaccount_id>/messages", SendView.as_view(), name="api-send"),
    path("subaccounts/<str:subaccount_id>/messages/batch", SendBatchView.as_view(), name="api-send-batch"),
    path(
        "subaccounts/<str:subaccount_id>/messages/batch/<str:batch_id>", BatchView8x8.as_view(), name="api-sent-batch"
    ),
    path("subaccounts/<str:subaccount_id>/messages/<str:umid>", MessageView8x8.as_view(), name="api-sent"),
]
provider_paths = [
    path("graph/<str:version>/<str:phone_number_id>/messages", GraphSendView.as_view(), name="graph-send"),
    path("360dialog/messages", D360SendView.as_view(), name="d360-send"),
]

"""The Django app of sending."""

from django.apps import AppConfig


class SendingConfig(AppConfig):
    """The gateway, which sends messages for clients."""

    name = "messaging.sending"

    def ready(self) -> None:
        """Register with the log: filters by submission state, recipients in flight, and a listener for webhook ids."""
        from messaging.log.event_types import unsettled_sources
        from messaging.log.lifecycle.provider_ids import webhook_id_listeners
        from messaging.log.predicates import sending_sources
        from messaging.sending.selectors.uncertain import recipients_in_flight, umids_in
        from messaging.sending.webhook_ids import store_webhook_ids

        sending_sources.append(umids_in)
        unsettled_sources.append(recipients_in_flight)
        webhook_id_listeners.append(store_webhook_ids)

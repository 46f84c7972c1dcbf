"""The app of sending."""

from django.apps import AppConfig


class SendingConfig(AppConfig):
    """The gateway: what clients want sent."""

    name = "messaging.sending"

    def ready(self) -> None:
        """Register what the log reads from this package: states of submissions, recipients, and the ids in webhooks."""
        from messaging.log.event_types import unsettled_sources
        from messaging.log.lifecycle.provider_ids import webhook_id_listeners
        from messaging.log.predicates import sending_sources
        from messaging.sending.selectors.uncertain import recipients_in_flight, umids_in
        from messaging.sending.webhook_ids import learn

        sending_sources.append(umids_in)
        unsettled_sources.append(recipients_in_flight)
        webhook_id_listeners.append(learn)

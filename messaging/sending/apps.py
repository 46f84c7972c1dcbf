"""The app of sending."""

from django.apps import AppConfig


class SendingConfig(AppConfig):
    """The gateway: what clients want sent."""

    name = "messaging.sending"

    def ready(self) -> None:
        """The log filters by how sending went, and notifies of the ids that webhooks name."""
        from messaging.log.lifecycle.provider_ids import webhook_id_listeners
        from messaging.log.selectors.matching import sending_sources
        from messaging.sending.selectors.uncertain import umids_in
        from messaging.sending.webhook_ids import learn

        sending_sources.append(umids_in)
        webhook_id_listeners.append(learn)

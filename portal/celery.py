"""The Celery application and its fixed schedule.

PostgreSQL holds all work; Redis only carries hints. Every periodic task finds its work in a table, so a lost message, a
second beat or an empty Redis delays work by one period at most.
"""

import os

from celery import Celery
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

app = Celery("tollgate")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.conf.beat_schedule = {
    "drain-inbox": {"task": "messaging.inbound.tasks.drain_inbox", "schedule": 2.0, "options": {"expires": 10}},
    "send-messages": {"task": "messaging.sending.tasks.send_messages", "schedule": 1.0, "options": {"expires": 5}},
    "post-deliveries": {"task": "events.tasks.post_deliveries", "schedule": 2.0, "options": {"expires": 10}},
    "delete-expired-events": {"task": "events.tasks.delete_expired_events", "schedule": crontab(hour=3, minute=50)},
    "fold-traffic": {"task": "messaging.log.tasks.fold_traffic", "schedule": 10.0, "options": {"expires": 30}},
    "rate-dirty-buckets": {"task": "billing.tasks.rate_dirty_buckets", "schedule": 2.0, "options": {"expires": 10}},
    "advance-dry-runs": {"task": "billing.tasks.advance_dry_runs", "schedule": 1.0, "options": {"expires": 5}},
    "unpark-webhooks": {
        "task": "messaging.inbound.tasks.unpark_webhooks",
        "schedule": 10.0,
        "options": {"expires": 30},
    },
    "ask-health": {"task": "messaging.sending.tasks.ask_health", "schedule": 5.0, "options": {"expires": 5}},
    "expire-messages": {"task": "messaging.sending.tasks.expire_messages", "schedule": crontab(hour=3, minute=10)},
    "verify-rating": {"task": "billing.tasks.verify_rating", "schedule": crontab(hour=4, minute=10)},
    "verify-audit": {"task": "accounts.tasks.verify_audit", "schedule": crontab(hour=4, minute=40)},
    "keep-to-periods": {"task": "archive.tasks.keep_to_periods", "schedule": crontab(hour=3, minute=40)},
    # Expires later than a drain of a minute on every worker process: otherwise deletions would starve in busy hours.
    "advance-deletions": {"task": "archive.tasks.advance_deletions", "schedule": 1.0, "options": {"expires": 90}},
    "work-exports": {"task": "archive.tasks.work_exports", "schedule": 2.0, "options": {"expires": 5}},
    "start-scheduled-exports": {"task": "archive.tasks.start_scheduled_exports", "schedule": 60.0},
    "expire-exports": {"task": "archive.tasks.expire_exports", "schedule": crontab(minute=20)},
    "prepare-partitions": {"task": "core.tasks.prepare_partitions", "schedule": 3600.0},
    "delete-expired-calls": {"task": "accounts.tasks.delete_expired_calls", "schedule": 3600.0},
}

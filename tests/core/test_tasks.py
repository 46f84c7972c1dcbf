import pytest
from celery import shared_task
from django_scopes import ScopeError

from accounts.models import Subaccount
from core.tasks import InstallationTask


@shared_task(base=InstallationTask)
def scoped():
    return Subaccount.objects.count()


@shared_task
def unscoped():
    return Subaccount.objects.count()


def test_a_task_of_the_installation_sees_every_account(db):
    assert scoped() == 0


def test_a_task_without_a_scope_fails(db):
    with pytest.raises(ScopeError):
        unscoped()

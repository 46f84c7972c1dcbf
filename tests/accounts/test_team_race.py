"""Two owners who remove each other at the same moment: one of them stays."""

from threading import Barrier, Thread

import pytest
from django.db import connection

from accounts.models import Membership
from accounts.principal import Principal
from accounts.services.team import remove_member
from core.errors import UserError
from core.tenancy import every_tenant
from tests.people import member


@pytest.mark.django_db(transaction=True)
def test_two_owners_who_remove_each_other(acme):
    member(acme, "owner")
    owners = list(Membership.objects.select_related("user", "account").filter(account=acme, role="owner"))
    together, answers = Barrier(2), []

    def remove(own, other):
        with every_tenant():
            together.wait()
            try:
                answers.append(remove_member(by=Principal.of_member(own), membership=other))
            except UserError as error:
                answers.append(str(error))
        connection.close()

    threads = [Thread(target=remove, args=pair) for pair in (owners, owners[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Membership.objects.filter(account=acme, role="owner").count() == 1
    assert sorted(map(bool, answers)) == [False, True]

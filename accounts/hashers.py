"""Password hashing at OWASP's minimum for Argon2id."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class TollgateArgon2PasswordHasher(Argon2PasswordHasher):
    """19 MiB, 2 passes, 1 lane: about 65 ms of CPU here, where Django's default costs 500.

    A flood of logins must not starve the webhooks on the same machine.
    """

    memory_cost = 19 * 1024
    time_cost = 2
    parallelism = 1

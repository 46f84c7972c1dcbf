"""Accounts with their subaccounts and WABAs, people, API keys, and the audit log."""

import uuid
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from accounts.enums import Permission, Role
from accounts.validators import validate_subaccount_code, validate_time_zone
from core.tenancy import LOOSE, TenantModel

__all__ = [
    "Account",
    "ApiKey",
    "AuditChain",
    "AuditEntry",
    "BusinessPortfolio",
    "IdempotentCall",
    "Invitation",
    "Membership",
    "Subaccount",
    "User",
    "Waba",
]

RATE_LIMIT = 1_800  # requests per second that 8x8 accepts from a subaccount


class Account(models.Model):
    """A tenant: one business and its data."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False, help_text="accountId in URLs.")
    name = models.CharField(max_length=255)
    time_zone = models.CharField(
        max_length=64, default="UTC", validators=[validate_time_zone], help_text="Days on pages and in reports."
    )
    is_demo = models.BooleanField(default=False, help_text="Filled by seed_demo.")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    def __str__(self) -> str:
        return self.name


class Subaccount(TenantModel):
    """A part of an account with its own phone numbers and costs; its code is 8x8's subAccountId."""

    code = models.CharField(max_length=50, validators=[validate_subaccount_code])
    name = models.CharField(max_length=255)
    is_active = models.BooleanField(
        default=True, help_text="If off, it is closed: its history stays, but nothing new can be assigned to it."
    )
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("name", "id")
        constraints = (models.UniqueConstraint(fields=["account", "code"], name="accounts_subaccount_code"),)

    def __str__(self) -> str:
        return self.name


class BusinessPortfolio(TenantModel):
    """Meta's business portfolio. Volume tiers are counted over all its WABAs."""

    business_id = models.CharField(max_length=64)
    name = models.CharField(max_length=255)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["account", "business_id"], name="accounts_portfolio_business"),)

    def __str__(self) -> str:
        return self.name


class Waba(TenantModel):
    """A WhatsApp Business Account: its time zone sets the billing month, its currency the rate card."""

    portfolio = models.ForeignKey(BusinessPortfolio, on_delete=models.PROTECT, related_name="wabas")
    waba_id = models.CharField("WABA id", max_length=64)
    name = models.CharField(max_length=255)
    time_zone = models.CharField(max_length=64, validators=[validate_time_zone])
    currency = models.CharField(max_length=3, help_text="ISO 4217, as set at Meta.")
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = "WABA"
        constraints = (models.UniqueConstraint(fields=["account", "waba_id"], name="accounts_waba_waba_id"),)

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    """Creates people, who log in with their e-mail address."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create a person. The address is stored in lower case, because logins ignore case."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create an operator of the installation."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """A person. Permissions come from memberships; `is_staff` gives access to the admin."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=255, blank=True)
    time_zone = models.CharField(
        max_length=64, blank=True, validators=[validate_time_zone], help_text="Leave empty to use the account's."
    )
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    is_demo = models.BooleanField(
        default=False, editable=False, help_text="Created by seed_demo: does not need a second factor on this computer."
    )
    date_joined = models.DateTimeField(default=timezone.now, editable=False)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        constraints = (models.UniqueConstraint(Lower("email"), name="accounts_user_email_any_case"),)

    def __str__(self) -> str:
        return self.name or self.email


class LimitedModel(TenantModel):
    """The base of grants for all subaccounts of an account or only some.

    `limited` stays set when the last of the subaccounts is deleted: the grant then reaches none, not all.
    """

    subaccounts = models.ManyToManyField(Subaccount, blank=True, help_text="Leave empty for all subaccounts.")
    limited = models.BooleanField(default=False, editable=False, help_text="Follows the choice of subaccounts.")

    class Meta:
        abstract = True


class Membership(LimitedModel):
    """A person's role in an account, for all subaccounts or only some."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=16, choices=Role)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ("id",)
        constraints = (models.UniqueConstraint(fields=["account", "user"], name="accounts_membership_once"),)

    def __str__(self) -> str:
        return f"{self.user} in {self.account}"


class Invitation(LimitedModel):
    """An open invitation. It is deleted when accepted or withdrawn, so it works once; the audit log has both."""

    email = models.EmailField(help_text="In lower case.")
    role = models.CharField(max_length=16, choices=Role)
    digest = models.BinaryField(
        max_length=32, null=True, unique=True, editable=False, help_text="SHA-256 of the token in the last e-mail."
    )
    invited_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=255, blank=True, help_text="Why the last e-mail could not be sent.")

    class Meta:
        ordering = ("email",)
        constraints = (models.UniqueConstraint(fields=["account", "email"], name="accounts_invitation_once"),)

    def __str__(self) -> str:
        return self.email


class ApiKey(LimitedModel):
    """An API key of an integration. The secret is shown once; only its SHA-256 is stored."""

    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=16, unique=True, help_text="The readable start of the key.")
    digest = models.BinaryField(max_length=32, editable=False)
    scopes = ArrayField(models.CharField(max_length=32, choices=Permission), default=list)
    created_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)
    rate_limit = models.PositiveIntegerField(
        default=RATE_LIMIT,
        validators=[MinValueValidator(1)],
        help_text="Requests per second. Requests above the limit get a 429 response.",
    )

    class Meta:
        verbose_name = "API key"
        ordering = ("-created_at",)

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    def may(self, permission: Permission) -> bool:
        """Whether the key has the permission."""
        return permission in self.scopes


class IdempotentCall(TenantModel):
    """A POST with an `Idempotency-Key` and its response, stored for a day. See services/idempotency.py."""

    account = models.ForeignKey(Account, **LOOSE)
    api_key = models.ForeignKey(ApiKey, **LOOSE)
    idempotency_key = models.CharField(max_length=255)
    fingerprint = models.BinaryField(max_length=32, help_text="SHA-256 of path and body.")
    started_at = models.DateTimeField()
    is_over = models.BooleanField(default=False, help_text="The request was answered or interrupted.")
    status = models.SmallIntegerField(null=True, help_text="The HTTP status of the response; empty until there is one.")
    headers = models.JSONField(default=dict)
    body = models.BinaryField(null=True, help_text="Empty also where it was too large to keep.")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["account", "api_key", "idempotency_key"], name="accounts_idempotentcall_once"
            ),
        )
        indexes = (BrinIndex(fields=["started_at"], name="accounts_idempotentcall_age"),)

    def __str__(self) -> str:
        return self.idempotency_key


class AuditEntry(TenantModel):
    """An action, written in its transaction and never changed.

    The database numbers the entries of each account and chains them when the transaction commits: `digest` is the
    SHA-256 of the previous digest and the entry's text. It refuses every update, and the deletion of an entry unless
    `AuditChain` has closed it.
    """

    account = models.ForeignKey(  # type: ignore[assignment] # the one tenant table whose rows may be the operator's
        Account, null=True, help_text="Empty: the whole installation.", **LOOSE
    )
    at = models.DateTimeField(default=timezone.now, editable=False)
    actor = models.CharField(max_length=255, help_text="E-mail address, API key prefix or command.")
    action = models.CharField(max_length=64, help_text="For example api_key.created.")
    target = models.CharField(max_length=255, blank=True)
    details = models.JSONField(default=dict)
    ip_address = models.GenericIPAddressField(null=True)
    position = models.BigIntegerField(null=True, editable=False, help_text="Position in the account's chain, from 1.")
    digest = models.BinaryField(max_length=32, null=True, editable=False)

    class Meta:
        verbose_name_plural = "audit entries"
        ordering = ("-at", "-id")
        constraints = (
            models.UniqueConstraint(fields=["account", "position"], name="accounts_audit_position"),
            models.UniqueConstraint(
                fields=["position"], condition=models.Q(account=None), name="accounts_audit_own_position"
            ),
        )
        indexes = (
            models.Index(fields=["account", "-at"], name="accounts_audit_recent"),
            models.Index(fields=["account", "action", "-at"], name="accounts_audit_action"),
        )

    def __str__(self) -> str:
        return f"{self.action} {self.target}"


class AuditChain(models.Model):
    """The end of an account's chain of audit entries, and its start after retention deleted the oldest."""

    account_id = models.BigIntegerField(primary_key=True, help_text="0: the installation's own.")
    position = models.BigIntegerField(default=0, help_text="The last entry's.")
    digest = models.BinaryField(max_length=32, default=b"")
    closed_position = models.BigIntegerField(default=0, help_text="Entries up to this one may be deleted.")
    closed_digest = models.BinaryField(
        max_length=32, default=b"", help_text="Digest of that entry, from which the chain continues."
    )
    verified_at = models.DateTimeField(null=True)
    problem = models.TextField(blank=True, help_text="What the last verification found.")

    def __str__(self) -> str:
        return f"{self.position} entries of account {self.account_id}"

    @property
    def head(self) -> str:
        """The end of the chain as text: "120:ab12…", position and digest."""
        return f"{self.position}:{bytes(self.digest).hex()}"

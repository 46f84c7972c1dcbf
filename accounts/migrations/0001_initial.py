"""Accounts, people, API keys and the audit log, whose chain the database itself keeps."""

import accounts.validators
import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models

# Numbers each audit entry and chains it to the one before, so that a later change of an entry shows. The trigger runs at
# the end of the transaction and locks the account's chain only then: a second transaction of the same account waits for
# a commit, never for work in progress. It reads the chain under that lock, so a chain never forks.
CHAIN_ENTRIES = """
CREATE FUNCTION accounts_audit_link(entry accounts_auditentry) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    chain accounts_auditchain;
BEGIN
    INSERT INTO accounts_auditchain (account_id, position, digest, closed_position, closed_digest, problem)
    VALUES (coalesce(entry.account_id, 0), 0, '', 0, '', '') ON CONFLICT (account_id) DO NOTHING;
    SELECT * INTO chain FROM accounts_auditchain WHERE account_id = coalesce(entry.account_id, 0) FOR UPDATE;
    chain.position := chain.position + 1;
    chain.digest := sha256(chain.digest || convert_to(jsonb_build_array(
        entry.account_id, chain.position, to_char(entry.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        entry.actor, entry.action, entry.target, entry.details, host(entry.ip_address)
    )::text, 'UTF8'));
    UPDATE accounts_auditentry SET position = chain.position, digest = chain.digest WHERE id = entry.id;
    UPDATE accounts_auditchain SET position = chain.position, digest = chain.digest
    WHERE account_id = chain.account_id;
END $$;

CREATE FUNCTION accounts_audit_chain() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM accounts_audit_link(NEW);
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER accounts_audit_chain AFTER INSERT ON accounts_auditentry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION accounts_audit_chain();
"""
UNCHAIN_ENTRIES = """
DROP TRIGGER accounts_audit_chain ON accounts_auditentry;
DROP FUNCTION accounts_audit_chain();
DROP FUNCTION accounts_audit_link(accounts_auditentry);
"""

# Makes the audit append-only: an entry changes once, when it is chained, and can be deleted only after retention has
# closed its part of the chain.
KEEP_ENTRIES = """
CREATE FUNCTION accounts_audit_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND TG_LEVEL = 'ROW' THEN
        IF EXISTS (
            SELECT FROM accounts_auditchain
            WHERE account_id = coalesce(OLD.account_id, 0) AND OLD.position <= closed_position
        ) THEN
            RETURN OLD;
        END IF;
    ELSIF TG_OP = 'UPDATE' THEN
        IF OLD.position IS NULL
            AND to_jsonb(NEW) - '{position,digest}'::text[] = to_jsonb(OLD) - '{position,digest}'::text[]
        THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'The audit is append-only.' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER accounts_audit_keep BEFORE UPDATE OR DELETE ON accounts_auditentry
    FOR EACH ROW EXECUTE FUNCTION accounts_audit_keep();
CREATE TRIGGER accounts_audit_keep_all BEFORE TRUNCATE ON accounts_auditentry
    FOR EACH STATEMENT EXECUTE FUNCTION accounts_audit_keep();
"""
RELEASE_ENTRIES = """
DROP TRIGGER accounts_audit_keep_all ON accounts_auditentry;
DROP TRIGGER accounts_audit_keep ON accounts_auditentry;
DROP FUNCTION accounts_audit_keep();
"""

# Lets a chain only grow, and closes it only at an entry that exists: otherwise rewritten entries could get a new chain.
KEEP_CHAINS = """
CREATE FUNCTION accounts_audit_keep_chain() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.account_id = OLD.account_id AND NEW.position >= OLD.position
        AND NEW.closed_position BETWEEN OLD.closed_position AND NEW.position
        AND (NEW.closed_position = OLD.closed_position OR EXISTS (
            SELECT FROM accounts_auditentry
            WHERE coalesce(account_id, 0) = NEW.account_id AND position = NEW.closed_position
                AND digest = NEW.closed_digest))
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'A chain of the audit only grows.' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER accounts_audit_keep_chain BEFORE UPDATE OR DELETE ON accounts_auditchain
    FOR EACH ROW EXECUTE FUNCTION accounts_audit_keep_chain();
CREATE TRIGGER accounts_audit_keep_chains BEFORE TRUNCATE ON accounts_auditchain
    FOR EACH STATEMENT EXECUTE FUNCTION accounts_audit_keep_chain();
"""
RELEASE_CHAINS = """
DROP TRIGGER accounts_audit_keep_chains ON accounts_auditchain;
DROP TRIGGER accounts_audit_keep_chain ON accounts_auditchain;
DROP FUNCTION accounts_audit_keep_chain();
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.CreateModel(
            name="Account",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.UUIDField(default=uuid.uuid4, editable=False, help_text="accountId in URLs.", unique=True),
                ),
                ("name", models.CharField(max_length=255)),
                (
                    "time_zone",
                    models.CharField(
                        default="UTC",
                        help_text="Days on pages and in reports.",
                        max_length=64,
                        validators=[accounts.validators.validate_time_zone],
                    ),
                ),
                ("is_demo", models.BooleanField(default=False, help_text="Filled by seed_demo.")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
            ],
        ),
        migrations.CreateModel(
            name="Subaccount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "code",
                    models.CharField(
                        max_length=50,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[A-Za-z0-9\\-._&]{3,50}\\Z", "Enter 3 to 50 letters, digits or any of - . _ &"
                            )
                        ],
                    ),
                ),
                ("name", models.CharField(max_length=255)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.account"
                    ),
                ),
                (
                    "is_active",
                    models.BooleanField(
                        default=True,
                        help_text="If off, it is closed: its history stays, but nothing new can be assigned to it.",
                    ),
                ),
            ],
            options={
                "ordering": ("name", "id"),
                "constraints": [models.UniqueConstraint(fields=("account", "code"), name="accounts_subaccount_code")],
            },
        ),
        migrations.CreateModel(
            name="BusinessPortfolio",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("business_id", models.CharField(max_length=64)),
                ("name", models.CharField(max_length=255)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.account"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("account", "business_id"), name="accounts_portfolio_business")
                ],
            },
        ),
        migrations.CreateModel(
            name="Waba",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("waba_id", models.CharField(max_length=64, verbose_name="WABA id")),
                ("name", models.CharField(max_length=255)),
                ("time_zone", models.CharField(max_length=64, validators=[accounts.validators.validate_time_zone])),
                ("currency", models.CharField(help_text="ISO 4217, as set at Meta.", max_length=3)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.account"
                    ),
                ),
                (
                    "portfolio",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="wabas",
                        to="accounts.businessportfolio",
                    ),
                ),
            ],
            options={
                "verbose_name": "WABA",
                "constraints": [models.UniqueConstraint(fields=("account", "waba_id"), name="accounts_waba_waba_id")],
            },
        ),
        migrations.CreateModel(
            name="User",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                (
                    "is_superuser",
                    models.BooleanField(
                        default=False,
                        help_text="Designates that this user has all permissions without explicitly assigning them.",
                        verbose_name="superuser status",
                    ),
                ),
                ("email", models.EmailField(max_length=254, unique=True)),
                ("name", models.CharField(blank=True, max_length=255)),
                (
                    "time_zone",
                    models.CharField(
                        blank=True,
                        help_text="Leave empty to use the account's.",
                        max_length=64,
                        validators=[accounts.validators.validate_time_zone],
                    ),
                ),
                ("is_active", models.BooleanField(default=True)),
                ("is_staff", models.BooleanField(default=False)),
                ("date_joined", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                (
                    "is_demo",
                    models.BooleanField(
                        default=False,
                        editable=False,
                        help_text="Created by seed_demo: does not need a second factor on this computer.",
                    ),
                ),
                (
                    "groups",
                    models.ManyToManyField(
                        blank=True,
                        help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.group",
                        verbose_name="groups",
                    ),
                ),
                (
                    "user_permissions",
                    models.ManyToManyField(
                        blank=True,
                        help_text="Specific permissions for this user.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.permission",
                        verbose_name="user permissions",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        django.db.models.functions.text.Lower("email"), name="accounts_user_email_any_case"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("owner", "Owner"),
                            ("admin", "Admin"),
                            ("finance", "Finance"),
                            ("support", "Support"),
                            ("developer", "Developer"),
                            ("viewer", "Viewer"),
                        ],
                        max_length=16,
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.account"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "limited",
                    models.BooleanField(default=False, editable=False, help_text="Follows the choice of subaccounts."),
                ),
                (
                    "subaccounts",
                    models.ManyToManyField(
                        blank=True, help_text="Leave empty for all subaccounts.", to="accounts.subaccount"
                    ),
                ),
            ],
            options={
                "ordering": ("id",),
                "constraints": [models.UniqueConstraint(fields=("account", "user"), name="accounts_membership_once")],
            },
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "limited",
                    models.BooleanField(default=False, editable=False, help_text="Follows the choice of subaccounts."),
                ),
                ("email", models.EmailField(help_text="In lower case.", max_length=254)),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("owner", "Owner"),
                            ("admin", "Admin"),
                            ("finance", "Finance"),
                            ("support", "Support"),
                            ("developer", "Developer"),
                            ("viewer", "Viewer"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "digest",
                    models.BinaryField(
                        help_text="SHA-256 of the token in the last e-mail.", max_length=32, null=True, unique=True
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("expires_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(null=True)),
                (
                    "problem",
                    models.CharField(blank=True, help_text="Why the last e-mail could not be sent.", max_length=255),
                ),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.account"
                    ),
                ),
                (
                    "invited_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "subaccounts",
                    models.ManyToManyField(
                        blank=True, help_text="Leave empty for all subaccounts.", to="accounts.subaccount"
                    ),
                ),
            ],
            options={
                "ordering": ("email",),
                "constraints": [models.UniqueConstraint(fields=("account", "email"), name="accounts_invitation_once")],
            },
        ),
        migrations.CreateModel(
            name="ApiKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100)),
                ("prefix", models.CharField(help_text="The readable start of the key.", max_length=16, unique=True)),
                ("digest", models.BinaryField(max_length=32)),
                (
                    "scopes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("dashboard:read", "See the dashboard"),
                                ("messages:read", "See the message log"),
                                ("msisdn:read", "See full phone numbers"),
                                ("content:read", "See message texts"),
                                ("messages:send", "Send messages"),
                                ("costs:read", "See costs"),
                                ("prices:write", "Set own prices and rate cards"),
                                ("keys:write", "Manage API keys"),
                                ("team:write", "Manage the team"),
                                ("webhooks:write", "Manage webhook endpoints"),
                                ("suppression:write", "Manage the suppression list"),
                                ("subaccounts:write", "Manage subaccounts and their numbers"),
                                ("exports:write", "Export data"),
                                ("messages:delete", "Delete messages and erase people"),
                                ("retention:write", "Set how long data is kept"),
                                ("audit:read", "See the audit log"),
                            ],
                            max_length=32,
                        ),
                        default=list,
                        size=None,
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("expires_at", models.DateTimeField(blank=True, null=True)),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                ("last_used_at", models.DateTimeField(blank=True, editable=False, null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.account"
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "limited",
                    models.BooleanField(default=False, editable=False, help_text="Follows the choice of subaccounts."),
                ),
                (
                    "rate_limit",
                    models.PositiveIntegerField(
                        default=1800,
                        help_text="Requests per second. Requests above the limit get a 429 response.",
                        validators=[django.core.validators.MinValueValidator(1)],
                    ),
                ),
                (
                    "subaccounts",
                    models.ManyToManyField(
                        blank=True, help_text="Leave empty for all subaccounts.", to="accounts.subaccount"
                    ),
                ),
            ],
            options={
                "verbose_name": "API key",
                "ordering": ("-created_at",),
            },
        ),
        migrations.CreateModel(
            name="IdempotentCall",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("idempotency_key", models.CharField(max_length=255)),
                ("fingerprint", models.BinaryField(help_text="SHA-256 of path and body.", max_length=32)),
                ("started_at", models.DateTimeField()),
                ("is_over", models.BooleanField(default=False, help_text="The request was answered or interrupted.")),
                (
                    "status",
                    models.SmallIntegerField(
                        help_text="The HTTP status of the response; empty until there is one.", null=True
                    ),
                ),
                ("headers", models.JSONField(default=dict)),
                ("body", models.BinaryField(help_text="Empty also where it was too large to keep.", null=True)),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="accounts.account",
                    ),
                ),
                (
                    "api_key",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="accounts.apikey",
                    ),
                ),
            ],
            options={
                "indexes": [
                    django.contrib.postgres.indexes.BrinIndex(fields=["started_at"], name="accounts_idempotentcall_age")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("account", "api_key", "idempotency_key"), name="accounts_idempotentcall_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="AuditEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("actor", models.CharField(help_text="E-mail address, API key prefix or command.", max_length=255)),
                ("action", models.CharField(help_text="For example api_key.created.", max_length=64)),
                ("target", models.CharField(blank=True, max_length=255)),
                ("details", models.JSONField(default=dict)),
                ("ip_address", models.GenericIPAddressField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        help_text="Empty: the whole installation.",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="accounts.account",
                    ),
                ),
                ("digest", models.BinaryField(max_length=32, null=True)),
                (
                    "position",
                    models.BigIntegerField(
                        editable=False, help_text="Position in the account's chain, from 1.", null=True
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "audit entries",
                "ordering": ("-at", "-id"),
                "indexes": [
                    models.Index(fields=["account", "-at"], name="accounts_audit_recent"),
                    models.Index(fields=["account", "action", "-at"], name="accounts_audit_action"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("account", "position"), name="accounts_audit_position"),
                    models.UniqueConstraint(
                        condition=models.Q(("account", None)), fields=("position",), name="accounts_audit_own_position"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AuditChain",
            fields=[
                (
                    "account_id",
                    models.BigIntegerField(help_text="0: the installation's own.", primary_key=True, serialize=False),
                ),
                ("position", models.BigIntegerField(default=0, help_text="The last entry's.")),
                ("digest", models.BinaryField(default=b"", max_length=32)),
                (
                    "closed_position",
                    models.BigIntegerField(default=0, help_text="Entries up to this one may be deleted."),
                ),
                (
                    "closed_digest",
                    models.BinaryField(
                        default=b"", help_text="Digest of that entry, from which the chain continues.", max_length=32
                    ),
                ),
                ("verified_at", models.DateTimeField(null=True)),
                ("problem", models.TextField(blank=True, help_text="What the last verification found.")),
            ],
        ),
        migrations.RunSQL(CHAIN_ENTRIES, UNCHAIN_ENTRIES),
        migrations.RunSQL(KEEP_ENTRIES, RELEASE_ENTRIES),
        migrations.RunSQL(KEEP_CHAINS, RELEASE_CHAINS),
    ]

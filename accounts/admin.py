"""The admin pages of tenants and people. The middleware opens the scope of every tenant for them."""

from typing import Any

from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import BaseUserCreationForm
from django.contrib.auth.models import Group
from django.http import HttpRequest
from unfold.admin import ModelAdmin, TabularInline
from unfold.forms import AdminPasswordChangeForm, UserChangeForm
from unfold.widgets import UnfoldAdminEmailInputWidget, UnfoldAdminPasswordWidget

from accounts.models import Account, ApiKey, AuditEntry, BusinessPortfolio, Membership, Subaccount, User, Waba
from accounts.principal import Principal
from core.admin import BigTableAdmin, ReadOnlyAdmin

admin.site.unregister(Group)  # rights come from memberships
admin.site.unregister(EmailAddress)  # a person has one address, on their own page
admin.site.unregister(Authenticator)  # holds secrets; manage.py reset_second_factor deletes them
admin.site.unregister(UserSession)
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign] # the portal's own, with the second factor


class AuditedAdmin(ModelAdmin):  # type: ignore[misc]
    """Audits each change of an operator in the account concerned: the changed fields without their values."""

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Audit an added object. Django calls these three methods in the transaction of the change."""
        self._audit(request, obj, "added", message)
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Audit a change, unless nothing changed."""
        if message:
            self._audit(request, obj, "changed", message)
        return super().log_change(request, obj, message)

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        """Audit deletions, single ones and those of the list's action."""
        for obj in queryset:
            self._audit(request, obj, "deleted", [])
        return super().log_deletions(request, queryset)

    def _audit(self, request: Any, obj: Any, verb: str, message: Any) -> None:
        account = obj if isinstance(obj, Account) else getattr(obj, "account", None)
        changes = [change for change in message if isinstance(change, dict)] if isinstance(message, list) else []
        by: Principal = request.principal.in_account(account)
        by.record(f"{self.opts.model_name}.{verb}", str(obj), {"by_operator": True, "changes": changes})


class SubaccountInline(TabularInline):  # type: ignore[misc]
    model = Subaccount
    extra = 0
    fields = ("code", "name", "is_active")


class MembershipInline(TabularInline):  # type: ignore[misc]
    model = Membership
    extra = 0
    fields = ("user", "role")
    autocomplete_fields = ("user",)


@admin.register(Account)
class AccountAdmin(AuditedAdmin):
    list_display = ("name", "public_id", "time_zone", "is_demo", "created_at")
    search_fields = ("name", "public_id")
    readonly_fields = ("public_id", "is_demo", "created_at")
    inlines = (SubaccountInline, MembershipInline)


@admin.register(BusinessPortfolio)
class BusinessPortfolioAdmin(AuditedAdmin):
    list_display = ("name", "business_id", "account")
    list_filter = ("account",)
    search_fields = ("name", "business_id")


@admin.register(Waba)
class WabaAdmin(AuditedAdmin):
    list_display = ("name", "waba_id", "account", "time_zone", "currency")
    list_filter = ("account",)
    search_fields = ("name", "waba_id")


@admin.register(Membership)
class MembershipAdmin(AuditedAdmin):
    list_display = ("user", "account", "role", "created_at")
    list_filter = ("account", "role")
    list_select_related = ("user", "account")
    autocomplete_fields = ("user",)
    filter_horizontal = ("subaccounts",)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer the account's own subaccounts; a new membership gets them after it is saved."""
        membership = self.get_object(request, request.resolver_match.kwargs.get("object_id", "0"))  # type: ignore[union-attr]
        account = membership.account_id if membership else None
        kwargs["queryset"] = Subaccount.objects.filter(account=account)
        return super().formfield_for_manytomany(db_field, request, **kwargs)


class PersonCreationForm(BaseUserCreationForm):  # type: ignore[type-arg]
    """A person with an address and a first password."""

    class Meta:
        model = User
        fields = ("email", "name")
        widgets = {"email": UnfoldAdminEmailInputWidget}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("password1", "password2"):
            self.fields[name].widget = UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"})

    def clean_email(self) -> str:
        """The address in lower case, as logins use it."""
        email: str = self.cleaned_data["email"].lower()
        if User.objects.filter(email=email).exists():
            raise forms.ValidationError("Someone already has this address.")
        return email


@admin.register(User)
class UserAdmin(DjangoUserAdmin, AuditedAdmin):  # type: ignore[type-arg]
    form = UserChangeForm
    add_form = PersonCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("email", "name", "is_active", "is_staff", "last_login")
    list_filter = ("is_staff", "is_active")
    search_fields = ("email", "name")
    ordering = ("email",)
    readonly_fields = ("last_login", "date_joined")
    filter_horizontal = ()
    fieldsets = (
        (None, {"fields": ("email", "name", "time_zone", "password")}),
        ("Rights", {"fields": ("is_active", "is_staff", "is_superuser")}),
        ("Dates", {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = ((None, {"fields": ("email", "name", "password1", "password2")}),)


@admin.register(ApiKey)
class ApiKeyAdmin(ReadOnlyAdmin):
    list_display = ("name", "prefix", "account", "rate_limit", "created_at", "expires_at", "revoked_at", "last_used_at")
    list_filter = ("account",)
    exclude = ("digest",)


@admin.register(AuditEntry)
class AuditEntryAdmin(BigTableAdmin):
    list_display = ("at", "account", "actor", "action", "target", "ip_address")
    list_filter = ("account",)
    list_select_related = ("account",)
    search_fields = ("actor", "action")

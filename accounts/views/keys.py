"""API keys: list, create and revoke."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from accounts.access import TenantRequest, requires
from accounts.enums import Permission
from accounts.forms import KeyForm
from accounts.selectors import keys as selectors
from accounts.services import issue_api_key, revoke_api_key
from accounts.services.keys import may_revoke
from core.errors import UserError
from core.forms import show_error
from core.http import form_data


@requires(Permission.MANAGE_KEYS)
def keys(request: TenantRequest) -> HttpResponse:
    """The valid keys; with `ended` the revoked and expired ones."""
    ended = "ended" in request.GET
    page = selectors.api_keys(request.principal, request.GET.dict(), ended=ended)
    beyond = {key.pk for key in page.rows if not may_revoke(request.principal, key)}
    context = {"page": page, "ended": ended, "now": timezone.now(), "params": request.GET, "beyond": beyond}
    return render(request, "accounts/keys.html", context)


@requires(Permission.MANAGE_KEYS)
@sensitive_variables("text")
def new_key(request: TenantRequest) -> HttpResponse:
    """Create a key. Only the response to the form shows its text."""
    form = KeyForm(form_data(request), by=request.principal)
    if form.is_valid():
        try:
            key, text = issue_api_key(
                by=request.principal, name=form.cleaned_data["name"], scopes=form.scopes, subaccounts=form.subaccounts,
                expires_at=form.expires_at, rate_limit=form.cleaned_data["rate_limit"],
            )  # fmt: skip
        except UserError as error:
            show_error(form, error)
        else:
            context = {"key": key, "text": text, "base_url": settings.BASE_URL}
            return render(request, "accounts/key_created.html", context)
    return render(request, "accounts/key_new.html", {"form": form})


@requires(Permission.MANAGE_KEYS)
def revoke_key(request: TenantRequest, key_id: int) -> HttpResponse:
    """Revoke a key after confirmation."""
    key = selectors.api_key_of(request.principal, key_id)
    if key is None:
        raise Http404("No such key.")
    may = may_revoke(request.principal, key)
    if request.method == "POST" and may:
        revoke_api_key(by=request.principal, key=key)
        messages.success(request, _("%(key)s has been revoked: programs can no longer use it.") % {"key": key})
        return redirect("keys")
    return render(request, "accounts/key_revoke.html", {"key": key, "may_revoke": may})

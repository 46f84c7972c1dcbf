"""The health page: whether everything can send."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from accounts.access import TenantRequest, requires
from accounts.enums import Permission
from messaging.log.selectors.health import health
from messaging.log.selectors.health_history import HISTORY_SPAN, health_history, with_times
from messaging.log.services.health import request_health_check
from providers.vocabulary import CanSend, Entity

_SENTENCES = {
    CanSend.AVAILABLE: gettext_lazy("Everything can send"),
    CanSend.LIMITED: gettext_lazy("Everything can send, with some limits"),
    CanSend.UNKNOWN: gettext_lazy("Unknown whether everything can send: a provider gives no answer"),
    CanSend.BLOCKED: gettext_lazy("Something is blocked"),
}


@requires(Permission.VIEW_DASHBOARD)
def health_page(request: TenantRequest) -> HttpResponse:
    """All nodes, the worst first, each with the time of its last transition."""
    account, reach = request.account, request.principal.reach
    current = health(account, reach.ids, timezone.now())
    history = health_history(account, current)
    current = with_times(current, history)
    templates = current.of(Entity.TEMPLATE)
    troubled = [node for node in templates if node.can_send != CanSend.AVAILABLE]
    context = {
        "health": current,
        "sentence": _sentence(current.overall, len(troubled)),
        "groups": [
            (_("Connection"), current.of(Entity.APP)),
            (_("Business"), current.of(Entity.BUSINESS, Entity.WABA)),
            (_("Phone numbers"), current.of(Entity.PHONE_NUMBER)),
            (_("Blocked or limited templates"), troubled),
        ],
        "templates": len(templates),
        "troubled": len(troubled),
        "history": history,
        "days": HISTORY_SPAN.days,
        "has_numbers": bool(current.of(Entity.PHONE_NUMBER)),
        "can_refresh": any(node.checked_at for node in current.of(Entity.PHONE_NUMBER)),
    }
    return render(request, "log/health.html", context)


def _sentence(overall: CanSend, troubled: int) -> str:
    """The headline. It names the templates that cannot be sent, which do not affect the overall state."""
    if not troubled:
        return str(_SENTENCES[overall])
    templates = ngettext("%(n)s template is blocked or limited", "%(n)s templates are blocked or limited", troubled)
    if overall == CanSend.AVAILABLE:
        return _("All numbers can send; %(templates)s") % {"templates": templates % {"n": troubled}}
    return f"{_SENTENCES[overall]}; {templates % {'n': troubled}}"


@require_POST
@requires(Permission.VIEW_DASHBOARD)
def refresh(request: TenantRequest) -> HttpResponse:
    """Request a check of every number, each at most once a minute."""
    n = request_health_check(request.principal)
    if n:
        sentence = ngettext(
            "Checking with the provider of %(n)s number: reload this page in a few seconds.",
            "Checking with the providers of %(n)s numbers: reload this page in a few seconds.",
            n,
        )
        messages.success(request, sentence % {"n": n})
    else:
        messages.info(request, _("The status was checked less than a minute ago: try again in a minute."))
    return redirect("log:health")

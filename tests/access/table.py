"""Who may do what, written out once: every route of the portal is named here, or a test says that it is missing.

A page needs a permission, for looking and for posting, or is for one of the words below. A REST view needs a scope for
each method. Which role holds which permission is in tests/accounts/test_permissions.py.
"""

ANYONE = "anyone"  # needs no login: whoever asks proves otherwise who they are, or there is nothing to protect
PERSON = "person"  # whoever is logged in, for what is their own
OPERATOR = "operator"  # who runs this installation
PRICES = "costs:read prices:write"  # both

PAGES = {
    "webhook": ANYONE,
    "schema": ANYONE,
    "api-docs": ANYONE,
    "healthz": ANYONE,
    "metrics": ANYONE,
    "account_signup": ANYONE,
    "invitation": ANYONE,
    "operations": OPERATOR,
    "account_email": ANYONE,
    "mfa_index": PERSON,
    "mfa_list_webauthn": ANYONE,
    "usersessions_list": PERSON,
    "settings": ANYONE,
    "profile": PERSON,
    "switch_account": PERSON,
    "dashboard": "dashboard:read",
    "messaging:health": "dashboard:read",
    "messaging:log": "messages:read",
    "messaging:log-sentence": "messages:read",
    "messaging:log-columns": "messages:read",
    "messaging:log-filters": "messages:read",
    "messaging:log-filter-delete": "messages:read",
    "messaging:log-matching": "messages:read",
    "messaging:log-umids": "messages:read",
    "messaging:message": "messages:read",
    "messaging:templates": "messages:read",
    "messaging:template": "messages:read",
    "messaging:numbers": "messages:read",
    "messaging:number": "messages:read",
    "billing:cards": "costs:read",
    "billing:card": "costs:read",
    "billing:markets": "costs:read",
    "billing:rules": "costs:read",
    "billing:unrated": "costs:read",
    "billing:costs": "costs:read",
    "billing:costs_csv": "costs:read",
    "billing:costs_xlsx": "costs:read",
    "billing:own_prices": {"get": "costs:read", "post": PRICES},
    "billing:import": PRICES,
    "billing:what_if": PRICES,
    "billing:try_draft": PRICES,
    "billing:dry_run": PRICES,
    "billing:try_again": PRICES,
    "billing:apply": PRICES,
    "billing:discard": PRICES,
    "team": "team:write",
    "team_invite": "team:write",
    "team_member": "team:write",
    "team_remove": "team:write",
    "invitation_resend": "team:write",
    "invitation_withdraw": "team:write",
    "keys": "keys:write",
    "key_new": "keys:write",
    "key_revoke": "keys:write",
    "messaging:endpoints": "webhooks:write",
    "messaging:endpoint_new": "webhooks:write",
    "messaging:endpoint": "webhooks:write",
    "messaging:endpoint_test": "webhooks:write",
    "messaging:endpoint_rotate": "webhooks:write",
    "messaging:endpoint_switch": "webhooks:write",
    "messaging:subaccounts": "subaccounts:write",
    "messaging:subaccount_new": "subaccounts:write",
    "messaging:subaccount_rename": "subaccounts:write",
    "messaging:subaccount_close": "subaccounts:write",
    "messaging:subaccount_open": "subaccounts:write",
    "messaging:number_move": "subaccounts:write",
    "audit": "audit:read",
    "audit_csv": "audit:read",
}

REST = {
    "api-audit": {"get": "audit:read"},
    "api-messages": {"get": "messages:read"},
    "api-message": {"get": "messages:read"},
    "api-charge": {"get": "costs:read"},
    "api-costs": {"get": "costs:read"},
    "api-forecast": {"get": "costs:read"},
    "api-tiers": {"get": "costs:read"},
    "api-usage": {"get": "costs:read"},
    "api-unrated": {"get": "costs:read"},
    "api-rate-cards": {"get": "costs:read"},
    "api-rate-card": {"get": "costs:read"},
    "api-health": {"get": "dashboard:read"},
    "api-send": {"post": "messages:send"},
    "api-webhook-events": {"get": "webhooks:write"},
    "api-webhook-events-replay": {"post": "webhooks:write"},
    "api-webhook-event": {"get": "webhooks:write"},
    "api-webhook-event-replay": {"post": "webhooks:write"},
    "graph-node": {"get": "dashboard:read"},
    "d360-health": {"get": "dashboard:read"},
}


def needed(name: str, method: str) -> set[str]:
    """What a page needs for a method: permissions, or one of the words."""
    needs = PAGES[name]
    return set((needs if isinstance(needs, str) else needs[method]).split())

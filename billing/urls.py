"""URLs of billing: the cost report, the price pages, and REST."""

from django.urls import include, path

from billing.api.exemptions import ExemptionListView, ExemptionView
from billing.api.prices import RateCardDetailView, RateCardListView, UnratedView
from billing.api.report import CostReportView, ForecastView, TierView, UsageView
from billing.views import exemptions, prices, report

app_name = "billing"
_prices = [
    path("", prices.cards, name="cards"),
    path("cards/<int:card_id>/", prices.card, name="card"),
    path("markets/", prices.markets, name="markets"),
    path("rules/", prices.rules, name="rules"),
    path("own/", prices.own_prices, name="own_prices"),
    path("exemptions/", exemptions.exemptions, name="exemptions"),
    path("exemptions/<int:exemption_id>/withdraw/", exemptions.withdraw, name="exemption_withdraw"),
    path("import/", prices.import_file, name="import"),
    path("what-if/", prices.what_if, name="what_if"),
    path("drafts/<str:kind>/<int:draft_id>/", prices.try_draft, name="try_draft"),
    path("dry-runs/<int:run_id>/", prices.dry_run, name="dry_run"),
    path("dry-runs/<int:run_id>/again/", prices.try_again, name="try_again"),
    path("dry-runs/<int:run_id>/apply/", prices.apply, name="apply"),
    path("dry-runs/<int:run_id>/discard/", prices.discard, name="discard"),
]
urlpatterns = [
    path("prices/", include(_prices)),
    path("reports/unrated/", prices.unrated_messages, name="unrated"),
    path("reports/costs/", report.costs, name="costs"),
]
rest = [
    path("reports/costs/", CostReportView.as_view(), name="api-costs"),
    path("reports/forecast/", ForecastView.as_view(), name="api-forecast"),
    path("reports/tiers/", TierView.as_view(), name="api-tiers"),
    path("accounts/<str:account_id>/usage/messages", UsageView.as_view(), name="api-usage"),
    path("reports/unrated/", UnratedView.as_view(), name="api-unrated"),
    path("rate-cards/", RateCardListView.as_view(), name="api-rate-cards"),
    path("rate-cards/<int:card_id>/", RateCardDetailView.as_view(), name="api-rate-card"),
    path("exemptions/", ExemptionListView.as_view(), name="api-exemptions"),
    path("exemptions/<int:exemption_id>/", ExemptionView.as_view(), name="api-exemption"),
]

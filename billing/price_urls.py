"""URLs of the price pages, below /prices/; a part of billing's."""

from django.urls import path

from billing import price_views as views

urlpatterns = [
    path("", views.cards, name="cards"),
    path("cards/<int:card_id>/", views.card, name="card"),
    path("markets/", views.markets, name="markets"),
    path("rules/", views.rules, name="rules"),
    path("own/", views.own_prices, name="own_prices"),
    path("import/", views.import_file, name="import"),
    path("what-if/", views.what_if, name="what_if"),
    path("drafts/<str:kind>/<int:draft_id>/", views.try_draft, name="try_draft"),
    path("dry-runs/<int:run_id>/", views.dry_run, name="dry_run"),
    path("dry-runs/<int:run_id>/again/", views.try_again, name="try_again"),
    path("dry-runs/<int:run_id>/apply/", views.apply, name="apply"),
    path("dry-runs/<int:run_id>/discard/", views.discard, name="discard"),
]

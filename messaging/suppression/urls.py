"""URLs of the suppression list: pages and REST."""

from django.urls import path

from messaging.suppression import views
from messaging.suppression.api import SuppressionImportView, SuppressionListView, SuppressionView

app_name = "suppression"
urlpatterns = [
    path("settings/suppression/", views.suppression_list, name="list"),
    path("settings/suppression/add/", views.add, name="add"),
    path("settings/suppression/import/", views.import_file, name="import"),
    path("settings/suppression/words/", views.words, name="words"),
    path("settings/suppression/list.csv", views.list_file, name="csv"),
    path("settings/suppression/<int:suppression_id>/", views.entry, name="entry"),
    path("settings/suppression/<int:suppression_id>/lift/", views.lift, name="lift"),
]
rest = [
    path("suppressions/", SuppressionListView.as_view(), name="api-suppressions"),
    path("suppressions/import/", SuppressionImportView.as_view(), name="api-suppressions-import"),
    path("suppressions/<int:suppression_id>/", SuppressionView.as_view(), name="api-suppression"),
]

"""Messaging's URLs."""

from django.urls import path

from messaging import views

app_name = "messaging"
urlpatterns = [
    path("logs/", views.log, name="log"),
    path("logs/<uuid:umid>/", views.message, name="message"),
]

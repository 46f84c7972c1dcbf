"""Messaging's URLs."""

urlpatterns: list = []

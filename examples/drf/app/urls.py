from django.urls import path

from . import views

urlpatterns = [
    path("healthz", views.health),
    path("me", views.me),
    path("articles", views.Articles.as_view()),
]

"""What this application wants to know of a user."""

from __future__ import annotations

from rest_framework.request import Request

from .authentication import AssertionAuthentication, User


class Authentication(AssertionAuthentication):
    """Made as a subclass of Djognito's class was."""

    def attach_attributes(self, user: User, request: Request) -> None:
        user.role = user.groups[0] if user.groups else "reader"

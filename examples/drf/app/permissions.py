"""What users may do, by their groups."""

from __future__ import annotations

from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from .authentication import User


class InGroup(BasePermission):
    """Lets users of one group through. Subclass it, and name the group."""

    group = ""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return isinstance(request.user, User) and self.group in request.user.groups


class IsEditor(InGroup):
    group = "editors"

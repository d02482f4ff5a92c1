"""The application: a page for everybody, one for users and one for editors."""

from __future__ import annotations

from rest_framework.decorators import api_view, permission_classes
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from .permissions import IsEditor


@api_view(["GET"])
@permission_classes([AllowAny])
def health(request: Request) -> Response:
    return Response({"status": "ok"})


@api_view(["GET"])
@permission_classes([IsAuthenticated])
def me(request: Request) -> Response:
    return Response(
        {
            "username": request.user.username,
            "groups": request.user.groups,
            "role": request.user.role,
        }
    )


class Articles(APIView):
    permission_classes = [IsAuthenticated, IsEditor]

    def get(self, request: Request) -> Response:
        may_publish = request.user.has_perm("articles.publish")
        return Response({"editor": request.user.username, "may_publish": may_publish})

    def post(self, request: Request) -> Response:
        return Response({"author": request.user.username}, status=201)

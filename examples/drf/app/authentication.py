"""Who is asking, by what the gateway says of them and signs."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any, Iterable

import jwt
from django.conf import settings
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import APIException, AuthenticationFailed
from rest_framework.request import Request

from .keys import INTERVAL, Keys, KeysUnavailable

LEEWAY = 5  # seconds by which the gateway's clock may differ from this one
REQUIRED = ["exp", "iat", "iss", "aud", "sub", "username", "groups", "permissions"]


@dataclass(eq=False)
class User:
    """A user of the pool: no row of a database, and not kept.

    attach_attributes may set whatever else the application wants to know.
    """

    username: str
    subject: str
    groups: tuple[str, ...]
    permissions: tuple[str, ...]

    is_authenticated = True
    is_anonymous = False
    is_active = True
    is_staff = False
    is_superuser = False

    @property
    def pk(self) -> str:
        """What throttles tell users apart by; a username can be given anew."""
        return self.subject

    def has_perm(self, permission: str, obj: Any = None) -> bool:
        return permission in self.permissions

    def has_perms(self, permissions: Iterable[str], obj: Any = None) -> bool:
        return all(self.has_perm(permission) for permission in permissions)


class Unavailable(APIException):
    """It can't be told whether an assertion is good, which may not be its fault."""

    status_code = 503
    default_detail = "Authentication is unavailable, try again later."
    wait = INTERVAL  # becomes Retry-After


class AssertionAuthentication(BaseAuthentication):
    """Authenticates by the gateway's assertion, without a database.

    A request without one is anonymous: a public rule of the gateway let it
    through, or it went around the gateway. Permission classes see to it.
    """

    def authenticate(self, request: Request) -> tuple[User, dict[str, Any]] | None:
        assertion = request.headers.get("X-Auth-Assertion")
        if assertion is None:
            return None
        try:
            claims = verify(assertion)
        except KeysUnavailable:
            raise Unavailable from None
        # A stranger's JSON can be nested deeper than the parser goes.
        except (jwt.InvalidTokenError, RecursionError):
            raise AuthenticationFailed from None
        user = User(
            username=claims["username"],
            subject=claims["sub"],
            groups=tuple(claims["groups"]),
            permissions=tuple(claims["permissions"]),
        )
        self.attach_attributes(user, request)
        return user, claims

    def authenticate_header(self, request: Request) -> str:
        """The challenge of a 401: the gateway takes bearer tokens."""
        return "Bearer"

    def attach_attributes(self, user: User, request: Request) -> None:
        """Override this to set further attributes of the user."""


def verify(assertion: str) -> dict[str, Any]:
    """Return the claims of a good assertion."""
    header = jwt.get_unverified_header(assertion)
    if header.get("alg") != "ES256" or header.get("typ") != "gognito-assertion+jwt":
        raise jwt.InvalidTokenError
    key = keys().find(header["kid"]) if "kid" in header else None
    if key is None:
        raise jwt.InvalidTokenError
    return jwt.decode(
        assertion,
        key.key,
        algorithms=["ES256"],
        issuer=settings.GATEWAY["ISSUER"],
        audience=settings.GATEWAY["AUDIENCE"],
        leeway=LEEWAY,
        options={"require": REQUIRED},  # machines have no username, and are no users
    )


@functools.lru_cache(maxsize=None)
def keys() -> Keys:
    """Return the gateway's keys: one set for the process, made when it's needed."""
    return Keys(settings.GATEWAY["JWKS_URL"])

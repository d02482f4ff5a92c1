"""The example's settings, with a view more, and keys from where the test says."""

import os

from app.settings import *  # noqa: F403
from app.settings import GATEWAY

GATEWAY = GATEWAY | {"JWKS_URL": os.environ["JWKS_URL"]}
ROOT_URLCONF = "control.urls"

"""The same with a database, and with its queries counted."""

from control.shipped import *  # noqa: F403

DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
MIDDLEWARE = ["control.counter.Counter"]

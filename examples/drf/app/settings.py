"""The application's settings. What Djognito knew of Cognito is in gognito.yaml."""

from django.core.management.utils import get_random_secret_key

SECRET_KEY = get_random_secret_key()  # nothing is signed that outlives the process
ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
ROOT_URLCONF = "app.urls"
# Django REST framework's anonymous user is of django.contrib.auth.
INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth"]
TIME_ZONE = "UTC"
DATABASES = {}  # none: whatever asks for one fails

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["app.users.Authentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
}

GATEWAY = {  # as identity.assertion of gognito.yaml has them
    "ISSUER": "https://gateway.example",
    "AUDIENCE": "articles",
    "JWKS_URL": "http://127.0.0.1:9180/.well-known/jwks.json",
}

from django.db import connection
from django.http import HttpResponse
from django.urls import include, path


def query(request):
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse()


urlpatterns = [path("control/query", query), path("", include("app.urls"))]

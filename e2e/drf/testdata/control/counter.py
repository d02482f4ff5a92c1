from django.db import connection


class Counter:
    """Says in each answer how many queries it took."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        queries = []

        def count(execute, sql, *arguments):
            queries.append(sql)
            return execute(sql, *arguments)

        with connection.execute_wrapper(count):
            response = self.get_response(request)
        response["X-Database-Queries"] = str(len(queries))
        return response

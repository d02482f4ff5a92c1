// Package drf runs the application of examples/drf as its README says: Django REST
// framework behind nginx and gognito serve. It holds tests only, and needs nginx and
// Debian's python3-django, python3-djangorestframework, python3-jwt,
// python3-cryptography and gunicorn:
//
//	GOWORK=off go -C e2e test -count=1 ./drf
//
// With -count=1, because the application and the gateway lie outside this module,
// and the go command remembers results without a look at such files.
package drf

# docker build -t gognito .
#
# The version that the program tells is that of the commit, so the context needs
# .git, and .dockerignore leaves out only what no commit has.
FROM golang:1.26 AS build
WORKDIR /src
COPY . .
RUN GOWORK=off CGO_ENABLED=0 go build -C cmd -trimpath -ldflags '-s -w' -o /gognito ./gognito

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /gognito /gognito
USER 65532:65532
ENTRYPOINT ["/gognito"]

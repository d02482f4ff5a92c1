// Command bare is a server of net/http that answers 200, with the header fields that its
// further arguments are, and does nothing besides.
package main

import (
	"maps"
	"net/http"
	"os"
	"strings"
	"time"
)

func main() {
	fields := make(http.Header)
	for _, field := range os.Args[2:] {
		name, value, _ := strings.Cut(field, ": ")
		fields.Add(name, value)
	}
	server := &http.Server{
		Addr: os.Args[1], ReadHeaderTimeout: time.Minute,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			if len(fields) > 0 { // else it would still be copied
				maps.Copy(w.Header(), fields)
			}
			w.WriteHeader(http.StatusOK)
		}),
	}
	panic(server.ListenAndServe())
}

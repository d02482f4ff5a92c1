package httpauth

import (
	"net/http"
	"strings"

	"github.com/gognito/gognito"
)

// checkOrigin refuses a request that another site may have made a browser send,
// if any of its tokens came along by itself.
func (a *Authenticator) checkOrigin(r *http.Request, tokens []Token) error {
	if !anyAmbient(tokens) {
		return nil
	}
	protection := a.CrossOrigin
	if protection == nil {
		protection = new(http.CrossOriginProtection)
	}
	judged := r
	if isUpgrade(r) {
		// A WebSocket handshake is a GET that opens a way to do anything, and
		// browsers let every site make one.
		upgrade := *r
		upgrade.Method = http.MethodPost
		judged = &upgrade
	}
	if r.Host == "" {
		// The origin "null" has no host either, and is nobody's own.
		nameless := *judged
		nameless.Host = "unknown.invalid"
		judged = &nameless
	}
	if err := protection.Check(judged); err != nil {
		return gognito.NewError(gognito.ReasonCrossOrigin, err)
	}
	return nil
}

func anyAmbient(tokens []Token) bool {
	for i := range tokens { // in place: a copy of each takes longer than the rest
		if tokens[i].Ambient {
			return true
		}
	}
	return false
}

// isUpgrade reports whether the Connection header asks for another protocol.
func isUpgrade(r *http.Request) bool {
	for _, value := range r.Header.Values("Connection") {
		for option := range strings.SplitSeq(value, ",") {
			if strings.EqualFold(strings.Trim(option, " \t"), "upgrade") {
				return true
			}
		}
	}
	return false
}

package verify

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/cmd/internal/program"
)

// judge decides about tokens, and words the answers.
type judge struct {
	verifier gognito.TokenVerifier
	policies []gognito.Policy
	valid    func(lines []byte, claims *gognito.Claims) ([]byte, error)
	refused  func(lines []byte, reason gognito.Reason) []byte
}

// judge returns what the flags and the environment ask for.
func (c *Command) judge(stderr io.Writer) (*judge, error) {
	verifier, err := c.verifier(stderr)
	if err != nil {
		return nil, err
	}
	j := &judge{verifier: verifier, valid: validText, refused: refusedText}
	if c.Output == "json" {
		j.valid, j.refused = validJSON, refusedJSON
	}
	if len(c.Group) > 0 {
		j.policies = append(j.policies, gognito.InAnyGroup(c.Group...))
	}
	if len(c.Scope) > 0 {
		j.policies = append(j.policies, gognito.HasAllScopes(c.Scope...))
	}
	return j, nil
}

// answer appends the line that answers a token.
func (j *judge) answer(ctx context.Context, lines []byte, token string) ([]byte, int, error) {
	claims, err := j.verifier.Verify(ctx, token)
	for _, policy := range j.policies {
		if err == nil {
			err = policy(&gognito.User{Claims: claims})
		}
	}
	switch {
	case err == nil:
		lines, err = j.valid(lines, claims)
		return lines, program.Done, err
	case errors.Is(err, gognito.ErrUnavailable):
		return j.refused(lines, gognito.ReasonOf(err)), program.Unavailable, nil
	default:
		return j.refused(lines, gognito.ReasonOf(err)), program.Refused, nil
	}
}

func validJSON(lines []byte, claims *gognito.Claims) ([]byte, error) {
	var all jsontext.Value
	if err := claims.Decode(&all); err != nil {
		return nil, err
	}
	if err := all.Compact(); err != nil {
		return nil, err
	}
	lines = append(lines, `{"valid":true,"claims":`...)
	lines = appendEscaped(lines, all)
	return append(lines, "}\n"...), nil
}

// appendEscaped appends JSON, with the characters that some terminals obey as
// \uXXXX. When it is compact, they occur in its strings only.
func appendEscaped(lines, text []byte) []byte {
	for len(text) > 0 {
		plain := bytes.IndexFunc(text, obeyed)
		if plain < 0 {
			break
		}
		r, size := utf8.DecodeRune(text[plain:])
		lines = append(lines, text[:plain]...)
		lines = fmt.Appendf(lines, `\u%04x`, r)
		text = text[plain+size:]
	}
	return append(lines, text...)
}

// obeyed are the controls that JSON leaves as they are, the ends of lines and of paragraphs, and what turns
// the direction of writing.
func obeyed(r rune) bool {
	return r >= 0x7f && (unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || unicode.Is(unicode.Bidi_Control, r))
}

func refusedJSON(lines []byte, reason gognito.Reason) []byte {
	lines = append(lines, `{"valid":false,"reason":"`...)
	lines = append(lines, reason...)
	return append(lines, "\"}\n"...)
}

func validText(lines []byte, claims *gognito.Claims) ([]byte, error) {
	who := shown(claims.Username)
	if claims.Machine() {
		who = "a machine"
	}
	lines = append(lines, "valid: "+who+", "+string(claims.TokenUse)+" token of client "+shown(claims.ClientID)...)
	lines = appendList(lines, ", in group", claims.Groups)
	lines = appendList(lines, ", scope", claims.Scopes)
	lines = append(lines, ", until "...)
	lines = claims.ExpiresAt.AppendFormat(lines, time.RFC3339)
	return append(lines, '\n'), nil
}

func appendList(lines []byte, name string, list []string) []byte {
	for i, element := range list {
		if i == 0 {
			lines = append(lines, name...)
			if len(list) > 1 {
				lines = append(lines, 's')
			}
		}
		lines = append(lines, ' ')
		lines = append(lines, shown(element)...)
	}
	return lines
}

// shown quotes what would not stand out as one word, or would be no text.
func shown(text string) string {
	quoted := strconv.Quote(text)
	if strings.ContainsAny(text, " ,") || quoted[1:len(quoted)-1] != text {
		return quoted
	}
	return text
}

// meanings are what the reasons mean, in one sentence for people.
var meanings = map[gognito.Reason]string{
	gognito.ReasonMalformed:       "it does not have the form of a Cognito token, or a claim is missing or of the wrong type",
	gognito.ReasonAlgorithm:       "it is not signed with RS256, the only algorithm that Cognito uses",
	gognito.ReasonIssuer:          "another user pool issued it, or none",
	gognito.ReasonUnknownKey:      "the pool publishes no key of the ID that it names",
	gognito.ReasonSignature:       "the signature is not the pool's, or what it is under was changed",
	gognito.ReasonExpired:         "it is genuine, but its time is over",
	gognito.ReasonNotYetValid:     "it is genuine, but its time has not come",
	gognito.ReasonTokenUse:        "it is genuine, but of the kind that --token-use does not accept",
	gognito.ReasonClient:          "it is genuine, but for an app client or an audience that is not accepted (--client-id, --audience)",
	gognito.ReasonMachine:         "it is genuine, but a machine's, and has no user (--allow-machines)",
	gognito.ReasonGroup:           "it is genuine, but its user is in no group that is asked for (--group)",
	gognito.ReasonScope:           "it is genuine, but lacks a scope that is asked for (--scope)",
	gognito.ReasonKeysUnavailable: "nothing is known about it, because the pool's keys could not be had",
}

func refusedText(lines []byte, reason gognito.Reason) []byte {
	outcome := "refused"
	if reason == gognito.ReasonKeysUnavailable {
		outcome = "unknown"
	}
	return append(lines, outcome+": "+string(reason)+": "+meanings[reason]+"\n"...)
}

package otelauth

import (
	"errors"
	"strings"

	"go.opentelemetry.io/otel/attribute"

	"github.com/gognito/gognito"
)

const (
	outcomeKey    = attribute.Key("gognito.outcome")
	reasonKey     = attribute.Key("gognito.reason")
	rememberedKey = attribute.Key("gognito.remembered")
	poolKey       = attribute.Key("gognito.user_pool.id")
	urlKey        = attribute.Key("url.full")
	errorTypeKey  = attribute.Key("error.type")
	anyOtherError = "_OTHER" // what the semantic conventions call it
)

// A verdict is what may be told of one result of Verify.
type verdict struct {
	outcome string
	reason  gognito.Reason // "": none
	fault   string         // of the service, as a span's status says it; "": none
}

// The places of two verdicts; those of the reasons follow.
const (
	accepted = iota
	other
)

// verdicts are all that there are. What is not among them is other.
var verdicts, verdictOf = listVerdicts(
	"", // no token
	gognito.ReasonMalformed,
	gognito.ReasonAlgorithm,
	gognito.ReasonIssuer,
	gognito.ReasonKeysUnavailable,
	gognito.ReasonUnknownKey,
	gognito.ReasonSignature,
	gognito.ReasonExpired,
	gognito.ReasonNotYetValid,
	gognito.ReasonTokenUse,
	gognito.ReasonClient,
	gognito.ReasonMachine,
	gognito.ReasonRevocationUnavailable,
	gognito.ReasonRevoked,
	gognito.ReasonCanceled,
	gognito.ReasonGroup,
	gognito.ReasonScope,
	gognito.ReasonPermission,
	gognito.ReasonCrossOrigin,
)

func listVerdicts(reasons ...gognito.Reason) ([]verdict, map[gognito.Reason]int) {
	list := []verdict{accepted: {outcome: "accepted"}, other: {outcome: "other", fault: "other"}}
	places := make(map[gognito.Reason]int)
	for _, reason := range reasons {
		refusal := gognito.NewError(reason, nil)
		v := verdict{outcome: strings.ReplaceAll(string(refusal.Kind), " ", "_"), reason: reason}
		if refusal.Kind == gognito.ErrUnavailable && reason != gognito.ReasonCanceled {
			v.fault = refusal.Error()
		}
		places[reason] = len(list)
		list = append(list, v)
	}
	return list, places
}

// placeOf returns the place of the verdict about an error.
func placeOf(err error) int {
	if err == nil {
		return accepted
	}
	if refusal, ok := errors.AsType[*gognito.Error](err); ok {
		if place, ok := verdictOf[refusal.Reason]; ok {
			return place
		}
	}
	return other
}

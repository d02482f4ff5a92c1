package lambdaauth

import (
	"errors"
	"strings"

	"github.com/aws/aws-lambda-go/events"
)

// maxConnectAnswer is how much API Gateway takes of an authorizer of a WebSocket
// API.
const maxConnectAnswer = 8 << 10

var (
	errConnectAnswer = errors.New("lambdaauth: the answer is longer than the 8 KB that API Gateway takes for $connect")
	errARN           = errors.New("lambdaauth: the event's ARN is not that of a method of an API")
)

// An arn is that of a method:
// arn:aws:execute-api:us-east-1:123456789012:abcdef123/stage/GET/path.
type arn struct {
	stage  string // all before the method: the stage's own
	method string // or $connect
	path   string
}

func parseARN(text string) (arn, error) {
	fields := strings.SplitN(text, ":", 6)
	if len(fields) != 6 || fields[0] != "arn" || fields[2] != "execute-api" {
		return arn{}, errARN
	}
	parts := strings.SplitN(fields[5], "/", 4)
	if len(parts) < 3 || parts[0] == "" || parts[1] == "" || parts[2] == "" {
		return arn{}, errARN
	}
	stage := strings.Join(fields[:5], ":") + ":" + parts[0] + "/" + parts[1]
	if strings.ContainsAny(stage, "*?") {
		return arn{}, errARN // more than one stage
	}
	path := "/"
	if len(parts) == 4 {
		path += parts[3]
	}
	return arn{stage: stage, method: parts[2], path: path}, nil
}

// policy allows or denies the whole stage: API Gateway caches the policy, and goes
// by it whatever method and path are asked for next. The Resource is far from the
// 512 characters that are its limit, since it has nothing of the path.
func (a arn) policy(allowed bool) events.APIGatewayCustomAuthorizerPolicy {
	effect := "Deny"
	if allowed {
		effect = "Allow"
	}
	return events.APIGatewayCustomAuthorizerPolicy{
		Version: "2012-10-17",
		Statement: []events.IAMPolicyStatement{{
			Action:   []string{"execute-api:Invoke"},
			Effect:   effect,
			Resource: []string{a.stage + "/*"},
		}},
	}
}

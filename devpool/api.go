package devpool

import (
	"encoding/json"
	"errors"
	"net/http"
)

// apiType is the media type of the Cognito API, the JSON 1.1 protocol of AWS.
const apiType = "application/x-amz-json-1.1"

// maxRequest bounds the body of a call, in bytes.
const maxRequest = 64 << 10

// apiError is a refusal in the words of the Cognito API.
type apiError struct {
	Type    string `json:"__type"`
	Message string `json:"message"`
}

func (e *apiError) Error() string { return e.Type + ": " + e.Message }

// serveAPI answers calls of the Cognito API, of which there is one here:
// InitiateAuth
// (https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_InitiateAuth.html).
func (p *Pool) serveAPI(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	answer, err := p.initiateAuth(w, r)
	if err == nil {
		writeJSON(w, apiType, http.StatusOK, answer)
		return
	}
	status := http.StatusBadRequest
	refusal, ok := errors.AsType[*apiError](err)
	if !ok {
		status, refusal = http.StatusInternalServerError, &apiError{"InternalErrorException", "The pool has no keys."}
	}
	// It is said twice, because clients look in either place.
	w.Header().Set("X-Amzn-Errortype", refusal.Type)
	writeJSON(w, apiType, status, refusal)
}

type authentication struct {
	AccessToken string
	IDToken     string `json:"IdToken"`
	ExpiresIn   int    // seconds
	TokenType   string
}

func (p *Pool) initiateAuth(w http.ResponseWriter, r *http.Request) (answer any, err error) {
	if r.Header.Get("X-Amz-Target") != "AWSCognitoIdentityProviderService.InitiateAuth" {
		return nil, &apiError{"UnknownOperationException", "The development pool answers InitiateAuth only."}
	}
	var call struct {
		AuthFlow       string
		ClientID       string `json:"ClientId"`
		AuthParameters map[string]string
	}
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxRequest)).Decode(&call); err != nil {
		return nil, &apiError{"SerializationException", "The body is not the JSON object of an InitiateAuth call."}
	}
	username, password := call.AuthParameters["USERNAME"], call.AuthParameters["PASSWORD"]
	switch {
	case call.ClientID != p.ClientID():
		return nil, &apiError{"ResourceNotFoundException", "There is no app client of this ID."}
	case call.AuthFlow != "USER_PASSWORD_AUTH":
		return nil, &apiError{"InvalidParameterException", "The development pool has the flow USER_PASSWORD_AUTH only."}
	case username == "":
		return nil, &apiError{"InvalidParameterException", "Missing required parameter USERNAME"}
	case password == "":
		return nil, &apiError{"InvalidParameterException", "Missing required parameter PASSWORD"}
	}
	tokens, err := p.SignIn(r.Context(), username, password)
	switch {
	case errors.Is(err, ErrCredentials):
		return nil, &apiError{"NotAuthorizedException", "Incorrect username or password."}
	case err != nil:
		return nil, err
	}
	return map[string]any{
		"ChallengeParameters": map[string]string{},
		"AuthenticationResult": authentication{
			AccessToken: tokens.Access,
			IDToken:     tokens.ID,
			ExpiresIn:   int(tokens.ExpiresIn.Seconds()),
			TokenType:   "Bearer",
		},
	}, nil
}

package verify_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/gognito/gognito/cmd/internal/program"
	"github.com/gognito/gognito/cmd/internal/verify"
	"github.com/gognito/gognito/internal/mint"
)

func Example() {
	// A pool's key and a token of it. The claims of a real one are longer.
	key, err := mint.NewKey()
	if err != nil {
		fmt.Println(err)
		return
	}
	token := mint.Sign(key, `{"iss":"https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEfGhI", "sub":"34c8",
		"client_id":"6h89qn2b", "token_use":"access", "username":"ada", "iat":1700000000, "exp":1700003600,
		"custom:balance": 9007199254740993.10}`)
	folder, err := os.MkdirTemp("", "")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(folder)
	keys := filepath.Join(folder, "jwks.json")
	if err := os.WriteFile(keys, mint.JWKS(key), 0o600); err != nil {
		fmt.Println(err)
		return
	}

	command := verify.Command{
		UserPoolID: []string{"eu-west-1_AbCdEfGhI"},
		ClientID:   []string{"6h89qn2b"},
		JWKS:       keys,
		At:         "2023-11-14T22:30:00Z",
		Output:     "json",
	}
	streams := program.Streams{In: strings.NewReader(token + "\n" + "nonsense\n"), Out: os.Stdout, Err: os.Stderr}
	refused := command.Run(streams)
	fmt.Println(refused.(*program.ExitError).Code)
	// Output:
	// {"valid":true,"claims":{"iss":"https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEfGhI","sub":"34c8","client_id":"6h89qn2b","token_use":"access","username":"ada","iat":1700000000,"exp":1700003600,"custom:balance":9007199254740993.10}}
	// {"valid":false,"reason":"malformed"}
	// 1
}

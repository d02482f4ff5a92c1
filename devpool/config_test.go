package devpool_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"github.com/gognito/gognito/devpool"
)

func TestAFileDescribesAPool(t *testing.T) {
	got, err := devpool.ParseConfig([]byte(`
user_pool_id: eu-west-1_AbCdEfGhI
client_id: 6h89qn2bfglbmvfebq9aaknqk0
users:
  - username: ann
    password: 0123        # not a number
    groups: [a, 7, yes]
  - username: zoë@example.com
    password: "  two  words "
    attributes:
      email_verified: true
      custom:tenant: 1e3
`))
	if err != nil {
		t.Fatal(err)
	}
	want := devpool.Config{
		UserPoolID: "eu-west-1_AbCdEfGhI",
		ClientID:   "6h89qn2bfglbmvfebq9aaknqk0",
		Users: []devpool.User{
			{Username: "ann", Password: "0123", Groups: []string{"a", "7", "yes"}},
			{Username: "zoë@example.com", Password: "  two  words ", Attributes: map[string]string{"email_verified": "true", "custom:tenant": "1e3"}},
		},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestAFileAtFaultIsNamedByLine(t *testing.T) {
	for _, test := range []struct{ name, file, want string }{
		{"an unknown key", "users:\n- username: ann\n  passwrd: x\n", `line 3: unknown key "passwrd"`},
		{"a key in another case", "Users: []\n", `line 1: unknown key "Users"`},
		{"the URL, which is no part of a file", "url: http://127.0.0.1\n", `line 1: unknown key "url"`},
		{"a key that is there twice", "users: []\nusers: []\n", `line 2: mapping key "users" already defined at [1:1]`},
		{"no list of groups", "users:\n- username: ann\n  password: x\n  groups: admins\n", "line 4: string was used where sequence is expected"},
		{"no text", "users:\n- username: [ann]\n  password: x\n", "line 2: is not text; write it in quotes"},
		{"no YAML", "users: [\n", "line 1: sequence end token ']' not found"},
		{"two documents", "users:\n- {username: ann, password: x}\n---\nusers: []\n", "holds more than one document"},
		{"nothing", "# to do\n", "is empty"},
		{"no users", "client_id: abc\nusers: []\n", "line 2: users is empty: nobody could sign in"},
		{"a pool that can't be", "client_id: abc\nuser_pool_id: local_1\n", `line 2: user_pool_id is "local_1", which is not the ID of a user pool, such as us-east-1_DevPool01`},
		{"a client that can't be", "client_id: my client\n", `line 1: client_id is "my client"; it has 1 to 128 letters, digits, _ and +`},
		{"no username", "users:\n- password: x\n", "line 2: users[0] has no username"},
		{"no password", "users:\n- username: ann\n  password:\n", "line 2: users[0] has no password"},
		{"a control in a password", "users:\n- username: ann\n  password: \"\\t\"\n", "line 3: users[0].password must have 1 to 256 characters, none of them a control"},
		{"a username with an escape sequence", "users:\n- username: \"a\\e[2J\"\n  password: x\n", `line 2: users[0].username is "a\x1b[2J"; it has 1 to 128 letters, marks, digits, symbols and punctuation, and no spaces`},
		{"a username that is too long", "users:\n- username: " + strings.Repeat("a", 129) + "\n  password: x\n", `line 2: users[0].username is "` + strings.Repeat("a", 129) + `"; it has 1 to 128 letters, marks, digits, symbols and punctuation, and no spaces`},
		{"two users of one name", "users:\n- {username: ann, password: x}\n- {username: ann, password: y}\n", `line 3: users[1].username is "ann", which users[0] is called already`},
		{"a group twice", "users:\n- username: ann\n  password: x\n  groups:\n  - a\n  - a\n", `line 6: users[0].groups[1] is "a" for the second time`},
		{"an empty group", "users:\n- username: ann\n  password: x\n  groups:\n  - a\n  -\n", `line 6: users[0].groups[1] is ""; it has 1 to 128 letters, marks, digits, symbols and punctuation, and no spaces`},
		{"a group with spaces", "users:\n- username: ann\n  password: x\n  groups: [a b]\n", `line 4: users[0].groups[0] is "a b"; it has 1 to 128 letters, marks, digits, symbols and punctuation, and no spaces`},
		{"a claim that is no attribute", "users:\n- username: ann\n  password: x\n  attributes:\n    iss: y\n", `line 5: users[0].attributes has "iss", which is neither a standard attribute nor custom:something`},
		{"what is not UTF-8", "users:\n- username: \"\xff\"\n  password: x\n", "line 2: is not UTF-8"},
		{"a merge", "users:\n- &a {username: ann, password: x}\n- {<<: *a, username: eve}\n", "line 3: << is not supported; write the keys out"},
		{"several faults", "client_id: a b\nusers:\n- username: ann\n", "line 1: client_id is \"a b\"; it has 1 to 128 letters, digits, _ and +\nline 3: users[0] has no password"},
	} {
		_, err := devpool.ParseConfig([]byte(test.file))
		if err == nil || err.Error() != test.want {
			t.Errorf("%s:\n%v, want\n%s", test.name, err, test.want)
		}
	}
}

// What YAML's parser takes too much memory or time for is not given to it.
func TestAFileThatNobodyWouldWriteIsRefusedForLittle(t *testing.T) {
	const deep, crowded = "line 1: brackets are nested more than 100 deep", "line 1: more than 500 tokens without a comma or a new line"
	repeat := func(text string) string { return strings.Repeat(text, 200_000/len(text)) }
	for _, test := range []struct{ name, file, want string }{
		{"open brackets", "users: " + repeat("["), deep},
		{"open braces", "users: " + repeat("{a: "), deep},
		{"open brackets behind commas", "users: [" + repeat("a, ["), deep},
		{"open brackets on many lines", "users: " + repeat("[\n"), "line 101: brackets are nested more than 100 deep"},
		{"lists in lists", repeat("- "), crowded},
		{"keys in keys", repeat("a: "), crowded},
		{"names of anchors", "users: " + repeat("&a "), crowded},
		{"characters that are none of YAML's", repeat("@"), crowded},
		{"closed brackets", repeat("] "), crowded},
		{"empty lists", repeat("[] "), crowded},
		{"too many bytes", "#" + strings.Repeat(" ", 1<<20), "is larger than 1048576 bytes"},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := devpool.ParseConfig([]byte(test.file))
		runtime.ReadMemStats(&after)
		if err == nil || err.Error() != test.want {
			t.Errorf("%s:\n%.200v, want\n%s", test.name, err, test.want)
		}
		if used := after.TotalAlloc - before.TotalAlloc; used > 256<<20 {
			t.Errorf("%s: %d bytes were allocated for %d", test.name, used, len(test.file))
		}
	}
}

func TestAFileMayBeLargeAndOfOneLine(t *testing.T) {
	users := make([]map[string]any, 2000)
	for i := range users {
		users[i] = map[string]any{"username": fmt.Sprint("user", i), "password": strings.Repeat("[", 200), "groups": []string{"a", "b", "c"}}
	}
	file, err := json.Marshal(map[string]any{"users": users})
	if err != nil {
		t.Fatal(err)
	}
	config, err := devpool.ParseConfig(file)
	if err != nil || len(config.Users) != len(users) {
		t.Errorf("%d users, %v; want %d", len(config.Users), err, len(users))
	}
}

func TestNewRefusesWhatATokenCannotSay(t *testing.T) {
	const bad = "a\xff"
	for _, test := range []struct {
		user devpool.User
		want string
	}{
		{devpool.User{Username: bad, Password: "x"}, `users[0].username is "a\xff", which is not UTF-8`},
		{devpool.User{Username: "ann", Password: "x", Groups: []string{"a", bad}}, `users[0].groups[1] is "a\xff", which is not UTF-8`},
		{devpool.User{Username: "ann", Password: "x", Attributes: map[string]string{"email": bad}}, `users[0].attributes.email is "a\xff", which is not UTF-8`},
		{devpool.User{Username: "ann", Password: "x", Attributes: map[string]string{"custom:" + bad: "x"}}, `users[0].attributes has "custom:a\xff", which is neither a standard attribute nor custom:something`},
	} {
		_, err := devpool.New(devpool.Config{URL: "http://127.0.0.1:9746", Users: []devpool.User{test.user}})
		if want := "devpool: Config: " + test.want; err == nil || err.Error() != want {
			t.Errorf("got\n%v, want\n%s", err, want)
		}
	}
}

func TestLoadNamesTheFile(t *testing.T) {
	name := filepath.Join(t.TempDir(), "users.yaml")
	if err := os.WriteFile(name, []byte("usrs: []\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := devpool.Load(name)
	if want := "devpool: " + name + `: line 1: unknown key "usrs"`; err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
	if _, err := devpool.Load(name + ".missing"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
}

func TestNewNamesEveryFault(t *testing.T) {
	_, err := devpool.New(devpool.Config{
		URL:        "http://127.0.0.1:9746",
		UserPoolID: "cn-north-1_AbCdEfGhI",
		Users:      []devpool.User{{Username: "ann"}},
	})
	want := `devpool: Config: user_pool_id is "cn-north-1_AbCdEfGhI", which is not the ID of a user pool, such as us-east-1_DevPool01` + "\n" +
		"devpool: Config: users[0] has no password"
	if err == nil || err.Error() != want {
		t.Errorf("got\n%v, want\n%s", err, want)
	}
}

func TestNewRefusesAURLThatIsNotTheRootOfAServer(t *testing.T) {
	for _, url := range []string{
		"", "127.0.0.1:9746", "ftp://127.0.0.1", "http://", "http://127.0.0.1/", "http://127.0.0.1/path",
		"http://user@127.0.0.1", "http://127.0.0.1?", "http://127.0.0.1#", "HTTP://127.0.0.1", "http:127.0.0.1", "http://a b",
	} {
		_, err := devpool.New(devpool.Config{URL: url})
		if err == nil || !strings.HasPrefix(err.Error(), "devpool: Config.URL is ") {
			t.Errorf("%q: %v, want an error about Config.URL", url, err)
		}
	}
}

func TestTokensDoNotPrint(t *testing.T) {
	tokens := devpool.Tokens{Access: "eyJhbGci", ID: "eyJraWQi"}
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("", "tokens", tokens)
	for _, text := range []string{fmt.Sprint(tokens), fmt.Sprintf("%+v %#v %q %s", tokens, tokens, tokens, &tokens), log.String()} {
		if strings.Contains(text, "eyJ") {
			t.Errorf("a token got into %q", text)
		}
	}
}

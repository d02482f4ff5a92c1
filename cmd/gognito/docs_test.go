package main_test

import (
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// docs/verify.md is the contract: it names every flag and variable that there is,
// and no other.
func TestTheContractNamesEveryFlagAndVariable(t *testing.T) {
	page, err := os.ReadFile("../../docs/verify.md")
	if err != nil {
		t.Fatal(err)
	}
	help, err := exec.CommandContext(t.Context(), build(t), "verify", "--help").Output()
	if err != nil {
		t.Fatal(err)
	}
	documented := names(regexp.MustCompile("(?m)^\\| `(--[a-z-]+)|`(AWS_[A-Z_]+)`"), string(page))
	actual := names(regexp.MustCompile(`(?m)^ {6}(--[a-z-]+)|(AWS_[A-Z_]+)`), string(help))
	actual = slices.DeleteFunc(actual, func(name string) bool { return name == "--version" }) // of the program, not the command
	if !slices.Equal(documented, actual) {
		t.Errorf("docs/verify.md names\n%s\nand the command has\n%s", strings.Join(documented, " "), strings.Join(actual, " "))
	}
}

// So is docs/gateway.md, of two commands.
func TestTheGatewaysPageNamesEveryFlagAndVariable(t *testing.T) {
	page, err := os.ReadFile("../../docs/gateway.md")
	if err != nil {
		t.Fatal(err)
	}
	gognito := build(t)
	var actual []string
	for _, command := range []string{"serve", "check"} {
		help, err := exec.CommandContext(t.Context(), gognito, command, "--help").Output()
		if err != nil {
			t.Fatal(err)
		}
		actual = append(actual, names(regexp.MustCompile(`(?m)^ {6}(--[a-z-]+)|\b((?:AWS|GOGNITO|ACCESS)_[A-Z_]+)`), string(help))...)
	}
	slices.Sort(actual)
	actual = slices.DeleteFunc(slices.Compact(actual), func(name string) bool { return name == "--version" })
	documented := names(regexp.MustCompile("`(--[a-z-]+)`|`((?:AWS|GOGNITO|ACCESS)_[A-Z_]+)`"), string(page))
	if !slices.Equal(documented, actual) {
		t.Errorf("docs/gateway.md names\n%s\nand the commands have\n%s", strings.Join(documented, " "), strings.Join(actual, " "))
	}
}

func names(form *regexp.Regexp, text string) []string {
	var found []string
	for _, match := range form.FindAllStringSubmatch(text, -1) {
		found = append(found, match[1]+match[2])
	}
	slices.Sort(found)
	return slices.Compact(found)
}

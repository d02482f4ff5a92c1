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

func names(form *regexp.Regexp, text string) []string {
	var found []string
	for _, match := range form.FindAllStringSubmatch(text, -1) {
		found = append(found, match[1]+match[2])
	}
	slices.Sort(found)
	return slices.Compact(found)
}

package settings

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// section returns the values of a mapping by their keys. One that is not there has
// none, and its keys are told if they are not among those that are known.
func (r *reader) section(v *value, known ...string) map[string]*value {
	values := r.entries(v)
	if v == nil {
		return nil
	}
	for i, key := range v.keys {
		if !slices.Contains(known, key) {
			r.fault(v.items[i].at, "is no setting; there are %s", strings.Join(slices.Sorted(slices.Values(known)), ", "))
		}
	}
	return values
}

// entries returns the values of a mapping whose keys are free.
func (r *reader) entries(v *value) map[string]*value {
	switch {
	case v == nil || v.kind == unusable:
		return nil
	case v.kind != mapping:
		r.fault(v.at, "must be a mapping: \"key: value\", in lines of their own")
		return nil
	case len(v.items) == 0:
		r.fault(v.at, "is empty: write something into it, or leave it out")
		return nil
	}
	values := make(map[string]*value, len(v.items))
	for i, key := range v.keys {
		values[key] = v.items[i]
	}
	return values
}

// elements returns those of a list. One that is there and empty is a fault.
func (r *reader) elements(v *value) []*value {
	switch {
	case v == nil || v.kind == unusable:
		return nil
	case v.kind != list:
		r.fault(v.at, "must be a list: [a, b], or \"- a\" in a line of its own")
		return nil
	case len(v.items) == 0:
		r.fault(v.at, "is empty, which stands for nothing: name something, or leave the key out")
		return nil
	}
	return v.items
}

// texts returns the texts of a list.
func (r *reader) texts(v *value) []setting {
	var list []setting
	for _, item := range r.elements(v) {
		if s := r.text(item); s.text != "" {
			list = append(list, s)
		}
	}
	return list
}

// text returns a text, which is not empty if it is there.
func (r *reader) text(v *value) setting {
	s := r.textOrEmpty(v)
	if v != nil && v.kind == scalar && v.text == "" {
		r.fault(v.at, "is empty: give it a value, or leave the key out")
	}
	return s
}

// textOrEmpty returns a text, which may be "" to say none.
func (r *reader) textOrEmpty(v *value) setting {
	switch {
	case v == nil || v.kind == unusable:
		return setting{}
	case v.kind != scalar:
		r.fault(v.at, "must be a text")
		return setting{}
	case strings.ContainsFunc(v.text, unicode.IsControl):
		r.fault(v.at, "holds a new line or another control character: leave it out")
		return setting{}
	case strings.TrimSpace(v.text) != v.text:
		r.fault(v.at, "begins or ends with a space: leave it out")
		return setting{}
	}
	return setting{v.text, v.at}
}

// choice returns one of some words, or the first.
func (r *reader) choice(v *value, words ...string) string {
	s := r.text(v)
	switch {
	case s.text == "":
		return words[0]
	case !slices.Contains(words, s.text):
		r.fault(s.at, "must be %s or %s", strings.Join(words[:len(words)-1], ", "), words[len(words)-1])
		return words[0]
	}
	return s.text
}

// boolean returns true or false, or what holds if the key is not there.
func (r *reader) boolean(v *value, otherwise bool) bool {
	switch {
	case v == nil || v.kind == unusable:
		return otherwise
	case v.kind == scalar && v.plain && (v.text == "true" || v.text == "false"):
		return v.text == "true"
	}
	r.fault(v.at, "must be true or false, not in quotes")
	return otherwise
}

var digits = regexp.MustCompile(`^(0|[1-9][0-9]{0,8})$`)

// integer returns a number of that range, or what holds if the key is not there.
func (r *reader) integer(v *value, least, most, otherwise int) int {
	if v == nil || v.kind == unusable {
		return otherwise
	}
	if v.kind == scalar && v.plain && digits.MatchString(v.text) {
		if n, err := strconv.Atoi(v.text); err == nil && n >= least && n <= most {
			return n
		}
	}
	r.fault(v.at, "must be a number from %d to %d, in digits", least, most)
	return otherwise
}

// duration returns a duration of that range, or what holds if the key is not there.
func (r *reader) duration(v *value, least, most, otherwise time.Duration) time.Duration {
	if v == nil || v.kind == unusable {
		return otherwise
	}
	if v.kind == scalar {
		if d, err := time.ParseDuration(v.text); err == nil && d >= least && d <= most {
			return d
		}
	}
	r.fault(v.at, "must be a time from %s to %s with its unit, such as 500ms, 30s or 2m", short(least), short(most))
	return otherwise
}

// short returns a duration without parts that are zero.
func short(d time.Duration) string {
	text := d.String()
	for _, zero := range []string{"m0s", "h0m"} {
		if strings.HasSuffix(text, zero) {
			text = text[:len(text)-2]
		}
	}
	return text
}

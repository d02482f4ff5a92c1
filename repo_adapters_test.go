package gognito_test

import (
	"testing"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/internal/adaptertest"
)

// Whatever a request can be refused for, each adapter is seen to refuse.
func TestRepositoryEachReasonHasARowInTheAdaptersTable(t *testing.T) {
	rows := make(map[gognito.Reason]bool)
	for _, row := range adaptertest.NewWorld(t).Rows(t, "127.0.0.1") {
		rows[row.Reason()] = true
	}
	for _, reason := range reasons(t) {
		if !rows[reason] {
			t.Errorf("no row is refused as %s", reason)
		}
	}
}

package gateway_test

import "testing"

// Whoever stands in front, what becomes of a request is the same.
func TestEverySetUpJudgesTheSameTable(t *testing.T) {
	w := newWorld(t)
	rows := rowsOf(w.pools)
	ran := make(map[int][]string)
	for _, s := range setUps(t, w) {
		n := runRows(t, w, s, rows)
		t.Logf("gateway: %s ran %d rows", s.name, n)
		ran[n] = append(ran[n], s.name)
	}
	if len(ran) != 1 {
		t.Errorf("not all ran the same number of rows: %v", ran)
	}
}

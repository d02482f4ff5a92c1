package report

import "testing"

func TestAReportComesBetweenItsMarks(t *testing.T) {
	begin, end := marks("load")
	others, othersEnd := marks("bench")
	before, after := "a\n"+others+"x\n"+othersEnd+"\n", "\nz\n"
	got, err := replace(before+begin+"old\n"+end+after, "load", "new\n")
	if want := before + begin + "\nnew\n\n" + end + after; err != nil || got != want {
		t.Errorf("%q, %v, want %q", got, err, want)
	}
	if again, err := replace(got, "load", "new\n"); err != nil || again != got {
		t.Errorf("the second time: %q, %v", again, err)
	}
	for _, page := range []string{"", begin, end, end + "\n" + begin, others + othersEnd} {
		if _, err := replace(page, "load", "new"); err == nil {
			t.Errorf("%q: no error", page)
		}
	}
}

func TestATableHasACellForEachHead(t *testing.T) {
	table := Table{Head: []string{"", "b", "c"}}
	table.Add("1", "2", "3")
	table.Add("4")
	table.Add("", "5")
	if got, want := table.String(), "| | b | c |\n| --- | --- | --- |\n| 1 | 2 | 3 |\n| 4 | | |\n| | 5 | |\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestNumbersHaveTheDigitsThatCount(t *testing.T) {
	for x, want := range map[float64]string{0.804: "0.80", 9.94: "9.94", 9.96: "10.0", 43.21: "43.2", 99.6: "100", 182.6: "183"} {
		if got := Digits(x); got != want {
			t.Errorf("%v: %q, want %q", x, got, want)
		}
	}
}

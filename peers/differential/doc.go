// Package differential compares gognito's verdicts with those of other
// implementations, on good, changed and hostile tokens of a seeded generator. It
// holds tests only.
//
// Every token is a good one with up to three mutations. A mutation knows why
// gognito refuses a token that has it alone, and the class of difference, if any,
// between gognito and the peers that it explains. A difference that no mutation
// of a token explains fails the test, and so does a class that never occurs.
package differential

// Package settings is what the gateway is told: by a YAML file, the environment and
// flags, checked as a whole, with the line and column of each fault.
//
// A flag wins over the environment, which wins over the file. The pools of flags, or
// of the environment, replace the file's. Nothing is guessed: a key that is not known,
// one that is there twice, a null, an empty list, an alias and a merge key are faults,
// and so is what could never be met or would open a door.
//
// A fault names the key, the flag or the variable, and what to do. It quotes no value,
// which may be a secret, but for names in rules and what a value must be written as.
package settings

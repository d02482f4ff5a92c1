// A program that does nothing: the limit of every cold start.
package main

func main() {}

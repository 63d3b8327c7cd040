package main

import (
	"strings"
	"testing"
)

// The names are benchstat's: Benchmark/group/name.
func Benchmark(b *testing.B) {
	for _, one := range all() {
		name := strings.ReplaceAll(one.group+"/"+one.name, " ", "-")
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			one.run(b.N)
		})
	}
}

// Every contender does what it should: each panics otherwise.
func TestContenders(*testing.T) {
	for _, one := range all() {
		one.run(1)
	}
}

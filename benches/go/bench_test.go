package main

import (
	"strings"
	"testing"
)

// The names are benchstat's: Benchmark/group/name.
func Benchmark(b *testing.B) {
	for _, one := range all() {
		b.Run(name(one.group), func(b *testing.B) {
			b.Run(name(one.name), func(b *testing.B) {
				b.ReportAllocs()
				one.run(b.N)
			})
		})
	}
}

func name(text string) string { return strings.ReplaceAll(strings.ReplaceAll(text, ",", ""), " ", "-") }

// Every contender does what it should: each panics otherwise.
func TestContenders(*testing.T) {
	for _, one := range all() {
		one.run(1)
	}
}

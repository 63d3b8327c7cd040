// Command go runs doorward for Go beside what servers use today, in interleaved rounds, and prints the 10th percentile of
// each and its ratio to the first of its group. `go test -bench .` gives the same for benchstat.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"
)

func main() {
	rounds := flag.Int("rounds", 200, "rounds of each contender")
	only := flag.String("only", "", "contenders whose \"group: name\" contains this text")
	file := flag.String("json", "", "a file for the results, as a list")
	threads := flag.Bool("workers", false, "instead, what 1 to 8 goroutines verify in a second")
	flag.Parse()
	if *threads {
		workers(*rounds, *file)
		return
	}

	var list []contender
	for _, one := range all() {
		if strings.Contains(one.group+": "+one.name, *only) {
			list = append(list, one)
		}
	}
	// A server's heap, not a benchmark's: with 4 MB the collector would run every few milliseconds, and whoever allocates
	// would be measured waiting for it.
	ballast := make([]byte, 64<<20)
	defer runtime.KeepAlive(ballast)

	batches := make([]int, len(list))
	times := make([][]float64, len(list))
	for i, one := range list {
		batches[i] = batch(one.run)
	}
	for range *rounds {
		for i, one := range list {
			start := time.Now()
			one.run(batches[i])
			times[i] = append(times[i], float64(time.Since(start).Nanoseconds())/float64(batches[i]))
		}
	}
	report(list, times)
	if *file != "" {
		write(*file, list, times)
	}
}

// batch is how many take about a quarter of a millisecond: far more than the clock's step, far less than a time slice.
func batch(run func(int)) int {
	// The first calls of a process take longer than a batch: they would make it a batch of one.
	run(64)
	for size := 1; ; size *= 2 {
		start := time.Now()
		run(size)
		if time.Since(start) > 150*time.Microsecond {
			return size
		}
	}
}

func report(list []contender, times [][]float64) {
	group, floor := "", 0.0
	for i, one := range list {
		slices.Sort(times[i])
		low, middle := times[i][len(times[i])/10], times[i][len(times[i])/2]
		if one.group != group {
			group, floor = one.group, low
			fmt.Printf("\n%-34s %10s %10s %9s %9s\n", group, "p10", "median", "ratio", "over")
		}
		fmt.Printf("  %-32s %7.0f ns %7.0f ns %8.2fx %6.0f ns\n", one.name, low, middle, low/floor, low-floor)
	}
}

// result is one contender's line; a size of 0 is that of no token.
type result struct {
	Group  string  `json:"group"`
	Name   string  `json:"name"`
	Size   int     `json:"size"`
	P10    float64 `json:"p10_ns"`
	Median float64 `json:"median_ns"`
	Rounds int     `json:"rounds"`
}

func write(file string, list []contender, times [][]float64) {
	results := []result{}
	for i, one := range list {
		low, middle := times[i][len(times[i])/10], times[i][len(times[i])/2]
		results = append(results, result{one.group, one.name, sizes[one.group], low, middle, len(times[i])})
	}
	text, err := json.MarshalIndent(results, "", " ")
	must(err)
	must(os.WriteFile(file, append(text, '\n'), 0o600))
}

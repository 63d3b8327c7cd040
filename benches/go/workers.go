package main

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/doorward/doorward/bindings/go"
)

// workerRate is what so many goroutines verify together in a second.
type workerRate struct {
	Workers int     `json:"workers"`
	Rate    float64 `json:"rate"`
}

// workers measures 1, 2, 4 and 8 goroutines that share one gate, in interleaved rounds, and takes the rate that a tenth of
// the rounds exceed.
func workers(rounds int, file string) {
	gate, err := doorward.FromJSON(document)
	must(err)
	verifier, token := gate.JWT(), tokensOf(281)[0]
	counts := []int{1, 2, 4, 8}
	rates := make([][]float64, len(counts))
	for range rounds {
		for i, count := range counts {
			rates[i] = append(rates[i], together(count, func() { must(verifier.Check(token)) }))
		}
	}
	results := []workerRate{}
	fmt.Println("verifications a second, 281 B")
	for i, count := range counts {
		slices.Sort(rates[i])
		rate := rates[i][rounds-1-rounds/10]
		results = append(results, workerRate{count, rate})
		fmt.Printf("  %d goroutines %.0f\n", count, rate)
	}
	if file != "" {
		text, err := json.Marshal(results)
		must(err)
		must(os.WriteFile(file, append(text, '\n'), 0o600))
	}
}

// together runs it in so many goroutines for a fifth of a second: how often in a second.
func together(count int, run func()) float64 {
	var stop atomic.Bool
	var done atomic.Int64
	var all sync.WaitGroup
	begun := time.Now()
	for range count {
		all.Go(func() {
			for !stop.Load() {
				for range 1000 {
					run()
				}
				done.Add(1000)
			}
		})
	}
	time.Sleep(200 * time.Millisecond)
	stop.Store(true)
	all.Wait()
	return float64(done.Load()) / time.Since(begun).Seconds()
}

//go:build !race

package doorward_test

const raceEnabled = false

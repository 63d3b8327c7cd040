//go:build !cgo

// Package abi needs cgo: doorward for Go is a binding of a C library.
package abi

// The compiler's message is the way out.
const _ = doorward_needs_cgo_build_with_CGO_ENABLED_1_and_a_C_compiler

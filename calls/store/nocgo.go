//go:build !cgo

package store

// SQLite is C. The undefined name below is the message that stops such a build.
var _ = fundwatch_needs_a_C_compiler__install_gcc_and_build_with_CGO_ENABLED_1

//go:build !amd64

package embedding

func machineKernels() []*kernel { return nil }

package worker

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestJob(t *testing.T) {
	for _, want := range []Job{
		{CacheDir: "c d", MaxMemory: 1 << 32, Seed: 7},
		{Module: "x.wasm", SHA256: "ab", MaxMemory: 1},
	} {
		t.Run(want.Module, func(t *testing.T) {
			for _, kv := range want.Environ() {
				name, value, _ := strings.Cut(kv, "=")
				t.Setenv(name, value)
			}
			got, err := readJob()
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	if _, err := readJob(); err == nil || !strings.Contains(err.Error(), memoryVariable) {
		t.Errorf("without an environment: error %v", err)
	}
}

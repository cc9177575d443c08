package checksum

import (
	"strings"
	"testing"
	"testing/iotest"
)

const ofABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" // FIPS 180-2, appendix B.1

func TestChecksum(t *testing.T) {
	if got := Of([]byte("abc")); got != ofABC {
		t.Errorf("Of: %s", got)
	}
	if got, err := Read(strings.NewReader("abc")); got != ofABC || err != nil {
		t.Errorf("Read: %s, %v", got, err)
	}
	if _, err := Read(iotest.ErrReader(iotest.ErrTimeout)); err != iotest.ErrTimeout {
		t.Errorf("Read: error %v", err)
	}
	for s, want := range map[string]bool{ofABC: true, strings.ToUpper(ofABC): false, ofABC[1:]: false, "": false} {
		if Valid(s) != want {
			t.Errorf("Valid(%q) is not %v", s, want)
		}
	}
}

func TestCheck(t *testing.T) {
	for _, want := range []string{"", ofABC} {
		if err := Check("module m", ofABC, want, Pin); err != nil {
			t.Errorf("want %q: %v", want, err)
		}
	}
	err := Check("module m", "1", "2", ManifestOrPin)
	if err == nil || err.Error() != "module m has checksum 1, its manifest or pin has 2: build it again, or pin the new one" {
		t.Errorf("error %v", err)
	}
}

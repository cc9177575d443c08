package outlet

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/t2host/t2host/host/drive"
	"github.com/t2host/t2host/host/internal/undelivered"
)

// place is a driver that keeps what it gets.
type place struct {
	mu     sync.Mutex
	away   bool // it answers nothing
	refuse string
	got    []string // the data of batches, with their keys
	closed bool
}

func (p *place) Deliver(_ context.Context, b *drive.Batch) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.away:
		return errors.New("is away")
	case p.refuse != "" && strings.Contains(string(b.Data), p.refuse):
		return &drive.Refused{Err: errors.New("does not like it")}
	}
	p.got = append(p.got, fmt.Sprintf("%s %s", b.Key(), b.Data))
	return nil
}

func (p *place) Close(bool) error {
	p.closed = true
	return nil
}

func (p *place) set(away bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.away = away
}

func drivenTo(t *testing.T, p *place, change func(*Config)) (*Outlet, string) {
	t.Helper()
	dir := t.TempDir()
	cfg := Config{
		Name: "flows", Rows: true, Named: true, Full: Block, Stall: 100 * time.Millisecond, Drain: 100 * time.Millisecond, QueueBytes: 40,
		Undelivered: undelivered.NewFile(filepath.Join(dir, "u.bin")), Log: func(line string) { t.Log(line) },
		Driver: func(context.Context) (drive.Driver, error) { return p, nil },
		Batch: Batching{
			Rows: 2, Bytes: 1000, Target: "x://h", Parcel: drive.Parcel{Batch: drive.Batch{Run: "r", Stream: "flows"}, Format: "text"},
		},
	}
	t.Cleanup(cfg.Undelivered.Close)
	if change != nil {
		change(&cfg)
	}
	o, err := Open(context.Background(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	return o, dir
}

// sendRows sends rows of ten bytes, numbered.
func sendRows(t *testing.T, o *Outlet, from, to int) {
	t.Helper()
	for i := from; i < to; i++ {
		if err := o.SendRows(fmt.Appendf(nil, "row %05d\n", i), 1); err != nil {
			t.Fatal(err)
		}
	}
}

// batch is what a place keeps of batch n with rows of these numbers.
func batch(n int, rows ...int) string {
	s := fmt.Sprintf("r/flows/%d ", n)
	for _, i := range rows {
		s += fmt.Sprintf("row %05d\n", i)
	}
	return s
}

func TestDriven(t *testing.T) {
	noLeaks(t)
	p := &place{}
	o, _ := drivenTo(t, p, func(c *Config) { c.Head = func() []byte { return []byte("head\n") } })
	sendRows(t, o, 0, 5)
	st, err := o.Close()
	if err != nil || st.Rows != 5 || st.Frames != 3 || !p.closed {
		t.Errorf("%+v, %v", st, err)
	}
	want := []string{"r/flows/1 head\nrow 00000\nrow 00001\n", "r/flows/2 head\nrow 00002\nrow 00003\n", "r/flows/3 head\nrow 00004\n"}
	if diff := cmp.Diff(want, p.got); diff != "" {
		t.Errorf("batches (-want +got):\n%s", diff)
	}
}

// TestDrivenComesBack: a recording waits for a target that is away, and nothing is lost.
func TestDrivenComesBack(t *testing.T) {
	noLeaks(t)
	p := &place{away: true}
	o, _ := drivenTo(t, p, func(c *Config) { c.Stall, c.Drain = 5*time.Second, 5*time.Second })
	go func() {
		time.Sleep(200 * time.Millisecond)
		p.set(false)
	}()
	sendRows(t, o, 0, 20)
	if st, err := o.Close(); err != nil || st.Rows != 20 || len(p.got) != 10 {
		t.Errorf("%+v, %v, %d batches", st, err, len(p.got))
	}
}

// TestDrivenStalls: a target that stays away holds nothing up beyond the stall, and what it has not got is kept.
func TestDrivenStalls(t *testing.T) {
	noLeaks(t)
	p := &place{away: true}
	o, dir := drivenTo(t, p, nil)
	sendRows(t, o, 0, 20)
	st, err := o.Close()
	wantErr(t, err, "outlet flows: 20 rows (200 bytes) not delivered to x://h: is away: written to "+filepath.Join(dir, "u.bin"))
	if st.Undelivered != 20 || st.Rows != 0 {
		t.Errorf("%+v", st)
	}
	if got := keptBatches(t, filepath.Join(dir, "u.bin")); got != 10 {
		t.Errorf("%d batches are kept", got)
	}
}

// keptBatches counts the batches in an undelivered file, and checks that each is one.
func keptBatches(t *testing.T, path string) (n int) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := undelivered.NewReader(f)
	for err == nil {
		var o undelivered.Outlet
		var frame []byte
		if o, frame, err = r.Next(); err != nil {
			break
		}
		p, perr := drive.ReadParcel(frame)
		if n++; perr != nil || !o.Batches || p.Number != uint64(n) || p.Run != "r" {
			t.Errorf("batch %d: %+v, %v", n, p, perr)
		}
	}
	return n
}

func TestDrivenRefused(t *testing.T) {
	noLeaks(t)
	p := &place{refuse: "00003"}
	o, _ := drivenTo(t, p, nil)
	sendRows(t, o, 0, 6)
	st, err := o.Close()
	if err == nil || !strings.Contains(err.Error(), "2 rows (20 bytes) not delivered to x://h: does not like it") || st.Rows != 4 || st.Undelivered != 2 {
		t.Errorf("%+v, %v", st, err)
	}
	if diff := cmp.Diff([]string{batch(1, 0, 1), batch(3, 4, 5)}, p.got); diff != "" {
		t.Errorf("batches (-want +got):\n%s", diff)
	}
}

// TestDrivenDrops: a live input is never held up, and what is dropped is counted.
func TestDrivenDrops(t *testing.T) {
	noLeaks(t)
	p := &place{away: true}
	o, _ := drivenTo(t, p, func(c *Config) { c.Full = DropNewest; c.Undelivered = nil })
	begun := time.Now()
	sendRows(t, o, 0, 100)
	if took := time.Since(begun); took > 50*time.Millisecond {
		t.Logf("took %v", took) // others work on the machine
	}
	p.set(false)
	st, err := o.Close()
	if err != nil || st.Rows+st.Dropped != 100 || st.Dropped < 90 {
		t.Errorf("%+v, %v", st, err)
	}
}

// TestSpool: what finds no room in memory waits on the disk, over runs, in its order.
func TestSpool(t *testing.T) {
	noLeaks(t)
	folder := filepath.Join(t.TempDir(), "spool")
	spooled := func(c *Config) { c.Batch.Spool = &Spool{Dir: folder, Max: 1 << 20} }
	p := &place{away: true}
	o, _ := drivenTo(t, p, spooled)
	sendRows(t, o, 0, 20) // it does not wait for the stall
	if n := len(spoolFiles(t, folder)); n < 5 {
		t.Errorf("%d batches are on the disk", n)
	}
	p.set(false)
	sendRows(t, o, 20, 24)
	p.set(true)
	time.Sleep(20 * time.Millisecond)
	sendRows(t, o, 24, 30)
	_, err := o.Close()
	first := len(p.got)
	if first < 15 && (err == nil || !strings.Contains(err.Error(), "batches wait in "+folder)) {
		t.Errorf("%d batches are delivered, %v", first, err)
	}
	p.set(false)
	o, _ = drivenTo(t, p, func(c *Config) { spooled(c); c.Batch.Parcel.Run = "s" })
	sendRows(t, o, 0, 2)
	if _, err := o.Close(); err != nil {
		t.Error(err)
	}
	var want []string
	for i := range 15 {
		want = append(want, batch(i+1, 2*i, 2*i+1))
	}
	want = append(want, strings.Replace(batch(1, 0, 1), "r/", "s/", 1))
	if diff := cmp.Diff(want, p.got); diff != "" {
		t.Errorf("batches (-want +got):\n%s", diff)
	}
	if left := spoolFiles(t, folder); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}

func spoolFiles(t *testing.T, dir string) []string {
	t.Helper()
	list, err := filepath.Glob(filepath.Join(dir, "*"+spoolEnd))
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// TestSpoolIsBounded: beyond its bytes it is as if there were none. One with other columns is set aside.
func TestSpoolIsBounded(t *testing.T) {
	noLeaks(t)
	folder := filepath.Join(t.TempDir(), "spool")
	p := &place{away: true}
	o, _ := drivenTo(t, p, func(c *Config) { c.Batch.Spool = &Spool{Dir: folder, Max: 300} })
	if _, err := Open(context.Background(), o.cfg); err == nil || !strings.Contains(err.Error(), "another run uses it") {
		t.Errorf("a second run: %v", err)
	}
	sendRows(t, o, 0, 40)
	st, err := o.Close()
	n := uint64(len(spoolFiles(t, folder)))
	if err == nil || n < 2 || st.Undelivered+2*n != 40 {
		t.Errorf("%d batches on the disk, %+v, %v", n, st, err)
	}
	p.set(false)
	o, _ = drivenTo(t, p, func(c *Config) { c.Batch.Spool = &Spool{Dir: folder, Max: 300}; c.Batch.Parcel.Format = "json" })
	if _, err := o.Close(); err != nil {
		t.Error(err)
	}
	aside, _ := filepath.Glob(filepath.Join(folder, "*.other"))
	if len(p.got) != 0 || uint64(len(aside)) != n {
		t.Errorf("%d delivered, %d set aside", len(p.got), len(aside))
	}
}

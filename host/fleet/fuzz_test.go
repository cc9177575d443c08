package fleet

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/nats-io/nats.go"

	"github.com/t2host/t2host/host/watch"
)

const sum = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

// FuzzTask: whatever a message of the queue has, it is a task within bounds, or refused.
func FuzzTask(f *testing.F) {
	f.Add([]byte(`{"job":"x","number":1,"files":[{"sha256":"` + sum + `"}],"plugins":["tcpwin"],"version":"t2host 1"}`))
	f.Add([]byte(`{"job":"../x","number":1}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		task, err := parseTask(data)
		if err != nil {
			return
		}
		if len(task.Files) == 0 || !names.MatchString(task.Job) || len(task.Key()) != 64 {
			t.Errorf("accepted: %+v", task)
		}
	})
}

// FuzzLive: whatever a sensor has sent is merged, or refused.
func FuzzLive(f *testing.F) {
	f.Add([]byte(`{"sensor":"a","table":{"name":"p.t","key":[{"Name":"k","Type":1}],"fields":[{"Name":"n","Type":2,"Merge":"sum"}],"rows":[{"k":"AQ==","f":"AQA="}]}}`))
	f.Add([]byte(`{"table":{"fields":[{"Name":"n","Type":16,"Merge":"sum"},{"Name":"w","Type":1,"Merge":"with x"}]}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		l, err := parseLive(data)
		if err != nil {
			return
		}
		m := NewMerger(nil)
		for range 2 {
			if err := m.live(l); err != nil {
				t.Fatal(err)
			}
		}
		for _, name := range m.Tables() {
			if err := m.WriteTable(io.Discard, name); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// FuzzRows: whatever a sensor has sent as rows is printed as JSON with its name, or refused.
func FuzzRows(f *testing.F) {
	f.Add("t2host.rows.north.flows", "0123", "1", []byte("{\"dir\":\"A\"}\n{}\n"))
	f.Add("t2host.rows.a.p.t", "", "x", []byte("[]"))
	f.Fuzz(func(t *testing.T, subject, run, number string, data []byte) {
		r, err := rowsOf(subject, nats.Header{headerRun: {run}, headerNumber: {number}, headerTime: {"0"}}, data)
		if err != nil {
			return
		}
		text, err := r.Append(nil)
		if err != nil {
			return
		}
		for line := range bytes.Lines(text) {
			if !bytes.HasPrefix(line, []byte(`{"sensorName":"`+r.Sensor+`","sensorRun":"`+run+`","sensorSequence":`)) || !bytes.HasSuffix(line, []byte("}\n")) {
				t.Errorf("row %q", line)
			}
		}
	})
}

// FuzzResult: whatever a worker has sent is merged, or refused.
func FuzzResult(f *testing.F) {
	w := &watch.Watch{}
	dir := f.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "files"), 0o700); err != nil {
		f.Fatal(err)
	}
	if err := WriteResult(filepath.Join(dir, "result.json"), w); err != nil {
		f.Fatal(err)
	}
	for name, text := range map[string]string{"flows.txt": "%dir\tn\nA\t1\n", "files/out_p.txt": "x"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			f.Fatal(err)
		}
	}
	packed := filepath.Join(f.TempDir(), "packed")
	if err := pack(dir, packed); err != nil {
		f.Fatal(err)
	}
	data, err := os.ReadFile(packed)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add(data[:len(data)/2])
	f.Fuzz(func(t *testing.T, data []byte) {
		var records bytes.Buffer
		m := NewMerger(&records)
		m.File = func(_ int, name string, content io.Reader) error {
			if filepath.Base(name) != name || name[0] == '.' {
				t.Errorf("file %q", name)
			}
			_, err := io.Copy(io.Discard, content)
			return err
		}
		for i := range 2 {
			_ = m.Unpack(i+1, []string{"capture"}, bytes.NewReader(data))
		}
		_, _ = m.Report.Brief(80), m.Report.Body()
	})
}

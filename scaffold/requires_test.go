package scaffold

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/t2host/t2host/sdk"
	"github.com/t2host/t2host/sdk/value"
)

// TestDeclarations: what is written for a plugin with a column and a field of every type is Go, and
// declares what the plugin has.
func TestDeclarations(t *testing.T) {
	p := &sdk.Plugin{Name: "every", Version: "1.2.0"}
	row := []sdk.ColumnInfo{{Name: "n", Type: value.Uint64, Merge: "sum"}, {Name: "2nd", Type: value.Text, Merge: "with longest"}, {Name: "longest", Type: value.Duration, Merge: "max", Unit: "s"}}
	for e := value.Uint8; e.Valid(); e++ {
		for _, c := range []sdk.ColumnInfo{{Name: e.String(), Type: e}, {Name: e.String() + "s", Type: e | value.List}} {
			row = append(row, c)
			c.Doc, c.Unit, c.Enterprise, c.Element, c.Alarm = `it's "quoted"`, "bytes", 32473, 7, e == value.Hex8
			p.Columns = append(p.Columns, c)
		}
	}
	p.Columns = append(p.Columns, sdk.ColumnInfo{Name: "U8", Type: value.Uint8}, sdk.ColumnInfo{Name: "_x", Type: value.Uint8})
	p.Exports = []sdk.TableInfo{
		{Name: "every.hosts", Key: []sdk.ColumnInfo{{Name: "ip", Type: value.IP}}, Row: row},
		{Name: "every.ports", Key: []sdk.ColumnInfo{{Name: "proto", Type: value.Uint8}, {Name: "host", Type: value.String}, {Name: "tags", Type: value.Uint16 | value.List}}, Row: row[:1]},
	}
	r := &Requirement{Plugin: p, Direct: true}
	source, err := r.declarations()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "every.go")
	if err := os.WriteFile(file, source, 0o644); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("go", "build", "-o", os.DevNull, file).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s\n%s", err, out, source)
	}
	for _, line := range []string{
		`U8_ = sdk.NewColumn[uint8]("every.U8", "")`, `X_x = sdk.NewColumn[uint8]("every._x", "")`, `type PortsKey struct {`,
		`H8      = sdk.NewColumn[uint8]("every.h8", "it's \"quoted\"", sdk.ShowHex, sdk.Unit("bytes"), sdk.IPFIX(32473, 7), sdk.Alarm)`,
		`Times   = sdk.NewListColumn[int64]("every.times", "it's \"quoted\"", sdk.ShowTime, sdk.Unit("bytes"), sdk.IPFIX(32473, 7))`,
		`sdk.Field(f, "2nd", &r.X2nd, sdk.MergeWith("longest"))`,
		`sdk.ListField(f, "strings", &r.Strings, sdk.ShowQuoted)`,
		`Tags sdk.KeyList[uint16]`, `sdk.KeyListField(f, "tags", &r.Tags)`,
		`var Hosts = sdk.NewTable[sdk.IP, HostsRow]("every.hosts")`,
		`var Ports = sdk.NewTable[PortsKey, PortsRow]("every.ports")`,
	} {
		if !strings.Contains(strings.Join(strings.Fields(string(source)), " "), strings.Join(strings.Fields(line), " ")) {
			t.Errorf("no %s in\n%s", line, source)
		}
	}
}

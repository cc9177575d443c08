package postgres

import (
	"math/big"
	"net"
	"net/netip"
	"time"

	"github.com/jackc/pgx/v5/pgtype"

	"github.com/t2host/t2host/host/drive"
	"github.com/t2host/t2host/sdk/value"
)

// typeOf returns the column type: unsigned numbers are the next larger signed type, those of 64 bits
// numeric, also where they are shown in hex. A timestamp has microseconds.
func typeOf(t value.Type) string {
	if t.IsList() {
		return typeOf(t.Elem()) + "[]"
	}
	switch t {
	case value.Uint8, value.Hex8:
		return "smallint"
	case value.Uint16, value.Hex16:
		return "integer"
	case value.Uint32, value.Hex32, value.Int64:
		return "bigint"
	case value.Uint64, value.Hex64:
		return "numeric(20,0)"
	case value.Float32:
		return "real"
	case value.Float64:
		return "double precision"
	case value.Time:
		return "timestamp with time zone"
	case value.Duration:
		return "numeric(20,9)"
	case value.IP:
		return "inet"
	case value.MAC:
		return "macaddr"
	}
	return "text"
}

// valueOf returns value i of a column.
func valueOf(v *value.Vec, i int) any {
	if !v.Type.IsList() {
		return one(v.Type, v.Bytes(i))
	}
	values := []any{}
	for list := v.Bytes(i); ; {
		data, rest, ok := v.Type.Next(list)
		if !ok {
			return values
		}
		values, list = append(values, one(v.Type.Elem(), data)), rest
	}
}

func one(t value.Type, data []byte) any {
	v := value.Vec{Type: t, Data: data}
	switch t {
	case value.Uint8, value.Hex8:
		return int16(v.Uint(0))
	case value.Uint16, value.Hex16:
		return int32(v.Uint(0))
	case value.Uint32, value.Hex32:
		return int64(v.Uint(0))
	case value.Int64:
		return v.Int(0)
	case value.Uint64, value.Hex64:
		return pgtype.Numeric{Int: new(big.Int).SetUint64(v.Uint(0)), Valid: true}
	case value.Float32:
		return float32(v.Float(0))
	case value.Float64:
		return v.Float(0)
	case value.Time:
		return time.Unix(0, v.Int(0)).UTC()
	case value.Duration:
		return pgtype.Numeric{Int: big.NewInt(v.Int(0)), Exp: -9, Valid: true}
	case value.IP:
		switch data[0] {
		case 4:
			return netip.PrefixFrom(netip.AddrFrom4([4]byte(data[1:5])), 32)
		case 6:
			return netip.PrefixFrom(netip.AddrFrom16([16]byte(data[1:17])), 128)
		}
		return nil
	case value.MAC:
		return net.HardwareAddr(data)
	}
	return drive.UTF8(data)
}

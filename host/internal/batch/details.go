package batch

import (
	"encoding/binary"

	"github.com/t2host/t2host/host/internal/flowtable"
	"github.com/t2host/t2host/sdk/field"
)

// details are the fields that a flow's details hold.
const details = field.HdrDesc | field.NumHdrs | field.SrcMAC | field.DstMAC | field.VLANID | field.ICMP

func (b *Batch) addDetails(d *flowtable.Details) {
	l, e := b.layout, &b.ends
	if l.end&field.HdrDesc != 0 {
		l.value = l.value[:0]
		for _, n := range d.Stacks[:d.NStacks] {
			text := l.stacks.Stack(n).HdrDesc
			l.value = binary.LittleEndian.AppendUint32(l.value, uint32(len(text)))
			l.value = append(l.value, text...)
		}
		e.HdrDesc.Append(l.value)
	}
	if l.end&field.NumHdrs != 0 {
		l.value = l.value[:0]
		for _, n := range d.Stacks[:d.NStacks] {
			l.value = binary.LittleEndian.AppendUint16(l.value, l.stacks.Stack(n).NumHdrs)
		}
		e.NumHdrs.Append(l.value)
	}
	if l.end&field.SrcMAC != 0 {
		e.SrcMAC.Append(joined(&l.value, d.SrcMAC[:d.NSrcMAC]))
	}
	if l.end&field.DstMAC != 0 {
		e.DstMAC.Append(joined(&l.value, d.DstMAC[:d.NDstMAC]))
	}
	if l.end&field.VLANID != 0 {
		l.value = l.value[:0]
		for _, tag := range d.VLANID[:d.NVLANID] {
			l.value = binary.LittleEndian.AppendUint16(l.value, tag)
		}
		e.VLANID.Append(l.value)
	}
	if l.end&field.ICMP != 0 {
		l.value = l.value[:0]
		for _, message := range d.ICMP[:d.NICMP] {
			l.value = binary.LittleEndian.AppendUint16(l.value, message)
		}
		e.ICMP.Append(l.value)
	}
}

func joined(buf *[]byte, addresses [][6]byte) []byte {
	*buf = (*buf)[:0]
	for _, a := range addresses {
		*buf = append(*buf, a[:]...)
	}
	return *buf
}

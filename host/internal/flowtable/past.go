package flowtable

import "github.com/t2host/t2host/host/internal/decode"

// remembered is how many conversations that have ended are remembered.
const remembered = 1 << 16

// past remembers the clients of the last conversations that have ended: a packet that comes
// after the end and says nothing keeps its direction. It is a ring, not the slots of the flows,
// which are used again as soon as a batch is delivered.
type past struct {
	flows *index // for its hash
	limit int64  // nanoseconds
	ring  []ended
	next  uint32
	index index // of places in the ring, by the client's key
}

// ended is a conversation that has ended.
type ended struct {
	client decode.Key // Kind NoFlow: none
	hash   uint32
	at     int64 // the packet time of its end
}

// newPast returns a memory of nothing, for conversations that ended at most limit before.
func newPast(flows *index, limit int64) *past {
	p := &past{flows: flows, limit: limit, ring: make([]ended, 0, remembered)}
	p.index.seed = flows.seed
	p.index.resize(2 * remembered)
	return p
}

// add remembers that a conversation has ended at time at. Of several conversations between the
// same ends the last one counts.
func (p *past) add(client *decode.Key, hash uint32, at int64) {
	reverse := client.Reverse()
	p.forget(p.find(client, hash))
	p.forget(p.find(&reverse, p.flows.hash(&reverse)))
	place := p.next & (remembered - 1)
	if len(p.ring) < remembered {
		p.ring = append(p.ring, ended{})
	}
	p.forget(place)
	p.ring[place] = ended{*client, hash, at}
	p.index.add(hash, place)
	p.next++
}

// forget empties a place; none is no place.
func (p *past) forget(place uint32) {
	if place == none || p.ring[place].client.Kind == decode.NoFlow {
		return
	}
	p.index.remove(p.ring[place].hash, place)
	p.ring[place].client.Kind = decode.NoFlow
}

// find returns the place of the conversation whose client has this key, or none.
func (p *past) find(client *decode.Key, hash uint32) uint32 {
	for i := p.index.home(hash); ; i = p.index.next(i) {
		e := p.index.entries[i]
		if e == 0 {
			return none
		}
		if place := uint32(e) - 1; uint32(e>>32) == hash && p.ring[place].client == *client {
			return place
		}
	}
}

// clientIs reports whether a conversation of that client is remembered at time now.
func (p *past) clientIs(client *decode.Key, now int64) bool {
	place := p.find(client, p.flows.hash(client))
	return place != none && now-p.ring[place].at <= p.limit
}

// remember keeps the direction of the conversation that has ended with f. Layer 2 has no clients.
func (t *Table) remember(f *Flow) {
	if t.past == nil || f.Key.Kind == decode.Layer2 {
		return
	}
	client, hash := f.Key, f.hash
	if f.Inverted {
		client = f.Key.Reverse()
		hash = t.index.hash(&client)
	}
	t.past.add(&client, hash, t.now)
}

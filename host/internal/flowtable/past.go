package flowtable

import "github.com/t2host/t2host/host/internal/decode"

// remembered is how many conversations that have ended are remembered.
const remembered = 1 << 16

// past remembers the clients of the last conversations that have ended: a packet that comes
// after the end and says nothing keeps its direction. It is a ring, not the slots of the flows,
// which are used again as soon as a batch is delivered.
//
// Both directions have one place in its index, so that one look at memory that is seldom in a cache tells: a second
// one cost 2 % of a run's cpu time.
type past struct {
	flows *index // for its hash
	limit int64  // nanoseconds
	ring  []ended
	next  uint32
	index index // of places in the ring, by the hash of both directions
}

// ended is a conversation that has ended.
type ended struct {
	client decode.Key // Kind NoFlow: none
	hash   uint32     // of both directions
	at     int64      // the packet time of its end
}

// newPast returns a memory of nothing, for conversations that ended at most limit before.
func newPast(flows *index, limit int64) *past {
	p := &past{flows: flows, limit: limit}
	p.index.resize(1 << 10)
	return p
}

// both returns the hash of a conversation by those of its directions.
func both(hash, reverse uint32) uint32 { return hash + reverse }

// add remembers that a conversation has ended at time at. Of several conversations between the
// same ends the last one counts.
func (p *past) add(client, reverse *decode.Key, hash uint32, at int64) {
	p.forget(p.find(client, reverse, hash))
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

// find returns the place of the conversation whose client has one of these keys, the directions of a conversation, or none.
func (p *past) find(key, reverse *decode.Key, hash uint32) uint32 {
	for i := p.index.home(hash); ; i = p.index.next(i) {
		e := p.index.entries[i]
		if e == 0 {
			return none
		}
		if uint32(e>>32) != hash {
			continue
		}
		place := uint32(e) - 1
		if client := &p.ring[place].client; *client == *key || *client == *reverse {
			return place
		}
	}
}

// client returns the client of the conversation between the ends of a key that is remembered at time now, nil if none is.
func (p *past) client(key *decode.Key, now int64) *decode.Key {
	reverse := key.Reverse()
	place := p.find(key, &reverse, both(p.flows.hash(key), p.flows.hash(&reverse)))
	if place == none || now-p.ring[place].at > p.limit {
		return nil
	}
	return &p.ring[place].client
}

// remember keeps the direction of the conversation that has ended with f. Layer 2 has no clients.
func (t *Table) remember(f *Flow) {
	if t.past == nil || f.Key.Kind == decode.Layer2 {
		return
	}
	client, reverse := f.Key, f.Key.Reverse()
	hash := both(f.hash, t.index.hash(&reverse))
	if f.Inverted {
		client, reverse = reverse, client
	}
	t.past.add(&client, &reverse, hash, t.now)
}

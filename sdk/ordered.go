package sdk

import "iter"

// Ordered is a map that is walked in the order in which its keys were first set. The zero value
// is empty and ready to use. It must not be used by several goroutines at the same time.
type Ordered[K comparable, V any] struct {
	index   map[K]int // into entries
	entries []entry[K, V]
	first   int // index of the first live entry, if there is one
}

type entry[K comparable, V any] struct {
	key  K
	val  V
	live bool
}

// Len returns the number of entries.
func (o *Ordered[K, V]) Len() int { return len(o.index) }

// Get returns the value of k, and whether there is one.
func (o *Ordered[K, V]) Get(k K) (V, bool) {
	if i, ok := o.index[k]; ok {
		return o.entries[i].val, true
	}
	var none V
	return none, false
}

// Set sets the value of k to v. A new key comes after all others.
func (o *Ordered[K, V]) Set(k K, v V) {
	if i, ok := o.index[k]; ok {
		o.entries[i].val = v
		return
	}
	if o.index == nil {
		o.index = map[K]int{}
	}
	o.index[k] = len(o.entries)
	o.entries = append(o.entries, entry[K, V]{k, v, true})
}

// Delete deletes k and reports whether it was there. If it is set again, it comes after all
// others.
func (o *Ordered[K, V]) Delete(k K) bool {
	i, ok := o.index[k]
	if !ok {
		return false
	}
	delete(o.index, k)
	o.entries[i] = entry[K, V]{}
	for o.first < len(o.entries) && !o.entries[o.first].live {
		o.first++
	}
	// Freed places are swept when they are the greater part, so that an
	// endless row of Set and Delete neither grows nor slows the walk.
	if len(o.entries) > 16 && len(o.entries) > 2*len(o.index) {
		o.compact()
	}
	return true
}

func (o *Ordered[K, V]) compact() {
	n := 0
	for _, e := range o.entries {
		if e.live {
			o.entries[n] = e
			o.index[e.key] = n
			n++
		}
	}
	clear(o.entries[n:])
	o.entries = o.entries[:n]
	o.first = 0
}

// First returns the first entry in order, and whether there is one.
func (o *Ordered[K, V]) First() (K, V, bool) {
	if len(o.index) == 0 {
		var k K
		var v V
		return k, v, false
	}
	e := &o.entries[o.first]
	return e.key, e.val, true
}

// All returns an iterator over the entries in order. The map must not change during it.
func (o *Ordered[K, V]) All() iter.Seq2[K, V] {
	return func(yield func(K, V) bool) {
		for i := o.first; i < len(o.entries); i++ {
			if e := &o.entries[i]; e.live && !yield(e.key, e.val) {
				return
			}
		}
	}
}

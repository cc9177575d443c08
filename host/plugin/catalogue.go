package plugin

import (
	"cmp"
	"slices"
	"strings"
)

// Sort sorts plugins by number, and by name where numbers are equal.
func Sort(list []*Artefact) { slices.SortFunc(list, byNumber) }

func byNumber(a, b *Artefact) int {
	return cmp.Or(a.Number-b.Number, strings.Compare(a.Name, b.Name))
}

// Without returns a copy of the catalogue without the plugin of that name.
func Without(catalogue []*Artefact, name string) []*Artefact {
	return slices.DeleteFunc(slices.Clone(catalogue), func(a *Artefact) bool { return Key(a.Name) == Key(name) })
}

// Fits returns an error if the plugin cannot be loaded with the others of the catalogue. One
// of its own name is not among them.
func Fits(catalogue []*Artefact, a *Artefact) error {
	_, err := Together(catalogue, []*Artefact{a})
	return err
}

// Together returns plugins that shall join a catalogue in the order in which they load, or an error if one of them could not be loaded then.
func Together(catalogue []*Artefact, list []*Artefact) ([]*Artefact, error) {
	var requests []Request
	for _, a := range list {
		catalogue = Without(catalogue, a.Name)
		requests = append(requests, Request{Name: a.Name})
	}
	loaded, err := Resolve(append(catalogue, list...), requests)
	if err != nil {
		return nil, err
	}
	var order []*Artefact
	for _, l := range loaded {
		if slices.Contains(list, l.Artefact) {
			order = append(order, l.Artefact)
		}
	}
	return order, nil
}

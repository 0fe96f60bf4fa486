package entraemu

import (
	"net/http"
	"slices"
	"strings"
)

// directoryFolder serves /directory/deletedItems: what can be restored.
func (op *operation) directoryFolder() *graphError {
	if len(op.path) < 2 || !strings.EqualFold(op.path[1].name, "deletedItems") {
		return noSegment(op.path[len(op.path)-1].name)
	}
	key, rest := address(op.path[1:])
	if key == nil {
		return badRequest("The collection deletedItems is listed by type: deletedItems/microsoft.graph.application.")
	}
	if kind, cast := strings.CutPrefix(strings.ToLower(key.value), "microsoft.graph."); cast {
		return op.listDeleted(kind, rest)
	}
	it := op.e.dir.any(strings.ToLower(key.value))
	if it == nil || !it.core().deleted() || op.shows(&it.core().object) {
		it = nil // nothing, or a replica that has not learnt of the deletion
	}
	if it != nil {
		rest = castTo(rest, strings.ToLower(it.in().typeName()))
	}
	if len(rest) == 1 && strings.EqualFold(strings.TrimPrefix(rest[0].name, "microsoft.graph."), "restore") {
		if op.r.Method != http.MethodPost {
			return wrongMethod()
		}
		return op.restoreDeleted(it, key.value)
	}
	if len(rest) > 0 {
		return noSegment(rest[0].name)
	}
	switch op.r.Method {
	case http.MethodGet:
		return op.showDeleted(it, key.value)
	case http.MethodDelete:
		return op.purgeDeleted(it, key.value)
	}
	return wrongMethod()
}

func (op *operation) listDeleted(kind string, rest []segment) *graphError {
	if !op.mayReadApps() {
		return denied()
	}
	size := len(rest) == 1 && rest[0].name == "$count"
	if len(rest) > 0 && !size {
		return noSegment(rest[0].name)
	}
	var c collection
	switch kind {
	case "application":
		c = apps{}
	case "serviceprincipal":
		c = principals{}
	default:
		return noSegment("microsoft.graph." + kind)
	}
	items := slices.DeleteFunc(slices.Clone(op.e.dir.bin), func(it item) bool { return it.in() != c })
	slices.SortFunc(items, func(a, b item) int { return int(a.order() - b.order()) })
	return list(op, source[item]{
		context: "directory/deletedItems/microsoft.graph." + c.typeName(), resource: c.resource(), items: items, properties: c.properties(),
		visible: func(it item) bool { return !op.shows(&it.core().object) },
		show:    func(it item) fields { return op.whole(it, false) },
		size:    size,
	})
}

func (op *operation) showDeleted(it item, id string) *graphError {
	if !op.mayReadApps() {
		return denied()
	}
	if it == nil {
		return notFound(id)
	}
	f, refusal := op.shaped("", op.whole(it, true), nil)
	if refusal != nil {
		return refusal
	}
	return op.answer(http.StatusOK, append(op.context("directoryObjects"+op.selectText()+"/$entity"), f...))
}

// ownDeleted refuses who may not decide about a deleted object.
func (op *operation) ownDeleted(it item, id string) *graphError {
	switch {
	case !op.mayCreate():
		return denied()
	case it == nil:
		return notFound(id)
	case !op.mayWrite(it.core().Owners):
		return denied()
	}
	return nil
}

// restoreDeleted brings an object back with what it was deleted with, save its
// service principal: that is restored by a call of its own.
func (op *operation) restoreDeleted(it item, id string) *graphError {
	if refusal := op.ownDeleted(it, id); refusal != nil {
		return refusal
	}
	d := op.e.dir
	lag := op.e.knobs.Lag.Application
	if p, ok := it.(*principal); ok {
		lag = op.e.knobs.Lag.Principal
		if app := d.byAppID[p.AppID]; app == nil || app.deleted() {
			return noBackingApplication(p.AppID)
		}
		if newer := d.spByAppID[p.AppID]; newer != nil && newer != p && !newer.deleted() {
			return sameKeyValue()
		}
		d.spByAppID[p.AppID] = p
	}
	seen := op.e.spread(op.now, lag)
	it.core().revive(seen)
	d.unbin(it)
	if p, ok := it.(*principal); ok {
		for _, a := range slices.Concat(d.byPrincipal[p.ID], d.byResource[p.ID]) {
			if a.GoneWith == p.ID {
				a.revive(seen)
			}
		}
	}
	op.touched(it)
	return op.answer(http.StatusOK, append(op.context("directoryObjects/$entity"), op.whole(it, true)...))
}

func (op *operation) purgeDeleted(it item, id string) *graphError {
	if refusal := op.ownDeleted(it, id); refusal != nil {
		return refusal
	}
	op.e.dir.purge(it, op.now)
	op.wrote()
	return op.noContent()
}

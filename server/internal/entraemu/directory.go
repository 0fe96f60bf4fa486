package entraemu

import (
	"cmp"
	"slices"
	"time"
)

// directory is the tenant: what is true, whatever the replicas say meanwhile.
// Guarded by Emulator.mu. Exported fields are what the state file holds; the
// rest are lookups made from them, so that no call reads the whole tenant.
type directory struct {
	Apps        map[string]*application // by object id
	Principals  map[string]*principal   // by object id
	Assignments map[string]*assignment  // by id
	Purged      []purged                // oldest first
	Serial      int64                   // numbers objects in order of creation

	byAppID      map[string]*application // deleted ones included
	byUniqueName map[string]*application // deleted ones included: they hold the name
	spByAppID    map[string]*principal   // the newest of each
	byURI        map[string]string       // app id by identifier URI
	byPrincipal  map[string][]*assignment
	byResource   map[string][]*assignment
	byCreator    map[string][]item // deleted ones included, in order of creation
	appOrder     []item            // in order of creation
	spOrder      []item
	bin          []item // deleted ones, in order of deletion
}

func newDirectory() *directory {
	d := &directory{
		Apps: map[string]*application{}, Principals: map[string]*principal{}, Assignments: map[string]*assignment{},
	}
	d.index()
	return d
}

// index rebuilds the lookups from the three tables.
func (d *directory) index() {
	d.byAppID, d.byUniqueName = map[string]*application{}, map[string]*application{}
	d.spByAppID, d.byURI = map[string]*principal{}, map[string]string{}
	d.byPrincipal, d.byResource = map[string][]*assignment{}, map[string][]*assignment{}
	d.byCreator = map[string][]item{}
	d.appOrder, d.spOrder, d.bin = nil, nil, nil
	for _, a := range inOrder(d.Apps) {
		d.addApp(a)
	}
	for _, p := range inOrder(d.Principals) {
		d.addPrincipal(p)
	}
	for _, a := range inOrder(d.Assignments) {
		d.addAssignment(a)
	}
	for _, made := range d.byCreator {
		slices.SortFunc(made, func(a, b item) int { return cmp.Compare(a.order(), b.order()) })
	}
	for _, it := range slices.Concat(d.appOrder, d.spOrder) {
		if it.core().deleted() {
			d.bin = append(d.bin, it)
		}
	}
	slices.SortStableFunc(d.bin, func(a, b item) int { return a.core().DeletedAt.Compare(b.core().DeletedAt) })
}

func (d *directory) addApp(a *application) {
	d.Apps[a.ID], d.byAppID[a.AppID] = a, a
	if a.UniqueName != "" {
		d.byUniqueName[a.UniqueName] = a
	}
	d.nameURIs(&a.entity)
	d.appOrder = append(d.appOrder, a)
	d.byCreator[a.CreatedBy] = append(d.byCreator[a.CreatedBy], a)
}

func (d *directory) addPrincipal(p *principal) {
	d.Principals[p.ID], d.spByAppID[p.AppID] = p, p
	d.nameURIs(&p.entity)
	d.spOrder = append(d.spOrder, p)
	d.byCreator[p.CreatedBy] = append(d.byCreator[p.CreatedBy], p)
}

// nameURIs makes an object findable by its URIs.
func (d *directory) nameURIs(e *entity) {
	for _, uri := range e.URIs {
		d.byURI[uri] = e.AppID
	}
}

// renameURIs follows a change of the URIs.
func (d *directory) renameURIs(e *entity, old []string) {
	for _, uri := range old {
		delete(d.byURI, uri)
	}
	d.nameURIs(e)
}

func (d *directory) addAssignment(a *assignment) {
	d.Assignments[a.ID] = a
	d.byPrincipal[a.Principal] = append(d.byPrincipal[a.Principal], a)
	d.byResource[a.Resource] = append(d.byResource[a.Resource], a)
}

// side lists a service principal's role assignments: those it holds, or those
// on its own roles.
func (d *directory) side(p *principal, onResource bool) []*assignment {
	if onResource {
		return d.byResource[p.ID]
	}
	return d.byPrincipal[p.ID]
}

// any finds an application or service principal by object id.
func (d *directory) any(id string) item {
	if a := d.Apps[id]; a != nil {
		return a
	}
	if p := d.Principals[id]; p != nil {
		return p
	}
	return nil
}

// purge takes an object out for good, its role assignments too.
func (d *directory) purge(it item, at time.Time) {
	e := it.core()
	switch v := it.(type) {
	case *application:
		delete(d.Apps, v.ID)
		delete(d.byAppID, v.AppID)
		if d.byUniqueName[v.UniqueName] == v {
			delete(d.byUniqueName, v.UniqueName)
		}
		d.renameURIs(&entity{}, v.URIs)
		d.appOrder = without(d.appOrder, it)
	case *principal:
		delete(d.Principals, v.ID)
		if d.spByAppID[v.AppID] == v {
			delete(d.spByAppID, v.AppID)
		}
		d.spOrder = without(d.spOrder, it)
		for _, a := range d.byPrincipal[v.ID] {
			delete(d.Assignments, a.ID) // byResource keeps it as a deleted one
		}
		delete(d.byPrincipal, v.ID)
	}
	d.byCreator[e.CreatedBy] = without(d.byCreator[e.CreatedBy], it)
	d.unbin(it)
	d.Purged = append(d.Purged, purged{At: at})
}

// without takes an object out of a list in order of creation.
func without(list []item, it item) []item {
	i, found := slices.BinarySearchFunc(list, it.order(), func(x item, n int64) int { return cmp.Compare(x.order(), n) })
	if !found {
		return list
	}
	return slices.Delete(list, i, i+1)
}

func (d *directory) unbin(it item) {
	if i := slices.Index(d.bin, it); i >= 0 {
		d.bin = slices.Delete(d.bin, i, i+1)
	}
}

// retention is how long a deleted object can be restored, and how long one gone
// for good still weighs a quarter.
const retention = 30 * 24 * time.Hour

// sweep purges what was deleted long ago. It looks only at what is due.
func (d *directory) sweep(now time.Time) (changed bool) {
	for len(d.bin) > 0 {
		due := d.bin[0].core().DeletedAt.Add(retention)
		if now.Before(due) {
			break
		}
		d.purge(d.bin[0], due)
		changed = true
	}
	for len(d.Purged) > 0 && !now.Before(d.Purged[0].At.Add(retention)) {
		d.Purged = d.Purged[1:]
	}
	return changed
}

// weight is what counts against the tenant's quota: what lives and what can be
// restored in full, what is gone a quarter.
func (d *directory) weight() int {
	return len(d.Apps) + len(d.Principals) + len(d.Purged)/4
}

// roles returns the app roles an API offers.
func (d *directory) roles(resource *principal) []appRole {
	if len(resource.AppRoles) > 0 {
		return resource.AppRoles
	}
	if a := d.byAppID[resource.AppID]; a != nil {
		return a.AppRoles
	}
	return nil
}

// granted returns the role values a principal holds on a resource, as one
// replica knows them.
func (d *directory) granted(principalID string, resource *principal, replica int, now time.Time) []string {
	var values []string
	for _, a := range d.byPrincipal[principalID] {
		if a.Resource != resource.ID || !a.visible(replica, now) {
			continue
		}
		for _, r := range d.roles(resource) {
			if r.ID == a.RoleID && r.Value != "" && !slices.Contains(values, r.Value) {
				values = append(values, r.Value)
			}
		}
	}
	return values
}

// resource finds an API by app id or identifier URI. Only living ones.
func (d *directory) resource(name string) *principal {
	if appID, ok := d.byURI[name]; ok {
		name = appID
	}
	if p := d.spByAppID[name]; p != nil && !p.deleted() {
		return p
	}
	return nil
}

// inOrder lists a table in order of creation.
func inOrder[T interface{ serial() int64 }](table map[string]T) []T {
	out := make([]T, 0, len(table))
	for _, v := range table {
		out = append(out, v)
	}
	slices.SortFunc(out, func(a, b T) int { return cmp.Compare(a.serial(), b.serial()) })
	return out
}

package state

import (
	"slices"
	"strings"

	"llavero/shared/access"
)

// partFields parts a trouble into what stands below fields and what stands above
// the form, whose fields begin with the names of form. A wrong field that the
// form does not have is not passed over: then the trouble stands above it too,
// and says that the server did not understand.
func partFields(t *Trouble, form ...string) ([]access.FieldError, *Trouble) {
	if t == nil || t.Err == nil || len(t.Err.Fields) == 0 {
		return nil, t
	}
	fields := slices.DeleteFunc(formFields(t.Err.Fields), func(f access.FieldError) bool {
		return !slices.ContainsFunc(form, func(name string) bool { return f.Field == name || strings.HasPrefix(f.Field, name+".") })
	})
	if len(fields) == len(t.Err.Fields) {
		return fields, nil
	}
	rest := *t
	rest.Err = &access.Error{Code: t.Err.Code, Hint: t.Err.Hint, Args: t.Err.Args, Version: t.Err.Version, Err: t.Err}
	return fields, &rest
}

// formFields names fields as the form does: a body holds the form as "form.".
func formFields(list []access.FieldError) []access.FieldError {
	fields := make([]access.FieldError, len(list))
	for i, f := range list {
		fields[i] = access.FieldError{Field: strings.TrimPrefix(f.Field, "form."), Hint: f.Hint}
	}
	return fields
}

package openapi

import (
	"fmt"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
)

// kindOf words one failure without the value that failed.
func kindOf(e *jsonschema.ValidationError) string {
	switch k := e.ErrorKind.(type) {
	case *kind.AdditionalProperties:
		return "members that it has not: " + strings.Join(k.Properties, ", ")
	case *kind.Required:
		return "members that must be there: " + strings.Join(k.Missing, ", ")
	case *kind.Type:
		return fmt.Sprintf("a %s, not %s", k.Got, strings.Join(k.Want, " or "))
	case *kind.Enum:
		return "none of its values"
	case *kind.Format:
		return "no " + k.Want
	case *kind.Pattern:
		return "not of the pattern " + k.Want
	case *kind.ContentEncoding:
		return "not in " + k.Want
	default:
		return "fails " + strings.Join(e.ErrorKind.KeywordPath(), "/")
	}
}

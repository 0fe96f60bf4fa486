package shape

import (
	"go/ast"
	"go/token"
	"path"
	"regexp"
	"strings"
	"testing"
)

// secretName are field names of what nobody else may read.
var secretName = regexp.MustCompile(`(?i)secret|password|passwd|passphrase|token|otp|seed|pepper|ticket|assertion|privatekey|apikey|subscriptionkey|code$|pin$`)

// plainName are names that hold such a word and tell nothing: hashes, sealed
// bytes, places, what is public.
var plainName = regexp.MustCompile(`(?i)hash|digest|sealed|file$|path$|url$|endpoint|license|municipality|hint|id$`)

// The reasons why a field of such a name is a bare text.
const (
	travels  = "goes over TLS as JSON; the body cannot be printed (wire, TestUnprinted)"
	names    = "a row's id, not its secret"
	errWord  = "an error's machine word"
	shown    = "drawn for whoever holds it, once, and kept nowhere"
	oneCall  = "what was typed, from the body to its check and no longer"
	shredded = "as JSON into the system's keychain, and at once a secret.Text"
)

// bareSecrets are the fields that hold a text where a secret.Text might stand, and
// why.
var bareSecrets = map[string]string{
	"shared/wire AccountLink.Token": travels, "shared/wire AmendKey.Secret": travels, "shared/wire BeginSecondFactor.Code": travels,
	"shared/wire BeginSecondFactor.Password": travels, "shared/wire BeginSecondFactor.RecoveryCode": travels,
	"shared/wire ConfirmEnrolment.Code": travels, "shared/wire ConfirmEnrolment.Ticket": travels, "shared/wire Enrolment.Seed": travels,
	"shared/wire Enrolment.Ticket": travels, "shared/wire ImageAnswer.Code": travels, "shared/wire ProveSecondFactor.Code": travels,
	"shared/wire ProveSecondFactor.Password": travels, "shared/wire SecondFactor.Code": travels, "shared/wire SecondFactor.RecoveryCode": travels,
	"shared/wire SecondFactor.Ticket": travels, "shared/wire SetPassword.Password": travels, "shared/wire SetPassword.Token": travels,
	"shared/wire Sign.Code": travels, "shared/wire SignIn.Password": travels, "shared/wire SignedIn.Ticket": travels,
	"shared/wire SignedIn.Token": travels, "shared/wire TypedKey.Secret": travels, "shared/wire Unlock.Password": travels,
	"shared/access TypedKey.Secret": "an officer's form, checked on both sides; it prints as its kind",

	"app/internal/state ending.Token": shredded, "app/internal/state remembered.Token": shredded,
	"app/internal/state Picture.Code": "what is read in an image that anybody may ask for", "app/internal/state pictureState.code": "likewise",
	"server/internal/imagecode waiting.code":    "what an image shows that anybody may ask for; minutes in memory",
	"server/internal/auth Deps.ImageCode":       "for tests that have no eyes",
	"server/internal/daemon settings.imageCode": "for tests that have no eyes",
	"server/internal/accountpage view.Seed":     shown, "server/internal/accountpage view.Ticket": shown, "server/internal/accountpage view.Token": shown,
	"server/internal/contactpage view.Token": shown,
	"server/internal/auth ownProof.password": oneCall, "server/internal/auth proof.code": oneCall,
	"server/internal/workflow Flow.pepper": "the key of an HMAC; bytes are what it takes",

	"server/internal/store Consent.OneTimeCode": names, "server/internal/store Expiring.Secret": names, "server/internal/store Reminder.Secret": names,
	"server/internal/workflow Adopted.Secret": names, "server/internal/workflow Trial.Secret": names,
	"server/internal/drift givenUp.code": errWord, "server/internal/drift waiting.code": errWord, "server/internal/entra Attempt.Code": errWord,
	"server/internal/entra Error.Code": errWord, "server/internal/ladder refusal.code": errWord, "server/internal/provision givenUp.code": errWord,
	"server/internal/workflow Attempt.Code": errWord, "server/internal/workflow TestEnd.Code": errWord, "shared/access Failure.Code": errWord,
	"shared/access KeyCheck.Code": errWord, "shared/access LightResult.Code": errWord,
	"shared/divipola Municipality.Code": "a municipality's, in an official list", "shared/trail Scope.Code": "a license code",
	"shared/receipt paper.OldSecrets": "what becomes of them, in words", "shared/receipt Said.OldSecrets": "until when they work",
	"server/internal/workflow signature.code": names,
}

// stagings are folders of what is no product: emulators and their tests.
var stagings = []string{"server/internal/entraemu", "server/internal/gatewayemu", "server/internal/maildrop", "server/internal/entraclients", "server/internal/entracontract", "shared/seed"}

// TestSecretsAreTexts: a field whose name says that it holds a secret is a
// secret.Text, which cannot be printed, or says here why it is not.
func TestSecretsAreTexts(t *testing.T) {
	seen := map[string]bool{}
	goFiles(t, func(file string, test bool, tree *ast.File, set *token.FileSet) {
		dir := path.Dir(file)
		if test || !strings.HasPrefix(dir, "app/internal/") && !strings.HasPrefix(dir, "server/internal/") && !strings.HasPrefix(dir, "shared/") {
			return
		}
		for _, s := range stagings {
			if dir == s {
				return
			}
		}
		eachField(tree, func(owner string, name *ast.Ident, kind ast.Expr) {
			if !isBare(kind) || !secretName.MatchString(name.Name) || plainName.MatchString(name.Name) {
				return
			}
			field := dir + " " + owner + "." + name.Name
			seen[field] = true
			if bareSecrets[field] == "" {
				t.Errorf("%s:%d: %s may hold a secret: make it a secret.Text, or say in bareSecrets why it is bare", file, set.Position(name.Pos()).Line, field)
			}
		})
	})
	for field := range bareSecrets {
		if !seen[field] {
			t.Errorf("%s is excused, and is no such field", field)
		}
	}
}

// eachField calls do with every field of every struct type of a file.
func eachField(tree *ast.File, do func(owner string, name *ast.Ident, kind ast.Expr)) {
	for _, d := range tree.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok {
			continue
		}
		for _, s := range g.Specs {
			spec, ok := s.(*ast.TypeSpec)
			if !ok {
				continue
			}
			ast.Inspect(spec.Type, func(n ast.Node) bool {
				if fields, ok := n.(*ast.StructType); ok {
					for _, f := range fields.Fields.List {
						for _, name := range f.Names {
							do(spec.Name.Name, name, f.Type)
						}
					}
				}
				return true
			})
		}
	}
}

// isBare reports a text or bytes: plain, behind a pointer, in a list or a map.
func isBare(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name == "string"
	case *ast.StarExpr:
		return isBare(e.X)
	case *ast.ArrayType:
		if id, ok := e.Elt.(*ast.Ident); ok && id.Name == "byte" {
			return true
		}
		return isBare(e.Elt)
	case *ast.MapType:
		return isBare(e.Value)
	}
	return false
}

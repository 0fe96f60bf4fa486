package desktop

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"llavero/app/internal/signkeys"
	"llavero/shared/es"
	"llavero/shared/receipt"
	"llavero/shared/verify"
)

// exitBroken: what was checked is not as it was signed. As llavero-server has it.
const exitBroken = 3

// verifyWords are the names of the one command there is.
var verifyWords = []string{"verificar", "verify"}

const verifyHelp = `Comprueba, sin conexión, constancias (PDF o JSON), exportaciones de la bitácora
y cierres firmados de un día. No cambia nada ni abre ninguna ventana.

Uso: llavero verificar [--llaves ARCHIVO] ARCHIVO…

  --llaves ARCHIVO     llaves de firma, como las publica el Ministerio. Sin esto se
                       usan las que este programa guardó del servidor.
  --server DIRECCIÓN   de cuál servidor, si guardó las de varios (https://equipo:puerto;
                       LLAVERO_SERVER_URL)
  --data CARPETA       carpeta de datos del programa, si no es la del sistema

Códigos de salida: 0 todo está como se firmó; 3 algo no lo está, y dice qué;
1 algo no se pudo comprobar; 2 la orden está mal escrita.
`

// verifyCommand runs «llavero verificar» and returns its exit code.
func verifyCommand(args []string, env func(string) string, out, errs io.Writer) int {
	tell := func(w io.Writer, text string, args ...any) { _, _ = fmt.Fprintf(w, text+"\n", args...) }
	var keys, server, data string
	f := flag.NewFlagSet("verificar", flag.ContinueOnError)
	f.SetOutput(io.Discard)
	f.StringVar(&keys, "llaves", "", "")
	f.StringVar(&keys, "keys", "", "")
	f.StringVar(&server, "server", env("LLAVERO_SERVER_URL"), "")
	f.StringVar(&data, "data", "", "")
	switch err := f.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		tell(out, "%s", strings.TrimSuffix(verifyHelp, "\n"))
		return exitOK
	case err != nil:
		tell(errs, "llavero verificar: no se entiende la orden: %s\n\n%s", err, verifyHelp)
		return exitUsage
	case f.NArg() == 0:
		tell(errs, "llavero verificar: diga cuál archivo comprobar.\n\n%s", verifyHelp)
		return exitUsage
	}
	ring, err := ringFor(keys, server, data)
	if err != nil {
		tell(errs, "llavero verificar: %s", err)
		return exitFault
	}
	code := exitOK
	for _, path := range f.Args() {
		r, err := verify.File(path, ring)
		switch {
		case err != nil:
			tell(out, "%s: no se pudo comprobar: %s", path, readFault(err))
			code = exitFault
		default:
			tell(out, "%s: %s", path, strings.Join(es.VerifiedReport(r), "\n"))
			if !r.IsGood() && code == exitOK {
				code = exitBroken
			}
		}
	}
	return code
}

// readFault words why a file cannot be read.
func readFault(err error) string {
	switch {
	case errors.Is(err, os.ErrNotExist):
		return "el archivo no existe"
	case errors.Is(err, os.ErrPermission):
		return "no hay permiso para leerlo"
	case errors.Is(err, verify.ErrNoFile):
		return "no es un archivo"
	default:
		return "no se pudo leer (" + err.Error() + ")"
	}
}

// ringFor reads the keys of a file, or those that were kept of a server.
func ringFor(file, server, data string) (receipt.KeyRing, error) {
	none := receipt.KeyRing{}
	if file != "" {
		return parseRing(file)
	}
	if data == "" {
		var err error
		if data, err = dataFolder(); err != nil {
			return none, err
		}
	}
	kept := signkeys.In(data)
	if server != "" {
		ring, err := kept.Load(server)
		if err == nil && len(ring.Keys()) == 0 {
			err = fmt.Errorf("este programa no guardó llaves de firma de %s. Abra el programa una vez con conexión, o dé el archivo con --llaves", server)
		}
		return ring, err
	}
	files, err := kept.Files()
	switch {
	case err != nil:
		return none, err
	case len(files) == 0:
		return none, errors.New("este programa no ha guardado llaves de firma. Ábralo una vez con conexión, o dé el archivo con --llaves")
	case len(files) > 1:
		return none, fmt.Errorf("hay llaves de firma de varios servidores en %s. Diga de cuál con --server, o dé el archivo con --llaves", filepath.Dir(files[0]))
	}
	return parseRing(files[0])
}

func parseRing(file string) (receipt.KeyRing, error) {
	body, err := os.ReadFile(file) //nolint:gosec // the file is the person's choice
	if err != nil {
		return receipt.KeyRing{}, fmt.Errorf("llaves de firma: %s: %s", file, readFault(err))
	}
	ring, err := receipt.ParseKeyRing(body)
	if err != nil {
		return ring, fmt.Errorf("%s no es un archivo de llaves de firma: %w", file, err)
	}
	return ring, nil
}

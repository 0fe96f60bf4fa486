package desktop

import (
	"os/exec"
	"strings"

	"github.com/atotto/clipboard"
)

// conceal is a program for the system's own script runner: it puts what it reads
// on the pasteboard, marked as the convention of nspasteboard.org says, so that
// clipboard histories leave it out. The text goes through a pipe, never through
// an argument.
const conceal = `ObjC.import('AppKit');
const data = $.NSFileHandle.fileHandleWithStandardInput.readDataToEndOfFile;
const text = $.NSString.alloc.initWithDataEncoding(data, $.NSUTF8StringEncoding);
const board = $.NSPasteboard.generalPasteboard;
board.clearContents;
if (!board.setStringForType(text, 'public.utf8-plain-text')) { throw new Error('not taken'); }
board.setStringForType('', 'org.nspasteboard.ConcealedType');`

// writeSecret puts a text on the pasteboard, concealed; without the script runner
// as any other text.
func writeSecret(text string) (hidden bool, err error) {
	run := exec.Command("/usr/bin/osascript", "-l", "JavaScript", "-e", conceal)
	run.Stdin = strings.NewReader(text)
	if run.Run() == nil {
		return true, nil
	}
	return false, clipboard.WriteAll(text)
}

package wire

import (
	"fmt"
	"io"
	"log/slog"
)

// Bodies that carry a secret as JSON must hold it as text. None of them can be
// printed or logged by accident: what is written is its kind.

// Format writes the body's kind, whatever the verb.
func (SignIn) Format(s fmt.State, _ rune) { unprinted(s, "SignIn") }

// LogValue gives loggers the body's kind.
func (SignIn) LogValue() slog.Value { return slog.StringValue("SignIn{…}") }

// Format writes the body's kind, whatever the verb.
func (SignedIn) Format(s fmt.State, _ rune) { unprinted(s, "SignedIn") }

// LogValue gives loggers the body's kind.
func (SignedIn) LogValue() slog.Value { return slog.StringValue("SignedIn{…}") }

// Format writes the body's kind, whatever the verb.
func (Enrolment) Format(s fmt.State, _ rune) { unprinted(s, "Enrolment") }

// LogValue gives loggers the body's kind.
func (Enrolment) LogValue() slog.Value { return slog.StringValue("Enrolment{…}") }

// Format writes the body's kind, whatever the verb.
func (SecondFactor) Format(s fmt.State, _ rune) { unprinted(s, "SecondFactor") }

// LogValue gives loggers the body's kind.
func (SecondFactor) LogValue() slog.Value { return slog.StringValue("SecondFactor{…}") }

// Format writes the body's kind, whatever the verb.
func (ConfirmEnrolment) Format(s fmt.State, _ rune) { unprinted(s, "ConfirmEnrolment") }

// LogValue gives loggers the body's kind.
func (ConfirmEnrolment) LogValue() slog.Value { return slog.StringValue("ConfirmEnrolment{…}") }

// Format writes the body's kind, whatever the verb.
func (BeginSecondFactor) Format(s fmt.State, _ rune) { unprinted(s, "BeginSecondFactor") }

// LogValue gives loggers the body's kind.
func (BeginSecondFactor) LogValue() slog.Value { return slog.StringValue("BeginSecondFactor{…}") }

// Format writes the body's kind, whatever the verb.
func (ProveSecondFactor) Format(s fmt.State, _ rune) { unprinted(s, "ProveSecondFactor") }

// LogValue gives loggers the body's kind.
func (ProveSecondFactor) LogValue() slog.Value { return slog.StringValue("ProveSecondFactor{…}") }

// Format writes the body's kind, whatever the verb.
func (SetPassword) Format(s fmt.State, _ rune) { unprinted(s, "SetPassword") }

// LogValue gives loggers the body's kind.
func (SetPassword) LogValue() slog.Value { return slog.StringValue("SetPassword{…}") }

// Format writes the body's kind, whatever the verb.
func (AccountLink) Format(s fmt.State, _ rune) { unprinted(s, "AccountLink") }

// LogValue gives loggers the body's kind.
func (AccountLink) LogValue() slog.Value { return slog.StringValue("AccountLink{…}") }

// Format writes the body's kind, whatever the verb.
func (Unlock) Format(s fmt.State, _ rune) { unprinted(s, "Unlock") }

// LogValue gives loggers the body's kind.
func (Unlock) LogValue() slog.Value { return slog.StringValue("Unlock{…}") }

// Format writes the body's kind, whatever the verb.
func (Sign) Format(s fmt.State, _ rune) { unprinted(s, "Sign") }

// LogValue gives loggers the body's kind.
func (Sign) LogValue() slog.Value { return slog.StringValue("Sign{…}") }

// Format writes the body's kind, whatever the verb.
func (TypedKey) Format(s fmt.State, _ rune) { unprinted(s, "TypedKey") }

// LogValue gives loggers the body's kind.
func (TypedKey) LogValue() slog.Value { return slog.StringValue("TypedKey{…}") }

// Format writes the body's kind, whatever the verb.
func (AmendKey) Format(s fmt.State, _ rune) { unprinted(s, "AmendKey") }

// LogValue gives loggers the body's kind.
func (AmendKey) LogValue() slog.Value { return slog.StringValue("AmendKey{…}") }

// Format writes the body's kind, whatever the verb.
func (ImageAnswer) Format(s fmt.State, _ rune) { unprinted(s, "ImageAnswer") }

// LogValue gives loggers the body's kind.
func (ImageAnswer) LogValue() slog.Value { return slog.StringValue("ImageAnswer{…}") }

func unprinted(to io.Writer, kind string) { _, _ = io.WriteString(to, kind+"{…}") }

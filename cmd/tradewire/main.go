// Command tradewire carries confirmed orders, credit holds and shipping data between a CRM and an ERP database, and
// makes the papers and warnings on the way.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // a company's time zone is known on every machine

	"github.com/spf13/cobra"

	"tradewire/config"
	"tradewire/connectors"
	"tradewire/connectors/chat"
	"tradewire/connectors/folder"
	"tradewire/connectors/rest"
	"tradewire/connectors/sim"
	"tradewire/connectors/smtp"
	"tradewire/connectors/sqldb"
	"tradewire/connectors/webhook"
	"tradewire/pipelines"
)

// drivers are all ways to another system.
var drivers = map[string]connectors.Driver{
	"chat":    chat.Driver,
	"folder":  folder.Driver,
	"rest":    rest.Driver,
	"sim":     sim.Driver,
	"smtp":    smtp.Driver,
	"sqldb":   sqldb.Driver,
	"webhook": webhook.Driver,
}

// shapes are what the drivers say of their keys.
var shapes = map[string]config.Shape{
	"chat":    chat.Shape,
	"folder":  folder.Shape,
	"rest":    rest.Shape,
	"sim":     sim.Shape,
	"smtp":    smtp.Shape,
	"sqldb":   sqldb.Shape,
	"webhook": webhook.Shape,
}

// Exit codes of every verb.
const (
	exitOK          = 0
	exitRuntime     = 1 // something of ours went wrong, or a reconciliation found drift
	exitConfig      = 2 // the configuration or the command line is wrong
	exitOtherSystem = 3 // another system cannot be reached or refuses
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit((&app{out: os.Stdout, err: os.Stderr, clock: &clock{}}).execute(ctx, os.Args[1:]))
}

// app is what every verb has in common.
type app struct {
	in         io.Reader // nil: standard input
	out, err   io.Writer
	clock      *clock
	configFile string
	json       bool
}

// execute runs one command line and answers its exit code.
func (a *app) execute(ctx context.Context, args []string) int {
	root := a.root()
	root.SetArgs(args)
	root.SetIn(a.in)
	root.SetOut(a.out)
	root.SetErr(a.err)
	err := root.ExecuteContext(ctx)
	switch {
	case errors.Is(err, context.Canceled) && ctx.Err() != nil:
		fmt.Fprintln(a.err, "stopped before the end: nothing is lost, the next run goes on from here")
	case err != nil && !errors.Is(err, errSaid):
		fmt.Fprintln(a.err, err)
	}
	return exitCode(err)
}

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:           "tradewire",
		Short:         "Carries confirmed orders between a CRM and an ERP, and makes the papers on the way",
		SilenceUsage:  true,
		SilenceErrors: true,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usage(fmt.Errorf("there is no verb %q: tradewire -h lists them", args[0]))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.PersistentFlags().StringVarP(&a.configFile, "config", "c", "tradewire.yaml", "the configuration")
	root.PersistentFlags().BoolVar(&a.json, "json", false, "print one JSON value for programs")
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usage(err) })
	root.AddCommand(a.demo(), a.initialise(), a.lint(), a.test(), a.schema(), a.configuration(), a.doctor(), a.discover(), a.run(), a.status(), a.inbox(), a.ack(), a.credit(), a.trace(), a.plan(), a.backfill(), a.deadletters(), a.reconcile(), a.migrate(), a.version())
	root.CompletionOptions.DisableDefaultCmd = true
	return root
}

// errSaid ends a verb that has told its bad news already, on standard output.
var errSaid = errors.New("said")

// usageError is a wrong command line.
type usageError struct{ error }

func usage(err error) error { return usageError{err} }

// exitCode says what sort of failure an error is.
func exitCode(err error) int {
	switch {
	case err == nil:
		return exitOK
	case isA[config.Faults](err), isA[usageError](err), connectors.KindOf(err) == connectors.Misconfigured:
		return exitConfig
	case isA[*connectors.Error](err), errors.Is(err, pipelines.ErrUnavailable):
		return exitOtherSystem
	}
	return exitRuntime
}

func isA[T error](err error) bool {
	_, ok := errors.AsType[T](err)
	return ok
}

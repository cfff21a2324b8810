package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"tradewire/config"
	"tradewire/pipelines/credit"
)

// exampleCase is a case whose facts are all there, for people who write their own.
const exampleCase = `
A case is a JSON object, or a list of them:

  {"as_of": "2026-11-21",
   "account": {"currency": "HKD", "base_limit": "500000.00", "no_check": false, "limit_to": null, "temporary_limit": null,
               "temporary_from": null, "temporary_to": null, "stopped": false, "class": "A", "overseas": false,
               "first_order_on": "2024-01-10", "order_count": 40, "waivers": [], "ar_as_of": "2026-11-21T08:00:00Z"},
   "exposure": {"open_orders": "80000", "shipped_not_invoiced": "40000", "invoices_not_in_ar": "15000", "receivables": "120000",
                "special_liabilities": "0", "unapplied_receipts": "20000"},
   "open_items": [{"due": "2026-11-30", "amount": "1000.00", "disputed": false}],
   "order": {"currency": "HKD", "gross": "265000.00", "terms": "NET30", "prepaid": "0", "planned_ship": "2026-12-01", "created_by": "lin"},
   "rates": [{"from": "HKD", "to": "CNY", "date": "2026-11-21", "rate": "0.91"}]}

Needed are as_of, account.currency, and the order's currency, gross and terms. Whatever else is missing or null means none: no
limit, no orders before this one, nothing owed, receivables that were never read. A case may have a "name". A case that cannot
be read answers {"error": {"field": "order.gross", "what": "..."}} in its place, and the exit code is 1; else it is 0.`

func (a *app) creditSimulate() *cobra.Command {
	policyFile, inputFile, lang, zoneName := "", "", "en", ""
	cmd := &cobra.Command{
		Use:   "simulate --policy FILE --input FILE",
		Short: "Decide on facts in a file under a policy, and explain it; nothing else is read, and nothing is written",
		Long: "Decide on facts in a file under a policy, and explain it, a line a step. Nothing else is read, and nothing is written: the same\n" +
			"facts give the same answer anywhere. A day ends in the time zone of the company that the policy belongs to, which\n" +
			"tradewire.yaml beside the folder of the policy names; where there is none, in Asia/Hong_Kong.\n" + exampleCase,
		Example: "  tradewire credit simulate --policy D/policies/credit.yaml --input facts.json\n" +
			"  tradewire credit simulate --policy D/policies/credit.yaml --input - --lang zh < facts.json",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if policyFile == "" || inputFile == "" {
				return usage(errors.New("name both files: --policy D/policies/credit.yaml --input facts.json, or --input - for standard input"))
			}
			if lang != "en" && lang != "zh" {
				return usage(fmt.Errorf("--lang is %q: write en or zh", lang))
			}
			policy, err := readCreditPolicy(policyFile)
			if err != nil {
				return err
			}
			zone, err := a.zoneOf(policyFile, zoneName, cmd.Flags().Changed("config"))
			if err != nil {
				return err
			}
			input, err := readInput(cmd.InOrStdin(), inputFile)
			if err != nil {
				return err
			}
			answers, malformed := credit.Simulate(policy, zone, lang == "zh", input)
			if err := a.printJSON(answers); err != nil {
				return err
			}
			if malformed > 0 {
				return errSaid
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&policyFile, "policy", "", "the credit policy")
	cmd.Flags().StringVar(&inputFile, "input", "", "the facts as JSON; - reads standard input")
	cmd.Flags().StringVar(&lang, "lang", "en", "the language of the explanation: en or zh")
	cmd.Flags().StringVar(&zoneName, "zone", "", "the time zone in which a day ends, such as Asia/Shanghai")
	return cmd
}

// readCreditPolicy reads one policy as strictly as a whole configuration is read.
func readCreditPolicy(path string) (policy credit.Policy, err error) {
	// #nosec G304 -- the path is the operator's own
	body, err := os.ReadFile(path)
	if err != nil {
		return policy, usage(fmt.Errorf("read the policy: %w", err))
	}
	section, err := config.Parse(path, body)
	faults, isFaults := errors.AsType[config.Faults](err)
	if err != nil && !isFaults {
		return policy, err
	}
	if len(faults) == 0 {
		faults = section.Decode(&policy)
	}
	if len(faults) == 0 {
		if _, err := credit.New(policy); err != nil {
			faults = mistakes(&config.Config{Policies: map[string]config.Section{"credit": section}}, "credit", err)
		}
	}
	return policy, faults.Err()
}

// largestInput is far beyond the cases that finance keeps.
const largestInput = 64 << 20

func readInput(standard io.Reader, path string) ([]byte, error) {
	if path == "-" {
		return io.ReadAll(io.LimitReader(standard, largestInput))
	}
	// #nosec G304 -- the path is the operator's own
	body, err := os.ReadFile(path)
	if err != nil {
		return nil, usage(fmt.Errorf("read the facts: %w", err))
	}
	return body, nil
}

// shippedZone is that of the starter set.
const shippedZone = "Asia/Hong_Kong"

// zoneOf is the time zone of the company that a policy belongs to.
func (a *app) zoneOf(policyFile, name string, configured bool) (*time.Location, error) {
	if name == "" {
		name = shippedZone
		beside := filepath.Join(filepath.Dir(policyFile), "..", "tradewire.yaml")
		if configured {
			beside = a.configFile
		}
		if cfg, _ := config.Load(beside); cfg != nil && cfg.Company.TimeZone.Value != "" {
			name = cfg.Company.TimeZone.Value // what else is wrong with the configuration is no matter here
		}
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil, usage(fmt.Errorf("time zone %q is not known: write one such as Asia/Shanghai", name))
	}
	return zone, nil
}

package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"tradewire/mapping/document"
	"tradewire/pipelines/credit"
	"tradewire/pipelines/store"
)

func (a *app) creditExplain() *cobra.Command {
	lang := "en"
	cmd := &cobra.Command{
		Use:     "explain ORDER",
		Short:   "Say why an order was released or is held, with the figures of that decision",
		Example: "  tradewire credit explain SO000017 --config D/tradewire.yaml\n  tradewire credit explain SO000017 --lang zh",
		Args:    oneArg("order"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if lang != "en" && lang != "zh" {
				return usage(fmt.Errorf("--lang is %q: write en or zh", lang))
			}
			return a.looking(cmd.Context(), func(_ *plant, s *store.Store) error {
				key, err := s.FindOrder(cmd.Context(), args[0])
				if err != nil {
					return err
				}
				d, revision, err := s.Document(cmd.Context(), document.Ref{Kind: document.KindSalesOrder, Key: key})
				if err != nil {
					return err
				}
				return a.showExplanation(d.(*document.SalesOrder), revision, lang == "zh")
			})
		},
	}
	cmd.Flags().StringVar(&lang, "lang", "en", "the language of the explanation: en or zh")
	return cmd
}

// explained is a decision as it was made.
type explained struct {
	Order        string                   `json:"order"`
	Revision     int64                    `json:"revision"`        // as it is kept here
	Source       int64                    `json:"source_revision"` // as the CRM counts, and --revision of a release
	State        document.OrderState      `json:"state"`
	Holds        []document.Hold          `json:"holds"`
	Credit       *document.CreditDecision `json:"credit"`
	ReleaseNeeds []string                 `json:"release_needs"`
	Explanation  []string                 `json:"explanation"`
}

func (a *app) showExplanation(o *document.SalesOrder, revision int64, chinese bool) error {
	v := explained{Order: o.Number, Revision: revision, Source: o.SourceRevision, State: o.State, Holds: o.Holds, Credit: o.Credit, ReleaseNeeds: []string{}, Explanation: []string{}}
	if v.Holds == nil {
		v.Holds = []document.Hold{}
	}
	if o.Credit != nil && o.Credit.ReleaseNeeds != nil {
		v.ReleaseNeeds = o.Credit.ReleaseNeeds
	}
	for _, line := range credit.Explain(o) {
		text := line.English
		if chinese {
			text = line.Chinese
		}
		v.Explanation = append(v.Explanation, text)
	}
	if a.json {
		return a.printJSON(v)
	}
	headline := credit.Headline(o).English
	if chinese {
		headline = credit.Headline(o).Chinese
	}
	fmt.Fprintln(a.out, headline)
	for _, line := range v.Explanation {
		fmt.Fprintln(a.out, "  "+line)
	}
	return nil
}

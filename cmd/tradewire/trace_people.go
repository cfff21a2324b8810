package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"tradewire/mapping/document"
	"tradewire/pipelines/store"
)

// shipped tells of each shipment what left, and of every change of it.
func (t *story) shipped(ctx context.Context, s *store.Store, ref document.Ref) error {
	d, _, err := s.Document(ctx, ref)
	if errors.Is(err, store.ErrNoDocument) {
		return nil // it was taken in and not decided
	}
	if err != nil {
		return err
	}
	for _, part := range d.(*document.SalesOrder).Shipments {
		revisions, err := s.Revisions(ctx, document.Ref{Kind: document.KindShipment, Key: part.Shipment})
		if err != nil {
			return err
		}
		told := ""
		for _, r := range revisions {
			if now := shipment(r.Document.(*document.Shipment)); now != told {
				t.add(r.DecidedAt, "shipment", "%s", now)
				told = now
			}
		}
	}
	return nil
}

func shipment(s *document.Shipment) string {
	said := []string{fmt.Sprintf("%s of %s", s.ID, s.On)}
	for _, l := range s.Lines {
		said = append(said, fmt.Sprintf("line %d: %s", l.OrderLine, l.Quantity))
	}
	if p := s.Packing; p != nil {
		said = append(said, fmt.Sprintf("%d cartons, %s kg gross, %s m³", p.Cartons, p.GrossKG, p.CBM))
	}
	if v := s.Voyage; v != nil {
		said = append(said, fmt.Sprintf("%s %s on %s, ETD %s, ETA %s", v.Forwarder, v.Tracking, v.Vessel, v.ETD, v.ETA))
	}
	return strings.Join(said, "; ")
}

// papers adds papers, notices and change requests that speak of the order.
func (t *story) papers(ctx context.Context, s *store.Store, order string) error {
	err := s.Each(ctx, document.KindPaper, func(d document.Document, _ int64) error {
		if d.(*document.Paper).Order.ID != order {
			return nil
		}
		return t.paper(ctx, s, document.RefOf(d))
	})
	if err != nil {
		return err
	}
	err = s.Each(ctx, document.KindNotice, func(d document.Document, _ int64) error {
		if n := d.(*document.Notice); n.OrderKey == order {
			t.add(n.At, "notice", "%s", told(n))
		}
		return nil
	})
	if err != nil {
		return err
	}
	return s.Each(ctx, document.KindChangeRequest, func(d document.Document, _ int64) error {
		if d.(*document.ChangeRequest).Order != order {
			return nil
		}
		revisions, err := s.Revisions(ctx, document.RefOf(d))
		for _, revision := range revisions {
			r := revision.Document.(*document.ChangeRequest)
			t.add(revision.DecidedAt, "request", "to the CRM, for %s: %s (%s), day proposed: %s", r.Department, r.Reason, r.State, orNone(r.Proposed.String()))
		}
		return err
	})
}

// paper adds every revision of a paper: one that was superseded was in somebody's hands.
func (t *story) paper(ctx context.Context, s *store.Store, ref document.Ref) error {
	revisions, err := s.Revisions(ctx, ref)
	for _, r := range revisions {
		p := r.Document.(*document.Paper)
		of := ""
		if p.Shipment.ID != "" {
			of = " for shipment " + p.Shipment.ID
		}
		t.add(p.Issued, "paper", "%s %s revision %d%s", p.Type, p.Number, p.Revision, of)
	}
	return err
}

// told is what a notice told whom.
func told(n *document.Notice) string {
	to := n.To
	if n.Recipient != "" {
		to += " (" + n.Recipient + ")"
	}
	what := string(n.Type)
	if n.News != nil && len(n.News.Changes) > 0 {
		changes := make([]string, len(n.News.Changes))
		for i, c := range n.News.Changes {
			changes[i] = fmt.Sprintf("%s %s -> %s", c.Field, orNone(c.Was), orNone(c.Is))
		}
		what += ": " + strings.Join(changes, ", ")
	}
	if n.Shipment != nil {
		what += " for shipment " + n.Shipment.ID
	}
	return what + ", to " + to
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}

// answered tells who answered what, and when.
func (t *story) answered(ctx context.Context, s *store.Store, order string) error {
	d, _, err := s.Document(ctx, document.Ref{Kind: document.KindDistribution, Key: order})
	if errors.Is(err, store.ErrNoDocument) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, a := range d.(*document.Distribution).Given {
		what := fmt.Sprintf("revision %d", a.Revision)
		if a.Shipment != "" {
			what = "shipment " + a.Shipment
		}
		if a.Settled {
			t.add(a.At, "answer", "%s was settled for %s by %s: all of it had left", what, a.Department, a.By)
			continue
		}
		if a.Status == document.DutyObjected {
			t.add(a.At, "answer", "%s objects to %s (%s): %s; proposes %s", a.Department, what, a.By, a.Reason, orNone(a.Proposed.String()))
			continue
		}
		t.add(a.At, "answer", "%s acknowledged %s (%s)", a.Department, what, a.By)
	}
	return nil
}

// releases tells what people decided about the order's credit, and what was refused of it.
func (t *story) releases(ctx context.Context, s *store.Store, order string) error {
	return s.Each(ctx, document.KindCreditRelease, func(d document.Document, _ int64) error {
		if d.(*document.CreditRelease).Order != order {
			return nil
		}
		revisions, err := s.Revisions(ctx, document.RefOf(d))
		for _, revision := range revisions {
			r := revision.Document.(*document.CreditRelease)
			what := fmt.Sprintf("%s by %s of revision %d: %s", r.Act, r.By, r.SourceRevision, r.Reason)
			if r.Amount != nil {
				what += fmt.Sprintf("; up to %s", *r.Amount)
			}
			if !r.Until.IsZero() {
				what += fmt.Sprintf("; until %s", r.Until)
			}
			if r.Override {
				what += "; in an emergency"
			}
			if r.Refused != "" {
				what += "; refused: " + r.Refused
			}
			t.add(r.At, "credit", "%s", what)
		}
		return err
	})
}

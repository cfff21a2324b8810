# Every target that a person calls carries a ## line; `make` prints them.
GO       ?= go
STATIC    = $(GO) tool staticcheck
CONFIGS   = $(wildcard config/*/tradewire.yaml config/examples/*/tradewire.yaml testdata/*/tradewire.yaml)

.PHONY: help demo build test race proof bench services check audit fonts fuzz update clean

# telling runs tests and says at the end, aloud, what was skipped for want of a server.
define telling
mkdir -p .services; skipped=$(CURDIR)/.services/skipped; rm -f $$skipped; TRADEWIRE_SKIPPED=$$skipped; export TRADEWIRE_SKIPPED; \
status=0; $(1) || status=$$?; \
if [ -s $$skipped ]; then echo "NOT RUN:"; sort $$skipped | uniq -c; fi; rm -f $$skipped; exit $$status
endef

help: ## show this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1\t/' | expand -t 10

demo: fonts build ## run everything against a simulated cable maker, in a fresh folder
	@bin/tradewire demo

build: ## build bin/tradewire
	$(GO) build -trimpath -o bin/tradewire ./cmd/tradewire

test: fonts ## run every test; what finds no server to run on is named at the end
	@$(call telling, $(GO) test ./...)

race: ## run the tests that share memory under the race detector
	@# Left out are tests whose programs are processes of their own: what they share is a database.
	@$(call telling, $(GO) test -race -timeout 60m -skip 'TestInstancesThatComeAndGo|TestOrdersFlowOn' ./connectors/... ./pipelines/... ./cmd/...)

proof: ## the long proofs: 5,000 orders while instances come and go, every way of scaling out
	@$(call telling, TRADEWIRE_PROOF=1 $(GO) test -count=1 -timeout 60m -run 'TestInstances|TestScaledOut' -v ./cmd/tradewire)

bench: ## measure the hot path against hand-written writers on a server; fails where a ratio is missed
	BENCH_DATE=$$(date +%F) $(GO) test -timeout 60m -run '^$$' -bench 'Path$$|Memory$$|Statements$$' -benchtime 1x ./cmd/tradewire

services: ## install what the tests run on: MariaDB (on Debian, as root), Kafka (with mvn, into .services)
	@sh connectors/connectortest/services/install.sh

check: ## what needs no service: format, vet, staticcheck, the house's import directions, every configuration
	@test -z "$$(gofmt -l cmd connectors mapping pipelines config)" || { echo "gofmt would change:"; gofmt -l cmd connectors mapping pipelines config; exit 1; }
	$(GO) vet ./...
	$(STATIC) ./...
	$(GO) test -run 'TestImports' ./cmd/tradewire
	@for c in $(CONFIGS); do $(GO) run ./cmd/tradewire lint --config $$c || exit $$?; done

audit: ## what an attacker would look for: gosec, staticcheck, known holes in what we stand on (VULNDB=file:///...), races
	$(GO) run github.com/securego/gosec/v2/cmd/gosec@v2.22.10 -quiet ./...
	$(STATIC) ./...
	@if [ -n "$$VULNDB" ]; then $(GO) run golang.org/x/vuln/cmd/govulncheck@v1.1.4 -db "$$VULNDB" ./...; \
	else echo "NOT CHECKED: whether what we stand on has known holes. Name the database of vulnerabilities: make audit VULNDB=file:///path"; fi
	@$(MAKE) race

fonts: ## fetch a Chinese font for papers into .fonts, where npm is there
	@sh mapping/render/fonts.sh

fuzz: ## fuzz the readers of what comes from outside, FUZZTIME each (30s)
	@for p in $$($(GO) list ./...); do \
	  for f in $$($(GO) test -list '^Fuzz' $$p | grep '^Fuzz'); do \
	    echo "$$p $$f"; $(GO) test -run '^$$' -fuzz "^$$f$$" -fuzztime $(or $(FUZZTIME),30s) $$p || exit 1; \
	  done; done

update: ## rewrite golden files from what the code does now; review the diff
	$(GO) test ./mapping ./mapping/render -update
	$(GO) test ./cmd/tradewire -run 'WhatEditorsShow|EachBadConfiguration' -update

clean: ## remove what was built and what the demo left
	rm -rf bin demo demo-[0-9]*

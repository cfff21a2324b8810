# Every target that a person calls carries a ## line; `make` prints them.
GO       ?= go
STATIC    = $(GO) tool staticcheck
CONFIGS   = $(wildcard config/*/tradewire.yaml testdata/*/tradewire.yaml)

.PHONY: help demo build test race check fonts fuzz update clean

help: ## show this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1\t/' | expand -t 10

demo: fonts build ## run everything against a simulated cable maker, in a fresh folder
	@bin/tradewire demo

build: ## build bin/tradewire
	$(GO) build -trimpath -o bin/tradewire ./cmd/tradewire

test: fonts ## run every test
	$(GO) test ./...

race: ## run the tests that share memory under the race detector
	$(GO) test -race -timeout 30m ./connectors/... ./pipelines/... ./cmd/...

check: ## what needs no service: format, vet, staticcheck, the house's import directions, every configuration
	@test -z "$$(gofmt -l cmd connectors mapping pipelines config)" || { echo "gofmt would change:"; gofmt -l cmd connectors mapping pipelines config; exit 1; }
	$(GO) vet ./...
	$(STATIC) ./...
	$(GO) test -run 'TestImports' ./cmd/tradewire
	@for c in $(CONFIGS); do $(GO) run ./cmd/tradewire lint --config $$c || exit $$?; done

fonts: ## fetch a Chinese font for papers into .fonts, where npm is there
	@sh mapping/render/fonts.sh

fuzz: ## fuzz the readers of what comes from outside, FUZZTIME each (30s)
	@for p in $$($(GO) list ./...); do \
	  for f in $$($(GO) test -list '^Fuzz' $$p | grep '^Fuzz'); do \
	    echo "$$p $$f"; $(GO) test -run '^$$' -fuzz "^$$f$$" -fuzztime $(or $(FUZZTIME),30s) $$p || exit 1; \
	  done; done

update: ## rewrite golden files from what the code does now; review the diff
	$(GO) test ./config ./mapping ./mapping/render -update

clean: ## remove what was built and what the demo left
	rm -rf bin demo demo-[0-9]*

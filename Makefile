# `make` alone lists the targets. Go is all that most of them need; the end-to-end
# tests also need what .ci/run installs. Every other tool is built from tools/go.mod.

SHELL       := bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS   += --no-print-directory
.DEFAULT_GOAL := help

FUZZTIME ?= 20s
SOAK_TIME ?= 10m
LOAD_TOKENS ?= 100000
VERSION  ?= v0.0.0-dev

# The folder of every module, the library's first.
MODULES := $(shell find . \( -name '.?*' -o -name testdata -o -name node_modules \) -prune -o -name go.mod -print | sed 's,/go.mod$$,,' | sort)
ifeq ($(MODULES),)
$(error no go.mod was found)
endif

# The modules that hold requests to the one table: the adapters, but for the one
# that sees no request, and the routers that need none.
ADAPTERS := $(filter-out ./adapters/otelauth,$(filter ./adapters/% ./examples/routers,$(MODULES)))

# Tools run outside the workspace, at the versions that tools/go.mod pins.
tool = $$(GOWORK=off go -C tools tool -n $(1))

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "%-14s %s\n", $$1, $$2 }' Makefile

.PHONY: test
test: ## Run the tests of every module in the workspace
	go test work

.PHONY: race
race: ## The same under the race detector
	go test -race work

.PHONY: fips
fips: ## Test the library in FIPS 140 mode
	FIPS_EXPECTED=1 GODEBUG=fips140=on go test ./...

.PHONY: fuzz
fuzz: ## Run every fuzz target for FUZZTIME each (default 20s)
	@grep -r --include='*_test.go' --exclude-dir=testdata --exclude-dir='.?*' -o '^func Fuzz[A-Za-z0-9_]*' . | sort | \
	while IFS=: read -r file target; do \
		dir=$$(dirname "$$file"); target=$${target#func }; \
		echo "fuzz $$dir $$target"; \
		.ci/fuzz "$$dir" "$$target" $(FUZZTIME) || exit 1; \
	done

.PHONY: lint
lint: ## Run golangci-lint on every module
	@lint=$(call tool,golangci-lint); status=0; \
	for module in $(MODULES); do \
		echo "lint $$module"; \
		(cd "$$module" && GOWORK=off "$$lint" run --config "$(CURDIR)/.golangci.yml" ./...) || status=1; \
	done; exit $$status

.PHONY: vuln
vuln: ## Look every module's dependencies up in Go's vulnerability database (needs the network)
	@vuln=$(call tool,govulncheck); status=0; \
	for module in $(MODULES); do \
		echo "vuln $$module"; \
		(cd "$$module" && GOWORK=off "$$vuln" ./...) || status=1; \
	done; exit $$status

.PHONY: modules
modules: ## Tidy, build and test each module alone, outside the workspace
	@for module in $(MODULES); do \
		echo "module $$module"; export GOWORK=off; \
		go -C "$$module" mod tidy -diff; \
		go -C "$$module" build -o /dev/null ./...; \
		go -C "$$module" vet ./...; \
		case "$$module" in ./e2e | ./peers | ./adapters/* | ./examples/routers) ;; *) go -C "$$module" test ./... ;; esac; \
	done

.PHONY: adapters
adapters: ## Test the adapters under the race detector; all must judge the same rows of the one table
	@log=$$(mktemp); rows=$$(mktemp); trap 'rm -f "$$log" "$$rows"' EXIT; export GOWORK=off; \
	for module in . $(ADAPTERS); do \
		packages=./...; if [ "$$module" = . ]; then packages=./httpauth; fi; \
		go -C "$$module" test -race -count=1 -v "$$packages" >"$$log" 2>&1 || { grep -v -e '^ *--- PASS' -e '^=== ' "$$log"; exit 1; }; \
		grep -e '^ok' "$$log"; \
		grep -o 'adaptertest: .* ran [0-9]* rows' "$$log" | tee -a "$$rows" || { echo "$$module ran no row" >&2; exit 1; }; \
	done; \
	for module in $(filter-out $(ADAPTERS),$(filter ./adapters/%,$(MODULES))); do go -C "$$module" test -race -count=1 ./...; done; \
	if [ "$$(grep -o '[0-9]* rows' "$$rows" | sort -u | wc -l)" -ne 1 ]; then echo "not all judged the same rows" >&2; exit 1; fi; \
	echo "$$(wc -l <"$$rows") tables of $$(grep -o -m 1 '[0-9]* rows' "$$rows" | head -n 1) each, all alike"

.PHONY: mutants
mutants: ## Put each fault of testdata/mutants.txt in; the tests must notice (ONLY=name for one)
	GOWORK=off go -C tools run ./mutants -root "$(CURDIR)" -only "$(ONLY)"

.PHONY: release-check
release-check: ## Install and use the modules as released at VERSION, before they are
	GOWORK=off go -C tools run ./releasecheck -root "$(CURDIR)" -version "$(VERSION)"

.PHONY: peers
peers: ## Have other implementations judge what gognito judges (needs node and npm)
	GOWORK=off go -C peers test -count=1 -v ./...

.PHONY: conformance
conformance: ## Print how gognito and the others keep the rules of the RFCs and of AWS
	GOWORK=off go -C peers test -count=1 -v -run TestConformance ./conformance

.PHONY: bench
bench: ## Measure gognito beside the others, and fail if a promised ratio is missed
	GOWORK=off go -C peers run ./bench -root "$(CURDIR)"

.PHONY: load
load: ## Measure the gateway under load, and fail if a promised ratio is missed (needs wrk and cc; LOAD_TOKENS=1000000 for a million)
	GOWORK=off go -C peers run ./load -root "$(CURDIR)" -tokens $(LOAD_TOKENS)

.PHONY: soak
soak: ## Run the gateway for SOAK_TIME (default 10m) while keys, their endpoint and the configuration change
	GOWORK=off SOAK_TIME=$(SOAK_TIME) go -C e2e test -count=1 -v -timeout 2h ./soak

.PHONY: e2e
e2e: ## Start the programs, proxies, an application and a browser, and use them (.ci/run says what it needs)
	GOWORK=off go -C e2e test -count=1 ./...

.PHONY: ci
ci: ## Everything that a change must pass
	.ci/run

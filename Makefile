# Bare `make` lists the targets. `make run` and `make test` install what the machine lacks.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

# One set of flags for every build, test and vet: cgo's cache key holds them (docs/patterns.md).
export GOFLAGS := -trimpath -buildvcs=false
export PATH := $(CURDIR)/.dev/bin:$(PATH)
export CGO_ENABLED := 1

TAGS := migrated_fynedo
# The tests need no display: with `ci` the windows' own driver is left out.
TEST_TAGS := $(TAGS),ci
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LDFLAGS := -s -w -X main.version=$(VERSION)
T ?= 30s
SEED ?= 1
PKG ?= ./...

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort | expand -t 18

.PHONY: deps-build deps-run
deps-build:
	@.ci/deps build
deps-run:
	@.ci/deps run

.PHONY: run
run: deps-run ## start the emulators, the server and the desktop client (state in .dev/)
	@.ci/dev run

.PHONY: devserver
devserver: deps-build ## start the emulators and the server only
	@.ci/dev server

.PHONY: tour
tour: deps-run ## walk the real windows under Xvfb; one picture a step in .dev/tour/
	@.ci/dev tour

.PHONY: wine-smoke
wine-smoke: ## build for Windows and walk that build under wine; pictures in .dev/wine-smoke/
	@.ci/deps wine
	@.ci/dev wine

.PHONY: reset
reset: ## empty the development state
	@rm -rf .dev/state .dev/env .dev/mail .dev/app .dev/tour
	@echo "The next 'make run' starts afresh."

.PHONY: build
build: deps-build ## build llavero and llavero-server into .dev/bin/
	go build -tags $(TAGS) -ldflags '$(LDFLAGS)' -o .dev/bin/llavero ./app
	go build -ldflags '-s -w -X llavero/server/internal/daemon.Version=$(VERSION)' -o .dev/bin/llavero-server ./server

.PHONY: gallery
gallery: deps-run ## every scene in a window
	go run -tags $(TAGS) ./app/cmd/gallery

.PHONY: gallery-png
gallery-png: deps-build ## every scene, light and dark, to .dev/gallery/
	@mkdir -p .dev/gallery
	go run -tags $(TEST_TAGS) ./app/cmd/gallery -png .dev/gallery

.PHONY: guide
guide: deps-build ## draw the pictures of the user guide anew, to docs/guia/img/
	go run -tags $(TEST_TAGS) ./app/cmd/gallery -guide docs/guia/img

.PHONY: test
test: deps-build ## every test, with the race detector; no network, no display
	go vet -tags $(TEST_TAGS) ./...
	go test -race -tags $(TEST_TAGS) $(PKG)
	go test -tags $(TEST_TAGS) ./app/internal/ui/scenes
	cd server/internal/entraclients && go vet . && go test -race .

.PHONY: contract
contract: deps-build ## what Entra promises, asked of the emulator or (CONTRACT_TARGET=tenant) of a test tenant
	go test -count=1 -v -timeout 60m -tags $(TEST_TAGS) -run '^TestContract$$' ./server/internal/entracontract

.PHONY: clients
clients: deps-build ## other people's Entra clients (Go, Node), every credential, against the emulator
	@.ci/clients full

.PHONY: matrix
matrix: deps-build ## strike every call to Entra with every fault (SEED=n; 0 draws one); prints the tables
	@go test -tags $(TEST_TAGS) -count=1 -run '^TestMatrix$$' -v -timeout 30m ./server/internal/provision -args -matrix-full -matrix-seed $(SEED) \
	  | grep -vE '^ *(=== |--- PASS)' | sed 's/^        //'

.PHONY: golden
golden: deps-build ## compare the pictures of every scene
	go test -tags $(TEST_TAGS) ./app/internal/ui/...

.PHONY: golden-accept
golden-accept: ## take the failed pictures over as the new masters, after a look at each
	@find app -path '*/testdata/failed/*' -type f | while read -r f; do mv -v "$$f" "$${f/\/failed\//\/}"; done

.PHONY: fuzz
fuzz: deps-build ## every fuzz target for T each (T=30s), P at once; ONLY=name for some
	@T=$(T) P=$(P) ONLY=$(ONLY) .ci/fuzz

.PHONY: bench
bench: deps-run ## measure; lines `bench <name> <value> <unit>`
	@.ci/dev bench

.PHONY: check
check: deps-build .dev/bin/golangci-lint ## formatting, lint, vet, tidy, import rules
	@test -z "$$(git ls-files '*.go' | xargs -r .dev/bin/gofumpt -l | tee /dev/stderr)" || { echo "run: .dev/bin/gofumpt -w on these files"; exit 1; }
	go mod tidy -diff
	cd server/internal/entraclients && go mod tidy -diff
	go vet -tags $(TAGS) ./...
	.dev/bin/golangci-lint run
	cd server/internal/entraclients && go vet . && golangci-lint run
	go test ./shared/shape/

.dev/bin/golangci-lint: .ci/tools/go.mod
	@mkdir -p .dev/bin
	cd .ci/tools && go build -o ../../.dev/bin/golangci-lint github.com/golangci/golangci-lint/v2/cmd/golangci-lint
	cd .ci/tools && go build -o ../../.dev/bin/gofumpt mvdan.cc/gofumpt
	@touch $@

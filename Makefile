# make run      what t2host does, on a capture from testdata/
# make quick    format, vet, and the tests that take no time: a minute
# make test     the linters and all tests, fuzz targets with their seeds: ten minutes with empty caches
# make peers    t2host against the servers and programs that its results go to: PostgreSQL, NATS, Kafka, web servers, SQLite, DuckDB, tshark, nfcapd, goflow2
# make expected the comparison with T2's results: identical/total
# make soak     the long runs: all tests with the race detector, 50 kills of the host and 100 of plugins, 50 million packets through a guest, every runtime with every size of batches, 10,000 runs with any settings, t2host check with 30 faults, half an hour of a live run under a flood, the slowest of the hostile modules, a flood of 10 million flows in every runtime, 200,000 packets against tshark, 10 minutes of each fuzz target and 20 of the decoder's
# make bench    the measurements, and charts of them; make bench BENCH=start measures that part
# make build    bin/t2host
# make cross    the same for macOS on arm64, to see that it builds; make lint checks the types for macOS and Windows

GO          ?= go
# One way of compiling for commands, tests and linters: each package is compiled once. A release is static.
export CGO_ENABLED ?= 0
export GOFLAGS := $(strip $(filter-out -trimpath,$(GOFLAGS)) -trimpath)
ADDR        ?= tcp://127.0.0.1:5555
STATICCHECK  = $(GO) run honnef.co/go/tools/cmd/staticcheck@v0.8.2
GOFUMPT      = $(GO) run mvdan.cc/gofumpt@v0.12.0
PACKAGES     = ./... ./testdata/built ./testdata/events/... ./testdata/pairs/... ./testdata/module ./testdata/make ./testdata/record ./testdata/network ./testdata/compare
DEADCODE     = golang.org/x/tools/cmd/deadcode@v0.52.0
FUZZ         = host/capture:FuzzPcap host/capture:FuzzPcapng host/internal/decode:FuzzDecode sdk/value:FuzzEscape host/printable:FuzzLine host/printable:FuzzFit sdk/wire:FuzzBatch sdk/wire:FuzzAnswer sdk/wire:FuzzPiece sdk/wire:FuzzOpen host/settings:FuzzEdit host/settings:FuzzTrusted host/settings:FuzzTemplate \
               host/plugin/manifest:FuzzManifest host/plugin:FuzzFile host/plugin/wasm:FuzzModule host/record:FuzzRecord host/internal/undelivered:FuzzReader host/internal/where:FuzzCompile host/internal/target:FuzzParse host/internal/encode:FuzzTexts host/internal/encode:FuzzBin host/filter:FuzzCompile host/drive:FuzzParcel host/pack:FuzzPack host/lock:FuzzLock scaffold:FuzzMade sdk/tcpstream:FuzzInsert host/fleet:FuzzTask host/fleet:FuzzLive host/fleet:FuzzRows host/fleet:FuzzResult
WASM         = host/plugin/wasm/modules/plugins.wasm
SUM          = host/plugin/wasm/modules/plugins.sum
SOURCES     := $(shell find sdk plugins -name '*.go' ! -name '*_test.go' ! -path 'sdk/sdktest/*' | LC_ALL=C sort)
# What several packages' tests need is built once for all of them.
BUILT        = T2HOST_BUILT=$$(mktemp -d) && export T2HOST_BUILT && trap 'rm -rf "$$T2HOST_BUILT"' EXIT
FORMATTED    = unformatted=$$($(GOFUMPT) -l .); if [ -n "$$unformatted" ]; then echo "not gofumpt's format: $$unformatted"; exit 1; fi
FUZZTIME    ?= 10m
ROUNDS      ?= 7
BENCH       ?= table start examples flows plugins batches cores fleet
# That of the last tag such as v0.2.0. Empty: the one in host/version.
VERSION     ?= $(shell git describe --tags --match 'v[0-9]*' --dirty 2>/dev/null)

.PHONY: build module run quick test unit race lint cross fuzz peers browser page dist expected soak bench clean

build: module
	$(GO) build -ldflags "-X github.com/t2host/t2host/host/version.linked=$(VERSION)" -o bin/t2host ./cmd/t2host

# The first-party plugins as a module, and the checksum of its sources: what is
# built in says when it is older than the code.
module: $(WASM)

$(WASM): go.mod Makefile $(SOURCES)
	GOOS=wasip1 GOARCH=wasm $(GO) build -buildmode=c-shared -ldflags "-s -w -buildid=" -o $@ ./plugins/all/cmd/all
	cat go.mod $(SOURCES) | sha256sum | cut -d' ' -f1 > $(SUM)

run: build
	@mkdir -p run
	@bin/t2host receive $(ADDR) & receiver=$$!; trap 'kill $$receiver 2>/dev/null' EXIT; trap 'exit 1' HUP INT PIPE TERM; sleep 0.3; \
	bin/t2host -r testdata/windows.pcap -w run/windows -p tcpwin,tcpwinsink \
		--set tcpwinsink.to=$(ADDR) --set tcpwinsink.on_absent=wait > run/report.txt && \
	sleep 0.2 && echo && cat run/report.txt && echo && echo "run/windows_tcpwin.txt:" && cat run/windows_tcpwin.txt

quick: module
	@$(FORMATTED)
	$(GO) vet $(PACKAGES)
	$(GO) test -short ./... ./testdata/compare

test: module
	@$(MAKE) lint
	@$(MAKE) -j2 unit race

# What tests do not run on: another system and another processor at once. Nobody runs the result: it is not optimized, and has no symbols.
cross: module
	GOOS=darwin GOARCH=arm64 $(GO) build -gcflags=all='-N -l -dwarf=false' -ldflags='-s -w' -o /dev/null ./cmd/t2host

# Lint has vetted the tests. They wait as much as they compute, so that three packages share two cores.
unit: module
	@$(BUILT); set -ex; $(GO) test -vet=off -timeout 20m -p 3 ./... ./testdata/compare
	$(GO) test -vet=off -tags nolandlock ./host/confine/... ./host/launch ./host/plugin/process
	$(GO) run ./testdata/make -check

# The race detector watches packages with goroutines, and a whole run of plugins; in make soak all tests.
RACE = ./host/internal/outlet ./host/internal/pipeline ./host/plugin/remote ./host/receive ./plugins/tcpwinsink

race:
	CGO_ENABLED=1 $(GO) test -vet=off -race -short $(RACE)

# What neither command reaches is dead; package sdk is not asked, since its callers are plugins of others. The same program reads all that the
# command is on another system, and reports what does not compile there, in a quarter of the time of a build.
lint: module
	$(GO) vet $(PACKAGES)
	$(STATICCHECK) $(PACKAGES)
	@$(FORMATTED)
	@dir=$$(mktemp -d) && trap 'rm -rf "$$dir"' EXIT && GOBIN=$$dir $(GO) install $(DEADCODE) && \
		dead=$$($$dir/deadcode -filter 't2host/t2host/(cmd|host|plugins|scaffold|sdk/)' ./cmd/t2host ./plugins/all/cmd/all) && \
		if [ -n "$$dead" ]; then echo "dead code:"; echo "$$dead"; exit 1; fi && \
		for system in windows/amd64 darwin/arm64; do \
			echo "check the types for $$system"; GOOS=$${system%/*} GOARCH=$${system#*/} $$dir/deadcode -filter nothing ./cmd/t2host || exit 1; \
		done

# Who is not there is skipped with a line, unless T2HOST_NO_SKIP=1.
peers: module
	cd testdata/peers && npm ci --silent --no-audit --no-fund || true
	cd testdata/peers && $(GO) vet . && $(GO) test -vet=off -count=1 .

# The page of a run, looked at with chromium.
browser: build
	@command -v chromium >/dev/null || { [ "$$T2HOST_NO_SKIP" != 1 ] && echo "no chromium: skipped"; } || exit 1
	@! command -v chromium >/dev/null || { cd testdata/browser && npm ci --silent --no-audit --no-fund && node view.mjs $(CURDIR)/bin/t2host; }

# What is released, in dist/: the same bytes each time from the same commit and Go. PLATFORMS=linux-amd64 makes one.
PLATFORMS ?=

dist: module
	$(GO) run -C testdata/dist . -platforms "$(PLATFORMS)" -version $(or $(VERSION),0.1.0) -time $$(git log -1 --format=%ct) $(CURDIR) $(CURDIR)/dist

# What the page is made of, from the packages that package-lock.json names. t2host embeds what is committed.
page:
	@dir=$$(mktemp -d) && trap 'rm -rf "$$dir"' EXIT && cp host/view/page/package*.json $$dir && (cd $$dir && npm ci --silent --no-audit --no-fund) && set -x && \
		cp $$dir/node_modules/uplot/dist/uPlot.iife.min.js host/view/page/uplot.js && cp $$dir/node_modules/uplot/dist/uPlot.min.css host/view/page/uplot.css && \
		cp $$dir/node_modules/uplot/LICENSE host/view/page/LICENSE.uplot

fuzz:
	@for f in $(FUZZ); do \
		echo "fuzz $$f for $(FUZZTIME)"; \
		GO=$(GO) .ci/fuzz ./$${f%%:*} $${f##*:} $(FUZZTIME) || exit 1; \
	done

expected: module
	@$(GO) test ./host -count=1 -v -run '^(TestExpected|TestFresh)$$' | grep -E 'identical|differs|FAIL'

soak: module
	@$(BUILT); set -ex; CGO_ENABLED=1 $(GO) test -race -count=1 -timeout 60m ./...
	T2HOST_KILLS=50 T2HOST_PACKETS=50000000 $(GO) test ./host -count=1 -v -timeout 30m -run '^(TestAKilledPlugin|TestAKilledHost|TestAGuestsMemoryStaysFlat)$$'
	T2HOST_MATRIX=1 $(GO) test ./host -count=1 -timeout 3h -run '^TestConformance'
	T2HOST_FLOOD=10000000 $(GO) test ./cmd/t2host -count=1 -v -timeout 2h -run '^TestFlood$$'
	T2HOST_HOSTILE=all $(GO) test ./cmd/t2host -count=1 -timeout 60m -run '^TestHostileModules$$'
	T2HOST_RUNS=10000 $(GO) test ./cmd/t2host -count=1 -v -timeout 8h -run '^TestAnySettings$$'
	T2HOST_MUTANTS=1 $(GO) test ./cmd/t2host -count=1 -timeout 30m -run '^TestMutants$$'
	T2HOST_MATRIX=1 $(GO) test ./sdk/tcpstream -count=1 -v -run '^TestStreamsAgreeWithTshark$$'
	T2HOST_TSHARK=200000 $(GO) test ./host/internal/decode -count=1 -v -run '^TestAgreesWithTshark$$'
	T2HOST_LIVE=30m $(GO) test ./cmd/t2host -count=1 -v -timeout 45m -run '^TestLiveFlood$$'
	T2HOST_WATCHED=1h $(GO) test ./cmd/t2host -count=1 -v -timeout 80m -run '^TestWatchedForLong$$'
	T2HOST_SENSORS=1000 $(GO) test ./host/fleet -count=1 -v -timeout 20m -run '^TestSensors$$'
	T2HOST_FLEET=300 $(GO) test ./cmd/t2host -count=1 -v -timeout 60m -run '^TestFleet$$'
	cd testdata/peers && T2HOST_FAULTS=100 $(GO) test -count=1 -timeout 3h -run Faults .
	cd testdata/dist && $(GO) vet . && $(GO) test -count=1 -timeout 60m .
	$(MAKE) dist && cp dist/SHA256SUMS /tmp/t2host.sums && $(MAKE) dist && cmp dist/SHA256SUMS /tmp/t2host.sums
	$(MAKE) cross
	$(MAKE) fuzz
	$(MAKE) fuzz FUZZ=host/internal/decode:FuzzDecode

# Charts are drawn into docs/charts.
bench: build
	$(GO) test -run '^$$' -bench . ./host/capture ./host/internal/decode ./host/internal/flowtable ./sdk/wire
	cd testdata/bench && $(GO) run . -mix "$${T2HOST_SHARED:-../../../shared}/captures/mix.pcap.xz" -rounds $(ROUNDS) $(BENCH)

clean:
	rm -rf bin run dist $(WASM) $(SUM)

# make run      what t2host does, on a capture from testdata/
# make quick    format, vet, and the tests that take no time: a minute
# make test     the tests, the linters, and a short run of each fuzz target
# make expected the comparison with T2's results: identical/total
# make soak     the long runs: 50 kills of the host and 100 of plugins, 50 million packets through a guest, every runtime with every size of batches, 10,000 runs with any settings, 10 minutes of each fuzz target
# make bench    the measurements
# make build    bin/t2host
# make cross    the same for other systems, to see that it builds

GO          ?= go
ADDR        ?= tcp://127.0.0.1:5555
STATICCHECK  = $(GO) run honnef.co/go/tools/cmd/staticcheck@v0.8.2
GOFUMPT      = $(GO) run mvdan.cc/gofumpt@v0.12.0
PACKAGES     = ./... ./testdata/make ./testdata/record ./testdata/compare
FUZZ         = host/capture:FuzzPcap host/capture:FuzzPcapng host/internal/decode:FuzzDecode sdk/value:FuzzEscape host/printable:FuzzLine sdk/wire:FuzzBatch sdk/wire:FuzzAnswer sdk/wire:FuzzPiece sdk/wire:FuzzOpen host/settings:FuzzEdit host/settings:FuzzTrusted host/settings:FuzzTemplate \
               host/plugin/manifest:FuzzManifest host/plugin:FuzzFile host/plugin/wasm:FuzzModule host/record:FuzzRecord
WASM         = host/plugin/wasm/modules/plugins.wasm
SUM          = host/plugin/wasm/modules/plugins.sum
SOURCES     := $(shell find sdk plugins -name '*.go' ! -name '*_test.go' ! -path 'sdk/sdktest/*' | LC_ALL=C sort)
# Runs over many captures and endings: the same code each time, so without the race detector.
MANY         = ^Test(Conformance|Expected|FlowsAgree|ReportAgrees|Index|NothingIsLeft|AnySettings)
FORMATTED    = unformatted=$$($(GOFUMPT) -l .); if [ -n "$$unformatted" ]; then echo "not gofumpt's format: $$unformatted"; exit 1; fi
FUZZTIME    ?= 15s
ROUNDS      ?= 7

.PHONY: build module run quick test unit lint cross fuzz expected soak bench clean

build: module
	$(GO) build -trimpath -o bin/t2host ./cmd/t2host

# The first-party plugins as a module, and the checksum of its sources: what is
# built in says when it is older than the code.
module: $(WASM)

$(WASM): go.mod Makefile $(SOURCES)
	GOOS=wasip1 GOARCH=wasm $(GO) build -buildmode=c-shared -trimpath -ldflags "-s -w -buildid=" -o $@ ./plugins/all/cmd/all
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

test: lint cross unit fuzz

# What tests do not run on is built at least.
CROSS = linux/arm64 darwin/arm64 windows/amd64

cross: module
	@for t in $(CROSS); do \
		echo "build for $$t"; \
		CGO_ENABLED=0 GOOS=$${t%%/*} GOARCH=$${t##*/} $(GO) build -o /dev/null ./cmd/t2host || exit 1; \
	done

unit: module
	$(GO) test -race -timeout 40m -skip '$(MANY)' ./... ./testdata/compare
	$(GO) test -timeout 40m -run '$(MANY)' ./host ./cmd/t2host
	$(GO) run ./testdata/make -check

lint: module
	$(GO) vet $(PACKAGES)
	$(STATICCHECK) $(PACKAGES)
	@$(FORMATTED)

fuzz:
	@for f in $(FUZZ); do \
		echo "fuzz $$f for $(FUZZTIME)"; \
		GO=$(GO) .ci/fuzz ./$${f%%:*} $${f##*:} $(FUZZTIME) || exit 1; \
	done

expected: module
	@$(GO) test ./host -count=1 -v -run '^TestExpected$$' | grep -E 'identical|differs|FAIL'

soak: module
	T2HOST_KILLS=50 T2HOST_PACKETS=50000000 $(GO) test ./host -count=1 -v -timeout 30m -run '^(TestAKilledPlugin|TestAKilledHost|TestAGuestsMemoryStaysFlat)$$'
	T2HOST_MATRIX=1 $(GO) test ./host -count=1 -timeout 3h -run '^TestConformance'
	T2HOST_RUNS=10000 $(GO) test ./cmd/t2host -count=1 -v -timeout 8h -run '^TestAnySettings$$'
	$(MAKE) fuzz FUZZTIME=10m

bench: module
	$(GO) test -run '^$$' -bench . ./host/capture ./host/internal/decode ./host/internal/flowtable ./sdk/wire
	@$(GO) test ./host -run '^$$' -bench '^BenchmarkLong$$' -benchtime $(ROUNDS)x -timeout 30m | grep -vE '^(goos|goarch|pkg|PASS|ok|Benchmark)'

clean:
	rm -rf bin run $(WASM) $(SUM)

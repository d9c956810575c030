.PHONY: build run test soak demo bench bench-build bench-single bench-report publish deb soak-load

build:
	@scripts/build PolicyDaemon.sln

# Builds, and starts the daemon on an embedded database with three people; prints what to try. Ctrl-C ends it.
run:
	@scripts/run-demonstration

# Installs the Debian packages that the tests need, builds, and runs every test; the last line sums up.
test:
	@scripts/install-test-packages
	@scripts/run-tests

# The long form of tests that take seconds in "make test": 100,000 messages with a stolen credential through three Postfixes, 100,000 messages through
# the milter, limits that are hammered for a minute, and 100,000 messages with each Debian while the daemon and Dovecot are killed, which takes three quarters of an hour; and half an hour
# of policy requests at full load. Needs root.
soak:
	@scripts/install-test-packages
	@scripts/build tests/PolicyDaemon.IntegrationTests -c Release
	@POLICYDAEMON_SOAK_MESSAGES=100000 POLICYDAEMON_SOAK_SECONDS=60 tests/PolicyDaemon.IntegrationTests/bin/Release/net10.0/PolicyDaemon.IntegrationTests \
		-noLogo -noColor -showLiveOutput -class '*.StolenCredentialTests' -class '*.HammeredLimitTests' -class '*.MilterLoadTests' \
		-class '*.Debian12KilledDeliveryTests' -class '*.Debian13KilledDeliveryTests'
	@$(MAKE) soak-load

# As many policy requests as the daemon answers, for so many minutes: its memory must not grow.
MINUTES = 30
soak-load:
	@scripts/build src/PolicyDaemon -c Release
	@scripts/build tests/bench/PolicyDaemon.Bench -c Release
	@$(BENCH_PROGRAM) soak --minutes $(MINUTES)

# Plays the whole story on a private Postfix, Dovecot and slapd, and prints every conversation.
demo:
	@scripts/install-test-packages
	@scripts/build tests/demo/PolicyDaemon.Demo -c Release
	@dotnet tests/demo/PolicyDaemon.Demo/bin/Release/net10.0/PolicyDaemon.Demo.dll

# Measures every front of the daemon beside a C server that answers without thinking, beside what others use for the same task, and by kind and size of
# directory; then tables and plots into docs/performance.md. About 40 minutes on two cores that do nothing else; "make bench BENCH='--quick --rounds 1'" is
# done in a few. One part alone: "make bench PARTS=policy"; which there are, "tests/bench/…/PolicyDaemon.Bench --help" tells. Results: artifacts/bench/.
BENCH =
PARTS = all counters
bench: bench-build
	@for part in $(PARTS); do $(BENCH_PROGRAM) $$part --daemon artifacts/policydaemon/policydaemon $(BENCH) || exit 1; done
	@$(BENCH_PROGRAM) report

# What is measured in its own way: the view of a directory that is followed, how fast a change in it is in force, the ledger, large messages.
bench-single: bench-build
	@$(BENCH_PROGRAM) view
	@$(BENCH_PROGRAM) toggle --daemon artifacts/policydaemon/policydaemon
	@$(BENCH_PROGRAM) ledger
	@$(BENCH_PROGRAM) lmtp-memory --daemon artifacts/policydaemon/policydaemon

# The results that are there, into docs/performance.md.
bench-report:
	@scripts/build tests/bench/PolicyDaemon.Bench -c Release
	@$(BENCH_PROGRAM) report

BENCH_PROGRAM = tests/bench/PolicyDaemon.Bench/bin/Release/net10.0/PolicyDaemon.Bench
bench-build: publish
	@scripts/install-test-packages postgrey postfwd policyd-rate-limit postfix-pgsql dovecot-pgsql
	@scripts/build tests/bench/PolicyDaemon.Bench -c Release

# Program and libraries in artifacts/policydaemon, to be copied to where they run.
publish:
	@dotnet publish src/PolicyDaemon -c Release -o artifacts/policydaemon -nologo -v quiet -tl:off

# The Debian package, with program, .NET runtime, units, manual pages and snippets, in artifacts/.
deb:
	@scripts/build-package

.PHONY: build run test soak demo bench publish deb

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
# the milter, limits that are hammered for a minute, and 100,000 messages with each Debian while the daemon and Dovecot are killed, which takes hours. Needs root.
soak:
	@scripts/install-test-packages
	@scripts/build tests/PolicyDaemon.IntegrationTests -c Release
	@POLICYDAEMON_SOAK_MESSAGES=100000 POLICYDAEMON_SOAK_SECONDS=60 tests/PolicyDaemon.IntegrationTests/bin/Release/net10.0/PolicyDaemon.IntegrationTests \
		-noLogo -noColor -showLiveOutput -class '*.StolenCredentialTests' -class '*.HammeredLimitTests' -class '*.MilterLoadTests' \
		-class '*.Debian12KilledDeliveryTests' -class '*.Debian13KilledDeliveryTests'

# Plays the whole story on a private Postfix, Dovecot and slapd, and prints every conversation.
demo:
	@scripts/install-test-packages
	@scripts/build tests/demo/PolicyDaemon.Demo -c Release
	@dotnet tests/demo/PolicyDaemon.Demo/bin/Release/net10.0/PolicyDaemon.Demo.dll

# Measures the daemon beside a handler that answers without thinking, in one run; the view of a directory that is followed; and, with a
# private slapd, how fast a change in it is in force; charges to limits; the milter beside a C filter on libmilter that accepts everything; logins beside
# Dovecot's own auth process; and deliveries beside Dovecot's own LMTP and a plain proxy before it.
bench:
	@scripts/install-test-packages
	@scripts/build src/PolicyDaemon -c Release
	@scripts/build tests/bench/PolicyDaemon.Bench -c Release
	@tests/bench/PolicyDaemon.Bench/bin/Release/net10.0/PolicyDaemon.Bench --daemon src/PolicyDaemon/bin/Release/net10.0/policydaemon
	@tests/bench/PolicyDaemon.Bench/bin/Release/net10.0/PolicyDaemon.Bench view
	@tests/bench/PolicyDaemon.Bench/bin/Release/net10.0/PolicyDaemon.Bench toggle --daemon src/PolicyDaemon/bin/Release/net10.0/policydaemon
	@tests/bench/PolicyDaemon.Bench/bin/Release/net10.0/PolicyDaemon.Bench counters
	@tests/bench/PolicyDaemon.Bench/bin/Release/net10.0/PolicyDaemon.Bench milter --daemon src/PolicyDaemon/bin/Release/net10.0/policydaemon
	@tests/bench/PolicyDaemon.Bench/bin/Release/net10.0/PolicyDaemon.Bench auth --daemon src/PolicyDaemon/bin/Release/net10.0/policydaemon
	@tests/bench/PolicyDaemon.Bench/bin/Release/net10.0/PolicyDaemon.Bench ledger
	@tests/bench/PolicyDaemon.Bench/bin/Release/net10.0/PolicyDaemon.Bench lmtp --daemon src/PolicyDaemon/bin/Release/net10.0/policydaemon
	@tests/bench/PolicyDaemon.Bench/bin/Release/net10.0/PolicyDaemon.Bench lmtp-memory --daemon src/PolicyDaemon/bin/Release/net10.0/policydaemon

# Program and libraries in artifacts/policydaemon, to be copied to where they run.
publish:
	@dotnet publish src/PolicyDaemon -c Release -o artifacts/policydaemon -nologo -v quiet -tl:off

# The Debian package, with program, .NET runtime, units, manual pages and snippets, in artifacts/.
deb:
	@scripts/build-package

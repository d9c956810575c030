.PHONY: build test

build:
	dotnet build PolicyDaemon.sln -nologo -v quiet -clp:NoSummary

# Installs the Debian packages that the tests need, builds, and runs every test; the last line sums up.
test:
	@scripts/install-test-packages
	@scripts/run-tests

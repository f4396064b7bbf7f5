# A small front of Meson and Ninja. See README.md.
BUILD ?= build
PREFIX ?= /usr/local
DESTDIR ?=
JOBS ?= $(shell nproc)
# gcc 12's ThreadSanitizer cannot live in a high-entropy address space
NO_ASLR := setarch $(shell uname -m) -R
WERROR := $(if $(CI),-Dwerror_ci=true)

all: $(BUILD)/build.ninja
	ninja -C $(BUILD) -j$(JOBS)

# The managers with AddressSanitizer and with ThreadSanitizer, for drivers that were built with the same.
sanitized: $(BUILD)/build.ninja
	ninja -C $(BUILD) -j$(JOBS) all sanitized

deps:
	@scripts/deps

$(BUILD)/build.ninja:
	@scripts/deps
	meson setup $(BUILD) --prefix=$(PREFIX) $(WERROR)

build-asan/build.ninja:
	meson setup build-asan -Db_sanitize=address,undefined -Db_lundef=false -Dbench=false $(WERROR)

build-tsan/build.ninja:
	$(NO_ASLR) meson setup build-tsan -Db_sanitize=thread -Db_lundef=false -Dbench=false $(WERROR)

# All tests; then those of the code under AddressSanitizer + UBSan, and the concurrent ones under ThreadSanitizer.
check: sanitized build-asan/build.ninja build-tsan/build.ninja
	ninja -C build-asan -j$(JOBS)
	$(NO_ASLR) ninja -C build-tsan -j$(JOBS)
	scripts/run-tests $(BUILD)::exclude=long build-asan:unit,conformance:exclude=long,nosan,e2e build-tsan:unit,conformance:exclude=long,nosan,e2e

# The long stress and fuzz runs as well.
check-long: sanitized build-asan/build.ninja build-tsan/build.ninja
	ninja -C build-asan -j$(JOBS)
	$(NO_ASLR) ninja -C build-tsan -j$(JOBS)
	tests/fuzz/run 60
	scripts/run-tests $(BUILD) build-asan:unit,conformance,long:exclude=nosan,e2e build-tsan:unit,conformance,long:exclude=nosan,e2e

# Which rules of the dossiers this run proved.
spec: all
	scripts/run-tests --spec $(BUILD)::exclude=long

# Do the tests notice when a rule is broken? A table of mutations, applied to a copy. As root; some minutes.
mutate: all
	scripts/mutate $(BUILD)

# Ours and the peers in turn; half an hour at most. QUICK=1: a dozen cells in under two minutes. More choices: bench/run --help.
bench: $(BUILD)/build.ninja
	@scripts/deps --bench
	meson setup --reconfigure $(BUILD) >/dev/null
	ninja -C $(BUILD) -j$(JOBS)
	bench/run $(BUILD) $(if $(QUICK),--quick)

fuzz: all
	tests/fuzz/run

demo: $(BUILD)/build.ninja
	ninja -C $(BUILD) -j$(JOBS) programs
	scripts/demo $(BUILD)

install: $(BUILD)/build.ninja
	meson configure $(BUILD) -Dprefix=$(PREFIX)
	ninja -C $(BUILD) -j$(JOBS) all sanitized
	DESTDIR=$(DESTDIR) meson install -C $(BUILD) --no-rebuild

clean:
	rm -rf $(BUILD) build-asan build-tsan build-fuzz

.PHONY: all sanitized deps check check-long spec mutate bench fuzz demo install clean

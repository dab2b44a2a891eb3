# Packagers say DESTDIR, PHP says INSTALL_ROOT.
INSTALL_ROOT := $(or $(INSTALL_ROOT),$(DESTDIR))

# The classes that are written in PHP, where `require 'CleverSso/Web.php'` finds them: the first absolute folder of PHP's include path.
CLASSES_DIR ?= $(shell $(PHP_EXECUTABLE) -n -r 'echo current(preg_grep("~^/~", explode(":", get_include_path()))) ?: "";' 2>/dev/null)

install: install-clever-sso-classes

install-clever-sso-classes:
	@folder="$(CLASSES_DIR)"; \
	if test -z "$$folder"; then \
		echo "PHP has no folder for classes: name one that is in include_path, make install CLASSES_DIR=/usr/local/share/php"; \
		exit 1; \
	fi; \
	folder="$(INSTALL_ROOT)$$folder/CleverSso"; \
	echo "Installing PHP classes:           $$folder/"; \
	$(mkinstalldirs) "$$folder/Testing" && $(INSTALL_DATA) $(srcdir)/CleverSso/*.php "$$folder" \
		&& $(INSTALL_DATA) $(srcdir)/CleverSso/Testing/*.php "$$folder/Testing"

.PHONY: install-clever-sso-classes

# Packagers say DESTDIR, PHP says INSTALL_ROOT.
INSTALL_ROOT := $(or $(INSTALL_ROOT),$(DESTDIR))

# The classes that are written in PHP, where `require 'CleverSso/Web.php'` finds them: the first absolute folder of PHP's include path.
CLASSES_DIR ?= $(shell $(PHP_EXECUTABLE) -n -r 'echo current(preg_grep("~^/~", explode(":", get_include_path()))) ?: "";' 2>/dev/null)

install: install-clever-sso-classes

install-clever-sso-classes:
	@folder="$(INSTALL_ROOT)$(CLASSES_DIR)/CleverSso"; \
	if test -z "$(CLASSES_DIR)"; then \
		echo "Not installed:                    the PHP classes. include_path names no folder: set CLASSES_DIR, or use Composer"; \
		exit 0; \
	fi; \
	echo "Installing PHP classes:           $$folder/"; \
	$(mkinstalldirs) "$$folder/Testing" && $(INSTALL_DATA) $(srcdir)/CleverSso/*.php "$$folder" \
		&& $(INSTALL_DATA) $(srcdir)/CleverSso/Testing/*.php "$$folder/Testing"

.PHONY: install-clever-sso-classes

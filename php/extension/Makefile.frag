# The classes that are written in PHP, where `require 'CleverSso/Web.php'` finds them.
install: install-clever-sso-classes

install-clever-sso-classes:
	@folder="$(INSTALL_ROOT)`$(PHP_EXECUTABLE) -n -r 'echo PEAR_INSTALL_DIR;'`/CleverSso"; \
	echo "Installing PHP classes:           $$folder/"; \
	$(mkinstalldirs) "$$folder/Testing" && $(INSTALL_DATA) $(srcdir)/CleverSso/*.php "$$folder" \
		&& $(INSTALL_DATA) $(srcdir)/CleverSso/Testing/*.php "$$folder/Testing"

.PHONY: install-clever-sso-classes

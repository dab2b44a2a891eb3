/* What the methods of CleverSso\Client have in common. */
#ifndef PHP_CLEVER_SSO_CLIENT_H
#define PHP_CLEVER_SSO_CLIENT_H

#include "registry.h"

/* The native client of an object. Throws an Error and returns NULL if the object was not constructed. */
php_clever_sso_shared *php_clever_sso_shared_of(zval *object);

/* The handler of objects that cannot be cloned. */
zend_object *php_clever_sso_no_clone(zend_object *object);

/* Before and after a call that needs keys: through the key cache, if there is one. A problem is logged once, and the call continues. */
void php_clever_sso_take_keys(zval *object);
void php_clever_sso_share_keys(zval *object);

/* Ends a native call: its handle becomes the return value, or its error is thrown. `write` and `release` may be NULL. */
void php_clever_sso_end_call(zval *return_value, clever_sso_status status, clever_sso_error *error, const void *handle,
	php_clever_sso_writer write, void (*release)(const void *handle));

/* Each handle has a `_free` of its own type. This wraps it in the type that `php_clever_sso_end_call` takes. */
#define PHP_CLEVER_SSO_RELEASE(noun) \
	static void release_##noun(const void *handle) \
	{ \
		clever_sso_##noun##_free((clever_sso_##noun *) handle); \
	}

void php_clever_sso_release_text(const void *text);

#endif

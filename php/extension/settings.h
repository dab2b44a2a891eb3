/* What a client is made from. */
#ifndef PHP_CLEVER_SSO_SETTINGS_H
#define PHP_CLEVER_SSO_SETTINGS_H

#include "registry.h"

/* The arguments of the constructor, borrowed from its caller. */
typedef struct {
	zend_string *client_id, *client_secret, *redirect_uri;
	HashTable *redirect_uris;
	zend_string *issuer, *api_base, *base_url;
	double timeout;
	zend_long leeway;
	zend_string *pending_key;
	HashTable *old_pending_keys, *return_to_origins;
	bool development;
	zend_string *authorization_endpoint, *token_endpoint, *tokeninfo_endpoint, *userinfo_endpoint, *jwks_uri;
	bool discover;
	zend_string *ca_bundle, *proxy, *key_cache;
} php_clever_sso_settings;

/* Whether every list holds nothing but strings; throws a TypeError when one does not. */
bool php_clever_sso_settings_check(const php_clever_sso_settings *settings);

void php_clever_sso_settings_fingerprint(const php_clever_sso_settings *settings, unsigned char *fingerprint);

/* Makes the native client. Nothing here can end the request, so nothing is left behind. */
clever_sso_status php_clever_sso_settings_make(
	const php_clever_sso_settings *settings, clever_sso_client **client, clever_sso_error **error);

#endif

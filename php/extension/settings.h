/* What a client is made from. */
#ifndef PHP_CLEVER_SSO_SETTINGS_H
#define PHP_CLEVER_SSO_SETTINGS_H

#include "registry.h"

/* The texts and the lists, each with its setter. Issuer and API come after base_url, which sets both, so that one of them can
 * be at another address. */
#define PHP_CLEVER_SSO_TEXTS(EACH) EACH(redirect_uri, add_redirect_uri) PHP_CLEVER_SSO_OTHER_TEXTS(EACH)
#define PHP_CLEVER_SSO_OTHER_TEXTS(EACH) \
	EACH(client_secret, set_client_secret) \
	EACH(base_url, set_base_url) \
	EACH(issuer, set_issuer) \
	EACH(api_base, set_api_base) \
	EACH(pending_key, set_pending_key) \
	EACH(authorization_endpoint, set_authorization_endpoint) \
	EACH(token_endpoint, set_token_endpoint) \
	EACH(tokeninfo_endpoint, set_tokeninfo_endpoint) \
	EACH(userinfo_endpoint, set_userinfo_endpoint) \
	EACH(jwks_uri, set_jwks_uri) \
	EACH(ca_bundle, set_ca_bundle) \
	EACH(proxy, set_proxy)
#define PHP_CLEVER_SSO_LISTS(EACH) EACH(redirect_uris, add_redirect_uri) PHP_CLEVER_SSO_OTHER_LISTS(EACH)
#define PHP_CLEVER_SSO_OTHER_LISTS(EACH) \
	EACH(old_pending_keys, add_old_pending_key) \
	EACH(return_to_origins, add_return_to_origin)

/* The arguments of the constructor, borrowed from its caller. */
typedef struct {
	zend_string *client_id, *key_cache;
#define TEXT(name, setter) zend_string *name;
	PHP_CLEVER_SSO_TEXTS(TEXT)
#undef TEXT
#define LIST(name, setter) HashTable *name;
	PHP_CLEVER_SSO_LISTS(LIST)
#undef LIST
	double timeout;
	zend_long leeway;
	bool development, discover;
	/* How errors call a setting: a clever_sso_setting_names. */
	uint32_t names;
} php_clever_sso_settings;

/* Whether every list holds nothing but strings; throws a TypeError when one does not. */
bool php_clever_sso_settings_check(const php_clever_sso_settings *settings);

void php_clever_sso_settings_fingerprint(const php_clever_sso_settings *settings, unsigned char *fingerprint);

/* Makes the native client. Nothing here can end the request, so nothing is left behind. */
clever_sso_status php_clever_sso_settings_make(
	const php_clever_sso_settings *settings, clever_sso_client **client, clever_sso_error **error);

/* Checks the setup, even if a client does not accept the settings. Nothing here can end the request either. */
clever_sso_status php_clever_sso_settings_doctor(
	const php_clever_sso_settings *settings, clever_sso_report **report, clever_sso_error **error);

#endif

/* The native clients of this process, one for each configuration. */
#ifndef PHP_CLEVER_SSO_REGISTRY_H
#define PHP_CLEVER_SSO_REGISTRY_H

#include "php_clever_sso.h"
#include "key_cache.h"

/* The SHA-256 of everything a client is made from. */
#define PHP_CLEVER_SSO_FINGERPRINT 32

/* A native client and its data. It outlives requests, so none of it is in PHP's own memory. */
typedef struct {
	clever_sso_client *client;
	php_clever_sso_key_cache keys;
	unsigned char fingerprint[PHP_CLEVER_SSO_FINGERPRINT];
	/* How many PHP objects use it now. */
	size_t users;
	/* When it was used last, in ticks of the registry. */
	uint64_t last_used;
} php_clever_sso_shared;

void php_clever_sso_registry_startup(void);
void php_clever_sso_registry_shutdown(void);
size_t php_clever_sso_registry_count(void);

/* The client of this configuration, or NULL. Give it back with `release`. */
php_clever_sso_shared *php_clever_sso_registry_find(const unsigned char *fingerprint);

/* Takes `client`, and returns the one to use. If another thread was first, `client` is freed. */
php_clever_sso_shared *php_clever_sso_registry_add(
	const unsigned char *fingerprint, clever_sso_client *client, const char *key_cache);

void php_clever_sso_registry_release(php_clever_sso_shared *shared);

#endif

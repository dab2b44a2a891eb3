/* The native clients of this process, one for each configuration.
 *
 * A client keeps connections and Clever's keys, and making the first one costs milliseconds: it must outlive the request.
 * Hundreds of configurations (a secret per customer) must not keep hundreds of clients forever: beyond a number
 * of idle clients, the least recently used one is freed. */
#include "registry.h"

#define MOST_IDLE 64

static HashTable clients;
static uint64_t ticks;

#ifdef ZTS
static MUTEX_T mutex;
#define LOCK() tsrm_mutex_lock(mutex)
#define UNLOCK() tsrm_mutex_unlock(mutex)
#else
#define LOCK()
#define UNLOCK()
#endif

static void free_shared(zval *value)
{
	php_clever_sso_shared *shared = Z_PTR_P(value);
	clever_sso_client_free(shared->client);
	php_clever_sso_key_cache_clear(&shared->keys);
	pefree(shared, 1);
}

void php_clever_sso_registry_startup(void)
{
	zend_hash_init(&clients, 8, NULL, free_shared, 1);
#ifdef ZTS
	mutex = tsrm_mutex_alloc();
#endif
}

void php_clever_sso_registry_shutdown(void)
{
	zend_hash_destroy(&clients);
#ifdef ZTS
	tsrm_mutex_free(mutex);
#endif
}

size_t php_clever_sso_registry_count(void)
{
	LOCK();
	size_t count = zend_hash_num_elements(&clients);
	UNLOCK();
	return count;
}

static php_clever_sso_shared *find(const unsigned char *fingerprint)
{
	php_clever_sso_shared *shared
		= zend_hash_str_find_ptr(&clients, (const char *) fingerprint, PHP_CLEVER_SSO_FINGERPRINT);
	if (shared != NULL) {
		shared->users++;
		shared->last_used = ++ticks;
	}
	return shared;
}

php_clever_sso_shared *php_clever_sso_registry_find(const unsigned char *fingerprint)
{
	LOCK();
	php_clever_sso_shared *shared = find(fingerprint);
	UNLOCK();
	return shared;
}

php_clever_sso_shared *php_clever_sso_registry_add(
	const unsigned char *fingerprint, clever_sso_client *client, const char *key_cache)
{
	LOCK();
	php_clever_sso_shared *shared = find(fingerprint);
	if (shared != NULL) {
		clever_sso_client_free(client);
	} else {
		shared = pecalloc(1, sizeof *shared, 1);
		shared->client = client;
		memcpy(shared->fingerprint, fingerprint, PHP_CLEVER_SSO_FINGERPRINT);
		shared->users = 1;
		shared->last_used = ++ticks;
		php_clever_sso_key_cache_init(&shared->keys, key_cache);
		zend_hash_str_add_new_ptr(&clients, (const char *) fingerprint, PHP_CLEVER_SSO_FINGERPRINT, shared);
	}
	UNLOCK();
	return shared;
}

/* Frees the least recently used idle client, if there are too many. */
static void make_room(void)
{
	size_t idle = 0;
	php_clever_sso_shared *shared, *oldest = NULL;
	ZEND_HASH_FOREACH_PTR(&clients, shared) {
		if (shared->users == 0) {
			idle++;
			if (oldest == NULL || shared->last_used < oldest->last_used) oldest = shared;
		}
	} ZEND_HASH_FOREACH_END();
	if (idle > MOST_IDLE) {
		zend_hash_str_del(&clients, (const char *) oldest->fingerprint, PHP_CLEVER_SSO_FINGERPRINT);
	}
}

void php_clever_sso_registry_release(php_clever_sso_shared *shared)
{
	LOCK();
	shared->users--;
	if (shared->users == 0) make_room();
	UNLOCK();
}

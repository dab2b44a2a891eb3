/* How processes share Clever's keys: through a file, and from a parent to its children. */
#ifndef PHP_CLEVER_SSO_KEY_CACHE_H
#define PHP_CLEVER_SSO_KEY_CACHE_H

#include "php_clever_sso.h"
#include <sys/stat.h>
#include <time.h>

typedef struct {
	/* NULL: keys are not shared through a file. */
	char *path;
	/* The keys of a warm-up, as text, and the process that has them: a client's keys stay behind when it forks. */
	char *warm;
	pid_t holder;
	/* The file as it was read last, and by which process: keys stay behind when a process forks. */
	pid_t reader;
	dev_t device;
	ino_t inode;
	struct timespec changed;
	/* What stands there could not be used, so that it is to be replaced. */
	bool broken;
	/* It was said already why the file is not used. */
	bool warned;
#ifdef ZTS
	MUTEX_T mutex;
#endif
} php_clever_sso_key_cache;

void php_clever_sso_key_cache_init(php_clever_sso_key_cache *cache, const char *path);
void php_clever_sso_key_cache_clear(php_clever_sso_key_cache *cache);

/* After a warm-up: keeps the keys for the processes that will be forked from this one. */
void php_clever_sso_key_cache_keep_warm(php_clever_sso_key_cache *cache, const clever_sso_client *client);

/* Before a call that needs keys: takes those that another process has written since, or fetched before it forked. */
void php_clever_sso_key_cache_read(php_clever_sso_key_cache *cache, const clever_sso_client *client);

/* After a call that had keys: writes them, unless some process did so a moment ago. */
void php_clever_sso_key_cache_write(php_clever_sso_key_cache *cache, const clever_sso_client *client);

#endif

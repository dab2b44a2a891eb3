/* How processes share Clever's keys through a file. */
#ifndef PHP_CLEVER_SSO_KEY_CACHE_H
#define PHP_CLEVER_SSO_KEY_CACHE_H

#include "php_clever_sso.h"
#include <sys/stat.h>
#include <time.h>

typedef struct {
	/* NULL: keys are not shared through a file. */
	char *path;
	/* The file as it was read last, and by which process: what one imports, others do not have. */
	pid_t reader;
	dev_t device;
	ino_t inode;
	struct timespec changed;
	/* What stands there could not be used, so that it is to be replaced. */
	bool broken;
	/* It was told already why the file is not used. */
	bool is_told;
#ifdef ZTS
	MUTEX_T mutex;
#endif
} php_clever_sso_key_cache;

void php_clever_sso_key_cache_init(php_clever_sso_key_cache *cache, const char *path);
void php_clever_sso_key_cache_clear(php_clever_sso_key_cache *cache);

/* Each of these gives why the file is not used, or NULL; once for a process, so that no log fills up. */

/* When the client is made: whether the file can be believed, or made where there is none. */
const char *php_clever_sso_key_cache_check(php_clever_sso_key_cache *cache);

/* Before a call that needs keys: takes those that another process has written since. */
const char *php_clever_sso_key_cache_read(php_clever_sso_key_cache *cache, const clever_sso_client *client);

/* After a call that had keys: writes them, unless a process just did so. */
const char *php_clever_sso_key_cache_write(php_clever_sso_key_cache *cache, const clever_sso_client *client);

#endif

/* How processes share Clever's keys through a file. */
#ifndef PHP_CLEVER_SSO_KEY_CACHE_H
#define PHP_CLEVER_SSO_KEY_CACHE_H

#include "php_clever_sso.h"
#include <sys/stat.h>
#include <time.h>

typedef struct {
	/* NULL: keys are not shared through a file. */
	char *path;
	/* The file when it was last read, and the process that read it: other processes did not import it. */
	pid_t reader;
	dev_t device;
	ino_t inode;
	struct timespec changed;
	/* The content could not be used: replace it. */
	bool broken;
	/* The log already says why the file is not used. */
	bool is_told;
#ifdef ZTS
	MUTEX_T mutex;
#endif
} php_clever_sso_key_cache;

void php_clever_sso_key_cache_init(php_clever_sso_key_cache *cache, const char *path);
void php_clever_sso_key_cache_clear(php_clever_sso_key_cache *cache);

/* Each of these returns why the file is not used, or NULL; only once per process, so that logs do not fill up. */

/* When the client is made: whether the file can be trusted, or created if it is missing. */
const char *php_clever_sso_key_cache_check(php_clever_sso_key_cache *cache);

/* Before a call that needs keys: imports the keys that another process has written since. */
const char *php_clever_sso_key_cache_read(php_clever_sso_key_cache *cache, const clever_sso_client *client);

/* After a call that had keys: writes them, unless a process just did so. */
const char *php_clever_sso_key_cache_write(php_clever_sso_key_cache *cache, const clever_sso_client *client);

#endif

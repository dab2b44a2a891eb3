/* How processes share Clever's keys through a file. Forked children get their parent's keys without it.
 *
 * Anyone who can write the file can sign in as anyone, so it is trusted only when no user but this process's user (or root)
 * could have written it. A file that is not a key cache is never replaced: its path is probably a mistake. A key cache is
 * replaced by a rename, so no reader sees half of it. */
#include "key_cache.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* Far larger than any key set. */
#define MOST_BYTES (256 * 1024)
/* All processes together write the file at most once in this time. */
#define KEEP_SECONDS 60
/* What every key cache begins with, and what follows its issuer. A discovery document has the same beginning. */
#define BEGINNING "{\"issuer\":\""
#define MEMBER "\",\"fresh_until\":"
#define LONGEST_BEGINNING 4096

/* Processes share the file. Threads share what they read from it, so they take turns. */
#ifdef ZTS
#define LOCK(cache) tsrm_mutex_lock((cache)->mutex)
#define UNLOCK(cache) tsrm_mutex_unlock((cache)->mutex)
#else
#define LOCK(cache)
#define UNLOCK(cache)
#endif

void php_clever_sso_key_cache_init(php_clever_sso_key_cache *cache, const char *path)
{
	memset(cache, 0, sizeof *cache);
	cache->path = path != NULL ? pestrdup(path, 1) : NULL;
#ifdef ZTS
	cache->mutex = tsrm_mutex_alloc();
#endif
}

void php_clever_sso_key_cache_clear(php_clever_sso_key_cache *cache)
{
	if (cache->path != NULL) pefree(cache->path, 1);
#ifdef ZTS
	tsrm_mutex_free(cache->mutex);
#endif
}

/* Returns the reason only the first time. */
static const char *told(php_clever_sso_key_cache *cache, const char *reason)
{
	if (reason == NULL || cache->is_told) return NULL;
	cache->is_told = true;
	return reason;
}

static const char *failed(int error)
{
	return error == ENAMETOOLONG ? "its path is too long" : strerror(error);
}

static bool is_as_read(const php_clever_sso_key_cache *cache, const struct stat *file)
{
	return cache->reader == getpid() && cache->inode == file->st_ino && cache->device == file->st_dev
		&& cache->changed.tv_sec == file->st_ctim.tv_sec && cache->changed.tv_nsec == file->st_ctim.tv_nsec;
}

/* Why the file must not be trusted, or NULL. */
static const char *distrust(const struct stat *file)
{
	if (!S_ISREG(file->st_mode)) return "it is not a regular file";
	if (file->st_uid != geteuid() && file->st_uid != 0) return "it belongs to another user";
	if (file->st_mode & (S_IWGRP | S_IWOTH)) return "others may write to it";
	if (file->st_size > MOST_BYTES) return "it is too large";
	return NULL;
}

/* The content of an open file as text, or NULL. Not in PHP's memory: nothing here may end the request. */
static char *contents(int descriptor, size_t size)
{
	char *text = malloc(size + 1);
	size_t got = 0;
	while (text != NULL && got < size) {
		ssize_t count = read(descriptor, text + got, size - got);
		if (count < 0 && errno == EINTR) continue;
		if (count <= 0) break;
		got += (size_t) count;
	}
	if (text != NULL) text[got] = '\0';
	return text;
}

static void import(php_clever_sso_key_cache *cache, const clever_sso_client *client, int descriptor, size_t size)
{
	char *text = contents(descriptor, size);
	cache->broken = text == NULL || clever_sso_import_keys(client, text, NULL) != CLEVER_SSO_OK;
	free(text);
}

/* Returns why the file is not used, or NULL. */
static const char *read_file(php_clever_sso_key_cache *cache, const clever_sso_client *client)
{
	struct stat file;
	if (lstat(cache->path, &file) == 0 && is_as_read(cache, &file)) return NULL;
	int descriptor = open(cache->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (descriptor < 0) {
		cache->broken = errno != ENOENT;
		return cache->broken ? failed(errno) : NULL;
	}
	const char *reason = fstat(descriptor, &file) == 0 ? distrust(&file) : failed(errno);
	cache->broken = reason != NULL;
	if (reason == NULL) {
		import(cache, client, descriptor, (size_t) file.st_size);
		cache->reader = getpid();
		cache->device = file.st_dev;
		cache->inode = file.st_ino;
		cache->changed = file.st_ctim;
	}
	close(descriptor);
	return reason;
}

/* Why a missing file cannot be created, or NULL. */
static const char *distrust_folder(const char *path)
{
	struct stat folder;
	char name[MAXPATHLEN];
	if (strlcpy(name, path, sizeof name) >= sizeof name) return failed(ENAMETOOLONG);
	zend_dirname(name, strlen(name));
	if (stat(name, &folder) != 0) return errno == ENOENT ? "there is no such folder" : failed(errno);
	if (!S_ISDIR(folder.st_mode)) return "its parent is not a folder";
	return faccessat(AT_FDCWD, name, W_OK | X_OK, AT_EACCESS) == 0 ? NULL : "its folder cannot be written to";
}

/* Why the file must not be replaced: it is not a key cache, or may be something else. NULL when it can be. */
static const char *foreign(const char *path)
{
	struct stat file;
	char beginning[LONGEST_BEGINNING + 1];
	if (lstat(path, &file) != 0) return NULL;
	if (!S_ISREG(file.st_mode)) return "it is not a regular file";
	if (file.st_size == 0) return NULL;
	int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (descriptor < 0) return failed(errno);
	ssize_t count = read(descriptor, beginning, LONGEST_BEGINNING);
	close(descriptor);
	beginning[count > 0 ? count : 0] = '\0';
	bool is_ours = strncmp(beginning, BEGINNING, sizeof BEGINNING - 1) == 0 && strstr(beginning, MEMBER) != NULL;
	return is_ours ? NULL : "it is not a key cache, so it is not replaced";
}

static const char *check(const php_clever_sso_key_cache *cache)
{
	struct stat file;
	if (lstat(cache->path, &file) == 0) {
		const char *reason = distrust(&file);
		if (reason == NULL) reason = foreign(cache->path);
		return reason != NULL ? reason : distrust_folder(cache->path);
	}
	return errno == ENOENT || errno == ENOTDIR ? distrust_folder(cache->path) : failed(errno);
}

const char *php_clever_sso_key_cache_check(php_clever_sso_key_cache *cache)
{
	if (cache->path == NULL) return NULL;
	LOCK(cache);
	const char *reason = told(cache, check(cache));
	UNLOCK(cache);
	return reason;
}

const char *php_clever_sso_key_cache_read(php_clever_sso_key_cache *cache, const clever_sso_client *client)
{
	if (cache->path == NULL) return NULL;
	LOCK(cache);
	const char *reason = told(cache, read_file(cache, client));
	UNLOCK(cache);
	return reason;
}

static bool is_young(const php_clever_sso_key_cache *cache)
{
	struct stat file;
	if (cache->broken || lstat(cache->path, &file) != 0) return false;
	time_t age = time(NULL) - file.st_mtim.tv_sec;
	return age >= 0 && age < KEEP_SECONDS;
}

static bool write_all(int descriptor, const char *text, size_t size)
{
	while (size > 0) {
		ssize_t count = write(descriptor, text, size);
		if (count < 0 && errno == EINTR) continue;
		if (count <= 0) return false;
		text += count;
		size -= (size_t) count;
	}
	return true;
}

/* Writes a new file beside the old one and renames it to the old name. `mkostemp` creates it with mode 0600. Returns 0 or errno. */
static int replace(const char *path, const char *text)
{
	const char *name = strrchr(path, '/') + 1;
	char beside[MAXPATHLEN];
	/* Not longer than any name may be: the name of the cache may be that long. */
	if (snprintf(beside, sizeof beside, "%.*skeysXXXXXX", (int) (name - path), path) >= (int) sizeof beside) return ENAMETOOLONG;
	int descriptor = mkostemp(beside, O_CLOEXEC);
	if (descriptor < 0) return errno;
	bool written = write_all(descriptor, text, strlen(text));
	/* The system may report a full disk only now. */
	written = close(descriptor) == 0 && written;
	if (written && rename(beside, path) == 0) return 0;
	int reason = errno;
	unlink(beside);
	return reason;
}

const char *php_clever_sso_key_cache_write(php_clever_sso_key_cache *cache, const clever_sso_client *client)
{
	if (cache->path == NULL) return NULL;
	char *text = NULL;
	const char *reason = NULL;
	LOCK(cache);
	if (!is_young(cache)) {
		reason = foreign(cache->path);
		if (reason == NULL && clever_sso_export_keys(client, &text, NULL) == CLEVER_SSO_OK) {
			int failure = replace(cache->path, text);
			cache->broken = cache->broken && failure != 0;
			reason = failure != 0 ? failed(failure) : NULL;
		}
		reason = told(cache, reason);
	}
	UNLOCK(cache);
	clever_sso_string_free(text);
	return reason;
}

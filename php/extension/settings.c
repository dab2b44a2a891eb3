/* The settings of a client: check them, compute their fingerprint, and pass them to the library. */
#include "settings.h"

#include "ext/hash/php_hash.h"
#include "ext/hash/php_hash_sha.h"

typedef clever_sso_status (*setter)(clever_sso_config *config, const char *text, clever_sso_error **error);

static bool check_list(HashTable *list, uint32_t argument)
{
	zval *item;
	if (list == NULL) return true;
	ZEND_HASH_FOREACH_VAL(list, item) {
		ZVAL_DEREF(item);
		if (Z_TYPE_P(item) != IS_STRING) {
			zend_argument_type_error(argument, "must hold only strings, %s found", zend_zval_type_name(item));
			return false;
		}
	} ZEND_HASH_FOREACH_END();
	return true;
}

bool php_clever_sso_settings_check(const php_clever_sso_settings *settings)
{
	return check_list(settings->redirect_uris, 3) && check_list(settings->old_pending_keys, 10)
		&& check_list(settings->return_to_origins, 11);
}

static void add_bytes(PHP_SHA256_CTX *hash, const void *bytes, size_t size)
{
	PHP_SHA256Update(hash, bytes, size);
}

/* With its length first, so that two texts cannot be split in another way; NULL is not an empty text. */
static void add_text(PHP_SHA256_CTX *hash, const zend_string *text)
{
	size_t size = text != NULL ? ZSTR_LEN(text) : SIZE_MAX;
	add_bytes(hash, &size, sizeof size);
	if (text != NULL) add_bytes(hash, ZSTR_VAL(text), ZSTR_LEN(text));
}

static void add_list(PHP_SHA256_CTX *hash, HashTable *list)
{
	zval *item;
	size_t count = list != NULL ? zend_hash_num_elements(list) : 0;
	add_bytes(hash, &count, sizeof count);
	if (list == NULL) return;
	ZEND_HASH_FOREACH_VAL(list, item) {
		ZVAL_DEREF(item);
		add_text(hash, Z_STR_P(item));
	} ZEND_HASH_FOREACH_END();
}

/* A single value is a list of one. */
static void add_redirect_uris(PHP_SHA256_CTX *hash, const php_clever_sso_settings *settings)
{
	const size_t one = 1;
	if (settings->redirect_uri == NULL) {
		add_list(hash, settings->redirect_uris);
		return;
	}
	add_bytes(hash, &one, sizeof one);
	add_text(hash, settings->redirect_uri);
}

void php_clever_sso_settings_fingerprint(const php_clever_sso_settings *settings, unsigned char *fingerprint)
{
	PHP_SHA256_CTX hash;
	PHP_SHA256Init(&hash);
	add_text(&hash, settings->client_id);
	add_text(&hash, settings->key_cache);
	add_redirect_uris(&hash, settings);
#define TEXT(name, setter) add_text(&hash, settings->name);
	PHP_CLEVER_SSO_OTHER_TEXTS(TEXT)
#undef TEXT
#define LIST(name, setter) add_list(&hash, settings->name);
	PHP_CLEVER_SSO_OTHER_LISTS(LIST)
#undef LIST
	add_bytes(&hash, &settings->timeout, sizeof settings->timeout);
	add_bytes(&hash, &settings->leeway, sizeof settings->leeway);
	add_bytes(&hash, &settings->development, sizeof settings->development);
	add_bytes(&hash, &settings->discover, sizeof settings->discover);
	PHP_SHA256Final(fingerprint, &hash);
	ZEND_SECURE_ZERO(&hash, sizeof hash);
}

static clever_sso_status set_list(clever_sso_config *config, HashTable *list, setter add, clever_sso_error **error)
{
	zval *item;
	if (list == NULL) return CLEVER_SSO_OK;
	ZEND_HASH_FOREACH_VAL(list, item) {
		ZVAL_DEREF(item);
		clever_sso_status status = add(config, php_clever_sso_text(Z_STR_P(item)), error);
		if (status != CLEVER_SSO_OK) return status;
	} ZEND_HASH_FOREACH_END();
	return CLEVER_SSO_OK;
}

static clever_sso_status set_texts_and_lists(
	const php_clever_sso_settings *settings, clever_sso_config *config, clever_sso_error **error)
{
	clever_sso_status status = CLEVER_SSO_OK;
#define TEXT(name, setter) \
	if (!status && settings->name != NULL) status = clever_sso_config_##setter(config, php_clever_sso_text(settings->name), error);
	PHP_CLEVER_SSO_TEXTS(TEXT)
#undef TEXT
#define LIST(name, setter) \
	if (!status) status = set_list(config, settings->name, clever_sso_config_##setter, error);
	PHP_CLEVER_SSO_LISTS(LIST)
#undef LIST
	return status;
}

static clever_sso_status set_rest(
	const php_clever_sso_settings *settings, clever_sso_config *config, clever_sso_error **error)
{
	clever_sso_status status = clever_sso_config_set_timeout(config, settings->timeout, error);
	if (!status) status = clever_sso_config_set_leeway(config, settings->leeway, error);
	if (!status) status = clever_sso_config_set_development(config, settings->development, error);
	return status;
}

static clever_sso_status make_config(
	const php_clever_sso_settings *settings, clever_sso_config **config, clever_sso_error **error)
{
	clever_sso_status status = clever_sso_config_new(php_clever_sso_text(settings->client_id), config, error);
	if (!status) status = clever_sso_config_set_setting_names(*config, settings->names, error);
	if (!status) status = set_texts_and_lists(settings, *config, error);
	if (!status) status = set_rest(settings, *config, error);
	return status;
}

clever_sso_status php_clever_sso_settings_make(
	const php_clever_sso_settings *settings, clever_sso_client **client, clever_sso_error **error)
{
	clever_sso_config *config = NULL;
	clever_sso_status status = make_config(settings, &config, error);
	/* Last: it uses the settings so far, and fills in only the missing ones. */
	if (!status && settings->discover) status = clever_sso_config_discover(config, error);
	if (!status) status = clever_sso_client_new(config, client, error);
	clever_sso_config_free(config);
	return status;
}

clever_sso_status php_clever_sso_settings_doctor(
	const php_clever_sso_settings *settings, clever_sso_report **report, clever_sso_error **error)
{
	clever_sso_config *config = NULL;
	clever_sso_status status = make_config(settings, &config, error);
	if (!status) {
		status = settings->discover ? clever_sso_config_doctor_with_discovery(config, report, error)
		                            : clever_sso_config_doctor(config, report, error);
	}
	clever_sso_config_free(config);
	return status;
}

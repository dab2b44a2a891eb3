/* What a client is made from: checked, told apart from others, handed to the library. */
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

/* With its length before it, so that what ends one text cannot begin the next; NULL is not an empty text. */
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

void php_clever_sso_settings_fingerprint(const php_clever_sso_settings *settings, unsigned char *fingerprint)
{
	const zend_string *texts[] = { settings->client_id, settings->client_secret, settings->redirect_uri, settings->issuer,
		settings->api_base, settings->base_url, settings->pending_key, settings->authorization_endpoint,
		settings->token_endpoint, settings->tokeninfo_endpoint, settings->userinfo_endpoint, settings->jwks_uri,
		settings->ca_bundle, settings->proxy, settings->key_cache };
	HashTable *lists[] = { settings->redirect_uris, settings->old_pending_keys, settings->return_to_origins };
	PHP_SHA256_CTX hash;
	PHP_SHA256Init(&hash);
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) add_text(&hash, texts[i]);
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) add_list(&hash, lists[i]);
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

static clever_sso_status set_texts(
	const php_clever_sso_settings *settings, clever_sso_config *config, clever_sso_error **error)
{
	const struct {
		const zend_string *text;
		setter set;
	} texts[] = {
		{ settings->client_secret, clever_sso_config_set_client_secret },
		{ settings->redirect_uri, clever_sso_config_add_redirect_uri },
		/* Both at once first, so that one of them can still be elsewhere. */
		{ settings->base_url, clever_sso_config_set_base_url },
		{ settings->issuer, clever_sso_config_set_issuer },
		{ settings->api_base, clever_sso_config_set_api_base },
		{ settings->pending_key, clever_sso_config_set_pending_key },
		{ settings->authorization_endpoint, clever_sso_config_set_authorization_endpoint },
		{ settings->token_endpoint, clever_sso_config_set_token_endpoint },
		{ settings->tokeninfo_endpoint, clever_sso_config_set_tokeninfo_endpoint },
		{ settings->userinfo_endpoint, clever_sso_config_set_userinfo_endpoint },
		{ settings->jwks_uri, clever_sso_config_set_jwks_uri },
		{ settings->ca_bundle, clever_sso_config_set_ca_bundle },
		{ settings->proxy, clever_sso_config_set_proxy },
	};
	clever_sso_status status = CLEVER_SSO_OK;
	for (size_t i = 0; i < sizeof texts / sizeof *texts && status == CLEVER_SSO_OK; i++) {
		if (texts[i].text != NULL) status = texts[i].set(config, php_clever_sso_text(texts[i].text), error);
	}
	return status;
}

static clever_sso_status set_rest(
	const php_clever_sso_settings *settings, clever_sso_config *config, clever_sso_error **error)
{
	clever_sso_status status
		= set_list(config, settings->redirect_uris, clever_sso_config_add_redirect_uri, error);
	if (!status) status = set_list(config, settings->old_pending_keys, clever_sso_config_add_old_pending_key, error);
	if (!status) status = set_list(config, settings->return_to_origins, clever_sso_config_add_return_to_origin, error);
	if (!status) status = clever_sso_config_set_timeout(config, settings->timeout, error);
	if (!status) status = clever_sso_config_set_leeway(config, settings->leeway, error);
	if (!status) status = clever_sso_config_set_development(config, settings->development, error);
	/* Last: it asks with what was set, and takes only what was not. */
	if (!status && settings->discover) status = clever_sso_config_discover(config, error);
	return status;
}

clever_sso_status php_clever_sso_settings_make(
	const php_clever_sso_settings *settings, clever_sso_client **client, clever_sso_error **error)
{
	clever_sso_config *config = NULL;
	clever_sso_status status = clever_sso_config_new(php_clever_sso_text(settings->client_id), &config, error);
	/* Errors then name the arguments of the constructor. */
	if (!status) status = clever_sso_config_set_setting_names(config, CLEVER_SSO_NAMES_PHP, error);
	if (!status) status = set_texts(settings, config, error);
	if (!status) status = set_rest(settings, config, error);
	if (!status) status = clever_sso_client_new(config, client, error);
	clever_sso_config_free(config);
	return status;
}

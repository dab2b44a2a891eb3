/* The class CleverSso\Client: the object, a login, and what belongs to it. What a browser asks and keeps is in browser.c,
 * the single steps are in steps.c. */
#include "client.h"
#include "settings.h"

typedef struct {
	/* NULL until the constructor succeeded. */
	php_clever_sso_shared *shared;
	zend_object std;
} client_object;

static zend_object_handlers client_handlers;

static client_object *client_of(zend_object *object)
{
	return (client_object *) ((char *) object - XtOffsetOf(client_object, std));
}

zend_object *php_clever_sso_client_create(zend_class_entry *ce)
{
	client_object *client = zend_object_alloc(sizeof(client_object), ce);
	client->shared = NULL;
	zend_object_std_init(&client->std, ce);
	object_properties_init(&client->std, ce);
	client->std.handlers = &client_handlers;
	return &client->std;
}

static void client_free(zend_object *object)
{
	client_object *client = client_of(object);
	if (client->shared != NULL) php_clever_sso_registry_release(client->shared);
	zend_object_std_dtor(object);
}

void php_clever_sso_client_startup(void)
{
	client_handlers = std_object_handlers;
	client_handlers.offset = XtOffsetOf(client_object, std);
	client_handlers.free_obj = client_free;
	client_handlers.clone_obj = NULL;
}

php_clever_sso_shared *php_clever_sso_shared_of(zval *this)
{
	php_clever_sso_shared *shared = client_of(Z_OBJ_P(this))->shared;
	if (shared == NULL) zend_throw_error(NULL, "This CleverSso\\Client was not constructed");
	return shared;
}

/* Ends a native call: its handle becomes the return value, or its error is thrown. PHP may end the request in the midst
 * of that, when memory or time is at its end; the handle and the error are freed even then. */
void php_clever_sso_end_call(zval *return_value, clever_sso_status status, clever_sso_error *error, const void *handle,
	php_clever_sso_writer write, void (*release)(const void *handle))
{
	volatile bool ended = false;
	zend_try {
		if (status != CLEVER_SSO_OK) {
			php_clever_sso_throw(status, error);
		} else if (write != NULL) {
			write(return_value, handle);
		}
	} zend_catch {
		ended = true;
	} zend_end_try();
	if (release != NULL) release(handle);
	clever_sso_error_free(error);
	if (ended) zend_bailout();
}

void php_clever_sso_release_text(const void *text)
{
	clever_sso_string_free((char *) text);
}

PHP_CLEVER_SSO_RELEASE(login)
PHP_CLEVER_SSO_RELEASE(outcome)

ZEND_METHOD(CleverSso_Client, __construct)
{
	php_clever_sso_settings settings = { .timeout = 10.0, .leeway = 60 };
	ZEND_PARSE_PARAMETERS_START(1, 21)
		Z_PARAM_STR(settings.client_id)
		Z_PARAM_OPTIONAL
		Z_PARAM_STR_OR_NULL(settings.client_secret)
		Z_PARAM_ARRAY_HT_OR_STR_OR_NULL(settings.redirect_uris, settings.redirect_uri)
		Z_PARAM_STR_OR_NULL(settings.issuer)
		Z_PARAM_STR_OR_NULL(settings.api_base)
		Z_PARAM_STR_OR_NULL(settings.base_url)
		Z_PARAM_DOUBLE(settings.timeout)
		Z_PARAM_LONG(settings.leeway)
		Z_PARAM_STR_OR_NULL(settings.pending_key)
		Z_PARAM_ARRAY_HT(settings.old_pending_keys)
		Z_PARAM_ARRAY_HT(settings.return_to_origins)
		Z_PARAM_BOOL(settings.development)
		Z_PARAM_STR_OR_NULL(settings.authorization_endpoint)
		Z_PARAM_STR_OR_NULL(settings.token_endpoint)
		Z_PARAM_STR_OR_NULL(settings.tokeninfo_endpoint)
		Z_PARAM_STR_OR_NULL(settings.userinfo_endpoint)
		Z_PARAM_STR_OR_NULL(settings.jwks_uri)
		Z_PARAM_BOOL(settings.discover)
		Z_PARAM_STR_OR_NULL(settings.ca_bundle)
		Z_PARAM_STR_OR_NULL(settings.proxy)
		Z_PARAM_PATH_STR_OR_NULL(settings.key_cache)
	ZEND_PARSE_PARAMETERS_END();

	client_object *client = client_of(Z_OBJ_P(ZEND_THIS));
	if (client->shared != NULL) {
		zend_throw_error(NULL, "This CleverSso\\Client is constructed already");
		RETURN_THROWS();
	}
	if (!php_clever_sso_settings_check(&settings)) RETURN_THROWS();
	const char *key_cache = php_clever_sso_text(settings.key_cache);
	/* The folder that a relative one begins at is another in each script. */
	if (key_cache != NULL && !IS_ABSOLUTE_PATH(key_cache, strlen(key_cache))) {
		zend_argument_value_error(21, "must be an absolute path");
		RETURN_THROWS();
	}
	if (key_cache != NULL && php_check_open_basedir(key_cache)) {
		zend_argument_value_error(21, "must be a file that open_basedir allows");
		RETURN_THROWS();
	}

	/* The library reads it, and knows nothing of open_basedir. */
	const char *ca_bundle = php_clever_sso_text(settings.ca_bundle);
	if (ca_bundle != NULL && strstr(ca_bundle, "-----BEGIN") == NULL && php_check_open_basedir(ca_bundle)) {
		zend_argument_value_error(19, "must be PEM text, or a file that open_basedir allows");
		RETURN_THROWS();
	}

	unsigned char fingerprint[PHP_CLEVER_SSO_FINGERPRINT];
	php_clever_sso_settings_fingerprint(&settings, fingerprint);
	client->shared = php_clever_sso_registry_find(fingerprint);
	if (client->shared != NULL) return;

	clever_sso_client *native = NULL;
	clever_sso_error *error = NULL;
	clever_sso_status status = php_clever_sso_settings_make(&settings, &native, &error);
	if (status == CLEVER_SSO_OK) client->shared = php_clever_sso_registry_add(fingerprint, native, key_cache);
	php_clever_sso_end_call(return_value, status, error, NULL, NULL, NULL);
}

ZEND_METHOD(CleverSso_Client, beginLogin)
{
	zend_string *cookies = NULL, *redirect_uri = NULL, *district_id = NULL, *return_to = NULL, *home = NULL;
	bool switch_user = false, has_session = false, is_unknown = true;
	ZEND_PARSE_PARAMETERS_START(0, 7)
		Z_PARAM_OPTIONAL
		Z_PARAM_STR_OR_NULL(cookies)
		Z_PARAM_STR_OR_NULL(redirect_uri)
		Z_PARAM_STR_OR_NULL(district_id)
		Z_PARAM_STR_OR_NULL(return_to)
		Z_PARAM_BOOL(switch_user)
		Z_PARAM_BOOL_OR_NULL(has_session, is_unknown)
		Z_PARAM_STR_OR_NULL(home)
	ZEND_PARSE_PARAMETERS_END();
	php_clever_sso_shared *shared = php_clever_sso_shared_of(ZEND_THIS);
	if (shared == NULL) RETURN_THROWS();

	clever_sso_login_options *options = NULL;
	clever_sso_login *login = NULL;
	clever_sso_error *error = NULL;
	const struct {
		const zend_string *text;
		clever_sso_status (*set)(clever_sso_login_options *options, const char *text, clever_sso_error **error);
	} texts[] = {
		{ cookies, clever_sso_login_options_set_cookies },
		{ redirect_uri, clever_sso_login_options_set_redirect_uri },
		{ district_id, clever_sso_login_options_set_district_id },
		{ return_to, clever_sso_login_options_set_return_to },
		{ home, clever_sso_login_options_set_home },
	};
	clever_sso_status status = clever_sso_login_options_new(&options, &error);
	for (size_t i = 0; i < sizeof texts / sizeof *texts && !status; i++) {
		if (texts[i].text != NULL) status = texts[i].set(options, php_clever_sso_text(texts[i].text), &error);
	}
	if (!status) status = clever_sso_login_options_set_switch_user(options, switch_user, &error);
	if (!status && !is_unknown) status = clever_sso_login_options_set_has_session(options, has_session, &error);
	if (!status) status = clever_sso_begin_login(shared->client, options, &login, &error);
	clever_sso_login_options_free(options);
	php_clever_sso_end_call(return_value, status, error, login, php_clever_sso_write_login, release_login);
}

/* Finishes a login with what the browser kept, or with what the application kept: they differ in nothing else. */
static void finish(INTERNAL_FUNCTION_PARAMETERS, uint32_t required,
	clever_sso_status (*function)(const clever_sso_client *client, const char *callback, const char *kept,
		clever_sso_outcome **outcome, clever_sso_error **error))
{
	zend_string *callback, *kept = NULL;
	ZEND_PARSE_PARAMETERS_START(required, 2)
		Z_PARAM_STR(callback)
		Z_PARAM_OPTIONAL
		Z_PARAM_STR_OR_NULL(kept)
	ZEND_PARSE_PARAMETERS_END();
	php_clever_sso_shared *shared = php_clever_sso_shared_of(ZEND_THIS);
	if (shared == NULL) RETURN_THROWS();

	clever_sso_outcome *outcome = NULL;
	clever_sso_error *error = NULL;
	php_clever_sso_key_cache_read(&shared->keys, shared->client);
	clever_sso_status status = function(
		shared->client, php_clever_sso_text(callback), php_clever_sso_text(kept), &outcome, &error);
	/* Without an ID token no keys were needed, and none are fetched only to be kept. */
	if (clever_sso_tokens_id_token(clever_sso_outcome_tokens(outcome)) != NULL) {
		php_clever_sso_key_cache_write(&shared->keys, shared->client);
	}
	php_clever_sso_end_call(return_value, status, error, outcome, php_clever_sso_write_outcome, release_outcome);
}

ZEND_METHOD(CleverSso_Client, finishLogin)
{
	finish(INTERNAL_FUNCTION_PARAM_PASSTHRU, 1, clever_sso_finish_login);
}

ZEND_METHOD(CleverSso_Client, finishLoginWithPending)
{
	finish(INTERNAL_FUNCTION_PARAM_PASSTHRU, 2, clever_sso_finish_login_with_pending);
}

ZEND_METHOD(CleverSso_Client, instantLoginUrl)
{
	zend_string *district_id;
	ZEND_PARSE_PARAMETERS_START(1, 1)
		Z_PARAM_STR(district_id)
	ZEND_PARSE_PARAMETERS_END();
	php_clever_sso_shared *shared = php_clever_sso_shared_of(ZEND_THIS);
	if (shared == NULL) RETURN_THROWS();

	char *url = NULL;
	clever_sso_error *error = NULL;
	clever_sso_status status
		= clever_sso_instant_login_url(shared->client, php_clever_sso_text(district_id), &url, &error);
	php_clever_sso_end_call(return_value, status, error, url, php_clever_sso_write_text, php_clever_sso_release_text);
}

ZEND_METHOD(CleverSso_Client, portalUrl)
{
	zend_string *district = NULL;
	ZEND_PARSE_PARAMETERS_START(0, 1)
		Z_PARAM_OPTIONAL
		Z_PARAM_STR_OR_NULL(district)
	ZEND_PARSE_PARAMETERS_END();
	php_clever_sso_shared *shared = php_clever_sso_shared_of(ZEND_THIS);
	if (shared == NULL) RETURN_THROWS();

	char *url = NULL;
	clever_sso_error *error = NULL;
	clever_sso_status status = clever_sso_portal_url(shared->client, php_clever_sso_text(district), &url, &error);
	php_clever_sso_end_call(return_value, status, error, url, php_clever_sso_write_text, php_clever_sso_release_text);
}

ZEND_METHOD(CleverSso_Client, warmUp)
{
	ZEND_PARSE_PARAMETERS_NONE();
	php_clever_sso_shared *shared = php_clever_sso_shared_of(ZEND_THIS);
	if (shared == NULL) RETURN_THROWS();

	clever_sso_error *error = NULL;
	php_clever_sso_key_cache_read(&shared->keys, shared->client);
	clever_sso_status status = clever_sso_warm_up(shared->client, &error);
	if (!status) php_clever_sso_key_cache_write(&shared->keys, shared->client);
	php_clever_sso_end_call(return_value, status, error, NULL, NULL, NULL);
}

/* What came of a call is made by that call, and by nobody else. */
ZEND_METHOD(CleverSso_Login, __construct)
{
	ZEND_PARSE_PARAMETERS_NONE();
}

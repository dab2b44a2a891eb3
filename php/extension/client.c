/* The class CleverSso\Client: the object and a login. Refusals and cookies are in browser.c, the single steps in steps.c. */
#include "client.h"
#include "environment.h"
#include "logging.h"
#include "settings.h"

#include "zend_interfaces.h"

typedef struct {
	/* NULL until the constructor succeeded. */
	php_clever_sso_shared *shared;
	/* Called when the key cache cannot be used; or undefined. */
	zval logger;
	/* How errors of the constructor name a setting. */
	uint32_t names;
	/* Where the constructor writes a report instead of making a native client, or NULL. */
	zval *report;
	zend_object std;
} client_object;

static zend_object_handlers client_handlers;

static client_object *client_of(zend_object *object)
{
	return (client_object *) ((char *) object - XtOffsetOf(client_object, std));
}

static zend_object *client_create(zend_class_entry *ce)
{
	client_object *client = zend_object_alloc(sizeof(client_object), ce);
	client->shared = NULL;
	client->names = CLEVER_SSO_NAMES_PHP;
	client->report = NULL;
	ZVAL_UNDEF(&client->logger);
	zend_object_std_init(&client->std, ce);
	object_properties_init(&client->std, ce);
	client->std.handlers = &client_handlers;
	return &client->std;
}

static void client_free(zend_object *object)
{
	client_object *client = client_of(object);
	if (client->shared != NULL) php_clever_sso_registry_release(client->shared);
	zval_ptr_dtor(&client->logger);
	zend_object_std_dtor(object);
}

/* A logger may know the client. */
static HashTable *client_get_gc(zend_object *object, zval **table, int *count)
{
	zend_get_gc_buffer *buffer = zend_get_gc_buffer_create();
	zend_get_gc_buffer_add_zval(buffer, &client_of(object)->logger);
	for (int i = 0; i < object->ce->default_properties_count; i++) {
		zend_get_gc_buffer_add_zval(buffer, OBJ_PROP_NUM(object, i));
	}
	zend_get_gc_buffer_use(buffer, table, count);
	return NULL;
}

void php_clever_sso_client_startup(void)
{
	php_clever_sso_ce_client->create_object = client_create;
	client_handlers = std_object_handlers;
	client_handlers.get_gc = client_get_gc;
	client_handlers.offset = XtOffsetOf(client_object, std);
	client_handlers.free_obj = client_free;
	client_handlers.clone_obj = php_clever_sso_no_clone;
}

/* PHP checks the visibility of __clone first; only code that does not check it gets here. */
zend_object *php_clever_sso_no_clone(zend_object *object)
{
	zend_throw_error(NULL, "Trying to clone an uncloneable object of class %s", ZSTR_VAL(object->ce->name));
	return object->ce->create_object(object->ce);
}

ZEND_METHOD(CleverSso_Client, __clone)
{
	ZEND_PARSE_PARAMETERS_NONE();
}

php_clever_sso_shared *php_clever_sso_shared_of(zval *this)
{
	php_clever_sso_shared *shared = client_of(Z_OBJ_P(this))->shared;
	if (shared == NULL) zend_throw_error(NULL, "This CleverSso\\Client was not constructed");
	return shared;
}

/* Ends a native call: its handle becomes the return value, or its error is thrown. PHP may end the request in
 * between, when memory or time runs out: the handle and the error are freed even then. */
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
PHP_CLEVER_SSO_RELEASE(report)

/* Refuses the path of a file. The error names the setting as the caller wrote it. */
static void refuse(const client_object *client, uint32_t argument, const char *variable, const char *expected)
{
	if (client->names == CLEVER_SSO_NAMES_ENVIRONMENT) {
		php_clever_sso_throw_config("%s must %s", variable, expected);
	} else {
		zend_argument_value_error(argument, "must %s", expected);
	}
}

/* Whether open_basedir forbids a file. For a path that is too long, PHP's own check would raise a warning. */
static bool is_out_of_reach(const char *path)
{
	if (PG(open_basedir) == NULL || *PG(open_basedir) == '\0') return false;
	return strlen(path) >= MAXPATHLEN || php_check_open_basedir_ex(path, 0) != 0;
}

/* The library reads these files, and does not know open_basedir. */
static bool check_files(const client_object *client, const php_clever_sso_settings *settings)
{
	const char *key_cache = php_clever_sso_text(settings->key_cache);
	const char *ca_bundle = php_clever_sso_text(settings->ca_bundle);
	/* A relative path starts at a different folder in each script. */
	if (key_cache != NULL && !IS_ABSOLUTE_PATH(key_cache, strlen(key_cache))) {
		refuse(client, 21, "CLEVER_KEY_CACHE", "be an absolute path");
	} else if (key_cache != NULL && is_out_of_reach(key_cache)) {
		refuse(client, 21, "CLEVER_KEY_CACHE", "be a file that open_basedir allows");
	} else if (ca_bundle != NULL && strstr(ca_bundle, "-----BEGIN") == NULL && is_out_of_reach(ca_bundle)) {
		refuse(client, 19, "CLEVER_CA_BUNDLE", "be PEM text, or a file that open_basedir allows");
	}
	return EG(exception) == NULL;
}

static void set_property(client_object *client, const char *name, zval *value)
{
	zend_update_property(client->std.ce, &client->std, name, strlen(name), value);
	zval_ptr_dtor(value);
}

/* What dumps of the object show, and what `==` compares. */
static void write_properties(
	client_object *client, const php_clever_sso_settings *settings, const unsigned char *fingerprint)
{
	zval client_id, issuer, redirect_uris, hidden, *each;
	ZVAL_STR_COPY(&client_id, settings->client_id);
	set_property(client, "clientId", &client_id);
	ZVAL_STRING(&issuer, clever_sso_client_issuer(client->shared->client));
	set_property(client, "issuer", &issuer);
	array_init(&redirect_uris);
	if (settings->redirect_uri != NULL) add_next_index_str(&redirect_uris, zend_string_copy(settings->redirect_uri));
	if (settings->redirect_uris != NULL) {
		ZEND_HASH_FOREACH_VAL(settings->redirect_uris, each) {
			ZVAL_DEREF(each);
			add_next_index_str(&redirect_uris, zend_string_copy(Z_STR_P(each)));
		} ZEND_HASH_FOREACH_END();
	}
	set_property(client, "redirectUris", &redirect_uris);
	ZVAL_STRINGL(&hidden, (const char *) fingerprint, PHP_CLEVER_SSO_FINGERPRINT);
	php_clever_sso_hide(&client->std, &hidden);
}

static void warn_of_keys(const client_object *client, const char *reason)
{
	char *line;
	spprintf(&line, 0, "the key cache %s is not used: %s", client->shared->keys.path, reason);
	php_clever_sso_warn(&client->logger, line);
	efree(line);
}

void php_clever_sso_take_keys(zval *this)
{
	client_object *client = client_of(Z_OBJ_P(this));
	const char *reason = php_clever_sso_key_cache_read(&client->shared->keys, client->shared->client);
	if (reason != NULL) warn_of_keys(client, reason);
}

void php_clever_sso_share_keys(zval *this)
{
	client_object *client = client_of(Z_OBJ_P(this));
	const char *reason = php_clever_sso_key_cache_write(&client->shared->keys, client->shared->client);
	if (reason != NULL) warn_of_keys(client, reason);
}

static void examine(const client_object *client, const php_clever_sso_settings *settings)
{
	clever_sso_report *report = NULL;
	clever_sso_error *error = NULL;
	clever_sso_status status = php_clever_sso_settings_doctor(settings, &report, &error);
	php_clever_sso_end_call(client->report, status, error, report, php_clever_sso_write_report, release_report);
}

ZEND_METHOD(CleverSso_Client, __construct)
{
	php_clever_sso_settings settings = { .timeout = 10.0, .leeway = 60 };
	zval *logger = NULL;
	ZEND_PARSE_PARAMETERS_START(1, 22)
		PHP_CLEVER_SSO_PARAM_STR(settings.client_id)
		Z_PARAM_OPTIONAL
		Z_PARAM_STR_OR_NULL(settings.client_secret)
		Z_PARAM_ARRAY_HT_OR_STR_OR_NULL(settings.redirect_uris, settings.redirect_uri)
		Z_PARAM_STR_OR_NULL(settings.issuer)
		Z_PARAM_STR_OR_NULL(settings.api_base)
		Z_PARAM_STR_OR_NULL(settings.base_url)
		PHP_CLEVER_SSO_PARAM_DOUBLE(settings.timeout)
		PHP_CLEVER_SSO_PARAM_LONG(settings.leeway)
		Z_PARAM_STR_OR_NULL(settings.pending_key)
		Z_PARAM_ARRAY_HT(settings.old_pending_keys)
		Z_PARAM_ARRAY_HT(settings.return_to_origins)
		PHP_CLEVER_SSO_PARAM_BOOL(settings.development)
		Z_PARAM_STR_OR_NULL(settings.authorization_endpoint)
		Z_PARAM_STR_OR_NULL(settings.token_endpoint)
		Z_PARAM_STR_OR_NULL(settings.tokeninfo_endpoint)
		Z_PARAM_STR_OR_NULL(settings.userinfo_endpoint)
		Z_PARAM_STR_OR_NULL(settings.jwks_uri)
		PHP_CLEVER_SSO_PARAM_BOOL(settings.discover)
		Z_PARAM_STR_OR_NULL(settings.ca_bundle)
		Z_PARAM_STR_OR_NULL(settings.proxy)
		Z_PARAM_PATH_STR_OR_NULL(settings.key_cache)
		Z_PARAM_OBJECT_OR_NULL(logger)
	ZEND_PARSE_PARAMETERS_END();

	client_object *client = client_of(Z_OBJ_P(ZEND_THIS));
	if (client->shared != NULL) {
		zend_throw_error(NULL, "This CleverSso\\Client is constructed already");
		RETURN_THROWS();
	}
	settings.names = client->names;
	if (!php_clever_sso_settings_check(&settings) || !check_files(client, &settings)) RETURN_THROWS();
	if (logger != NULL && !php_clever_sso_is_logger(logger)) {
		zend_argument_type_error(22, "must have a method warning, or be a closure");
		RETURN_THROWS();
	}
	if (client->report != NULL) {
		examine(client, &settings);
		return;
	}

	unsigned char fingerprint[PHP_CLEVER_SSO_FINGERPRINT];
	php_clever_sso_settings_fingerprint(&settings, fingerprint);
	client->shared = php_clever_sso_registry_find(fingerprint);
	clever_sso_error *error = NULL;
	clever_sso_status status = CLEVER_SSO_OK;
	const char *reason = NULL;
	if (client->shared == NULL) {
		clever_sso_client *native = NULL;
		status = php_clever_sso_settings_make(&settings, &native, &error);
		if (!status) {
			client->shared = php_clever_sso_registry_add(fingerprint, native, php_clever_sso_text(settings.key_cache));
			reason = php_clever_sso_key_cache_check(&client->shared->keys);
		}
	}
	if (!status) write_properties(client, &settings, fingerprint);
	php_clever_sso_end_call(return_value, status, error, NULL, NULL, NULL);
	if (logger != NULL) ZVAL_COPY(&client->logger, logger);
	if (reason != NULL) warn_of_keys(client, reason);
}

/* Errors name the variables. */
ZEND_METHOD(CleverSso_Client, fromEnv)
{
	zval *logger = NULL;
	ZEND_PARSE_PARAMETERS_START(0, 1)
		Z_PARAM_OPTIONAL
		Z_PARAM_OBJECT_OR_NULL(logger)
	ZEND_PARSE_PARAMETERS_END();

	HashTable *arguments = zend_new_array(8);
	if (php_clever_sso_environment(arguments)) {
		if (logger != NULL) {
			Z_ADDREF_P(logger);
			zend_hash_str_add_new(arguments, ZEND_STRL("logger"), logger);
		}
		object_init_ex(return_value, php_clever_sso_ce_client);
		client_of(Z_OBJ_P(return_value))->names = CLEVER_SSO_NAMES_ENVIRONMENT;
		zend_call_known_function(php_clever_sso_ce_client->constructor, Z_OBJ_P(return_value), php_clever_sso_ce_client,
			NULL, 0, NULL, arguments);
	}
	zend_array_destroy(arguments);
}

ZEND_METHOD(CleverSso_Client, doctorFromEnv)
{
	ZEND_PARSE_PARAMETERS_NONE();
	HashTable *arguments = zend_new_array(8);
	if (php_clever_sso_environment(arguments)) {
		zval client;
		object_init_ex(&client, php_clever_sso_ce_client);
		client_of(Z_OBJ(client))->names = CLEVER_SSO_NAMES_ENVIRONMENT;
		client_of(Z_OBJ(client))->report = return_value;
		zend_call_known_function(
			php_clever_sso_ce_client->constructor, Z_OBJ(client), php_clever_sso_ce_client, NULL, 0, NULL, arguments);
		zval_ptr_dtor(&client);
	}
	zend_array_destroy(arguments);
	php_clever_sso_report_exception(return_value);
}

/* Begins a login of either grant. The rest is the same. */
static void begin(INTERNAL_FUNCTION_PARAMETERS,
	clever_sso_status (*function)(const clever_sso_client *client, const clever_sso_login_options *options,
		clever_sso_login **login, clever_sso_error **error))
{
	zend_string *cookies = NULL, *redirect_uri = NULL, *district_id = NULL, *return_to = NULL, *home = NULL;
	bool switch_user = false, has_session = false, is_unknown = true;
	ZEND_PARSE_PARAMETERS_START(0, 7)
		Z_PARAM_OPTIONAL
		Z_PARAM_STR_OR_NULL(cookies)
		Z_PARAM_STR_OR_NULL(redirect_uri)
		Z_PARAM_STR_OR_NULL(district_id)
		Z_PARAM_STR_OR_NULL(return_to)
		PHP_CLEVER_SSO_PARAM_BOOL(switch_user)
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
	if (!status) status = function(shared->client, options, &login, &error);
	clever_sso_login_options_free(options);
	php_clever_sso_end_call(return_value, status, error, login, php_clever_sso_write_login, release_login);
}

ZEND_METHOD(CleverSso_Client, beginLogin)
{
	begin(INTERNAL_FUNCTION_PARAM_PASSTHRU, clever_sso_begin_login);
}

ZEND_METHOD(CleverSso_Client, beginImplicit)
{
	begin(INTERNAL_FUNCTION_PARAM_PASSTHRU, clever_sso_begin_implicit);
}

/* Finishes a login with the browser's cookies, or with the pending login that the application kept. The rest is the same. */
static void finish(INTERNAL_FUNCTION_PARAMETERS, uint32_t required,
	clever_sso_status (*function)(const clever_sso_client *client, const char *callback, const char *kept,
		clever_sso_outcome **outcome, clever_sso_error **error))
{
	zend_string *callback, *kept = NULL;
	ZEND_PARSE_PARAMETERS_START(required, 2)
		PHP_CLEVER_SSO_PARAM_STR(callback)
		Z_PARAM_OPTIONAL
		Z_PARAM_STR_OR_NULL(kept)
	ZEND_PARSE_PARAMETERS_END();
	php_clever_sso_shared *shared = php_clever_sso_shared_of(ZEND_THIS);
	if (shared == NULL) RETURN_THROWS();

	clever_sso_outcome *outcome = NULL;
	clever_sso_error *error = NULL;
	php_clever_sso_take_keys(ZEND_THIS);
	clever_sso_status status = function(
		shared->client, php_clever_sso_text(callback), php_clever_sso_text(kept), &outcome, &error);
	/* Without an ID token, the login needed no keys: do not fetch them only to cache them. */
	bool had_keys = clever_sso_tokens_id_token(clever_sso_outcome_tokens(outcome)) != NULL;
	php_clever_sso_end_call(return_value, status, error, outcome, php_clever_sso_write_outcome, release_outcome);
	if (had_keys && EG(exception) == NULL) php_clever_sso_share_keys(ZEND_THIS);
}

ZEND_METHOD(CleverSso_Client, finishLogin)
{
	finish(INTERNAL_FUNCTION_PARAM_PASSTHRU, 1, clever_sso_finish_login);
}

ZEND_METHOD(CleverSso_Client, finishLoginWithPending)
{
	finish(INTERNAL_FUNCTION_PARAM_PASSTHRU, 2, clever_sso_finish_login_with_pending);
}

ZEND_METHOD(CleverSso_Client, finishImplicit)
{
	finish(INTERNAL_FUNCTION_PARAM_PASSTHRU, 1, clever_sso_finish_implicit);
}

ZEND_METHOD(CleverSso_Client, finishImplicitWithPending)
{
	finish(INTERNAL_FUNCTION_PARAM_PASSTHRU, 2, clever_sso_finish_implicit_with_pending);
}

ZEND_METHOD(CleverSso_Client, instantLoginUrl)
{
	zend_string *district_id;
	ZEND_PARSE_PARAMETERS_START(1, 1)
		PHP_CLEVER_SSO_PARAM_STR(district_id)
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
	php_clever_sso_take_keys(ZEND_THIS);
	clever_sso_status status = clever_sso_warm_up(shared->client, &error);
	php_clever_sso_end_call(return_value, status, error, NULL, NULL, NULL);
	if (!status) php_clever_sso_share_keys(ZEND_THIS);
}

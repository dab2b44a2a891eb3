/* The class CleverSso\Client: arguments in, native calls, objects or exceptions out. */
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

static php_clever_sso_shared *shared_of(zval *this)
{
	php_clever_sso_shared *shared = client_of(Z_OBJ_P(this))->shared;
	if (shared == NULL) zend_throw_error(NULL, "This CleverSso\\Client was not constructed");
	return shared;
}

/* Ends a native call: its handle becomes the return value, or its error is thrown. PHP may end the request in the midst
 * of that, when memory or time is at its end; the handle and the error are freed even then. */
static void end_call(zval *return_value, clever_sso_status status, clever_sso_error *error, const void *handle,
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

/* Each handle has a `_free` of its own type. */
#define RELEASE(noun) \
	static void release_##noun(const void *handle) \
	{ \
		clever_sso_##noun##_free((clever_sso_##noun *) handle); \
	}
RELEASE(login)
RELEASE(outcome)
RELEASE(tokens)
RELEASE(claims)
RELEASE(token_info)
RELEASE(me_record)
RELEASE(user_record)
RELEASE(district_record)
RELEASE(userinfo_record)
RELEASE(callback)

static void release_text(const void *text)
{
	clever_sso_string_free((char *) text);
}

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
	if (key_cache != NULL && php_check_open_basedir(key_cache)) {
		zend_argument_value_error(21, "must be a file that open_basedir allows");
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
	end_call(return_value, status, error, NULL, NULL, NULL);
}

ZEND_METHOD(CleverSso_Client, beginLogin)
{
	zend_string *return_to = NULL, *district_id = NULL, *redirect_uri = NULL;
	ZEND_PARSE_PARAMETERS_START(0, 3)
		Z_PARAM_OPTIONAL
		Z_PARAM_STR_OR_NULL(return_to)
		Z_PARAM_STR_OR_NULL(district_id)
		Z_PARAM_STR_OR_NULL(redirect_uri)
	ZEND_PARSE_PARAMETERS_END();
	php_clever_sso_shared *shared = shared_of(ZEND_THIS);
	if (shared == NULL) RETURN_THROWS();

	clever_sso_login_options *options = NULL;
	clever_sso_login *login = NULL;
	clever_sso_error *error = NULL;
	clever_sso_status status = clever_sso_login_options_new(&options, &error);
	if (!status && return_to) {
		status = clever_sso_login_options_set_return_to(options, php_clever_sso_text(return_to), &error);
	}
	if (!status && district_id) {
		status = clever_sso_login_options_set_district_id(options, php_clever_sso_text(district_id), &error);
	}
	if (!status && redirect_uri) {
		status = clever_sso_login_options_set_redirect_uri(options, php_clever_sso_text(redirect_uri), &error);
	}
	if (!status) status = clever_sso_begin_login(shared->client, options, &login, &error);
	clever_sso_login_options_free(options);
	end_call(return_value, status, error, login, php_clever_sso_write_login, release_login);
}

ZEND_METHOD(CleverSso_Client, finishLogin)
{
	zend_string *callback, *pending = NULL;
	ZEND_PARSE_PARAMETERS_START(1, 2)
		Z_PARAM_STR(callback)
		Z_PARAM_OPTIONAL
		Z_PARAM_STR_OR_NULL(pending)
	ZEND_PARSE_PARAMETERS_END();
	php_clever_sso_shared *shared = shared_of(ZEND_THIS);
	if (shared == NULL) RETURN_THROWS();

	clever_sso_outcome *outcome = NULL;
	clever_sso_error *error = NULL;
	php_clever_sso_key_cache_read(&shared->keys, shared->client);
	clever_sso_status status = clever_sso_finish_login(
		shared->client, php_clever_sso_text(callback), php_clever_sso_text(pending), &outcome, &error);
	/* Without an ID token no keys were needed, and none are fetched only to be kept. */
	if (clever_sso_tokens_id_token(clever_sso_outcome_tokens(outcome)) != NULL) {
		php_clever_sso_key_cache_write(&shared->keys, shared->client);
	}
	end_call(return_value, status, error, outcome, php_clever_sso_write_outcome, release_outcome);
}

ZEND_METHOD(CleverSso_Client, authorizeUrl)
{
	zend_string *response_type = NULL, *redirect_uri = NULL, *state = NULL, *nonce = NULL, *district_id = NULL;
	ZEND_PARSE_PARAMETERS_START(0, 5)
		Z_PARAM_OPTIONAL
		Z_PARAM_STR(response_type)
		Z_PARAM_STR_OR_NULL(redirect_uri)
		Z_PARAM_STR_OR_NULL(state)
		Z_PARAM_STR_OR_NULL(nonce)
		Z_PARAM_STR_OR_NULL(district_id)
	ZEND_PARSE_PARAMETERS_END();
	php_clever_sso_shared *shared = shared_of(ZEND_THIS);
	if (shared == NULL) RETURN_THROWS();
	bool implicit = response_type != NULL && zend_string_equals_literal(response_type, "token");
	if (response_type != NULL && !implicit && !zend_string_equals_literal(response_type, "code")) {
		zend_argument_value_error(1, "must be either \"code\" or \"token\"");
		RETURN_THROWS();
	}

	clever_sso_authorize_options *options = NULL;
	clever_sso_error *error = NULL;
	char *url = NULL;
	const struct {
		const zend_string *text;
		clever_sso_status (*set)(clever_sso_authorize_options *options, const char *text, clever_sso_error **error);
	} texts[] = {
		{ redirect_uri, clever_sso_authorize_options_set_redirect_uri },
		{ state, clever_sso_authorize_options_set_state },
		{ nonce, clever_sso_authorize_options_set_nonce },
		{ district_id, clever_sso_authorize_options_set_district_id },
	};
	clever_sso_status status = clever_sso_authorize_options_new(&options, &error);
	if (!status) status = clever_sso_authorize_options_set_implicit(options, implicit, &error);
	for (size_t i = 0; i < sizeof texts / sizeof *texts && !status; i++) {
		if (texts[i].text != NULL) status = texts[i].set(options, php_clever_sso_text(texts[i].text), &error);
	}
	if (!status) status = clever_sso_authorize_url(shared->client, options, &url, &error);
	clever_sso_authorize_options_free(options);
	end_call(return_value, status, error, url, php_clever_sso_write_text, release_text);
}

ZEND_METHOD(CleverSso_Client, instantLoginUrl)
{
	zend_string *district_id;
	ZEND_PARSE_PARAMETERS_START(1, 1)
		Z_PARAM_STR(district_id)
	ZEND_PARSE_PARAMETERS_END();
	php_clever_sso_shared *shared = shared_of(ZEND_THIS);
	if (shared == NULL) RETURN_THROWS();

	char *url = NULL;
	clever_sso_error *error = NULL;
	clever_sso_status status
		= clever_sso_instant_login_url(shared->client, php_clever_sso_text(district_id), &url, &error);
	end_call(return_value, status, error, url, php_clever_sso_write_text, release_text);
}

ZEND_METHOD(CleverSso_Client, portalUrl)
{
	zend_string *district = NULL;
	ZEND_PARSE_PARAMETERS_START(0, 1)
		Z_PARAM_OPTIONAL
		Z_PARAM_STR_OR_NULL(district)
	ZEND_PARSE_PARAMETERS_END();
	php_clever_sso_shared *shared = shared_of(ZEND_THIS);
	if (shared == NULL) RETURN_THROWS();

	char *url = NULL;
	clever_sso_error *error = NULL;
	clever_sso_status status = clever_sso_portal_url(shared->client, php_clever_sso_text(district), &url, &error);
	end_call(return_value, status, error, url, php_clever_sso_write_text, release_text);
}

ZEND_METHOD(CleverSso_Client, exchangeCode)
{
	zend_string *code, *redirect_uri = NULL;
	ZEND_PARSE_PARAMETERS_START(1, 2)
		Z_PARAM_STR(code)
		Z_PARAM_OPTIONAL
		Z_PARAM_STR_OR_NULL(redirect_uri)
	ZEND_PARSE_PARAMETERS_END();
	php_clever_sso_shared *shared = shared_of(ZEND_THIS);
	if (shared == NULL) RETURN_THROWS();

	clever_sso_tokens *tokens = NULL;
	clever_sso_error *error = NULL;
	clever_sso_status status = clever_sso_exchange_code(
		shared->client, php_clever_sso_text(code), php_clever_sso_text(redirect_uri), &tokens, &error);
	end_call(return_value, status, error, tokens, php_clever_sso_write_tokens, release_tokens);
}

ZEND_METHOD(CleverSso_Client, verifyIdToken)
{
	zend_string *id_token, *nonce = NULL, *access_token = NULL;
	ZEND_PARSE_PARAMETERS_START(1, 3)
		Z_PARAM_STR(id_token)
		Z_PARAM_OPTIONAL
		Z_PARAM_STR_OR_NULL(nonce)
		Z_PARAM_STR_OR_NULL(access_token)
	ZEND_PARSE_PARAMETERS_END();
	php_clever_sso_shared *shared = shared_of(ZEND_THIS);
	if (shared == NULL) RETURN_THROWS();

	clever_sso_claims *claims = NULL;
	clever_sso_error *error = NULL;
	php_clever_sso_key_cache_read(&shared->keys, shared->client);
	clever_sso_status status = clever_sso_verify_id_token(shared->client, php_clever_sso_text(id_token),
		php_clever_sso_text(nonce), php_clever_sso_text(access_token), &claims, &error);
	if (!status) php_clever_sso_key_cache_write(&shared->keys, shared->client);
	end_call(return_value, status, error, claims, php_clever_sso_write_claims, release_claims);
}

/* The calls that an access token opens differ in nothing but their nouns. */
#define TOKEN_METHOD(method, function, answer_type, writer) \
	ZEND_METHOD(CleverSso_Client, method) \
	{ \
		zend_string *access_token; \
		ZEND_PARSE_PARAMETERS_START(1, 1) \
			Z_PARAM_STR(access_token) \
		ZEND_PARSE_PARAMETERS_END(); \
		php_clever_sso_shared *shared = shared_of(ZEND_THIS); \
		if (shared == NULL) RETURN_THROWS(); \
		clever_sso_##answer_type *answer = NULL; \
		clever_sso_error *error = NULL; \
		clever_sso_status status \
			= clever_sso_##function(shared->client, php_clever_sso_text(access_token), &answer, &error); \
		end_call(return_value, status, error, answer, php_clever_sso_write_##writer, release_##answer_type); \
	}
TOKEN_METHOD(checkToken, check_token, token_info, token_info)
TOKEN_METHOD(me, me, me_record, me)

/* `id_parameter` says how the second argument is read. */
#define RECORD_METHOD(method, required, id_parameter, function, answer_type, writer) \
	ZEND_METHOD(CleverSso_Client, method) \
	{ \
		zend_string *access_token, *id = NULL; \
		ZEND_PARSE_PARAMETERS_START(required, 2) \
			Z_PARAM_STR(access_token) \
			id_parameter(id) \
		ZEND_PARSE_PARAMETERS_END(); \
		php_clever_sso_shared *shared = shared_of(ZEND_THIS); \
		if (shared == NULL) RETURN_THROWS(); \
		clever_sso_##answer_type *answer = NULL; \
		clever_sso_error *error = NULL; \
		clever_sso_status status = clever_sso_##function( \
			shared->client, php_clever_sso_text(access_token), php_clever_sso_text(id), &answer, &error); \
		end_call(return_value, status, error, answer, php_clever_sso_write_##writer, release_##answer_type); \
	}
#define MAY_BE_MISSING(id) Z_PARAM_OPTIONAL Z_PARAM_STR_OR_NULL(id)
RECORD_METHOD(user, 2, Z_PARAM_STR, user, user_record, user)
RECORD_METHOD(district, 2, Z_PARAM_STR, district, district_record, district)
RECORD_METHOD(userinfo, 1, MAY_BE_MISSING, userinfo, userinfo_record, userinfo)

ZEND_METHOD(CleverSso_Client, warmUp)
{
	ZEND_PARSE_PARAMETERS_NONE();
	php_clever_sso_shared *shared = shared_of(ZEND_THIS);
	if (shared == NULL) RETURN_THROWS();

	clever_sso_error *error = NULL;
	php_clever_sso_key_cache_read(&shared->keys, shared->client);
	clever_sso_status status = clever_sso_warm_up(shared->client, &error);
	if (!status) {
		php_clever_sso_key_cache_keep_warm(&shared->keys, shared->client);
		php_clever_sso_key_cache_write(&shared->keys, shared->client);
	}
	end_call(return_value, status, error, NULL, NULL, NULL);
}

ZEND_METHOD(CleverSso_Client, exportKeys)
{
	ZEND_PARSE_PARAMETERS_NONE();
	php_clever_sso_shared *shared = shared_of(ZEND_THIS);
	if (shared == NULL) RETURN_THROWS();

	char *keys = NULL;
	clever_sso_error *error = NULL;
	clever_sso_status status = clever_sso_export_keys(shared->client, &keys, &error);
	end_call(return_value, status, error, keys, php_clever_sso_write_text, release_text);
}

ZEND_METHOD(CleverSso_Client, importKeys)
{
	zend_string *keys;
	ZEND_PARSE_PARAMETERS_START(1, 1)
		Z_PARAM_STR(keys)
	ZEND_PARSE_PARAMETERS_END();
	php_clever_sso_shared *shared = shared_of(ZEND_THIS);
	if (shared == NULL) RETURN_THROWS();

	clever_sso_error *error = NULL;
	clever_sso_status status = clever_sso_import_keys(shared->client, php_clever_sso_text(keys), &error);
	end_call(return_value, status, error, NULL, NULL, NULL);
}

ZEND_METHOD(CleverSso_Callback, parse)
{
	zend_string *text;
	ZEND_PARSE_PARAMETERS_START(1, 1)
		Z_PARAM_STR(text)
	ZEND_PARSE_PARAMETERS_END();
	clever_sso_callback *callback = NULL;
	clever_sso_error *error = NULL;
	clever_sso_status status = clever_sso_parse_callback(php_clever_sso_text(text), &callback, &error);
	end_call(return_value, status, error, callback, php_clever_sso_write_callback, release_callback);
}

/* What came of a call is made by that call, and by nobody else. */
ZEND_METHOD(CleverSso_Login, __construct)
{
	ZEND_PARSE_PARAMETERS_NONE();
}

/* The browser's side: requests that must not act, and cookies. */
#include "client.h"

#include "SAPI.h"

PHP_CLEVER_SSO_RELEASE(logout)

static const clever_sso_set_cookie *logout_cookie(const void *logout, size_t index)
{
	return clever_sso_logout_set_cookie(logout, index);
}

static void write_logout(zval *value, const void *logout)
{
	php_clever_sso_write_cookies(value, logout_cookie, logout);
}

/* Which cookies to set: at a logout, or when a session was kept. The rest is the same. */
static void cookies_to_set(INTERNAL_FUNCTION_PARAMETERS,
	clever_sso_status (*function)(const clever_sso_client *client, const char *cookies, clever_sso_logout **logout,
		clever_sso_error **error))
{
	zend_string *cookies = NULL;
	ZEND_PARSE_PARAMETERS_START(0, 1)
		Z_PARAM_OPTIONAL
		Z_PARAM_STR_OR_NULL(cookies)
	ZEND_PARSE_PARAMETERS_END();
	php_clever_sso_shared *shared = php_clever_sso_shared_of(ZEND_THIS);
	if (shared == NULL) RETURN_THROWS();

	clever_sso_logout *logout = NULL;
	clever_sso_error *error = NULL;
	clever_sso_status status = function(shared->client, php_clever_sso_text(cookies), &logout, &error);
	php_clever_sso_end_call(return_value, status, error, logout, write_logout, release_logout);
}

ZEND_METHOD(CleverSso_Client, logOutCookies)
{
	cookies_to_set(INTERNAL_FUNCTION_PARAM_PASSTHRU, clever_sso_log_out);
}

ZEND_METHOD(CleverSso_Client, sessionKeptCookies)
{
	cookies_to_set(INTERNAL_FUNCTION_PARAM_PASSTHRU, clever_sso_session_kept);
}

ZEND_METHOD(CleverSso_Client, isSwitchedOn)
{
	zend_string *value;
	ZEND_PARSE_PARAMETERS_START(1, 1)
		Z_PARAM_STR_OR_NULL(value)
	ZEND_PARSE_PARAMETERS_END();
	RETURN_BOOL(clever_sso_is_switched_on(php_clever_sso_text(value)));
}

ZEND_METHOD(CleverSso_Client, leadsTo)
{
	zend_string *target, *path;
	ZEND_PARSE_PARAMETERS_START(2, 2)
		PHP_CLEVER_SSO_PARAM_STR(target)
		PHP_CLEVER_SSO_PARAM_STR(path)
	ZEND_PARSE_PARAMETERS_END();
	RETURN_BOOL(clever_sso_leads_to(php_clever_sso_text(target), php_clever_sso_text(path)));
}

ZEND_METHOD(CleverSso_Client, loginKey)
{
	zend_string *callback;
	ZEND_PARSE_PARAMETERS_START(1, 1)
		PHP_CLEVER_SSO_PARAM_STR(callback)
	ZEND_PARSE_PARAMETERS_END();
	if (php_clever_sso_shared_of(ZEND_THIS) == NULL) RETURN_THROWS();

	char *key = NULL;
	clever_sso_error *error = NULL;
	clever_sso_status status = clever_sso_login_key_of_callback(php_clever_sso_text(callback), &key, &error);
	php_clever_sso_end_call(return_value, status, error, key, php_clever_sso_write_text, php_clever_sso_release_text);
}

/* ---- requests that must not act */

static uint32_t endpoint_named(const zend_string *name)
{
	if (zend_string_equals_literal(name, "login")) return CLEVER_SSO_ENDPOINT_LOGIN;
	if (zend_string_equals_literal(name, "callback")) return CLEVER_SSO_ENDPOINT_CALLBACK;
	if (zend_string_equals_literal(name, "logout")) return CLEVER_SSO_ENDPOINT_LOGOUT;
	return 0;
}

/* A value that is not text is passed as bytes that are not text: no check of the library accepts them. */
static clever_sso_status set_header(
	clever_sso_request *request, const zend_string *name, zval *value, clever_sso_error **error)
{
	ZVAL_DEREF(value);
	const char *text = Z_TYPE_P(value) == IS_STRING ? php_clever_sso_text(Z_STR_P(value)) : "\xff";
	return clever_sso_request_set_header(request, php_clever_sso_text(name), text, error);
}

static clever_sso_status set_headers(clever_sso_request *request, HashTable *headers, clever_sso_error **error)
{
	zend_string *name;
	zval *value;
	clever_sso_status status = CLEVER_SSO_OK;
	/* A name that is a number is not one of the headers that matter. */
	ZEND_HASH_FOREACH_STR_KEY_VAL(headers, name, value) {
		if (name == NULL) continue;
		ZVAL_DEREF(value);
		if (Z_TYPE_P(value) != IS_ARRAY) {
			status = set_header(request, name, value, error);
		} else {
			/* A list of values, as some frameworks store headers, and for repeated headers. */
			zval *each;
			ZEND_HASH_FOREACH_VAL(Z_ARRVAL_P(value), each) {
				if (status == CLEVER_SSO_OK) status = set_header(request, name, each, error);
			} ZEND_HASH_FOREACH_END();
		}
		if (status != CLEVER_SSO_OK) break;
	} ZEND_HASH_FOREACH_END();
	return status;
}

static void write_refusal(zval *value, uint16_t status, uint32_t endpoint)
{
	object_init_ex(value, php_clever_sso_ce_refusal);
	zend_update_property_long(php_clever_sso_ce_refusal, Z_OBJ_P(value), ZEND_STRL("status"), status);
	if (status == 405) {
		const char *allow = clever_sso_endpoint_allow(endpoint);
		zend_update_property_string(php_clever_sso_ce_refusal, Z_OBJ_P(value), ZEND_STRL("allow"), allow);
	} else {
		zend_update_property_null(php_clever_sso_ce_refusal, Z_OBJ_P(value), ZEND_STRL("allow"));
	}
}

ZEND_METHOD(CleverSso_Client, refusal)
{
	zend_string *endpoint, *method;
	HashTable *headers;
	ZEND_PARSE_PARAMETERS_START(3, 3)
		PHP_CLEVER_SSO_PARAM_STR(endpoint)
		PHP_CLEVER_SSO_PARAM_STR(method)
		Z_PARAM_ARRAY_HT(headers)
	ZEND_PARSE_PARAMETERS_END();
	php_clever_sso_shared *shared = php_clever_sso_shared_of(ZEND_THIS);
	if (shared == NULL) RETURN_THROWS();
	uint32_t number = endpoint_named(endpoint);
	if (number == 0) {
		zend_argument_value_error(1, "must be \"login\", \"callback\" or \"logout\"");
		RETURN_THROWS();
	}

	uint16_t refused = 0;
	clever_sso_request *request = NULL;
	clever_sso_error *error = NULL;
	clever_sso_status status = clever_sso_request_new(php_clever_sso_text(method), &request, &error);
	if (!status) status = set_headers(request, headers, &error);
	if (!status) status = clever_sso_request_refusal(shared->client, number, request, &refused, &error);
	clever_sso_request_free(request);
	php_clever_sso_end_call(return_value, status, error, NULL, NULL, NULL);
	if (!status && refused != 0) write_refusal(return_value, refused, number);
}

/* ---- a cookie */

ZEND_METHOD(CleverSso_SetCookie, send)
{
	ZEND_PARSE_PARAMETERS_NONE();
	zval held;
	zval *header = zend_read_property(
		php_clever_sso_ce_set_cookie, Z_OBJ_P(ZEND_THIS), ZEND_STRL("header"), false, &held);
	if (EG(exception) != NULL) RETURN_THROWS();
	zend_string *text = zend_string_concat2(ZEND_STRL("Set-Cookie: "), Z_STRVAL_P(header), Z_STRLEN_P(header));
	sapi_header_line line = { .line = ZSTR_VAL(text), .line_len = ZSTR_LEN(text) };
	/* Added, not replaced, so that the other cookies of this response stay. */
	sapi_header_op(SAPI_HEADER_ADD, &line);
	zend_string_release(text);
}

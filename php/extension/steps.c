/* The single steps of CleverSso\Client and CleverSso\Callback, for applications that drive the flow themselves. */
#include "client.h"

PHP_CLEVER_SSO_RELEASE(tokens)
PHP_CLEVER_SSO_RELEASE(claims)
PHP_CLEVER_SSO_RELEASE(stats)
PHP_CLEVER_SSO_RELEASE(report)
PHP_CLEVER_SSO_RELEASE(token_info)
PHP_CLEVER_SSO_RELEASE(me_record)
PHP_CLEVER_SSO_RELEASE(user_record)
PHP_CLEVER_SSO_RELEASE(district_record)
PHP_CLEVER_SSO_RELEASE(userinfo_record)
PHP_CLEVER_SSO_RELEASE(callback)

ZEND_METHOD(CleverSso_Client, authorizeUrl)
{
	zend_string *response_type = NULL, *redirect_uri = NULL, *state = NULL, *nonce = NULL, *district_id = NULL;
	bool switch_user = false, without_state = false;
	ZEND_PARSE_PARAMETERS_START(0, 7)
		Z_PARAM_OPTIONAL
		PHP_CLEVER_SSO_PARAM_STR(response_type)
		Z_PARAM_STR_OR_NULL(redirect_uri)
		Z_PARAM_STR_OR_NULL(state)
		Z_PARAM_STR_OR_NULL(nonce)
		Z_PARAM_STR_OR_NULL(district_id)
		PHP_CLEVER_SSO_PARAM_BOOL(switch_user)
		PHP_CLEVER_SSO_PARAM_BOOL(without_state)
	ZEND_PARSE_PARAMETERS_END();
	php_clever_sso_shared *shared = php_clever_sso_shared_of(ZEND_THIS);
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
	if (!status) status = clever_sso_authorize_options_set_switch_user(options, switch_user, &error);
	if (!status) status = clever_sso_authorize_options_set_without_state(options, without_state, &error);
	for (size_t i = 0; i < sizeof texts / sizeof *texts && !status; i++) {
		if (texts[i].text != NULL) status = texts[i].set(options, php_clever_sso_text(texts[i].text), &error);
	}
	if (!status) status = clever_sso_authorize_url(shared->client, options, &url, &error);
	clever_sso_authorize_options_free(options);
	php_clever_sso_end_call(return_value, status, error, url, php_clever_sso_write_text, php_clever_sso_release_text);
}

ZEND_METHOD(CleverSso_Client, exchangeCode)
{
	zend_string *code, *redirect_uri = NULL;
	ZEND_PARSE_PARAMETERS_START(1, 2)
		PHP_CLEVER_SSO_PARAM_STR(code)
		Z_PARAM_OPTIONAL
		Z_PARAM_STR_OR_NULL(redirect_uri)
	ZEND_PARSE_PARAMETERS_END();
	php_clever_sso_shared *shared = php_clever_sso_shared_of(ZEND_THIS);
	if (shared == NULL) RETURN_THROWS();

	clever_sso_tokens *tokens = NULL;
	clever_sso_error *error = NULL;
	clever_sso_status status = clever_sso_exchange_code(
		shared->client, php_clever_sso_text(code), php_clever_sso_text(redirect_uri), &tokens, &error);
	php_clever_sso_end_call(return_value, status, error, tokens, php_clever_sso_write_tokens, release_tokens);
}

ZEND_METHOD(CleverSso_Client, verifyIdToken)
{
	zend_string *id_token, *nonce = NULL, *access_token = NULL;
	ZEND_PARSE_PARAMETERS_START(1, 3)
		PHP_CLEVER_SSO_PARAM_STR(id_token)
		Z_PARAM_OPTIONAL
		Z_PARAM_STR_OR_NULL(nonce)
		Z_PARAM_STR_OR_NULL(access_token)
	ZEND_PARSE_PARAMETERS_END();
	php_clever_sso_shared *shared = php_clever_sso_shared_of(ZEND_THIS);
	if (shared == NULL) RETURN_THROWS();

	clever_sso_claims *claims = NULL;
	clever_sso_error *error = NULL;
	php_clever_sso_take_keys(ZEND_THIS);
	clever_sso_status status = clever_sso_verify_id_token(shared->client, php_clever_sso_text(id_token),
		php_clever_sso_text(nonce), php_clever_sso_text(access_token), &claims, &error);
	php_clever_sso_end_call(return_value, status, error, claims, php_clever_sso_write_claims, release_claims);
	if (!status && EG(exception) == NULL) php_clever_sso_share_keys(ZEND_THIS);
}

/* The calls with an access token differ only in their nouns. */
#define TOKEN_METHOD(method, function, answer_type, writer) \
	ZEND_METHOD(CleverSso_Client, method) \
	{ \
		zend_string *access_token; \
		ZEND_PARSE_PARAMETERS_START(1, 1) \
			PHP_CLEVER_SSO_PARAM_STR(access_token) \
		ZEND_PARSE_PARAMETERS_END(); \
		php_clever_sso_shared *shared = php_clever_sso_shared_of(ZEND_THIS); \
		if (shared == NULL) RETURN_THROWS(); \
		clever_sso_##answer_type *answer = NULL; \
		clever_sso_error *error = NULL; \
		clever_sso_status status \
			= clever_sso_##function(shared->client, php_clever_sso_text(access_token), &answer, &error); \
		php_clever_sso_end_call(return_value, status, error, answer, php_clever_sso_write_##writer, release_##answer_type); \
	}
TOKEN_METHOD(checkToken, check_token, token_info, token_info)
TOKEN_METHOD(me, me, me_record, me)

/* `id_parameter` is the type of the second argument. */
#define RECORD_METHOD(method, required, id_parameter, function, answer_type, writer) \
	ZEND_METHOD(CleverSso_Client, method) \
	{ \
		zend_string *access_token, *id = NULL; \
		ZEND_PARSE_PARAMETERS_START(required, 2) \
			PHP_CLEVER_SSO_PARAM_STR(access_token) \
			id_parameter(id) \
		ZEND_PARSE_PARAMETERS_END(); \
		php_clever_sso_shared *shared = php_clever_sso_shared_of(ZEND_THIS); \
		if (shared == NULL) RETURN_THROWS(); \
		clever_sso_##answer_type *answer = NULL; \
		clever_sso_error *error = NULL; \
		clever_sso_status status = clever_sso_##function( \
			shared->client, php_clever_sso_text(access_token), php_clever_sso_text(id), &answer, &error); \
		php_clever_sso_end_call(return_value, status, error, answer, php_clever_sso_write_##writer, release_##answer_type); \
	}
#define MAY_BE_MISSING(id) Z_PARAM_OPTIONAL Z_PARAM_STR_OR_NULL(id)
RECORD_METHOD(user, 2, PHP_CLEVER_SSO_PARAM_STR, user, user_record, user)
RECORD_METHOD(district, 2, PHP_CLEVER_SSO_PARAM_STR, district, district_record, district)
RECORD_METHOD(userinfo, 1, MAY_BE_MISSING, userinfo, userinfo_record, userinfo)

ZEND_METHOD(CleverSso_Client, exportKeys)
{
	ZEND_PARSE_PARAMETERS_NONE();
	php_clever_sso_shared *shared = php_clever_sso_shared_of(ZEND_THIS);
	if (shared == NULL) RETURN_THROWS();

	char *keys = NULL;
	clever_sso_error *error = NULL;
	clever_sso_status status = clever_sso_export_keys(shared->client, &keys, &error);
	php_clever_sso_end_call(return_value, status, error, keys, php_clever_sso_write_text, php_clever_sso_release_text);
}

ZEND_METHOD(CleverSso_Client, importKeys)
{
	zend_string *keys;
	ZEND_PARSE_PARAMETERS_START(1, 1)
		PHP_CLEVER_SSO_PARAM_STR(keys)
	ZEND_PARSE_PARAMETERS_END();
	php_clever_sso_shared *shared = php_clever_sso_shared_of(ZEND_THIS);
	if (shared == NULL) RETURN_THROWS();

	clever_sso_error *error = NULL;
	clever_sso_status status = clever_sso_import_keys(shared->client, php_clever_sso_text(keys), &error);
	php_clever_sso_end_call(return_value, status, error, NULL, NULL, NULL);
}

ZEND_METHOD(CleverSso_Client, stats)
{
	ZEND_PARSE_PARAMETERS_NONE();
	php_clever_sso_shared *shared = php_clever_sso_shared_of(ZEND_THIS);
	if (shared == NULL) RETURN_THROWS();

	clever_sso_stats *stats = NULL;
	clever_sso_error *error = NULL;
	clever_sso_status status = clever_sso_client_stats(shared->client, &stats, &error);
	php_clever_sso_end_call(return_value, status, error, stats, php_clever_sso_write_stats, release_stats);
}

ZEND_METHOD(CleverSso_Client, doctor)
{
	ZEND_PARSE_PARAMETERS_NONE();
	php_clever_sso_shared *shared = php_clever_sso_shared_of(ZEND_THIS);
	if (shared == NULL) RETURN_THROWS();

	clever_sso_report *report = NULL;
	clever_sso_error *error = NULL;
	clever_sso_status status = clever_sso_doctor(shared->client, &report, &error);
	php_clever_sso_end_call(return_value, status, error, report, php_clever_sso_write_report, release_report);
}

ZEND_METHOD(CleverSso_Callback, parse)
{
	zend_string *text;
	ZEND_PARSE_PARAMETERS_START(1, 1)
		PHP_CLEVER_SSO_PARAM_STR(text)
	ZEND_PARSE_PARAMETERS_END();
	clever_sso_callback *callback = NULL;
	clever_sso_error *error = NULL;
	clever_sso_status status = clever_sso_parse_callback(php_clever_sso_text(text), &callback, &error);
	php_clever_sso_end_call(return_value, status, error, callback, php_clever_sso_write_callback, release_callback);
}

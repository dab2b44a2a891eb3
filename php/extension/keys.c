/* The class CleverSso\KeySet: verifies an ID token without a client and without the network. */
#include "client.h"

PHP_CLEVER_SSO_RELEASE(claims)

typedef struct {
	/* NULL until the constructor succeeded. */
	clever_sso_key_set *keys;
	zend_object std;
} key_set_object;

static zend_object_handlers key_set_handlers;

static key_set_object *key_set_of(zend_object *object)
{
	return (key_set_object *) ((char *) object - XtOffsetOf(key_set_object, std));
}

static zend_object *key_set_create(zend_class_entry *ce)
{
	key_set_object *set = zend_object_alloc(sizeof(key_set_object), ce);
	set->keys = NULL;
	zend_object_std_init(&set->std, ce);
	object_properties_init(&set->std, ce);
	set->std.handlers = &key_set_handlers;
	return &set->std;
}

static void key_set_free(zend_object *object)
{
	clever_sso_key_set_free(key_set_of(object)->keys);
	zend_object_std_dtor(object);
}

void php_clever_sso_key_set_startup(zend_class_entry *ce)
{
	ce->create_object = key_set_create;
	key_set_handlers = std_object_handlers;
	key_set_handlers.offset = XtOffsetOf(key_set_object, std);
	key_set_handlers.free_obj = key_set_free;
	key_set_handlers.clone_obj = php_clever_sso_no_clone;
}

ZEND_METHOD(CleverSso_KeySet, __construct)
{
	zend_string *jwks;
	ZEND_PARSE_PARAMETERS_START(1, 1)
		PHP_CLEVER_SSO_PARAM_STR(jwks)
	ZEND_PARSE_PARAMETERS_END();
	key_set_object *set = key_set_of(Z_OBJ_P(ZEND_THIS));
	if (set->keys != NULL) {
		zend_throw_error(NULL, "This CleverSso\\KeySet is constructed already");
		RETURN_THROWS();
	}

	clever_sso_error *error = NULL;
	clever_sso_status status = clever_sso_key_set_new(php_clever_sso_text(jwks), &set->keys, &error);
	if (!status) zend_update_property_str(Z_OBJCE_P(ZEND_THIS), Z_OBJ_P(ZEND_THIS), ZEND_STRL("jwks"), jwks);
	php_clever_sso_end_call(return_value, status, error, NULL, NULL, NULL);
}

typedef struct {
	zend_string *id_token, *issuer, *client_id, *nonce, *access_token;
	zend_long now, leeway;
	bool is_now_unset;
} checks;

static clever_sso_status verify(
	const clever_sso_key_set *keys, const checks *checks, clever_sso_claims **claims, clever_sso_error **error)
{
	clever_sso_verify_options *options = NULL;
	clever_sso_status status = clever_sso_verify_options_new(
		php_clever_sso_text(checks->issuer), php_clever_sso_text(checks->client_id), &options, error);
	if (!status && checks->nonce != NULL) {
		status = clever_sso_verify_options_set_nonce(options, php_clever_sso_text(checks->nonce), error);
	}
	if (!status && checks->access_token != NULL) {
		status = clever_sso_verify_options_set_access_token(options, php_clever_sso_text(checks->access_token), error);
	}
	if (!status && !checks->is_now_unset) {
		status = clever_sso_verify_options_set_now(options, (uint64_t) checks->now, error);
	}
	if (!status) status = clever_sso_verify_options_set_leeway(options, (uint32_t) checks->leeway, error);
	if (!status) {
		status = clever_sso_verify_id_token_with(php_clever_sso_text(checks->id_token), keys, options, claims, error);
	}
	clever_sso_verify_options_free(options);
	return status;
}

ZEND_METHOD(CleverSso_KeySet, verifyIdToken)
{
	checks checks = { .is_now_unset = true, .leeway = 60 };
	ZEND_PARSE_PARAMETERS_START(3, 7)
		PHP_CLEVER_SSO_PARAM_STR(checks.id_token)
		PHP_CLEVER_SSO_PARAM_STR(checks.issuer)
		PHP_CLEVER_SSO_PARAM_STR(checks.client_id)
		Z_PARAM_OPTIONAL
		Z_PARAM_STR_OR_NULL(checks.nonce)
		Z_PARAM_STR_OR_NULL(checks.access_token)
		Z_PARAM_LONG_OR_NULL(checks.now, checks.is_now_unset)
		PHP_CLEVER_SSO_PARAM_LONG(checks.leeway)
	ZEND_PARSE_PARAMETERS_END();
	if (checks.now < 0) {
		zend_argument_value_error(6, "must be greater than or equal to 0");
		RETURN_THROWS();
	}
	if (checks.leeway < 0 || checks.leeway > UINT32_MAX) {
		zend_argument_value_error(7, "must be between 0 and 600");
		RETURN_THROWS();
	}
	const clever_sso_key_set *keys = key_set_of(Z_OBJ_P(ZEND_THIS))->keys;
	if (keys == NULL) {
		zend_throw_error(NULL, "This CleverSso\\KeySet was not constructed");
		RETURN_THROWS();
	}

	clever_sso_claims *claims = NULL;
	clever_sso_error *error = NULL;
	clever_sso_status status = verify(keys, &checks, &claims, &error);
	php_clever_sso_end_call(return_value, status, error, claims, php_clever_sso_write_claims, release_claims);
}

/* The data of native handles as PHP objects. Everything is copied: an object does not depend on its handle. */
#include "php_clever_sso.h"

#include "ext/json/php_json.h"

#define JSON_DEPTH 512

/* ---- properties, by their names in the stub */

static void set_text(zval *object, const char *name, const char *text)
{
	zval value;
	php_clever_sso_write_text(&value, text);
	php_clever_sso_set(object, name, &value);
}

static void set_flag(zval *object, const char *name, bool flag)
{
	zval value;
	ZVAL_BOOL(&value, flag);
	php_clever_sso_set(object, name, &value);
}

static void set_number(zval *object, const char *name, zend_long number)
{
	zval value;
	ZVAL_LONG(&value, number);
	php_clever_sso_set(object, name, &value);
}

static void set_object(zval *object, const char *name, php_clever_sso_writer write, const void *handle)
{
	zval value;
	write(&value, handle);
	php_clever_sso_set(object, name, &value);
}

static void write_json(zval *value, const char *text)
{
	php_json_decode_ex(
		value, text, strlen(text), PHP_JSON_OBJECT_AS_ARRAY | PHP_JSON_BIGINT_AS_STRING, JSON_DEPTH);
	/* The library returns a JSON object or NULL. Even if that changes, the property stays an array. */
	if (Z_TYPE_P(value) != IS_ARRAY) {
		zval_ptr_dtor(value);
		array_init(value);
	}
}

static void set_json(zval *object, const char *name, const char *text)
{
	zval value;
	write_json(&value, text);
	php_clever_sso_set(object, name, &value);
}

typedef const char *(*text_at)(const void *handle, size_t index);

static void set_texts(zval *object, const char *name, size_t count, text_at at, const void *handle)
{
	zval list;
	array_init_size(&list, (uint32_t) count);
	for (size_t i = 0; i < count; i++) {
		zval item;
		php_clever_sso_write_text(&item, at(handle, i));
		add_next_index_zval(&list, &item);
	}
	php_clever_sso_set(object, name, &list);
}

static void set_roles(zval *object, size_t count, text_at name_at, text_at legacy_id_at, const void *handle)
{
	zval list;
	array_init_size(&list, (uint32_t) count);
	for (size_t i = 0; i < count; i++) {
		zval role;
		object_init_ex(&role, php_clever_sso_ce_role);
		set_text(&role, "name", name_at(handle, i));
		set_text(&role, "legacyId", legacy_id_at(handle, i));
		add_next_index_zval(&list, &role);
	}
	php_clever_sso_set(object, "roles", &list);
}

static void set_name(zval *object, const char *first, const char *middle, const char *last, const char *full)
{
	zval name;
	object_init_ex(&name, php_clever_sso_ce_name);
	set_text(&name, "first", first);
	set_text(&name, "middle", middle);
	set_text(&name, "last", last);
	set_text(&name, "full", full);
	php_clever_sso_set(object, "name", &name);
}

/* ---- cookies */

static void write_cookie(zval *value, const void *cookie)
{
	object_init_ex(value, php_clever_sso_ce_set_cookie);
	set_text(value, "name", clever_sso_set_cookie_name(cookie));
	set_text(value, "value", clever_sso_set_cookie_value(cookie));
	set_number(value, "maxAge", clever_sso_set_cookie_max_age(cookie));
	set_flag(value, "secure", clever_sso_set_cookie_secure(cookie));
	set_text(value, "header", clever_sso_set_cookie_header(cookie));
}

void php_clever_sso_write_cookies(zval *value, php_clever_sso_cookie_at at, const void *handle)
{
	const clever_sso_set_cookie *cookie;
	array_init(value);
	for (size_t i = 0; (cookie = at(handle, i)) != NULL; i++) {
		zval item;
		write_cookie(&item, cookie);
		add_next_index_zval(value, &item);
	}
}

static void set_cookies(zval *object, php_clever_sso_cookie_at at, const void *handle)
{
	zval list;
	php_clever_sso_write_cookies(&list, at, handle);
	php_clever_sso_set(object, "setCookies", &list);
}

static const clever_sso_set_cookie *login_cookie(const void *login, size_t index)
{
	return clever_sso_login_set_cookie(login, index);
}

static const clever_sso_set_cookie *outcome_cookie(const void *outcome, size_t index)
{
	return clever_sso_outcome_set_cookie(outcome, index);
}

/* ---- one function for each handle */

void php_clever_sso_write_text(zval *value, const void *text)
{
	if (text != NULL) {
		ZVAL_STRING(value, (const char *) text);
	} else {
		ZVAL_NULL(value);
	}
}

void php_clever_sso_write_claims(zval *value, const void *claims)
{
	write_json(value, clever_sso_claims_json(claims));
}

void php_clever_sso_write_login(zval *value, const void *login)
{
	object_init_ex(value, php_clever_sso_ce_login);
	set_text(value, "url", clever_sso_login_url(login));
	set_cookies(value, login_cookie, login);
	set_text(value, "key", clever_sso_login_key(login));
	set_text(value, "pending", clever_sso_login_pending(login));
	set_flag(value, "needsPage", clever_sso_login_needs_page(login));
}

void php_clever_sso_write_tokens(zval *value, const void *tokens)
{
	object_init_ex(value, php_clever_sso_ce_tokens);
	set_text(value, "accessToken", clever_sso_tokens_access_token(tokens));
	set_text(value, "idToken", clever_sso_tokens_id_token(tokens));
}

static const char *identity_role_name(const void *identity, size_t index)
{
	return clever_sso_identity_role_name(identity, index);
}

static const char *identity_role_legacy_id(const void *identity, size_t index)
{
	return clever_sso_identity_role_legacy_id(identity, index);
}

static const char *identity_legacy_id(const void *identity, size_t index)
{
	return clever_sso_identity_legacy_id(identity, index);
}

static void write_identity(zval *value, const void *identity)
{
	object_init_ex(value, php_clever_sso_ce_identity);
	set_text(value, "issuer", clever_sso_identity_issuer(identity));
	set_text(value, "id", clever_sso_identity_id(identity));
	set_text(value, "districtId", clever_sso_identity_district_id(identity));
	set_text(value, "userType", clever_sso_identity_user_type(identity));
	set_roles(value, clever_sso_identity_role_count(identity), identity_role_name, identity_role_legacy_id, identity);
	set_name(value, clever_sso_identity_first_name(identity), clever_sso_identity_middle_name(identity),
		clever_sso_identity_last_name(identity), clever_sso_identity_full_name(identity));
	set_text(value, "unverifiedEmail", clever_sso_identity_unverified_email(identity));
	set_texts(value, "legacyIds", clever_sso_identity_legacy_id_count(identity), identity_legacy_id, identity);
	set_text(value, "authorizedBy", clever_sso_identity_authorized_by(identity));
	set_text(value, "provenBy", clever_sso_identity_proven_by(identity));
	set_flag(value, "loginasByAdmin", clever_sso_identity_loginas_by_admin(identity));
	set_json(value, "claims", clever_sso_identity_claims_json(identity));
}

void php_clever_sso_write_outcome(zval *value, const void *outcome)
{
	switch (clever_sso_outcome_kind(outcome)) {
	case CLEVER_SSO_SIGNED_IN:
		object_init_ex(value, php_clever_sso_ce_signed_in);
		set_object(value, "identity", write_identity, clever_sso_outcome_identity(outcome));
		set_object(value, "tokens", php_clever_sso_write_tokens, clever_sso_outcome_tokens(outcome));
		set_text(value, "returnTo", clever_sso_outcome_return_to(outcome));
		set_flag(value, "switchUser", clever_sso_outcome_switch_user(outcome));
		break;
	case CLEVER_SSO_RESTART:
		object_init_ex(value, php_clever_sso_ce_restart);
		set_object(value, "login", php_clever_sso_write_login, clever_sso_outcome_login(outcome));
		set_text(value, "reason", clever_sso_outcome_restart_reason(outcome));
		break;
	case CLEVER_SSO_DENIED:
		object_init_ex(value, php_clever_sso_ce_denied);
		set_text(value, "error", clever_sso_outcome_denied_error(outcome));
		set_text(value, "description", clever_sso_outcome_denied_description(outcome));
		set_text(value, "returnTo", clever_sso_outcome_return_to(outcome));
		set_flag(value, "switchUser", clever_sso_outcome_switch_user(outcome));
		break;
	default:
		/* A kind from a newer library. It signs no one in. */
		zend_throw_error(NULL, "This libclever_sso is newer than the extension: rebuild the extension");
		return;
	}
	set_cookies(value, outcome_cookie, outcome);
	set_flag(value, "endsSession", clever_sso_outcome_ends_session(outcome));
}

static const char *token_info_scope(const void *token_info, size_t index)
{
	return clever_sso_token_info_scope(token_info, index);
}

void php_clever_sso_write_token_info(zval *value, const void *token_info)
{
	object_init_ex(value, php_clever_sso_ce_token_info);
	set_text(value, "clientId", clever_sso_token_info_client_id(token_info));
	set_texts(value, "scopes", clever_sso_token_info_scope_count(token_info), token_info_scope, token_info);
}

/* The labels of a number, which the library writes as NAME=WORD,NAME=WORD. */
static void write_labels(zval *value, const char *labels)
{
	array_init(value);
	while (*labels != '\0') {
		size_t name = strcspn(labels, "="), whole = strcspn(labels, ",");
		add_assoc_stringl_ex(value, labels, name, labels + name + 1, whole - name - 1);
		labels += labels[whole] == ',' ? whole + 1 : whole;
	}
}

void php_clever_sso_write_stats(zval *value, const void *stats)
{
	size_t count = clever_sso_stats_sample_count(stats);
	zval samples;
	object_init_ex(value, php_clever_sso_ce_stats);
	set_text(value, "prometheus", clever_sso_stats_prometheus(stats));
	array_init_size(&samples, (uint32_t) count);
	for (size_t i = 0; i < count; i++) {
		zval sample, labels;
		array_init(&sample);
		write_labels(&labels, clever_sso_stats_sample_labels(stats, i));
		add_assoc_string(&sample, "name", clever_sso_stats_sample_name(stats, i));
		add_assoc_zval(&sample, "labels", &labels);
		add_assoc_double(&sample, "value", clever_sso_stats_sample_value(stats, i));
		add_next_index_zval(&samples, &sample);
	}
	php_clever_sso_set(value, "samples", &samples);
}

void php_clever_sso_write_me(zval *value, const void *me)
{
	object_init_ex(value, php_clever_sso_ce_me);
	set_text(value, "id", clever_sso_me_record_id(me));
	set_text(value, "districtId", clever_sso_me_record_district_id(me));
	set_text(value, "userType", clever_sso_me_record_user_type(me));
	set_text(value, "authorizedBy", clever_sso_me_record_authorized_by(me));
	set_json(value, "json", clever_sso_me_record_json(me));
}

static const char *user_role_name(const void *user, size_t index)
{
	return clever_sso_user_record_role_name(user, index);
}

static const char *user_role_legacy_id(const void *user, size_t index)
{
	return clever_sso_user_record_role_legacy_id(user, index);
}

void php_clever_sso_write_user(zval *value, const void *user)
{
	object_init_ex(value, php_clever_sso_ce_user);
	set_text(value, "id", clever_sso_user_record_id(user));
	set_text(value, "districtId", clever_sso_user_record_district_id(user));
	set_name(value, clever_sso_user_record_first_name(user), clever_sso_user_record_middle_name(user),
		clever_sso_user_record_last_name(user), clever_sso_user_record_full_name(user));
	set_text(value, "unverifiedEmail", clever_sso_user_record_unverified_email(user));
	set_roles(value, clever_sso_user_record_role_count(user), user_role_name, user_role_legacy_id, user);
	set_json(value, "json", clever_sso_user_record_json(user));
}

void php_clever_sso_write_district(zval *value, const void *district)
{
	object_init_ex(value, php_clever_sso_ce_district);
	set_text(value, "id", clever_sso_district_record_id(district));
	set_text(value, "name", clever_sso_district_record_name(district));
	set_json(value, "json", clever_sso_district_record_json(district));
}

void php_clever_sso_write_userinfo(zval *value, const void *userinfo)
{
	object_init_ex(value, php_clever_sso_ce_user_info);
	set_text(value, "id", clever_sso_userinfo_record_id(userinfo));
	set_json(value, "json", clever_sso_userinfo_record_json(userinfo));
}

static const char *callback_scope(const void *callback, size_t index)
{
	return clever_sso_callback_scope(callback, index);
}

void php_clever_sso_write_callback(zval *value, const void *callback)
{
	object_init_ex(value, php_clever_sso_ce_callback);
	set_text(value, "code", clever_sso_callback_code(callback));
	set_text(value, "accessToken", clever_sso_callback_access_token(callback));
	set_text(value, "state", clever_sso_callback_state(callback));
	set_texts(value, "scopes", clever_sso_callback_scope_count(callback), callback_scope, callback);
	set_text(value, "error", clever_sso_callback_denied_error(callback));
	set_text(value, "errorDescription", clever_sso_callback_denied_description(callback));
	set_text(value, "issuer", clever_sso_callback_issuer(callback));
	set_flag(value, "loginasByAdmin", clever_sso_callback_loginas_by_admin(callback));
}

/* What goes wrong, as PHP's exceptions. */
#include "php_clever_sso.h"

#include "zend_exceptions.h"

/* One class for each kind of failure, in the order of `clever_sso_status`. */
static zend_class_entry *kinds[CLEVER_SSO_INTERNAL + 1];

void php_clever_sso_exception_is(clever_sso_status status, zend_class_entry *ce)
{
	kinds[status] = ce;
}

/* A kind that a later library has, and this extension does not know, counts as its own fault. */
zend_class_entry *php_clever_sso_exception_of(clever_sso_status status)
{
	return status > CLEVER_SSO_OK && status <= CLEVER_SSO_INTERNAL ? kinds[status] : kinds[CLEVER_SSO_INTERNAL];
}

/* A NUL would end the text early in C, and what comes behind it would go unread. The library is handed a NUL as modified UTF-8
 * writes it instead, and refuses it in its own words (`argument_invalid`). */
const char *php_clever_sso_text(const zend_string *text)
{
	if (text == NULL) return NULL;
	return zend_str_has_nul_byte(text) ? "\xc0\x80" : ZSTR_VAL(text);
}

static void set_text(zend_object *exception, const char *name, const char *text)
{
	zend_update_property_string(php_clever_sso_ce_exception, exception, name, strlen(name), text != NULL ? text : "");
}

/* Takes `value`. Readonly properties are written once by PHP's rules; these have a value from the start. */
static void set_readonly(zend_object *exception, const char *name, zval *value)
{
	const zend_property_info *property
		= zend_hash_str_find_ptr(&php_clever_sso_ce_exception->properties_info, name, strlen(name));
	zval *place = OBJ_PROP(exception, property->offset);
	zval_ptr_dtor(place);
	ZVAL_COPY_VALUE(place, value);
	Z_PROP_FLAG_P(place) = 0; /* no longer uninitialized */
}

/* An exception that an application makes has no cookies, and ends nothing. */
zend_object *php_clever_sso_exception_create(zend_class_entry *ce)
{
	zend_object *exception = zend_ce_exception->create_object(ce);
	zval none, stays;
	ZVAL_EMPTY_ARRAY(&none);
	ZVAL_FALSE(&stays);
	set_readonly(exception, "setCookies", &none);
	set_readonly(exception, "endsSession", &stays);
	return exception;
}

static const clever_sso_set_cookie *error_cookie(const void *error, size_t index)
{
	return clever_sso_error_set_cookie(error, index);
}

void php_clever_sso_throw(clever_sso_status status, const clever_sso_error *error)
{
	zval exception, page_status, http_status, retry_after, set_cookies, ends_session;
	const char *return_to = clever_sso_error_return_to(error);
	const char *message = clever_sso_error_message(error);
	if (object_init_ex(&exception, php_clever_sso_exception_of(status)) != SUCCESS) return;
	zend_object *object = Z_OBJ(exception);
	zend_update_property_string(zend_ce_exception, object, ZEND_STRL("message"), message != NULL ? message : "");
	set_text(object, "codeWord", clever_sso_error_code(error));
	set_text(object, "userMessage", clever_sso_error_user_message(error));
	set_text(object, "actor", clever_sso_error_actor(error));
	zend_update_property_bool(
		php_clever_sso_ce_exception, object, ZEND_STRL("retryable"), clever_sso_error_retryable(error));
	ZVAL_LONG(&page_status, clever_sso_error_page_status(error));
	zend_update_property(php_clever_sso_ce_exception, object, ZEND_STRL("pageStatus"), &page_status);
	if (return_to != NULL) set_text(object, "returnTo", return_to);
	zend_update_property_bool(
		php_clever_sso_ce_exception, object, ZEND_STRL("switchUser"), clever_sso_error_switch_user(error));
	ZVAL_LONG(&http_status, clever_sso_error_http_status(error));
	if (Z_LVAL(http_status) != 0) {
		zend_update_property(php_clever_sso_ce_exception, object, ZEND_STRL("httpStatus"), &http_status);
	}
	ZVAL_LONG(&retry_after, (zend_long) clever_sso_error_retry_after(error));
	if (Z_LVAL(retry_after) >= 0) {
		zend_update_property(php_clever_sso_ce_exception, object, ZEND_STRL("retryAfter"), &retry_after);
	}
	php_clever_sso_write_cookies(&set_cookies, error_cookie, error);
	set_readonly(object, "setCookies", &set_cookies);
	ZVAL_BOOL(&ends_session, clever_sso_error_ends_session(error));
	set_readonly(object, "endsSession", &ends_session);
	zend_throw_exception_object(&exception);
}

static void get(zval *return_value, zend_object *exception, const char *name, size_t length)
{
	zval held;
	ZVAL_COPY_DEREF(
		return_value, zend_read_property(php_clever_sso_ce_exception, exception, name, length, false, &held));
}

#define GETTER(method, property) \
	ZEND_METHOD(CleverSso_Exception, method) \
	{ \
		ZEND_PARSE_PARAMETERS_NONE(); \
		get(return_value, Z_OBJ_P(ZEND_THIS), ZEND_STRL(property)); \
	}

GETTER(getCodeWord, "codeWord")
GETTER(getUserMessage, "userMessage")
GETTER(getActor, "actor")
GETTER(isRetryable, "retryable")
GETTER(getPageStatus, "pageStatus")
GETTER(getReturnTo, "returnTo")
GETTER(getSwitchUser, "switchUser")
GETTER(getHttpStatus, "httpStatus")
GETTER(getRetryAfter, "retryAfter")

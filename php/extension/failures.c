/* Errors as PHP exceptions. */
#include "php_clever_sso.h"

#include "zend_exceptions.h"

/* One class for each kind of failure, in the order of `clever_sso_status`. */
static zend_class_entry *kinds[CLEVER_SSO_INTERNAL + 1];

void php_clever_sso_exception_is(clever_sso_status status, zend_class_entry *ce)
{
	kinds[status] = ce;
}

/* A kind of a newer library that this extension does not know counts as an internal error. */
zend_class_entry *php_clever_sso_exception_of(clever_sso_status status)
{
	return status > CLEVER_SSO_OK && status <= CLEVER_SSO_INTERNAL ? kinds[status] : kinds[CLEVER_SSO_INTERNAL];
}

/* A NUL would end the text early in C, and the rest would be lost. So the library gets the NUL as modified UTF-8 writes it, and
 * refuses it with its own error (`argument_invalid`). */
const char *php_clever_sso_text(const zend_string *text)
{
	if (text == NULL) return NULL;
	return zend_str_has_nul_byte(text) ? "\xc0\x80" : ZSTR_VAL(text);
}

static void set_text(zend_object *exception, const char *name, const char *text)
{
	zend_update_property_string(php_clever_sso_ce_exception, exception, name, strlen(name), text != NULL ? text : "");
}

/* Takes `value`. PHP lets a readonly property be written only once, but these have a default. */
static void set_readonly(zend_object *exception, const char *name, zval *value)
{
	const zend_property_info *property
		= zend_hash_str_find_ptr(&php_clever_sso_ce_exception->properties_info, name, strlen(name));
	zval *place = OBJ_PROP(exception, property->offset);
	zval_ptr_dtor(place);
	ZVAL_COPY_VALUE(place, value);
	Z_PROP_FLAG_P(place) = 0; /* no longer uninitialized */
}

/* An exception that an application makes has no cookies, and ends no session. */
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

/* The message of an error. The library says what an argument is called in C, and PHP has camel case: redirectUri. */
static zend_string *message_of(const clever_sso_error *error)
{
	static const char before_name[] = "argument_invalid: an argument of the call cannot be used: ";
	const char *message = clever_sso_error_message(error);
	if (message == NULL) return ZSTR_EMPTY_ALLOC();
	zend_string *copy = zend_string_init(message, strlen(message), false);
	if (strncmp(message, before_name, sizeof before_name - 1) != 0) return copy;
	const char *from = message + sizeof before_name - 1;
	char *to = ZSTR_VAL(copy) + sizeof before_name - 1;
	for (; (*from >= 'a' && *from <= 'z') || (*from == '_' && from[1] >= 'a' && from[1] <= 'z'); from++) {
		*to++ = *from == '_' ? zend_toupper_ascii(*++from) : *from;
	}
	size_t rest = strlen(from);
	memcpy(to, from, rest + 1);
	ZSTR_LEN(copy) = (size_t) (to - ZSTR_VAL(copy)) + rest;
	return copy;
}

void php_clever_sso_throw(clever_sso_status status, const clever_sso_error *error)
{
	zval exception, page_status, http_status, retry_after, set_cookies, ends_session;
	const char *return_to = clever_sso_error_return_to(error);
	if (object_init_ex(&exception, php_clever_sso_exception_of(status)) != SUCCESS) return;
	zend_object *object = Z_OBJ(exception);
	zend_string *message = message_of(error);
	zend_update_property_str(zend_ce_exception, object, ZEND_STRL("message"), message);
	zend_string_release(message);
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

static void set_optional(zend_object *exception, const char *name, zend_long number, bool is_null)
{
	zval value;
	ZVAL_LONG(&value, number);
	if (is_null) ZVAL_NULL(&value);
	zend_update_property(php_clever_sso_ce_exception, exception, name, strlen(name), &value);
}

/* The properties of every PHP exception. */
static void set_base(zend_object *exception, const zend_string *message, zend_long code, zval *previous)
{
	zval value;
	zend_update_property_string(zend_ce_exception, exception, ZEND_STRL("message"), message != NULL ? ZSTR_VAL(message) : "");
	ZVAL_LONG(&value, code);
	zend_update_property(zend_ce_exception, exception, ZEND_STRL("code"), &value);
	if (previous != NULL) zend_update_property(zend_ce_exception, exception, ZEND_STRL("previous"), previous);
}

ZEND_METHOD(CleverSso_Exception, __construct)
{
	zend_string *message = NULL, *code_word = NULL, *user_message = NULL, *actor = NULL, *return_to = NULL;
	zend_long code = 0, page_status = 500, http_status = 0, retry_after = 0;
	bool retryable = false, no_http_status = true, no_retry_after = true, switch_user = false, ends_session = false;
	zval *previous = NULL, *set_cookies = NULL, value;
	ZEND_PARSE_PARAMETERS_START(0, 14)
		Z_PARAM_OPTIONAL
		PHP_CLEVER_SSO_PARAM_STR(message)
		PHP_CLEVER_SSO_PARAM_LONG(code)
		Z_PARAM_OBJECT_OF_CLASS_OR_NULL(previous, zend_ce_throwable)
		PHP_CLEVER_SSO_PARAM_STR(code_word)
		PHP_CLEVER_SSO_PARAM_STR(user_message)
		PHP_CLEVER_SSO_PARAM_STR(actor)
		PHP_CLEVER_SSO_PARAM_BOOL(retryable)
		PHP_CLEVER_SSO_PARAM_LONG(page_status)
		Z_PARAM_LONG_OR_NULL(http_status, no_http_status)
		Z_PARAM_LONG_OR_NULL(retry_after, no_retry_after)
		Z_PARAM_STR_OR_NULL(return_to)
		PHP_CLEVER_SSO_PARAM_BOOL(switch_user)
		Z_PARAM_ARRAY(set_cookies)
		PHP_CLEVER_SSO_PARAM_BOOL(ends_session)
	ZEND_PARSE_PARAMETERS_END();
	zend_object *object = Z_OBJ_P(ZEND_THIS);
	zend_class_entry *ce = php_clever_sso_ce_exception;
	set_base(object, message, code, previous);
	set_text(object, "codeWord", code_word != NULL ? ZSTR_VAL(code_word) : NULL);
	set_text(object, "userMessage", user_message != NULL ? ZSTR_VAL(user_message) : NULL);
	set_text(object, "actor", actor != NULL ? ZSTR_VAL(actor) : NULL);
	zend_update_property_bool(ce, object, ZEND_STRL("retryable"), retryable);
	set_optional(object, "pageStatus", page_status, false);
	set_optional(object, "httpStatus", http_status, no_http_status);
	set_optional(object, "retryAfter", retry_after, no_retry_after);
	if (return_to != NULL) set_text(object, "returnTo", ZSTR_VAL(return_to));
	zend_update_property_bool(ce, object, ZEND_STRL("switchUser"), switch_user);
	if (set_cookies != NULL) {
		ZVAL_COPY(&value, set_cookies);
		set_readonly(object, "setCookies", &value);
	}
	ZVAL_BOOL(&value, ends_session);
	set_readonly(object, "endsSession", &value);
}

void php_clever_sso_throw_config(const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	zend_string *what = zend_vstrpprintf(0, format, arguments);
	va_end(arguments);
	zend_object *exception = zend_throw_exception_ex(php_clever_sso_exception_of(CLEVER_SSO_CONFIG), 0,
		"config_invalid: the configuration cannot be used: %s", ZSTR_VAL(what));
	zend_string_release(what);
	set_text(exception, "codeWord", "config_invalid");
	set_text(
		exception, "userMessage", "This app has a problem with Clever. Please tell someone at your school.");
	set_text(exception, "actor", "app");
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

/* If an application made the exception with its own sentence, that sentence stays. */
ZEND_METHOD(CleverSso_Exception, getUserMessageIn)
{
	zend_string *language;
	zval code, english;
	ZEND_PARSE_PARAMETERS_START(1, 1)
		PHP_CLEVER_SSO_PARAM_STR(language)
	ZEND_PARSE_PARAMETERS_END();
	get(&code, Z_OBJ_P(ZEND_THIS), ZEND_STRL("codeWord"));
	get(&english, Z_OBJ_P(ZEND_THIS), ZEND_STRL("userMessage"));
	const char *known = clever_sso_user_message(Z_STRVAL(code), "en");
	if (known != NULL && zend_string_equals_cstr(Z_STR(english), known, strlen(known))) {
		RETVAL_STRING(clever_sso_user_message(Z_STRVAL(code), php_clever_sso_text(language)));
		zval_ptr_dtor(&english);
	} else {
		RETVAL_COPY_VALUE(&english);
	}
	zval_ptr_dtor(&code);
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

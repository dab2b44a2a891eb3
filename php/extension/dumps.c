/* Hides secrets and personal data of results from dumps, exports, casts and loops.
 *
 * A hidden property is declared, but its slot stays empty, so PHP calls __get for it. The value is in the property `hidden`, in a
 * SensitiveParameterValue, which shows nothing. The FFI classes do the same, so both look the same. */
#include "php_clever_sso.h"

#include "ext/json/php_json.h"
#include "zend_attributes.h"
#include "zend_exceptions.h"

#define MOST_NAMES 4

typedef struct {
	zend_class_entry **ce;
	/* Data about the person. json_encode writes it, because applications store it; it never writes a secret. */
	bool is_personal;
	const char *names[MOST_NAMES + 1];
} hiding_class;

static const hiding_class hiding[] = {
	{ &php_clever_sso_ce_login, false, { "url", "pending" } },
	{ &php_clever_sso_ce_tokens, false, { "accessToken", "idToken" } },
	{ &php_clever_sso_ce_callback, false, { "code", "accessToken", "state" } },
	{ &php_clever_sso_ce_set_cookie, false, { "value", "header" } },
	{ &php_clever_sso_ce_identity, true, { "name", "unverifiedEmail", "claims" } },
	{ &php_clever_sso_ce_name, true, { "first", "middle", "last", "full" } },
	{ &php_clever_sso_ce_user, true, { "name", "unverifiedEmail", "json" } },
	{ &php_clever_sso_ce_me, true, { "json" } },
	{ &php_clever_sso_ce_user_info, true, { "json" } },
};

/* NULL for a class that hides nothing. */
static const hiding_class *hiding_of(const zend_class_entry *ce)
{
	for (size_t i = 0; i < sizeof hiding / sizeof *hiding; i++) {
		if (*hiding[i].ce == ce) return &hiding[i];
	}
	return NULL;
}

static bool hides(const hiding_class *class, const char *name)
{
	for (size_t i = 0; class != NULL && class->names[i] != NULL; i++) {
		if (strcmp(class->names[i], name) == 0) return true;
	}
	return false;
}

/* ---- the hidden values */

static zval *hidden_slot(zend_object *object)
{
	const zend_property_info *property
		= zend_hash_str_find_ptr(&object->ce->properties_info, ZEND_STRL("hidden"));
	return OBJ_PROP(object, property->offset);
}

/* Takes `value`. */
void php_clever_sso_hide(zend_object *object, zval *value)
{
	zval hidden;
	object_init_ex(&hidden, zend_ce_sensitive_parameter_value);
	zend_update_property(zend_ce_sensitive_parameter_value, Z_OBJ(hidden), ZEND_STRL("value"), value);
	zval_ptr_dtor(value);
	zend_update_property(object->ce, object, ZEND_STRL("hidden"), &hidden);
	zval_ptr_dtor(&hidden);
}

/* The values by name; NULL in an object whose constructor was never called. */
static HashTable *hidden_values(zend_object *object)
{
	zval *hidden = hidden_slot(object);
	if (Z_TYPE_P(hidden) != IS_OBJECT) return NULL;
	zval *values = OBJ_PROP_NUM(Z_OBJ_P(hidden), 0);
	return Z_TYPE_P(values) == IS_ARRAY ? Z_ARRVAL_P(values) : NULL;
}

/* Takes `value`. */
void php_clever_sso_set(zval *object, const char *name, zval *value)
{
	if (!hides(hiding_of(Z_OBJCE_P(object)), name)) {
		zend_update_property(Z_OBJCE_P(object), Z_OBJ_P(object), name, strlen(name), value);
		zval_ptr_dtor(value);
		return;
	}
	if (hidden_values(Z_OBJ_P(object)) == NULL) {
		zval none;
		array_init(&none);
		php_clever_sso_hide(Z_OBJ_P(object), &none);
	}
	/* No other code has this object or the list yet. */
	zval *values = OBJ_PROP_NUM(Z_OBJ_P(hidden_slot(Z_OBJ_P(object))), 0);
	SEPARATE_ARRAY(values);
	zend_hash_str_update(Z_ARRVAL_P(values), name, strlen(name), value);
}

/* ---- the methods that PHP calls for an empty slot */

static zval *hidden_value(zend_object *object, zend_string *name)
{
	HashTable *values = hidden_values(object);
	return values != NULL ? zend_hash_find(values, name) : NULL;
}

static ZEND_METHOD(CleverSso_Hiding, __get)
{
	zend_string *name;
	ZEND_PARSE_PARAMETERS_START(1, 1)
		PHP_CLEVER_SSO_PARAM_STR(name)
	ZEND_PARSE_PARAMETERS_END();
	zval *value = hidden_value(Z_OBJ_P(ZEND_THIS), name);
	if (value != NULL) RETURN_COPY_DEREF(value);
	zend_throw_error(NULL, "Undefined property: %s::$%s", ZSTR_VAL(Z_OBJCE_P(ZEND_THIS)->name), ZSTR_VAL(name));
}

static ZEND_METHOD(CleverSso_Hiding, __isset)
{
	zend_string *name;
	ZEND_PARSE_PARAMETERS_START(1, 1)
		PHP_CLEVER_SSO_PARAM_STR(name)
	ZEND_PARSE_PARAMETERS_END();
	zval *value = hidden_value(Z_OBJ_P(ZEND_THIS), name);
	RETURN_BOOL(value != NULL && Z_TYPE_P(value) != IS_NULL);
}

static ZEND_METHOD(CleverSso_Hiding, __set)
{
	zend_string *name;
	zval *value;
	ZEND_PARSE_PARAMETERS_START(2, 2)
		PHP_CLEVER_SSO_PARAM_STR(name)
		Z_PARAM_ZVAL(value)
	ZEND_PARSE_PARAMETERS_END();
	const char *refused = hidden_value(Z_OBJ_P(ZEND_THIS), name) != NULL ? "modify readonly" : "create dynamic";
	zend_throw_error(NULL, "Cannot %s property %s::$%s", refused, ZSTR_VAL(Z_OBJCE_P(ZEND_THIS)->name), ZSTR_VAL(name));
}

static ZEND_METHOD(CleverSso_Hiding, __unset)
{
	zend_string *name;
	ZEND_PARSE_PARAMETERS_START(1, 1)
		PHP_CLEVER_SSO_PARAM_STR(name)
	ZEND_PARSE_PARAMETERS_END();
	if (hidden_value(Z_OBJ_P(ZEND_THIS), name) == NULL) return;
	zend_throw_error(
		NULL, "Cannot unset readonly property %s::$%s", ZSTR_VAL(Z_OBJCE_P(ZEND_THIS)->name), ZSTR_VAL(name));
}

/* Every public property, in the order of the constructor; hidden ones only with `shows_hidden`. */
static void list_properties(zval *list, zend_object *object, bool shows_hidden)
{
	const zend_internal_function *constructor = &object->ce->constructor->internal_function;
	HashTable *values = hidden_values(object);
	array_init(list);
	for (uint32_t i = 0; i < constructor->num_args; i++) {
		const char *name = constructor->arg_info[i].name;
		zval *value = values != NULL ? zend_hash_str_find(values, name, strlen(name)) : NULL;
		if (value != NULL && Z_TYPE_P(value) != IS_NULL && !shows_hidden) {
			add_assoc_string(list, name, "[redacted]");
			continue;
		}
		if (value == NULL) {
			const zend_property_info *property
				= zend_hash_str_find_ptr(&object->ce->properties_info, name, strlen(name));
			value = OBJ_PROP(object, property->offset);
			if (Z_TYPE_P(value) == IS_UNDEF) continue;
		}
		Z_TRY_ADDREF_P(value);
		add_assoc_zval(list, name, value);
	}
}

static ZEND_METHOD(CleverSso_Hiding, __debugInfo)
{
	ZEND_PARSE_PARAMETERS_NONE();
	list_properties(return_value, Z_OBJ_P(ZEND_THIS), false);
}

ZEND_METHOD(CleverSso_SetCookie, jsonSerialize)
{
	ZEND_PARSE_PARAMETERS_NONE();
	list_properties(return_value, Z_OBJ_P(ZEND_THIS), hiding_of(Z_OBJCE_P(ZEND_THIS))->is_personal);
}

/* ---- the constructor of every result */

static bool take_object(zval *argument, zend_type type, uint32_t number)
{
	zend_class_entry *expected = zend_lookup_class(ZEND_TYPE_NAME(type));
	if (expected != NULL && Z_TYPE_P(argument) == IS_OBJECT && instanceof_function(Z_OBJCE_P(argument), expected)) return true;
	zend_wrong_parameter_class_error((int) number, ZSTR_VAL(ZEND_TYPE_NAME(type)), argument);
	return false;
}

/* Whether an argument has its type, or PHP converts it; otherwise throws a TypeError. */
static bool take(zval *argument, zend_type type, uint32_t number)
{
	const uint32_t mask = ZEND_TYPE_PURE_MASK(type);
	const bool may_be_null = ZEND_TYPE_ALLOW_NULL(type);
	/* PHP would convert null, and raise E_DEPRECATED. */
	const bool is_null = Z_TYPE_P(argument) == IS_NULL;
	bool dummy;
	zend_expected_type expected;
	if (may_be_null && is_null) return true;
	if (ZEND_TYPE_HAS_NAME(type)) return take_object(argument, type, number);
	if (mask & MAY_BE_STRING) {
		zend_string *text;
		if (!is_null && zend_parse_arg_str(argument, &text, false, number)) return true;
		expected = may_be_null ? Z_EXPECTED_STRING_OR_NULL : Z_EXPECTED_STRING;
	} else if (mask & MAY_BE_LONG) {
		zend_long count;
		if (!is_null && zend_parse_arg_long(argument, &count, &dummy, false, number)) {
			ZVAL_LONG(argument, count);
			return true;
		}
		expected = Z_EXPECTED_LONG;
	} else if (mask & MAY_BE_BOOL) {
		bool flag;
		if (!is_null && zend_parse_arg_bool(argument, &flag, &dummy, false, number)) {
			ZVAL_BOOL(argument, flag);
			return true;
		}
		expected = Z_EXPECTED_BOOL;
	} else {
		if (Z_TYPE_P(argument) == IS_ARRAY) return true;
		expected = Z_EXPECTED_ARRAY;
	}
	if (EG(exception) == NULL) zend_wrong_parameter_type_error((int) number, expected, argument);
	return false;
}

ZEND_METHOD(CleverSso_SetCookie, __construct)
{
	const zend_internal_function *function = &EX(func)->internal_function;
	const hiding_class *class = hiding_of(Z_OBJCE_P(ZEND_THIS));
	const uint32_t count = function->num_args;
	zval hidden;
	if (ZEND_NUM_ARGS() < count) {
		zend_wrong_parameters_count_error(count, count);
		RETURN_THROWS();
	}
	for (uint32_t i = 0; i < count; i++) {
		if (!take(ZEND_CALL_ARG(execute_data, i + 1), function->arg_info[i].type, i + 1)) RETURN_THROWS();
	}
	array_init(&hidden);
	for (uint32_t i = 0; i < count && EG(exception) == NULL; i++) {
		const char *name = function->arg_info[i].name;
		zval *value = ZEND_CALL_ARG(execute_data, i + 1);
		if (hides(class, name)) {
			Z_TRY_ADDREF_P(value);
			add_assoc_zval(&hidden, name, value);
		} else {
			zend_update_property(Z_OBJCE_P(ZEND_THIS), Z_OBJ_P(ZEND_THIS), name, strlen(name), value);
		}
	}
	if (class != NULL && EG(exception) == NULL) {
		php_clever_sso_hide(Z_OBJ_P(ZEND_THIS), &hidden);
	} else {
		zval_ptr_dtor(&hidden);
	}
}

/* ---- the start */

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(get_info, 0, 1, IS_MIXED, 0)
	ZEND_ARG_TYPE_INFO(0, name, IS_STRING, 0)
ZEND_END_ARG_INFO()
ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(isset_info, 0, 1, _IS_BOOL, 0)
	ZEND_ARG_TYPE_INFO(0, name, IS_STRING, 0)
ZEND_END_ARG_INFO()
ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(set_info, 0, 2, IS_VOID, 0)
	ZEND_ARG_TYPE_INFO(0, name, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO(0, value, IS_MIXED, 0)
ZEND_END_ARG_INFO()
ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(unset_info, 0, 1, IS_VOID, 0)
	ZEND_ARG_TYPE_INFO(0, name, IS_STRING, 0)
ZEND_END_ARG_INFO()
ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(debug_info, 0, 0, IS_ARRAY, 0)
ZEND_END_ARG_INFO()

static const zend_function_entry methods[] = {
	ZEND_ME(CleverSso_Hiding, __get, get_info, ZEND_ACC_PUBLIC)
	ZEND_ME(CleverSso_Hiding, __isset, isset_info, ZEND_ACC_PUBLIC)
	ZEND_ME(CleverSso_Hiding, __set, set_info, ZEND_ACC_PUBLIC)
	ZEND_ME(CleverSso_Hiding, __unset, unset_info, ZEND_ACC_PUBLIC)
	ZEND_ME(CleverSso_Hiding, __debugInfo, debug_info, ZEND_ACC_PUBLIC)
	ZEND_FE_END
};

void php_clever_sso_dumps_startup(void)
{
	for (size_t i = 0; i < sizeof hiding / sizeof *hiding; i++) {
		zend_class_entry *ce = *hiding[i].ce;
		zend_register_functions(ce, methods, &ce->function_table, MODULE_PERSISTENT);
		zend_add_parameter_attribute(zend_hash_str_find_ptr(&ce->function_table, ZEND_STRL("__set")), 1,
			ZSTR_KNOWN(ZEND_STR_SENSITIVEPARAMETER), 0);
		for (size_t j = 0; hiding[i].names[j] != NULL; j++) {
			const zend_property_info *property
				= zend_hash_str_find_ptr(&ce->properties_info, hiding[i].names[j], strlen(hiding[i].names[j]));
			/* As after an unset: an empty slot, for which PHP calls __get. */
			Z_PROP_FLAG_P(&ce->default_properties_table[OBJ_PROP_TO_NUM(property->offset)]) = 0;
		}
	}
}

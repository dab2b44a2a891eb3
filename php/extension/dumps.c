/* What dumps, exports and casts of results leave out. */
#include "php_clever_sso.h"

static zend_object_handlers secret_handlers, personal_handlers;

/* Who has one of these can act for the person: left out of dumps, and of everything that an object is turned into. */
static const char *const secret_names[] = { "url", "pending", "accessToken", "idToken", "code", "state", "value", "header" };
/* These say who the person is: left out of dumps. */
static const char *const personal_names[]
	= { "name", "unverifiedEmail", "claims", "json", "first", "middle", "last", "full" };

static HashTable *without(zend_object *object, const char *const *names, size_t count)
{
	HashTable *shown = zend_array_dup(zend_std_get_properties(object));
	for (size_t i = 0; i < count; i++) {
		zval *value = zend_hash_str_find_ind(shown, names[i], strlen(names[i]));
		if (value != NULL && Z_TYPE_P(value) != IS_NULL) {
			zval redacted;
			ZVAL_STRING(&redacted, "[redacted]");
			zend_hash_str_update(shown, names[i], strlen(names[i]), &redacted);
		}
	}
	return shown;
}

static HashTable *properties_without_secrets(zend_object *object, zend_prop_purpose purpose)
{
	return without(object, secret_names, sizeof secret_names / sizeof *secret_names);
}

static HashTable *properties_without_person(zend_object *object, zend_prop_purpose purpose)
{
	if (purpose != ZEND_PROP_PURPOSE_DEBUG && purpose != ZEND_PROP_PURPOSE_VAR_EXPORT) {
		return zend_std_get_properties_for(object, purpose);
	}
	return without(object, personal_names, sizeof personal_names / sizeof *personal_names);
}

static zend_object *create(zend_class_entry *ce, const zend_object_handlers *handlers)
{
	zend_object *object = zend_objects_new(ce);
	object_properties_init(object, ce);
	object->handlers = handlers;
	return object;
}

static zend_object *create_secret(zend_class_entry *ce)
{
	return create(ce, &secret_handlers);
}

static zend_object *create_personal(zend_class_entry *ce)
{
	return create(ce, &personal_handlers);
}

void php_clever_sso_dumps_startup(void)
{
	zend_class_entry *secret[]
		= { php_clever_sso_ce_login, php_clever_sso_ce_tokens, php_clever_sso_ce_callback, php_clever_sso_ce_set_cookie };
	zend_class_entry *personal[] = { php_clever_sso_ce_identity, php_clever_sso_ce_name, php_clever_sso_ce_user,
		php_clever_sso_ce_me, php_clever_sso_ce_user_info };
	secret_handlers = personal_handlers = std_object_handlers;
	secret_handlers.get_properties_for = properties_without_secrets;
	personal_handlers.get_properties_for = properties_without_person;
	for (size_t i = 0; i < sizeof secret / sizeof *secret; i++) secret[i]->create_object = create_secret;
	for (size_t i = 0; i < sizeof personal / sizeof *personal; i++) personal[i]->create_object = create_personal;
}

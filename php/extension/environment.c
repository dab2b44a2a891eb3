/* The arguments of a client, from environment variables: CLEVER_ and the name of the argument, in capitals. */
#include "environment.h"

#include "SAPI.h"
#include "zend_strtod.h"

#define MOST_NAME 64

/* The type of an argument: reads the value of a variable, or says that it is not of this type. */
typedef bool (*reader)(zval *value, zend_string *text);

static bool read_text(zval *value, zend_string *text)
{
	ZVAL_STR_COPY(value, text);
	return true;
}

/* Separated by spaces. */
static bool read_list(zval *value, zend_string *text)
{
	static const char *const spaces = " \t\n\r\v\f";
	const char *rest = ZSTR_VAL(text);
	array_init(value);
	while (*(rest += strspn(rest, spaces)) != '\0') {
		size_t length = strcspn(rest, spaces);
		add_next_index_stringl(value, rest, length);
		rest += length;
	}
	return true;
}

static bool read_number(zval *value, zend_string *text)
{
	double number;
	zend_long whole;
	int type = is_numeric_string(ZSTR_VAL(text), ZSTR_LEN(text), &whole, &number, false);
	ZVAL_DOUBLE(value, type == IS_LONG ? (double) whole : number);
	return type != 0;
}

static bool read_whole(zval *value, zend_string *text)
{
	double number;
	zend_long whole = 0;
	int type = is_numeric_string(ZSTR_VAL(text), ZSTR_LEN(text), &whole, &number, false);
	ZVAL_LONG(value, whole);
	return type == IS_LONG;
}

static bool read_flag(zval *value, zend_string *text)
{
	static const char *const yes[] = { "1", "true", "yes", "on" }, *const no[] = { "0", "false", "no", "off" };
	for (size_t i = 0; i < sizeof yes / sizeof *yes; i++) {
		if (strcasecmp(ZSTR_VAL(text), yes[i]) == 0 || strcasecmp(ZSTR_VAL(text), no[i]) == 0) {
			ZVAL_BOOL(value, strcasecmp(ZSTR_VAL(text), yes[i]) == 0);
			return true;
		}
	}
	ZVAL_FALSE(value);
	return false;
}

static const char *kind_of(reader read)
{
	if (read == read_number) return "a number";
	if (read == read_whole) return "a whole number";
	return "true or false";
}

static const struct {
	const char *argument;
	reader read;
} arguments_by_kind[] = {
	{ "clientId", read_text }, { "clientSecret", read_text }, { "redirectUri", read_list }, { "issuer", read_text },
	{ "apiBase", read_text }, { "baseUrl", read_text }, { "timeout", read_number }, { "leeway", read_whole },
	{ "pendingKey", read_text }, { "oldPendingKeys", read_list }, { "returnToOrigins", read_list },
	{ "development", read_flag }, { "authorizationEndpoint", read_text }, { "tokenEndpoint", read_text },
	{ "tokeninfoEndpoint", read_text }, { "userinfoEndpoint", read_text }, { "jwksUri", read_text },
	{ "discover", read_flag }, { "caBundle", read_text }, { "proxy", read_text }, { "keyCache", read_text },
};

/* clientId is CLEVER_CLIENT_ID. */
static void write_variable(char *variable, const char *argument)
{
	variable = stpcpy(variable, "CLEVER_");
	for (; *argument != '\0'; argument++) {
		if (*argument >= 'A' && *argument <= 'Z') *variable++ = '_';
		*variable++ = zend_toupper_ascii(*argument);
	}
	*variable = '\0';
}

/* Like PHP's getenv: the value that the server set for this request, or else the process environment. NULL when it is unset or
 * empty. Free it with efree. */
static char *process_environment(const char *variable)
{
	char *text = sapi_getenv(variable, strlen(variable));
	if (text == NULL) {
		tsrm_env_lock();
		const char *found = getenv(variable);
		text = found != NULL ? estrdup(found) : NULL;
		tsrm_env_unlock();
	}
	if (text == NULL || *text != '\0') return text;
	efree(text);
	return NULL;
}

/* The same from $_ENV. Programs that read .env files write variables there, and usually not to the environment. */
static zend_string *variable_of_the_program(const char *variable)
{
	zval *all, *found;
	zend_is_auto_global_str(ZEND_STRL("_ENV"));
	all = zend_hash_str_find_ind(&EG(symbol_table), ZEND_STRL("_ENV"));
	if (all == NULL) return NULL;
	ZVAL_DEREF(all);
	if (Z_TYPE_P(all) != IS_ARRAY) return NULL;
	found = zend_hash_str_find(Z_ARRVAL_P(all), variable, strlen(variable));
	if (found == NULL) return NULL;
	ZVAL_DEREF(found);
	return Z_TYPE_P(found) == IS_STRING && Z_STRLEN_P(found) > 0 ? zend_string_copy(Z_STR_P(found)) : NULL;
}

static zend_string *environment(const char *variable)
{
	char *text = process_environment(variable);
	if (text == NULL) return variable_of_the_program(variable);
	zend_string *copy = zend_string_init(text, strlen(text), false);
	efree(text);
	return copy;
}

bool php_clever_sso_environment(HashTable *arguments)
{
	for (size_t i = 0; i < sizeof arguments_by_kind / sizeof *arguments_by_kind; i++) {
		char variable[MOST_NAME];
		const char *argument = arguments_by_kind[i].argument;
		write_variable(variable, argument);
		zend_string *text = environment(variable);
		if (text == NULL) continue;
		zval value;
		bool is_read = arguments_by_kind[i].read(&value, text);
		zend_string_release(text);
		zend_hash_str_update(arguments, argument, strlen(argument), &value);
		if (!is_read) {
			php_clever_sso_throw_config("%s cannot be read as %s", variable, kind_of(arguments_by_kind[i].read));
			return false;
		}
	}
	if (zend_hash_str_exists(arguments, ZEND_STRL("clientId"))) return true;
	php_clever_sso_throw_config("CLEVER_CLIENT_ID is not set");
	return false;
}

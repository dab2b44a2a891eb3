/* The arguments of a client, from environment variables. */
#ifndef PHP_CLEVER_SSO_ENVIRONMENT_H
#define PHP_CLEVER_SSO_ENVIRONMENT_H

#include "php_clever_sso.h"

/* The arguments of the constructor by their names. Throws a ConfigException and returns false if a variable cannot be read. */
bool php_clever_sso_environment(HashTable *arguments);

#endif

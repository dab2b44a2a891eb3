/*
 * Verifies one ID token repeatedly with cjose, in turns with other programs: bench/side_by_side.py starts them. cjose
 * verifies only the signature, so this program reads the claims with jansson.
 *
 *     side_by_side_cjose JWK TOKEN ISSUER CLIENT_ID
 */
#include "turns.h"
#include <cjose/cjose.h>
#include <jansson.h>
#include <string.h>

static cjose_jwk_t *key;
static const char *token, *issuer, *client_id;
static size_t length;

static int has(json_t *claims, const char *name, const char *expected)
{
    const char *found = json_string_value(json_object_get(claims, name));
    return found != NULL && strcmp(found, expected) == 0;
}

static int is_good(cjose_jws_t *jws)
{
    cjose_err error;
    const char *algorithm = cjose_header_get(cjose_jws_get_protected(jws), CJOSE_HDR_ALG, &error);
    uint8_t *plain = NULL;
    size_t size = 0;
    if (algorithm == NULL || strcmp(algorithm, CJOSE_HDR_ALG_RS256) != 0) return 0;
    if (!cjose_jws_verify(jws, key, &error) || !cjose_jws_get_plaintext(jws, &plain, &size, &error)) return 0;
    json_t *claims = json_loadb((const char *)plain, size, JSON_REJECT_DUPLICATES, NULL);
    int good = has(claims, "iss", issuer) && has(claims, "aud", client_id);
    good = good && json_integer_value(json_object_get(claims, "exp")) > time(NULL);
    json_decref(claims);
    return good;
}

static int operation(void)
{
    cjose_err error;
    cjose_jws_t *jws = cjose_jws_import(token, length, &error);
    int good = jws != NULL && is_good(jws);
    cjose_jws_release(jws);
    return !good;
}

int main(int argc, char **argv)
{
    cjose_err error;
    if (argc != 5) return 2;
    key = cjose_jwk_import(argv[1], strlen(argv[1]), &error);
    if (key == NULL) return 2;
    token = argv[2];
    length = strlen(token);
    issuer = argv[3];
    client_id = argv[4];
    int status = answer_lines();
    cjose_jwk_release(key);
    return status;
}

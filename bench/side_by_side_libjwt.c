/*
 * Verifies one ID token repeatedly with libjwt 1, in turns with other programs: bench/side_by_side.py starts them. This
 * version parses the key from PEM text for each token.
 *
 *     side_by_side_libjwt PEM TOKEN ISSUER CLIENT_ID
 */
#include "turns.h"
#include <jwt.h>
#include <string.h>

static const char *pem, *token, *issuer, *client_id;
static int length;

static int has(jwt_t *jwt, const char *name, const char *expected)
{
    const char *found = jwt_get_grant(jwt, name);
    return found != NULL && strcmp(found, expected) == 0;
}

static int operation(void)
{
    jwt_t *jwt = NULL;
    if (jwt_decode(&jwt, token, (const unsigned char *)pem, length)) return 1;
    int good = jwt_get_alg(jwt) == JWT_ALG_RS256 && has(jwt, "iss", issuer) && has(jwt, "aud", client_id);
    good = good && jwt_get_grant_int(jwt, "exp") > time(NULL);
    jwt_free(jwt);
    return !good;
}

int main(int argc, char **argv)
{
    if (argc != 5) return 2;
    pem = argv[1];
    length = (int)strlen(pem);
    token = argv[2];
    issuer = argv[3];
    client_id = argv[4];
    return answer_lines();
}

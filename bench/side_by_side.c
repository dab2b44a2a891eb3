/*
 * Verifies one ID token repeatedly in C, in turns with other programs: bench/side_by_side.py starts them.
 *
 *     side_by_side JWKS TOKEN NONCE ISSUER CLIENT_ID NOW
 */
#include "turns.h"
#include <clever_sso.h>

static clever_sso_key_set *keys;
static clever_sso_verify_options *options;
static const char *token;

static int operation(void)
{
    clever_sso_claims *claims = NULL;
    clever_sso_status status = clever_sso_verify_id_token_with(token, keys, options, &claims, NULL);
    clever_sso_claims_free(claims);
    return status;
}

int main(int argc, char **argv)
{
    if (argc != 7 || clever_sso_key_set_new(argv[1], &keys, NULL)) return 2;
    if (clever_sso_verify_options_new(argv[4], argv[5], &options, NULL)) return 2;
    if (clever_sso_verify_options_set_nonce(options, argv[3], NULL)) return 2;
    if (clever_sso_verify_options_set_now(options, strtoull(argv[6], NULL, 10), NULL)) return 2;
    token = argv[2];
    int status = answer_lines();
    clever_sso_verify_options_free(options);
    clever_sso_key_set_free(keys);
    return status;
}

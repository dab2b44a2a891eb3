/*
 * Verifies ID tokens with the C library. It reads one case per line, and prints `ok` or the error code for each.
 *
 *     verify ISSUER CLIENT_ID NOW LEEWAY        jwks TAB token TAB nonce TAB access token
 *
 * An empty nonce or access token means that there is none. In a field, the bytes 1 and 2 stand for a line break and a tab.
 */
#include <clever_sso.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The hostile key sets and tokens can have a few hundred kilobytes. */
enum { LONGEST_LINE = 4 * 1024 * 1024 };

struct settings {
    const char *issuer, *client_id;
    uint64_t now;
    uint32_t leeway;
};

/* The next field of a line; NULL when it is empty. */
static const char *field(char **rest)
{
    char *start = *rest, *end = strchr(start, '\t');
    *rest = end != NULL ? end + 1 : start + strlen(start);
    if (end != NULL) *end = '\0';
    for (char *at = start; *at != '\0'; at++) {
        if (*at == 1) *at = '\n';
        if (*at == 2) *at = '\t';
    }
    return *start != '\0' ? start : NULL;
}

static void verify(char *line, const struct settings *settings)
{
    clever_sso_error *error = NULL;
    clever_sso_key_set *keys = NULL;
    clever_sso_claims *claims = NULL;
    clever_sso_verify_options *options = NULL;
    const char *jwks = field(&line), *token = field(&line), *nonce = field(&line), *access_token = field(&line);
    clever_sso_status status = clever_sso_key_set_new(jwks, &keys, &error);
    if (!status) status = clever_sso_verify_options_new(settings->issuer, settings->client_id, &options, &error);
    if (!status) status = clever_sso_verify_options_set_nonce(options, nonce, &error);
    if (!status) status = clever_sso_verify_options_set_access_token(options, access_token, &error);
    if (!status) status = clever_sso_verify_options_set_now(options, settings->now, &error);
    if (!status) status = clever_sso_verify_options_set_leeway(options, settings->leeway, &error);
    if (!status) status = clever_sso_verify_id_token_with(token, keys, options, &claims, &error);
    printf("%s %s\n", status ? clever_sso_error_code(error) : "ok", status ? "" : clever_sso_claims_text(claims, "sub"));
    fflush(stdout);
    clever_sso_claims_free(claims);
    clever_sso_verify_options_free(options);
    clever_sso_key_set_free(keys);
    clever_sso_error_free(error);
}

int main(int argc, char **argv)
{
    static char line[LONGEST_LINE];
    if (argc != 5) return 2;
    struct settings settings = {argv[1], argv[2], strtoull(argv[3], NULL, 10), (uint32_t)atol(argv[4])};
    while (fgets(line, sizeof line, stdin) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        verify(line, &settings);
    }
    return 0;
}

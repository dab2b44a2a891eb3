/*
 * A console login written when the header was that of 0.1, and compiled against that: it must run with every later library.
 * Not to be changed.
 */
#include "clever_sso-0.1.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int failed(clever_sso_error *error)
{
    fprintf(stderr, "%s (%s, %s, %u, %d)\n", clever_sso_error_message(error), clever_sso_error_code(error),
            clever_sso_error_actor(error), (unsigned)clever_sso_error_http_status(error), clever_sso_error_retryable(error));
    clever_sso_error_free(error);
    return 1;
}

static clever_sso_client *made(clever_sso_error **error)
{
    clever_sso_config *config = NULL;
    clever_sso_client *client = NULL;
    clever_sso_status status = clever_sso_config_new(getenv("CLEVER_CLIENT_ID"), &config, error);
    if (!status) status = clever_sso_config_set_client_secret(config, getenv("CLEVER_CLIENT_SECRET"), error);
    if (!status) status = clever_sso_config_add_redirect_uri(config, getenv("CLEVER_REDIRECT_URI"), error);
    if (!status) status = clever_sso_config_set_base_url(config, getenv("CLEVER_BASE_URL"), error);
    if (!status) status = clever_sso_config_set_timeout(config, 9, error);
    if (!status) status = clever_sso_config_set_development(config, true, error);
    if (!status) status = clever_sso_client_new(config, &client, error);
    clever_sso_config_free(config);
    return client;
}

static int all_is_told(const clever_sso_client *client, const clever_sso_outcome *outcome, clever_sso_error **error)
{
    const clever_sso_identity *identity = clever_sso_outcome_identity(outcome);
    const clever_sso_tokens *tokens = clever_sso_outcome_tokens(outcome);
    clever_sso_token_info *info = NULL;
    clever_sso_me_record *me = NULL;
    if (clever_sso_check_token(client, clever_sso_tokens_access_token(tokens), &info, error)) return 0;
    if (clever_sso_me(client, clever_sso_tokens_access_token(tokens), &me, error)) return 0;
    int same = strcmp(clever_sso_me_record_id(me), clever_sso_identity_id(identity)) == 0;
    printf("signed in: %s (%s, %zu role, %zu scopes, to %s)\n", clever_sso_identity_full_name(identity),
           clever_sso_identity_role_name(identity, 0), clever_sso_identity_role_count(identity),
           clever_sso_token_info_scope_count(info), clever_sso_outcome_return_to(outcome));
    clever_sso_token_info_free(info);
    clever_sso_me_record_free(me);
    return same;
}

int main(void)
{
    clever_sso_error *error = NULL;
    clever_sso_client *client = made(&error);
    if (client == NULL) return failed(error);
    clever_sso_login_options *options = NULL;
    clever_sso_login *login = NULL;
    if (clever_sso_login_options_new(&options, &error)) return failed(error);
    if (clever_sso_login_options_set_return_to(options, "/lessons", &error)) return failed(error);
    if (clever_sso_begin_login(client, options, &login, &error)) return failed(error);
    printf("open %s\n", clever_sso_login_url(login));
    fflush(stdout);
    static char callback[16 * 1024];
    if (fgets(callback, sizeof callback, stdin) == NULL) return 1;
    callback[strcspn(callback, "\r\n")] = '\0';
    clever_sso_outcome *outcome = NULL;
    if (clever_sso_finish_login_with_pending(client, callback, clever_sso_login_pending(login), &outcome, &error)) return failed(error);
    if (clever_sso_outcome_kind(outcome) != CLEVER_SSO_SIGNED_IN) return 1;
    if (!all_is_told(client, outcome, &error)) return failed(error);
    clever_sso_outcome_free(outcome);
    clever_sso_login_free(login);
    clever_sso_login_options_free(options);
    clever_sso_client_free(client);
    return 0;
}

/*
 * A client that was used before a fork works in the children at once, and no process reads the response of another one.
 *
 *     fork BASE_URL CLIENT_ID OUR_TOKEN TOKEN_OF_ANOTHER_APP
 *
 * The children ask about the token of another app, and the parent about ours, so a response that reaches the wrong process
 * is noticed. Exits with 0 if every call got the right response.
 */
#define _POSIX_C_SOURCE 200809L
#include <clever_sso.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CHILDREN = 20, CALLS = 10, PATIENCE_SECONDS = 60 };

static int answered(const clever_sso_client *client, const char *access_token, const char *expected)
{
    clever_sso_error *error = NULL;
    clever_sso_token_info *info = NULL;
    clever_sso_status status = clever_sso_check_token(client, access_token, &info, &error);
    const char *found = status == CLEVER_SSO_OK ? "ok" : clever_sso_error_code(error);
    int right = strcmp(found, expected) == 0;
    if (!right) fprintf(stderr, "expected %s, found %s\n", expected, found);
    clever_sso_token_info_free(info);
    clever_sso_error_free(error);
    return right;
}

static int all_answered(const clever_sso_client *client, const char *access_token, const char *expected)
{
    int right = 1;
    for (int call = 0; call < CALLS; call++) right = right && answered(client, access_token, expected);
    return right;
}

static clever_sso_client *client_of(const char *base_url, const char *client_id)
{
    clever_sso_config *config = NULL;
    clever_sso_client *client = NULL;
    clever_sso_error *error = NULL;
    clever_sso_status status = clever_sso_config_new(client_id, &config, &error);
    if (!status) status = clever_sso_config_set_base_url(config, base_url, &error);
    if (!status) status = clever_sso_client_new(config, &client, &error);
    if (status) fprintf(stderr, "%s\n", clever_sso_error_message(error));
    clever_sso_config_free(config);
    clever_sso_error_free(error);
    return client;
}

int main(int argc, char **argv)
{
    if (argc != 5) return 2;
    clever_sso_client *client = client_of(argv[1], argv[2]);
    const char *ours = argv[3], *theirs = argv[4];
    if (client == NULL || !answered(client, ours, "ok")) return 1;
    for (int child = 0; child < CHILDREN; child++) {
        if (fork() == 0) {
            alarm(PATIENCE_SECONDS);
            int right = all_answered(client, theirs, "token_foreign");
            clever_sso_client_free(client);
            _exit(right ? 0 : 1);
        }
    }
    int right = all_answered(client, ours, "ok"), status = 0;
    for (int child = 0; child < CHILDREN; child++) {
        right = wait(&status) > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0 && right;
    }
    clever_sso_client_free(client);
    return right ? 0 : 1;
}

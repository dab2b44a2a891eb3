/*
 * Finishes logins that another program began, and prints how long each took, in microseconds. The first one is cold: the
 * process has no keys and no connections yet.
 *
 *     cold_login BASE_URL AUTHORITY CALLBACK PENDING [CALLBACK PENDING]...
 */
#define _POSIX_C_SOURCE 200809L
#include <clever_sso.h>
#include <stdio.h>
#include <time.h>

static double microseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static clever_sso_client *client(const char *base_url, const char *authority)
{
    clever_sso_config *config = NULL;
    clever_sso_client *made = NULL;
    clever_sso_status status = clever_sso_config_new("client", &config, NULL);
    if (!status) status = clever_sso_config_set_client_secret(config, "secret", NULL);
    if (!status) status = clever_sso_config_add_redirect_uri(config, "http://127.0.0.1:9/callback", NULL);
    if (!status) status = clever_sso_config_set_base_url(config, base_url, NULL);
    if (!status && authority[0] != '\0') status = clever_sso_config_set_ca_bundle(config, authority, NULL);
    if (!status) clever_sso_client_new(config, &made, NULL);
    clever_sso_config_free(config);
    return made;
}

int main(int argc, char **argv)
{
    if (argc < 5) return 2;
    clever_sso_client *asked = client(argv[1], argv[2]);
    for (int i = 3; asked != NULL && i + 1 < argc; i += 2) {
        clever_sso_outcome *outcome = NULL;
        double begun = microseconds();
        clever_sso_finish_login_with_pending(asked, argv[i], argv[i + 1], &outcome, NULL);
        double took = microseconds() - begun;
        if (clever_sso_outcome_kind(outcome) != CLEVER_SSO_SIGNED_IN) return 1;
        clever_sso_outcome_free(outcome);
        printf("%.0f\n", took);
    }
    clever_sso_client_free(asked);
    return asked == NULL;
}

/*
 * Exchanges a code repeatedly in C, in turns with other programs: bench/exchange.py starts them.
 *
 *     exchange BASE_URL AUTHORITY REDIRECT_URI
 */
#include "turns.h"
#include <clever_sso.h>

static clever_sso_client *client;

static int operation(void)
{
    clever_sso_tokens *tokens = NULL;
    clever_sso_status status = clever_sso_exchange_code(client, "code", NULL, &tokens, NULL);
    clever_sso_tokens_free(tokens);
    return status;
}

int main(int argc, char **argv)
{
    clever_sso_config *config = NULL;
    if (argc != 4 || clever_sso_config_new("client", &config, NULL)) return 2;
    if (clever_sso_config_set_client_secret(config, "secret", NULL)) return 2;
    if (clever_sso_config_add_redirect_uri(config, argv[3], NULL)) return 2;
    if (clever_sso_config_set_base_url(config, argv[1], NULL)) return 2;
    if (clever_sso_config_set_ca_bundle(config, argv[2], NULL)) return 2;
    if (clever_sso_client_new(config, &client, NULL)) return 2;
    clever_sso_config_free(config);
    int status = answer_lines();
    clever_sso_client_free(client);
    return status;
}

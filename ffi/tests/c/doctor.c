/* The doctor of the C library, with settings from the environment: prints its JSON, and its first problem as single functions
   return it. */

#include <clever_sso.h>
#include <stdio.h>
#include <stdlib.h>

#define SET(name, function)                                                                                          \
    if (getenv(name) && *getenv(name) && function(config, getenv(name), NULL) != CLEVER_SSO_OK) return 3

int main(void)
{
    clever_sso_config *config = NULL;
    if (clever_sso_config_new(getenv("CLEVER_CLIENT_ID"), &config, NULL) != CLEVER_SSO_OK) return 3;
    SET("CLEVER_CLIENT_SECRET", clever_sso_config_set_client_secret);
    SET("CLEVER_REDIRECT_URI", clever_sso_config_add_redirect_uri);
    SET("CLEVER_BASE_URL", clever_sso_config_set_base_url);
    SET("CLEVER_ISSUER", clever_sso_config_set_issuer);
    SET("CLEVER_API_BASE", clever_sso_config_set_api_base);
    SET("CLEVER_CA_BUNDLE", clever_sso_config_set_ca_bundle);
    SET("CLEVER_PROXY", clever_sso_config_set_proxy);
    SET("CLEVER_JWKS_URI", clever_sso_config_set_jwks_uri);
    if (getenv("CLEVER_TIMEOUT") && clever_sso_config_set_timeout(config, atof(getenv("CLEVER_TIMEOUT")), NULL) != CLEVER_SSO_OK)
        return 3;
    if (getenv("CLEVER_DEVELOPMENT") && clever_sso_config_set_development(config, true, NULL) != CLEVER_SSO_OK) return 3;
    clever_sso_config_set_setting_names(config, CLEVER_SSO_NAMES_ENVIRONMENT, NULL);

    /* With a client if the settings make one, otherwise with the settings. */
    clever_sso_client *client = NULL;
    clever_sso_report *report = NULL;
    clever_sso_status status;
    if (getenv("CLEVER_DISCOVER"))
        status = clever_sso_config_doctor_with_discovery(config, &report, NULL);
    else if (clever_sso_client_new(config, &client, NULL) == CLEVER_SSO_OK)
        status = clever_sso_doctor(client, &report, NULL);
    else
        status = clever_sso_config_doctor(config, &report, NULL);
    if (status != CLEVER_SSO_OK) return 3;
    puts(clever_sso_report_json(report));
    for (size_t index = 0; index < clever_sso_report_finding_count(report); index++) {
        if (clever_sso_report_finding_level(report, index) != CLEVER_SSO_REPORT_PROBLEM) continue;
        const char *advice = clever_sso_report_finding_advice(report, index);
        printf("%s\n%s\n%s\n", clever_sso_report_finding_check(report, index),
               clever_sso_report_finding_found(report, index), advice ? advice : "");
        break;
    }
    fputs(clever_sso_report_text(report, true), stderr);
    int code = (int)clever_sso_report_worst_level(report);
    clever_sso_report_free(report);
    clever_sso_client_free(client);
    clever_sso_config_free(config);
    return code;
}

/*
 * Many threads share one client. Each has its own logins, and all share one log.
 *
 *     threads BASE_URL CLIENT_ID SECRET REDIRECT_URI ACCESS_TOKEN ID_TOKEN ROUNDS
 *
 * ID_TOKEN has no nonce. Exits with 0 if every call of every thread got the right result.
 */
#include <clever_sso.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { THREADS = 16 };

struct work {
    const clever_sso_client *client;
    const char *access_token, *id_token;
    int rounds;
};

static int right(const char *what, clever_sso_status status, clever_sso_error *error)
{
    if (status != CLEVER_SSO_OK) fprintf(stderr, "%s: %s\n", what, clever_sso_error_message(error));
    clever_sso_error_free(error);
    return status == CLEVER_SSO_OK;
}

static int begins(const struct work *work)
{
    clever_sso_error *error = NULL;
    clever_sso_login *login = NULL;
    clever_sso_status status = clever_sso_begin_login(work->client, NULL, &login, &error);
    int well = right("begin_login", status, error) && strlen(clever_sso_login_pending(login)) <= 512;
    clever_sso_login_free(login);
    return well;
}

static int verifies(const struct work *work)
{
    clever_sso_error *error = NULL;
    clever_sso_claims *claims = NULL;
    clever_sso_status status =
        clever_sso_verify_id_token(work->client, work->id_token, NULL, work->access_token, &claims, &error);
    int well = right("verify_id_token", status, error) && clever_sso_claims_text(claims, "sub") != NULL;
    clever_sso_claims_free(claims);
    return well;
}

static int asks(const struct work *work)
{
    clever_sso_error *error = NULL;
    clever_sso_me_record *me = NULL;
    clever_sso_status status = clever_sso_me(work->client, work->access_token, &me, &error);
    int well = right("me", status, error) && clever_sso_me_record_id(me) != NULL;
    clever_sso_me_record_free(me);
    return well;
}

static int shares_keys(const struct work *work)
{
    clever_sso_error *error = NULL;
    char *keys = NULL;
    clever_sso_status status = clever_sso_export_keys(work->client, &keys, &error);
    int well = right("export_keys", status, error);
    if (well) {
        status = clever_sso_import_keys(work->client, keys, &error);
        well = right("import_keys", status, error);
    }
    clever_sso_string_free(keys);
    return well;
}

static void count(void *user_data, clever_sso_log_level level, const char *target, const char *message)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    (void)level;
#ifndef WITHOUT_LOCK /* without the lock, the checker must report a race */
    pthread_mutex_lock(&lock);
#endif
    *(size_t *)user_data += strlen(target) + strlen(message);
    pthread_mutex_unlock(&lock);
}

static void *toil(void *given)
{
    const struct work *work = given;
    for (int round = 0; round < work->rounds; round++) {
        if (!begins(work) || !verifies(work) || !asks(work) || !shares_keys(work)) return given;
    }
    return NULL;
}

static clever_sso_client *client_of(char **argv)
{
    clever_sso_config *config = NULL;
    clever_sso_client *client = NULL;
    clever_sso_error *error = NULL;
    clever_sso_status status = clever_sso_config_new(argv[2], &config, &error);
    if (!status) status = clever_sso_config_set_client_secret(config, argv[3], &error);
    if (!status) status = clever_sso_config_add_redirect_uri(config, argv[4], &error);
    if (!status) status = clever_sso_config_set_base_url(config, argv[1], &error);
    /* A memory checker makes everything slow. */
    if (!status) status = clever_sso_config_set_timeout(config, 60, &error);
    if (!status) status = clever_sso_client_new(config, &client, &error);
    clever_sso_config_free(config);
    right("client_new", status, error);
    return client;
}

int main(int argc, char **argv)
{
    if (argc != 8) return 2;
    size_t said = 0;
    struct work work = {client_of(argv), argv[5], argv[6], atoi(argv[7])};
    pthread_t threads[THREADS];
    int wrong = work.client == NULL || clever_sso_set_log_callback(CLEVER_SSO_LOG_DEBUG, count, &said, NULL);
    int started = 0;
    while (!wrong && started < THREADS && pthread_create(&threads[started], NULL, toil, &work) == 0) started++;
    wrong = wrong || started < THREADS;
    while (started > 0) {
        void *failed = NULL;
        pthread_join(threads[--started], &failed);
        wrong = wrong || failed != NULL;
    }
    wrong = wrong || clever_sso_set_log_callback(CLEVER_SSO_LOG_DEBUG, NULL, NULL, NULL);
    clever_sso_client_free((clever_sso_client *)work.client);
    return wrong;
}

/*
 * The environment is read while a client is made, and by no other call. Run this program with getenv.c preloaded.
 *
 *     environment CLIENT_ID BASE_URL BASE_URL_BY_NAME ID_TOKEN
 *
 * Prints the variables that are read while clients are made. Then a thread keeps changing the environment, to values that would
 * make every call fail, while several threads make calls, and a forked child does afterwards. None of them reads a variable,
 * which stderr would show. Exits with 0 if all calls had the right result.
 */
#define _GNU_SOURCE
#include <clever_sso.h>
#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { THREADS = 4, ROUNDS = 50, PATIENCE_SECONDS = 300 };

static const char *const misleading[] = {
    "HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "SSL_CERT_FILE", "SSL_CERT_DIR",
    "CLEVER_BASE_URL", "CLEVER_CLIENT_ID", "CLEVER_PROXY", "CLEVER_CA_BUNDLE", "RUST_MIN_STACK", "RUST_BACKTRACE",
};
static const char *client_id, *id_token;
static clever_sso_client *client, *by_name;
static atomic_int calls_are_made = 1;

static int complain(const char *why)
{
    fprintf(stderr, "%s\n", why);
    return 1;
}

static clever_sso_client *new_client(const char *base_url)
{
    clever_sso_config *config = NULL;
    clever_sso_client *made = NULL;
    clever_sso_config_new(client_id, &config, NULL);
    clever_sso_config_set_client_secret(config, "5ec4e75ec4e75ec4e75ec4e75ec4e75ec4e7", NULL);
    clever_sso_config_add_redirect_uri(config, "http://127.0.0.1:9/callback", NULL);
    clever_sso_config_set_base_url(config, base_url, NULL);
    clever_sso_client_new(config, &made, NULL);
    clever_sso_config_free(config);
    return made;
}

static int is_one_of(clever_sso_error *error, const char *codes)
{
    const char *code = error ? clever_sso_error_code(error) : "ok";
    int right = strstr(codes, code) != NULL;
    if (!right) complain(error ? clever_sso_error_message(error) : code);
    clever_sso_error_free(error);
    return right;
}

/* One call of each kind. The last one resolves a name: the C library's resolver reads variables of its own, and must not do so
   while they change. */
static int call_everything(int names_too)
{
    clever_sso_login *login = NULL;
    clever_sso_outcome *outcome = NULL;
    clever_sso_claims *claims = NULL;
    clever_sso_me_record *me = NULL;
    clever_sso_error *error = NULL;
    int right = 1;
    clever_sso_begin_login(client, NULL, &login, &error);
    right &= is_one_of(error, "ok"), error = NULL;
    clever_sso_finish_login(client, "code=abcdefgh&state=abc", "", &outcome, &error);
    right &= is_one_of(error, "ok"), error = NULL;
    clever_sso_verify_id_token(client, id_token, NULL, NULL, &claims, &error);
    right &= is_one_of(error, "ok"), error = NULL;
    clever_sso_me(client, "unknown", &me, &error);
    right &= is_one_of(error, "token_rejected"), error = NULL;
    clever_sso_warm_up(client, &error);
    right &= is_one_of(error, "ok"), error = NULL;
    clever_sso_token_info *info = NULL;
    clever_sso_check_token(names_too ? by_name : client, "unknown", &info, &error);
    right &= is_one_of(error, "token_rejected");
    clever_sso_token_info_free(info);
    clever_sso_me_record_free(me);
    clever_sso_claims_free(claims);
    clever_sso_outcome_free(outcome);
    clever_sso_login_free(login);
    return right;
}

static void *call_over_and_over(void *failed)
{
    for (int round = 0; round < ROUNDS; round++) {
        if (!call_everything(0)) *(int *)failed = 1;
    }
    return NULL;
}

/* Makes it larger too, so that the C library moves it. */
static void *change_the_environment(void *unused)
{
    char name[32];
    for (int round = 0; atomic_load(&calls_are_made); round++) {
        for (size_t i = 0; i < sizeof misleading / sizeof *misleading; i++) {
            if (round % 3 == 2) unsetenv(misleading[i]);
            else setenv(misleading[i], round % 3 ? "http://127.0.0.1:1" : "/nowhere", 1);
        }
        snprintf(name, sizeof name, "GROWS_%d", round % 1000);
        setenv(name, "with text of some length, so that it needs room of its own", 1);
    }
    return unused;
}

/* Calls work in the changed environment, and in a child too. */
static int everything_is_called_afterwards(void)
{
    int status = 1, right = call_everything(1);
    pid_t child = fork();
    if (child == 0) _exit(call_everything(1) ? 0 : 1);
    return waitpid(child, &status, 0) == child && status == 0 && right;
}

int main(int argc, char **argv)
{
    if (argc != 5) return 2;
    client_id = argv[1], id_token = argv[4];
    alarm(PATIENCE_SECONDS);
    void (*note_variables)(FILE *) = NULL;
    *(void **)&note_variables = dlsym(RTLD_DEFAULT, "note_variables");
    if (note_variables == NULL) return complain("getenv.c is not preloaded");
    note_variables(stdout);
    client = new_client(argv[2]), by_name = new_client(argv[3]);
    note_variables(stderr);
    if (client == NULL || by_name == NULL) return complain("there is no client");
    pthread_t callers[THREADS], changer;
    int failed = 0;
    pthread_create(&changer, NULL, change_the_environment, NULL);
    for (int i = 0; i < THREADS; i++) pthread_create(&callers[i], NULL, call_over_and_over, &failed);
    for (int i = 0; i < THREADS; i++) pthread_join(callers[i], NULL);
    atomic_store(&calls_are_made, 0);
    pthread_join(changer, NULL);
    if (!everything_is_called_afterwards()) failed = 1;
    clever_sso_client_free(client);
    clever_sso_client_free(by_name);
    note_variables(NULL);
    return failed;
}

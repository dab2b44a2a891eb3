/*
 * Forks while other threads use something for the first time: no child or grandchild hangs, not even in exit().
 *
 *     first_uses WHAT CLIENT_ID BASE_URL CA_BUNDLE ID_TOKEN FORKS
 *
 * WHAT is random, verify, tls, name, keys or log: the work to do. Several threads repeat it, each with its own client and in
 * a new thread each time. Each child does it, too, and forks a grandchild that does it. Both end with exit(), which runs the
 * destructors of every library. Exits with 0 on success.
 */
#define _GNU_SOURCE
#include <clever_sso.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* A child that runs longer than this hangs. */
enum { THREADS = 3, PATIENCE_SECONDS = 60, AT_ONCE = 4 };

static const char *what, *client_id, *base_url, *ca_bundle, *id_token;
static atomic_int stop, lines;

static int complain(const char *why)
{
    fprintf(stderr, "%s: %s\n", what, why);
    return 0;
}

static clever_sso_client *new_client(void)
{
    clever_sso_config *config = NULL;
    clever_sso_client *client = NULL;
    clever_sso_config_new(client_id, &config, NULL);
    clever_sso_config_set_client_secret(config, "5ec4e75ec4e75ec4e75ec4e75ec4e75ec4e7", NULL);
    clever_sso_config_add_redirect_uri(config, "http://127.0.0.1:9/callback", NULL);
    clever_sso_config_set_base_url(config, base_url, NULL);
    clever_sso_config_set_timeout(config, PATIENCE_SECONDS, NULL);
    if (*ca_bundle) clever_sso_config_set_ca_bundle(config, ca_bundle, NULL);
    clever_sso_client_new(config, &client, NULL);
    clever_sso_config_free(config);
    return client;
}

static void count_line(void *unused, clever_sso_log_level level, const char *target, const char *message)
{
    (void)unused, (void)level, (void)target, (void)message;
    atomic_fetch_add(&lines, 1);
}

static int begins(const clever_sso_client *client)
{
    clever_sso_login *login = NULL;
    clever_sso_status status = clever_sso_begin_login(client, NULL, &login, NULL);
    clever_sso_login_free(login);
    return status == CLEVER_SSO_OK;
}

static int does_it(void)
{
    clever_sso_client *client = new_client();
    clever_sso_error *error = NULL;
    clever_sso_claims *claims = NULL;
    clever_sso_token_info *info = NULL;
    clever_sso_status status = CLEVER_SSO_OK;
    int right = begins(client);
    if (strcmp(what, "verify") == 0) status = clever_sso_verify_id_token(client, id_token, NULL, NULL, &claims, &error);
    else if (strcmp(what, "keys") == 0 || strcmp(what, "log") == 0) status = clever_sso_warm_up(client, &error);
    else if (strcmp(what, "random") != 0) status = clever_sso_check_token(client, "token", &info, &error);
    /* An error for an unknown token is a response, too. */
    right = right && (status == CLEVER_SSO_OK || strcmp(clever_sso_error_code(error), "token_rejected") == 0);
    if (!right) complain(error ? clever_sso_error_message(error) : "no login");
    clever_sso_token_info_free(info);
    clever_sso_claims_free(claims);
    clever_sso_error_free(error);
    clever_sso_client_free(client);
    return right;
}

static void *once(void *right)
{
    if (!does_it()) *(int *)right = 0;
    return NULL;
}

/* Repeats the first use in a new thread. */
static void *again_and_again(void *right)
{
    while (!atomic_load(&stop)) {
        pthread_t thread;
        if (pthread_create(&thread, NULL, once, right) != 0) return NULL;
        pthread_join(thread, NULL);
    }
    return NULL;
}

static int ended_well(pid_t child)
{
    int status = 0;
    return waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static pid_t fork_grandchild(void)
{
    pid_t child = fork();
    if (child == 0) {
        alarm(PATIENCE_SECONDS);
        exit(does_it() ? 0 : 1);
    }
    return child;
}

/* Forks the grandchild while a thread of the child does the work for the first time in the child. */
static void be_a_child(void)
{
    int right = 1;
    pthread_t thread;
    alarm(PATIENCE_SECONDS);
    pthread_create(&thread, NULL, once, &right);
    pid_t grandchild = fork_grandchild();
    pthread_join(thread, NULL);
    pid_t another = fork_grandchild();
    exit(right && ended_well(grandchild) && ended_well(another) ? 0 : 1);
}

int main(int argc, char **argv)
{
    if (argc != 7) return 2;
    what = argv[1], client_id = argv[2], base_url = argv[3], ca_bundle = argv[4], id_token = argv[5];
    int forks = atoi(argv[6]), right[THREADS + 1];
    pthread_t threads[THREADS];
    pid_t children[AT_ONCE] = {0};
    if (strcmp(what, "log") == 0) clever_sso_set_log_callback(CLEVER_SSO_LOG_DEBUG, count_line, NULL, NULL);
    right[THREADS] = 1;
    for (int i = 0; i < THREADS; i++) {
        right[i] = 1;
        pthread_create(&threads[i], NULL, again_and_again, &right[i]);
    }
    for (int number = 0; number < forks + AT_ONCE; number++) {
        pid_t *child = &children[number % AT_ONCE];
        if (*child && !ended_well(*child)) right[THREADS] = complain("a child hung or failed");
        *child = number < forks ? fork() : 0;
        if (number < forks && *child == 0) be_a_child();
    }
    atomic_store(&stop, 1);
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        right[THREADS] = right[THREADS] && right[i];
    }
    if (strcmp(what, "log") == 0 && atomic_load(&lines) == 0) right[THREADS] = complain("nothing was logged");
    return right[THREADS] ? 0 : 1;
}

/*
 * The log callback: events arrive from several threads, none arrives after the callback was removed, and a forked child has it
 * too.
 *
 *     log BASE_URL CLIENT_ID ACCESS_TOKEN
 *
 * BASE_URL is a Clever whose /me fails, so that requests are retried. Prints each event as `level TAB target TAB message`. Exits
 * with 0 if everything was as expected.
 */
#define _POSIX_C_SOURCE 200809L
#include <clever_sso.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { THREADS = 4, PATIENCE_SECONDS = 60, BETWEEN_CHANGES = 20 * 1000 * 1000 };

struct log {
    pthread_mutex_t lock;
    pthread_t speakers[THREADS];
    size_t speaker_count, lines;
    clever_sso_status set_from_inside;
};

struct caller {
    const clever_sso_client *client;
    const char *access_token;
};

static int complain(const char *what)
{
    fprintf(stderr, "%s\n", what);
    return 1;
}

static int is_known(const struct log *log, pthread_t thread)
{
    for (size_t i = 0; i < log->speaker_count; i++) {
        if (pthread_equal(log->speakers[i], thread)) return 1;
    }
    return 0;
}

static void write_line(void *user_data, clever_sso_log_level level, const char *target, const char *message)
{
    struct log *log = user_data;
    pthread_mutex_lock(&log->lock);
    printf("%u\t%s\t%s\n", (unsigned)level, target, message);
    if (!is_known(log, pthread_self()) && log->speaker_count < THREADS) log->speakers[log->speaker_count++] = pthread_self();
    log->lines++;
    /* Longer than the time between changes below, so that a replaced callback is still running. */
    nanosleep(&(struct timespec){0, 2 * BETWEEN_CHANGES}, NULL);
    log->set_from_inside = clever_sso_set_log_callback(CLEVER_SSO_LOG_DEBUG, NULL, NULL, NULL);
    pthread_mutex_unlock(&log->lock);
}

static void *ask(void *given)
{
    const struct caller *caller = given;
    clever_sso_me_record *me = NULL;
    clever_sso_me(caller->client, caller->access_token, &me, NULL);
    clever_sso_me_record_free(me);
    return NULL;
}

static int start(pthread_t *threads, struct caller *caller)
{
    for (int i = 0; i < THREADS; i++) {
        if (pthread_create(&threads[i], NULL, ask, caller) != 0) return complain("no thread could be started");
    }
    return 0;
}

static void wait_for(const pthread_t *threads)
{
    for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
}

static struct log *listen_to(clever_sso_log_level level)
{
    struct log *log = calloc(1, sizeof *log);
    if (log == NULL) abort();
    pthread_mutex_init(&log->lock, NULL);
    if (clever_sso_set_log_callback(level, write_line, log, NULL) != CLEVER_SSO_OK) abort();
    return log;
}

/* The old callback must no longer run when this returns, because its memory is freed at once. */
static void stop_listening(struct log *log)
{
    if (clever_sso_set_log_callback(CLEVER_SSO_LOG_DEBUG, NULL, NULL, NULL) != CLEVER_SSO_OK) abort();
    pthread_mutex_destroy(&log->lock);
    free(log);
}

static int events_come_from_all_threads(struct caller *caller)
{
    pthread_t threads[THREADS];
    struct log *log = listen_to(CLEVER_SSO_LOG_DEBUG);
    if (start(threads, caller)) return 1;
    wait_for(threads);
    int wrong = 0;
    if (log->speaker_count != THREADS) wrong = complain("not every thread logged an event");
    if (log->set_from_inside != CLEVER_SSO_ARGUMENT) wrong = complain("the callback could set another one");
    stop_listening(log);
    return wrong;
}

static int lower_levels_are_not_logged(struct caller *caller)
{
    struct log *log = listen_to(CLEVER_SSO_LOG_WARNING);
    ask(caller);
    int wrong = log->lines == 0 ? 0 : complain("an event below the level was logged");
    stop_listening(log);
    return wrong;
}

/* The callbacks keep changing while other threads log. A child that is forked in the meantime has its own. */
static int children_and_changes_disturb_no_other_call(struct caller *caller)
{
    pthread_t threads[THREADS];
    struct log *log = listen_to(CLEVER_SSO_LOG_DEBUG);
    if (start(threads, caller)) return 1;
    struct log *other = NULL;
    for (int i = 0; i < 20; i++) {
        fflush(stdout);
        pid_t child = fork();
        if (child == 0) {
            alarm(PATIENCE_SECONDS);
            stop_listening(listen_to(CLEVER_SSO_LOG_DEBUG));
            _exit(0);
        }
        int status = 1;
        if (child < 0 || waitpid(child, &status, 0) != child || status != 0) return complain("a child failed");
        other = listen_to(CLEVER_SSO_LOG_DEBUG);
        pthread_mutex_destroy(&log->lock);
        free(log);
        log = other;
        /* Lets other threads log. The test does not depend on how long it takes. */
        nanosleep(&(struct timespec){0, BETWEEN_CHANGES}, NULL);
    }
    wait_for(threads);
    stop_listening(log);
    return 0;
}

static int a_child_has_the_callback_of_its_parent(struct caller *caller)
{
    struct log *log = listen_to(CLEVER_SSO_LOG_DEBUG);
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        alarm(PATIENCE_SECONDS);
        ask(caller);
        fflush(stdout);
        _exit(log->lines > 0 ? 0 : 1);
    }
    int status = 1;
    int ended = child > 0 && waitpid(child, &status, 0) == child && status == 0;
    stop_listening(log);
    return ended ? 0 : complain("the child logged no event");
}

static clever_sso_client *client_of(const char *base_url, const char *client_id)
{
    clever_sso_config *config = NULL;
    clever_sso_client *client = NULL;
    clever_sso_status status = clever_sso_config_new(client_id, &config, NULL);
    if (!status) status = clever_sso_config_set_base_url(config, base_url, NULL);
    if (!status) status = clever_sso_client_new(config, &client, NULL);
    clever_sso_config_free(config);
    return status ? NULL : client;
}

int main(int argc, char **argv)
{
    if (argc != 4) return 2;
    struct caller caller = {client_of(argv[1], argv[2]), argv[3]};
    if (caller.client == NULL) return complain("no client could be made");
    if (clever_sso_set_log_callback(9, write_line, NULL, NULL) != CLEVER_SSO_ARGUMENT) return complain("level 9 was accepted");
    int wrong = events_come_from_all_threads(&caller) || lower_levels_are_not_logged(&caller) ||
                a_child_has_the_callback_of_its_parent(&caller) || children_and_changes_disturb_no_other_call(&caller);
    clever_sso_client_free((clever_sso_client *)caller.client);
    return wrong;
}

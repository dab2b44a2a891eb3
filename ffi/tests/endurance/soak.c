/*
 * People keep logging in while Clever has failures, its keys change and the process forks.
 *
 *     soak SECONDS ROUND_SECONDS OAUTH_CLIENT_ID
 *
 * The settings are in the environment as for examples/c/login.c, with PEOPLE="HANDLE=ID ...": one person for each thread, and one
 * for the children. In each round, 64 threads log their people in again and again, half of them at an app that gets no ID tokens,
 * while forked children log in too. A failed login is tried again. After each round, when no thread is left, each client fills its
 * pool of connections, and a line reports the measurements of the process. Clever's keys change after the second round, and then every minute:
 *
 *     round SECONDS LOGINS FORKS BYTES RESIDENT_KIB DESCRIPTORS
 *
 * At the end, there is a line "ended WORD COUNT" for each result of an attempt. Exits with 0 if all people got in each time, each
 * as themselves.
 */
#define _GNU_SOURCE
#include "shared.h"
#include <pthread.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <time.h>

enum { THREADS = 64, MOST_ATTEMPTS = 100, MOST_WORDS = 48, LONGEST_WORD = 48, PAUSE_MILLISECONDS = 200 };
enum { FEWEST_ROUNDS = 4, ROTATE_SECONDS = 60, HANG_SECONDS = 1800, LATE_SECONDS = 45, LOOKS = 12 };

/* The number of attempts with each result. It fits into a pipe, so that a child can send it. */
struct tally {
    struct {
        char word[LONGEST_WORD];
        long count;
    } ended[MOST_WORDS];
};

struct person {
    char handle[32], id[32];
    const clever_sso_client *client;
};

struct held_call {
    const clever_sso_client *client;
    char token[48];
};

static struct tally tally;
static pthread_mutex_t tally_lock = PTHREAD_MUTEX_INITIALIZER;
static struct person people[THREADS + 1];
static atomic_int is_over, lost;
static atomic_long logins;
static long forks;

static void add(const char *word, long count)
{
    pthread_mutex_lock(&tally_lock);
    for (int i = 0; i < MOST_WORDS; i++) {
        if (tally.ended[i].count == 0) snprintf(tally.ended[i].word, LONGEST_WORD, "%s", word);
        if (strcmp(tally.ended[i].word, word) == 0) {
            tally.ended[i].count += count;
            break;
        }
    }
    pthread_mutex_unlock(&tally_lock);
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* The browser goes to Clever and comes back. A code is valid for a minute: one that may have been late is counted. */
static int finish(const struct person *person, const clever_sso_login *login, clever_sso_outcome **outcome, clever_sso_error **error)
{
    char url[LONGEST], callback[LONGEST];
    double left = now();
    snprintf(url, sizeof url, "%s&emulator_login=%s", clever_sso_login_url(login), person->handle);
    if (!visit(url, callback)) exit(3);
    clever_sso_status status =
        clever_sso_finish_login_with_pending(person->client, callback, clever_sso_login_pending(login), outcome, error);
    if (now() - left > LATE_SECONDS) add("late", 1);
    return status == CLEVER_SSO_OK;
}

/* One attempt, with all its restarts. Returns whether the person is signed in. */
static int attempt(const struct person *person)
{
    clever_sso_login *first = NULL;
    clever_sso_outcome *outcome = NULL;
    clever_sso_error *error = NULL;
    int goes_on = clever_sso_begin_login(person->client, NULL, &first, &error) == CLEVER_SSO_OK && finish(person, first, &outcome, &error);
    while (goes_on && clever_sso_outcome_kind(outcome) == CLEVER_SSO_RESTART) {
        clever_sso_outcome *restart = outcome;
        outcome = NULL;
        add(clever_sso_outcome_restart_reason(restart), 1);
        goes_on = finish(person, clever_sso_outcome_login(restart), &outcome, &error);
        clever_sso_outcome_free(restart);
    }
    int signed_in = clever_sso_outcome_kind(outcome) == CLEVER_SSO_SIGNED_IN;
    if (error) add(clever_sso_error_code(error), 1);
    if (clever_sso_outcome_kind(outcome) == CLEVER_SSO_DENIED) add("denied", 1);
    if (signed_in && strcmp(clever_sso_identity_id(clever_sso_outcome_identity(outcome)), person->id) != 0) {
        complain("signed in as another person", person->handle);
        exit(4);
    }
    clever_sso_error_free(error);
    clever_sso_outcome_free(outcome);
    clever_sso_login_free(first);
    return signed_in;
}

static int log_in(const struct person *person)
{
    for (int number = 0; number < MOST_ATTEMPTS; number++) {
        if (attempt(person)) return 1;
    }
    return complain("a person did not get in", person->handle);
}

static void *log_in_until_it_is_over(void *given)
{
    while (!atomic_load(&is_over)) {
        if (!log_in(given)) atomic_fetch_add(&lost, 1);
        atomic_fetch_add(&logins, 1);
    }
    return NULL;
}

/* A child logs in, and reports the results of its attempts. */
static int fork_and_log_in(void)
{
    struct tally told;
    int ends[2], status = 0;
    if (pipe(ends) != 0) return complain("no pipe", NULL);
    pid_t child = fork();
    if (child < 0) return complain("no child", NULL);
    if (child == 0) {
        alarm(HANG_SECONDS);
        close(ends[0]);
        pthread_mutex_init(&tally_lock, NULL);
        memset(&tally, 0, sizeof tally);
        int right = log_in(&people[THREADS]);
        _exit(right && write(ends[1], &tally, sizeof tally) == sizeof tally ? 0 : 1);
    }
    close(ends[1]);
    int right = read(ends[0], &told, sizeof told) == sizeof told;
    close(ends[0]);
    if (waitpid(child, &status, 0) != child || !right || status != 0) return complain("a child hung or failed", NULL);
    for (int i = 0; i < MOST_WORDS && told.ended[i].count > 0; i++) add(told.ended[i].word, told.ended[i].count);
    atomic_fetch_add(&logins, 1);
    forks++;
    return 1;
}

/* 64 threads log in, and five children a second. */
static int run_round(double seconds)
{
    pthread_t threads[THREADS];
    double end = now() + seconds;
    int right = 1;
    atomic_store(&is_over, 0);
    for (int i = 0; i < THREADS; i++) pthread_create(&threads[i], NULL, log_in_until_it_is_over, &people[i]);
    do {
        right = fork_and_log_in();
        usleep(PAUSE_MILLISECONDS * 1000);
    } while (right && now() < end);
    atomic_store(&is_over, 1);
    for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
    return right && atomic_load(&lost) == 0;
}

/* The proxy in front of Clever holds these calls until the calls of all threads have arrived. */
static void *call_at_the_barrier(void *given)
{
    const struct held_call *call = given;
    clever_sso_token_info *info = NULL;
    clever_sso_error *error = NULL;
    if (clever_sso_check_token(call->client, call->token, &info, &error) != CLEVER_SSO_TOKEN) {
        complain("a held call did not end as it should", error ? clever_sso_error_message(error) : NULL);
        atomic_fetch_add(&lost, 1);
    }
    clever_sso_error_free(error);
    clever_sso_token_info_free(info);
    return NULL;
}

/* Each call needs a connection of its own, so each client has as many idle connections afterwards as it keeps at most. */
static int fill_the_pools(void)
{
    static long number;
    pthread_t threads[THREADS];
    struct held_call calls[THREADS];
    for (int i = 0; i < THREADS; i++) {
        calls[i].client = people[i].client;
        snprintf(calls[i].token, sizeof calls[i].token, "call-%ld", number++);
        pthread_create(&threads[i], NULL, call_at_the_barrier, &calls[i]);
    }
    for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
    return atomic_load(&lost) == 0;
}

/*
 * Measures when the number of connections is always the same: faults close some, and each open connection has about 35 KiB of
 * buffers. These also vary with the earlier responses, so the result is the lowest of some measurements.
 */
static int look_with_full_pools(struct holdings *lowest)
{
    for (int number = 0; number < LOOKS; number++) {
        if (!fill_the_pools()) return 0;
        struct holdings held = look(NULL);
        if (number == 0 || held.bytes < lowest->bytes) *lowest = held;
    }
    return 1;
}

/* At this point, no login is between getting its token and verifying it. Clever itself publishes new keys before it uses them. */
static int rotate_keys(void)
{
    char host[64], answer[LONGEST] = "";
    int port = 0;
    if (sscanf(getenv("EMULATOR"), "http://%63[^:]:%d", host, &port) != 2) return complain("no EMULATOR", NULL);
    char request[256];
    int length = snprintf(request, sizeof request,
                          "POST /_emulator/keys/rotate HTTP/1.1\r\nHost: %s:%d\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", host, port);
    return exchange(host, port, request, length, answer) && strstr(answer, " 200 ") ? 1 : complain("the keys did not change", answer);
}

static int read_people(const clever_sso_client *oidc, const clever_sso_client *oauth)
{
    char *rest = getenv("PEOPLE");
    for (int i = 0; i <= THREADS; i++) {
        int length = 0;
        if (sscanf(rest, "%31[^=]=%31s%n", people[i].handle, people[i].id, &length) != 2) return complain("too few people", NULL);
        people[i].client = i % 2 == 0 ? oidc : oauth;
        rest += length + (rest[length] != '\0');
    }
    return 1;
}

int main(int argc, char **argv)
{
    if (argc != 4) return 2;
    clever_sso_client *oidc = new_client(getenv("CLEVER_CLIENT_ID")), *oauth = new_client(argv[3]);
    if (oidc == NULL || oauth == NULL || !read_people(oidc, oauth)) return 2;
    double seconds = atof(argv[1]), begun = now(), rotated = begun;
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (int number = 1; number <= FEWEST_ROUNDS || now() - begun < seconds; number++) {
        struct holdings held;
        if (!run_round(atof(argv[2])) || !look_with_full_pools(&held)) return 1;
        printf("round %.1f %ld %ld %ld %ld %ld\n", now() - begun, atomic_load(&logins), forks, held.bytes, held.resident_kib,
               held.descriptors);
        if (number == 2 || (number > 2 && now() - rotated >= ROTATE_SECONDS)) {
            if (!rotate_keys()) return 1;
            rotated = now();
            printf("rotated %.1f\n", rotated - begun);
        }
    }
    for (int i = 0; i < MOST_WORDS && tally.ended[i].count > 0; i++) printf("ended %s %ld\n", tally.ended[i].word, tally.ended[i].count);
    clever_sso_client_free(oidc);
    clever_sso_client_free(oauth);
    return 0;
}

/*
 * Makes many logins, and many forks after them: memory and descriptors must not grow.
 *
 *     endurance LOGINS FORKS KEYS   settings in the environment as for examples/c/login.c
 *
 * 64 threads make WARM logins and then LOGINS, each with its own browser. Then FORKS children are made in a row, and each logs
 * in. Then Clever's keys change KEYS times, each time to 600 KiB of different text. Before and after, when all threads have
 * ended, the program measures allocated bytes, resident memory and descriptors. The last child must not use more than the first
 * one. Prints the results, and exits with 0 if nothing grew.
 */
#define _GNU_SOURCE
#include "shared.h"
#include <pthread.h>
#include <stdatomic.h>
#include <sys/wait.h>

enum { PADDING = 600 * 1024 };
enum { THREADS = 64, WARM = 1000 };
/* Pages of the heap come and go, allocated bytes do not: so resident memory has the larger tolerance. */
enum { MOST_BYTES = 16 * 1024, MOST_RESIDENT_KIB = 4 * 1024 };

static clever_sso_client *client;
static atomic_int logins_left, failures;

static int log_in(void)
{
    clever_sso_login *login = NULL;
    clever_sso_outcome *outcome = NULL;
    clever_sso_error *error = NULL;
    char callback[LONGEST];
    int right = clever_sso_begin_login(client, NULL, &login, &error) == CLEVER_SSO_OK;
    right = right && visit(clever_sso_login_url(login), callback);
    right = right && clever_sso_finish_login_with_pending(client, callback, clever_sso_login_pending(login), &outcome,
                                                          &error) == CLEVER_SSO_OK;
    right = right && clever_sso_outcome_kind(outcome) == CLEVER_SSO_SIGNED_IN;
    if (!right) complain("a login failed", error ? clever_sso_error_message(error) : NULL);
    clever_sso_error_free(error);
    clever_sso_outcome_free(outcome);
    clever_sso_login_free(login);
    return right;
}

static void *log_in_until_none_is_left(void *unused)
{
    while (atomic_fetch_sub(&logins_left, 1) > 0) {
        if (!log_in()) atomic_fetch_add(&failures, 1);
    }
    return unused;
}

static int in_threads(int logins)
{
    pthread_t threads[THREADS];
    atomic_store(&logins_left, logins);
    for (int i = 0; i < THREADS; i++) pthread_create(&threads[i], NULL, log_in_until_none_is_left, NULL);
    for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
    return atomic_load(&failures) == 0;
}

static int is_flat(const char *what, struct holdings before, struct holdings after)
{
    if (after.bytes - before.bytes > MOST_BYTES) return complain(what, "more is allocated");
    if (after.resident_kib - before.resident_kib > MOST_RESIDENT_KIB) return complain(what, "more is resident");
    if (after.descriptors > before.descriptors) return complain(what, "more descriptors are open");
    return 1;
}

/* A child logs in and reports its measurements. */
static int fork_and_log_in(struct holdings *held)
{
    int ends[2], status = 0;
    if (pipe(ends) != 0) return complain("no pipe", NULL);
    pid_t child = fork();
    if (child < 0) return complain("no child", NULL);
    if (child == 0) {
        alarm(PATIENCE_SECONDS);
        close(ends[0]);
        int right = log_in();
        struct holdings now = look(NULL);
        exit(right && write(ends[1], &now, sizeof now) == sizeof now ? 0 : 1);
    }
    close(ends[1]);
    int told = read(ends[0], held, sizeof *held) == sizeof *held;
    close(ends[0]);
    return waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0 && told;
}

static int in_children(int forks)
{
    struct holdings first = {0, 0, 0}, last = {0, 0, 0};
    for (int number = 0; number < forks; number++) {
        if (!fork_and_log_in(number == 0 ? &first : &last)) return complain("a child hung or failed", NULL);
    }
    printf("the first child: %ld bytes allocated, %ld descriptors; the last: %ld, %ld\n", first.bytes, first.descriptors, last.bytes,
           last.descriptors);
    /* Most of a child's resident memory is its parent's. */
    first.resident_kib = last.resident_kib = 0;
    return is_flat("children", first, last);
}

/* The keys as another process exports them: old ones, so that the next ones are taken too, and with 600 KiB of unused text. */
static int change_keys(const clever_sso_client *other, int times)
{
    char *text = NULL, *changed = NULL;
    int right = clever_sso_export_keys(client, &text, NULL) == CLEVER_SSO_OK;
    char *jwks = right ? strstr(text, "\"jwks\":\"{") : NULL, *age = right ? strstr(text, "\"fresh_until\":") : NULL;
    right = jwks != NULL && age != NULL && (changed = malloc(strlen(text) + PADDING + 64)) != NULL;
    if (right) {
        age += strlen("\"fresh_until\":");
        memset(age, ' ', strspn(age, "0123456789"));
        *age = '1';
        jwks += strlen("\"jwks\":\"{");
    }
    for (int number = 0; right && number < times; number++) {
        int head = (int)(jwks - text);
        int length = sprintf(changed, "%.*s\\\"padding\\\":\\\"%d", head, text, number);
        memset(changed + length, 'x', PADDING);
        strcpy(changed + length + PADDING, "\\\",");
        strcat(changed + length + PADDING, jwks);
        right = clever_sso_import_keys(other, changed, NULL) == CLEVER_SSO_OK;
    }
    free(changed);
    clever_sso_string_free(text);
    return right ? 1 : complain("the keys could not be changed", NULL);
}

int main(int argc, char **argv)
{
    char what[64];
    if (argc != 4 || (client = new_client(getenv("CLEVER_CLIENT_ID"))) == NULL) return 2;
    /* No line may wait in a buffer that children inherit. */
    setvbuf(stdout, NULL, _IOLBF, 0);
    int logins = atoi(argv[1]), forks = atoi(argv[2]), keys = atoi(argv[3]);
    if (!in_threads(WARM)) return 1;
    struct holdings warm = look("after the first thousand logins");
    if (!in_threads(logins)) return 1;
    snprintf(what, sizeof what, "after %d more", logins);
    struct holdings done = look(what);
    if (!in_children(forks)) return 1;
    snprintf(what, sizeof what, "after %d forks", forks);
    struct holdings forked = look(what);
    clever_sso_client *other = new_client(getenv("CLEVER_CLIENT_ID"));
    if (!change_keys(other, 10)) return 1;
    struct holdings few = look("after 10 changes of the keys");
    if (!change_keys(other, keys)) return 1;
    if (few.bytes < forked.bytes + PADDING) return !complain("the keys were not taken", NULL);
    snprintf(what, sizeof what, "after %d more", keys);
    struct holdings many = look(what);
    return is_flat("logins", warm, done) && is_flat("forks", done, forked) && is_flat("keys", few, many) ? 0 : 1;
}

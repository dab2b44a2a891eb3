/*
 * Tests what a forked child does with the descriptors of its parent's connections.
 *
 *     descriptors closes   CLIENT_ID BASE_URL   its first call closes them, and the parent can still use them
 *     descriptors reused   CLIENT_ID BASE_URL   but not if the child has opened its own descriptors with these numbers
 *     descriptors deep     CLIENT_ID BASE_URL   so that many generations of forks fit a low limit of open files
 *
 * Exits with 0 on success.
 */
#define _GNU_SOURCE
#include <clever_sso.h>
#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { THREADS = 4, MOST = 256, GENERATIONS = 40, LIMIT = 48, PATIENCE_SECONDS = 60 };

static clever_sso_client *client;

static int complain(const char *why)
{
    fprintf(stderr, "%d: %s\n", (int)getpid(), why);
    return 0;
}

static int calls(void)
{
    clever_sso_error *error = NULL;
    clever_sso_token_info *info = NULL;
    clever_sso_check_token(client, "unknown", &info, &error);
    int right = error != NULL && strcmp(clever_sso_error_code(error), "token_rejected") == 0;
    if (!right) complain(error ? clever_sso_error_message(error) : "a made-up token was accepted");
    clever_sso_token_info_free(info);
    clever_sso_error_free(error);
    return right;
}

static pthread_barrier_t together;

static void *call_with_others(void *right)
{
    for (int i = 0; i < 20; i++) {
        pthread_barrier_wait(&together);
        if (!calls()) *(int *)right = 0;
    }
    return NULL;
}

/* Several calls at once, so that there are several connections. */
static int calls_in_threads(void)
{
    pthread_t threads[THREADS];
    int right = 1;
    pthread_barrier_init(&together, NULL, THREADS);
    for (int i = 0; i < THREADS; i++) pthread_create(&threads[i], NULL, call_with_others, &right);
    for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
    return right;
}

/* The target of each descriptor: a text with the inode of a socket, or with the kind of an epoll instance. */
static int look(char texts[MOST][64])
{
    int count = 0;
    DIR *open_ones = opendir("/proc/self/fd");
    for (struct dirent *entry = readdir(open_ones); entry != NULL && count < MOST; entry = readdir(open_ones)) {
        if (entry->d_name[0] == '.' || atoi(entry->d_name) <= 2 || atoi(entry->d_name) == dirfd(open_ones)) continue;
        ssize_t length = readlinkat(dirfd(open_ones), entry->d_name, texts[count], 63);
        if (length > 0) texts[count++][length] = '\0';
    }
    closedir(open_ones);
    return count;
}

static int count_of(const char *text, char texts[MOST][64], int count)
{
    int found = 0;
    for (int i = 0; i < count; i++) found += strcmp(texts[i], text) == 0;
    return found;
}

static int sockets_in_both(char one[MOST][64], int ones, char other[MOST][64], int others)
{
    int found = 0;
    for (int i = 0; i < ones; i++) found += strncmp(one[i], "socket:", 7) == 0 && count_of(one[i], other, others) > 0;
    return found;
}

static int ended_well(pid_t child)
{
    int status = 0;
    return waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static char before[MOST][64], after[MOST][64];

/* A call uses one runtime: two descriptors of an epoll instance, its waker, a connection and a mark. */
static int has_its_own_only(int inherited)
{
    int count = look(after);
    int right = sockets_in_both(before, inherited, after, count) == 0 && count_of("anon_inode:[eventpoll]", after, count) == 2 &&
                count_of("anon_inode:[eventfd]", after, count) == 1 && count == 5;
    for (int i = 0; !right && i < count; i++) fprintf(stderr, "%s\n", after[i]);
    return right;
}

static int closes(void)
{
    if (!calls_in_threads()) return 0;
    int inherited = look(before);
    if (count_of("anon_inode:[eventpoll]", before, inherited) < 4) return complain("there are too few runtimes");
    pid_t child = fork();
    if (child == 0) {
        alarm(PATIENCE_SECONDS);
        _exit(calls() && has_its_own_only(inherited) && calls() ? 0 : 1);
    }
    if (!ended_well(child)) return complain("the child kept descriptors of its parent, or closed too many");
    /* The parent's connections still work: after more calls, they are the same. */
    if (!calls_in_threads()) return 0;
    int count = look(after);
    return sockets_in_both(before, inherited, after, count) > 2 ? 1 : complain("the parent lost its connections");
}

/* The host closes all descriptors that it does not know, like a daemon, and opens its own. */
static int reused(void)
{
    int own[MOST], pair[2], count = 0;
    if (!calls_in_threads()) return 0;
    pid_t child = fork();
    if (child == 0) {
        alarm(PATIENCE_SECONDS);
        closefrom(3);
        for (int i = 0; i < 12; i++) {
            int epoll = own[count++] = epoll_create1(EPOLL_CLOEXEC);
            int event = own[count++] = eventfd(0, EFD_CLOEXEC);
            if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0) _exit(2);
            own[count++] = pair[0], own[count++] = pair[1];
            struct epoll_event readable = {.events = EPOLLIN};
            epoll_ctl(epoll, EPOLL_CTL_ADD, event, &readable);
            epoll_ctl(epoll, EPOLL_CTL_ADD, pair[0], &readable);
        }
        int right = calls();
        for (int i = 0; i < count; i++) right &= fcntl(own[i], F_GETFD) >= 0;
        _exit(right ? 0 : 1);
    }
    return ended_well(child) ? 1 : complain("a descriptor of the host was closed");
}

static int descend(int generations)
{
    if (!calls()) return 0;
    if (generations == 0) return 1;
    pid_t child = fork();
    if (child < 0) return complain("no child");
    if (child == 0) {
        alarm(PATIENCE_SECONDS);
        _exit(descend(generations - 1) ? 0 : 1);
    }
    return ended_well(child);
}

static int deep(void)
{
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = LIMIT;
    setrlimit(RLIMIT_NOFILE, &limit);
    return descend(GENERATIONS);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        int (*run)(void);
    } parts[] = {{"closes", closes}, {"reused", reused}, {"deep", deep}};
    if (argc != 4) return 2;
    clever_sso_config *config = NULL;
    clever_sso_config_new(argv[2], &config, NULL);
    clever_sso_config_set_base_url(config, argv[3], NULL);
    clever_sso_client_new(config, &client, NULL);
    clever_sso_config_free(config);
    alarm(2 * PATIENCE_SECONDS);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (strcmp(argv[1], parts[i].name) == 0) return parts[i].run() ? 0 : 1;
    }
    return 2;
}

/* A preloaded library: a thread that takes a pthread lock inside of our library holds it until the next fork, or for a short
 * time if there is no fork. So forks happen while the crypto library holds each of its locks. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* How long a lock is held if there is no fork. It must be short: the threads of the test take thousands of locks. */
#define MOMENT (20 * 1000 * 1000)

static sem_t forked;
static pid_t parent;

static void tell(void) {
    int waiting;
    /* The number of threads that wait now. */
    do {
        sem_post(&forked);
        sem_getvalue(&forked, &waiting);
    } while (waiting <= 0);
}

__attribute__((constructor)) static void begin(void) {
    sem_init(&forked, 0, 0);
    parent = getpid();
    pthread_atfork(NULL, tell, NULL);
}

static int is_the_library(void *address) {
    Dl_info found;
    return dladdr(address, &found) && found.dli_fname
        && (strstr(found.dli_fname, "libclever_sso") || strstr(found.dli_fname, "_native"));
}

static void keep(void *caller) {
    struct timespec end;
    if (getpid() != parent || !is_the_library(caller))
        return;
    while (sem_trywait(&forked) == 0) {
    }
    clock_gettime(CLOCK_REALTIME, &end);
    end.tv_nsec += MOMENT;
    if (end.tv_nsec >= 1000000000) {
        end.tv_nsec -= 1000000000;
        end.tv_sec++;
    }
    while (sem_timedwait(&forked, &end) != 0 && errno == EINTR) {
    }
}

#define TAKING(name, type)                                                                                              \
    int name(type *lock) {                                                                                              \
        static int (*theirs)(type *);                                                                                   \
        int result;                                                                                                     \
        if (!theirs)                                                                                                    \
            *(void **)&theirs = dlsym(RTLD_NEXT, #name);                                                                \
        result = theirs(lock);                                                                                          \
        if (result == 0)                                                                                                \
            keep(__builtin_return_address(0));                                                                          \
        return result;                                                                                                  \
    }

TAKING(pthread_mutex_lock, pthread_mutex_t)
TAKING(pthread_rwlock_rdlock, pthread_rwlock_t)
TAKING(pthread_rwlock_wrlock, pthread_rwlock_t)

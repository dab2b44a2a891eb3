/* A preloaded resolver like glibc's, which holds a lock that a fork does not release. It is slow the first time: it writes a
 * byte to stdout when it has the lock, and releases the lock when a fork begins. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <netdb.h>
#include <pthread.h>
#include <semaphore.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static sem_t forking;
static int used;

static void tell(void) { sem_post(&forking); }

/* Handlers that were registered later run first, so this runs before the library's handler, which waits for the lookup. */
static void wait_for_a_fork(void) {
    sem_init(&forking, 0, 0);
    pthread_atfork(tell, NULL, NULL);
    if (write(STDOUT_FILENO, "!", 1) != 1)
        return;
    sem_wait(&forking);
    /* Enough time for a fork that does not wait. */
    usleep(100 * 1000);
}

int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints, struct addrinfo **found) {
    int (*theirs)(const char *, const char *, const struct addrinfo *, struct addrinfo **);
    int result;
    *(void **)&theirs = dlsym(RTLD_NEXT, "getaddrinfo");
    pthread_mutex_lock(&lock);
    if (!used) {
        used = 1;
        wait_for_a_fork();
    }
    result = theirs(name, service, hints, found);
    pthread_mutex_unlock(&lock);
    return result;
}

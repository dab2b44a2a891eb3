/*
 * Reads lines "THREADS COUNT" from its input, repeats an operation COUNT times in each of these threads, and prints how many
 * nanoseconds it took: elapsed time and CPU time. The program that includes this file defines the operation.
 */
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { MOST_THREADS = 64 };

/* The operation. It returns 0. */
static int operation(void);

static int count_of_each;

static long long nanoseconds(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static void *repeat(void *unused)
{
    for (int done = 0; done < count_of_each; done++)
        if (operation()) exit(1);
    return unused;
}

static int answer_lines(void)
{
    int threads, count;
    while (scanf("%d %d", &threads, &count) == 2) {
        pthread_t started[MOST_THREADS];
        if (threads < 1 || threads > MOST_THREADS) return 2;
        long long begun = nanoseconds(CLOCK_MONOTONIC), used = nanoseconds(CLOCK_PROCESS_CPUTIME_ID);
        count_of_each = count / threads;
        for (int each = 0; each < threads; each++)
            if (pthread_create(&started[each], NULL, repeat, NULL)) return 1;
        for (int each = 0; each < threads; each++) pthread_join(started[each], NULL);
        long long took = nanoseconds(CLOCK_MONOTONIC) - begun;
        printf("%lld %lld\n", took, nanoseconds(CLOCK_PROCESS_CPUTIME_ID) - used);
        fflush(stdout);
    }
    return 0;
}

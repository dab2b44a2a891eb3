/*
 * Preloaded into a program: records which environment variables any library reads, while the program requests it. Reads inside
 * the C library itself are not recorded.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>

typedef char *reader(const char *);

static FILE *notes;

void note_variables(FILE *where);

void note_variables(FILE *where)
{
    notes = where;
}

static char *noted(const char *function, const char *name)
{
    union {
        void *symbol;
        reader *call;
    } next = {.symbol = dlsym(RTLD_NEXT, function)};
    if (notes) fprintf(notes, "%s\n", name);
    return next.call(name);
}

char *getenv(const char *name)
{
    return noted("getenv", name);
}

char *secure_getenv(const char *name)
{
    return noted("secure_getenv", name);
}

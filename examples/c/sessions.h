/* Who is signed in: sessions in memory, each with a name that nobody can guess. For one process; a real one uses its database. */
#ifndef SESSIONS_H
#define SESSIONS_H

#include <clever_sso.h>

enum { SESSION_NAME_SIZE = 33 };

struct person {
    char *issuer, *id; /* together the key of a user */
    char *name, *user_type, *district_id;
};

/* Starts a session of so many seconds for the person who logged in, under a fresh name. Returns 0 when it cannot. It replaces the
   session under `replaced`, which may be NULL, and whatever replaced that one already: two tabs may come back with the same cookie. */
int session_begin(const clever_sso_identity *identity, uint32_t seconds, const char *replaced, char name[SESSION_NAME_SIZE]);

/* Copies who is signed in under `name`, which may be NULL. Returns 0 when nobody is; else free it with `person_clear`. */
int session_find(const char *name, struct person *person);

/* Ends the session under `name`, which may be NULL, or the one that replaced it. */
void session_end(const char *name);

/* Ends all sessions. */
void sessions_clear(void);

void person_clear(struct person *person);

#endif

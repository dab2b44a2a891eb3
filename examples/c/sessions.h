/* Who is signed in: sessions in memory, each with a name that no one can guess. For one process; a real one uses its database. */
#ifndef SESSIONS_H
#define SESSIONS_H

#include <clever_sso.h>

enum { SESSION_NAME_SIZE = 33 };

struct person {
    char *issuer, *id; /* together the key of a user */
    char *name, *user_type, *district_id;
};

enum session_start { SESSION_FAILED, SESSION_STARTED, SESSION_LOGGED_OUT };

/* Starts a session of `seconds` for the person who logged in, under a fresh name. It replaces the session under `replaced`,
   which may be NULL. Where the same person is signed in there, that one answers for another minute: other tabs are on their way
   with its name. Any other one ends at once, with all that replaced it. It starts none when the person logged out of that session
   during the login. */
enum session_start session_begin(const clever_sso_identity *identity, uint32_t seconds, const char *replaced, char name[SESSION_NAME_SIZE]);

/* Copies who is signed in under `name`, which may be NULL. Returns 0 when no one is; else free it with `person_clear`. */
int session_find(const char *name, struct person *person);

/* Ends the session under `name`, which may be NULL, with those that it replaced and that replaced it. */
void session_end(const char *name);

/* The same, and no login in progress with its cookie starts another one. */
void session_log_out(const char *name);

/* Ends all sessions. */
void sessions_clear(void);

void person_clear(struct person *person);

#endif

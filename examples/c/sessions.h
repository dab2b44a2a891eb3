/* The signed-in people: sessions in memory, each with a name that no one can guess. For one process; a real application uses its
   database. */
#ifndef SESSIONS_H
#define SESSIONS_H

#include <clever_sso.h>

enum { SESSION_NAME_SIZE = 33 };

struct person {
    char *issuer, *id; /* together the key of a user */
    char *name, *user_type, *district_id;
};

enum session_start { SESSION_FAILED, SESSION_STARTED, SESSION_LOGGED_OUT };

/* Starts a session of `seconds` for the person who logged in, under a fresh name. It replaces the session `replaced`, which may
   be NULL. If `replaced` belongs to the same person, it stays valid for another minute, because other tabs may have sent requests
   with its name. A session of another person ends at once, with all sessions that replaced it. No session starts if the person
   logged out of `replaced` during the login. */
enum session_start session_begin(const clever_sso_identity *identity, uint32_t seconds, const char *replaced, char name[SESSION_NAME_SIZE]);

/* Copies the person who is signed in under `name`, which may be NULL. Returns 0 when no one is; otherwise free it with
   `person_clear`. */
int session_find(const char *name, struct person *person);

/* Ends the session `name`, which may be NULL, with the sessions that it replaced and that replaced it. */
void session_end(const char *name);

/* Like session_end, and no login in progress with its cookie starts another session. */
void session_log_out(const char *name);

/* Ends all sessions. */
void sessions_clear(void);

void person_clear(struct person *person);

#endif

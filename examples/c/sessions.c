#define _DEFAULT_SOURCE
#include "sessions.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

/* When a new sign-in of the same person replaces a session, the old one stays valid for this long: requests of other tabs with
   its cookie may arrive late. */
enum { MOST_SESSIONS = 1024, GRACE_SECONDS = 60 };

struct session {
    char name[SESSION_NAME_SIZE];  /* empty: this place is free */
    char chain[SESSION_NAME_SIZE]; /* the name of the first of the sessions of this person that replaced one another */
    time_t ends, replaced_at; /* 0: not replaced */
    int ended;                /* no one is signed in anymore, but its name still leads to the session that replaced it */
    int logged_out;
    struct person person;
};

static struct session sessions[MOST_SESSIONS];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static char *copy(const char *text)
{
    return strdup(text != NULL ? text : "");
}

static int is_whole(const struct person *person)
{
    return person->issuer && person->id && person->name && person->user_type && person->district_id;
}

void person_clear(struct person *person)
{
    free(person->issuer);
    free(person->id);
    free(person->name);
    free(person->user_type);
    free(person->district_id);
    *person = (struct person){0};
}

static void forget(struct session *session)
{
    person_clear(&session->person);
    session->name[0] = session->chain[0] = '\0';
    session->ends = session->replaced_at = session->ended = session->logged_out = 0;
}

/* 128 random bits as hexadecimal digits. */
static int random_name(char name[SESSION_NAME_SIZE])
{
    unsigned char bytes[16];
    if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes) return 0;
    for (size_t i = 0; i < sizeof bytes; i++) snprintf(name + 2 * i, 3, "%02x", bytes[i]);
    return 1;
}

/* Whether both are the same, compared in constant time. */
static int same(const char *ours, const char *theirs)
{
    unsigned char difference = 0;
    if (strlen(theirs) != SESSION_NAME_SIZE - 1 || ours[0] == '\0') return 0;
    for (size_t i = 0; i < SESSION_NAME_SIZE; i++) difference |= (unsigned char)(ours[i] ^ theirs[i]);
    return difference == 0;
}

static struct session *found(const char *name)
{
    time_t now = time(NULL);
    for (size_t i = 0; name != NULL && i < MOST_SESSIONS; i++) {
        if (same(sessions[i].name, name)) return sessions[i].ends > now ? &sessions[i] : NULL;
    }
    return NULL;
}

static int may_answer(const struct session *session)
{
    return session->replaced_at == 0 || time(NULL) - session->replaced_at < GRACE_SECONDS;
}

static int is_same_person(const struct person *one, const struct person *other)
{
    return strcmp(one->issuer, other->issuer) == 0 && strcmp(one->id, other->id) == 0;
}

/* Ends a session, and the one that replaced it. */
static void end_chain(const struct session *of, int logged_out)
{
    for (size_t i = 0; i < MOST_SESSIONS; i++) {
        if (strcmp(sessions[i].chain, of->chain) != 0) continue;
        sessions[i].ended = 1;
        sessions[i].logged_out |= logged_out;
    }
}

/* A free entry, or the entry of the session that ends first. */
static struct session *place(void)
{
    struct session *first = &sessions[0];
    for (size_t i = 1; i < MOST_SESSIONS; i++) {
        if (sessions[i].ends < first->ends) first = &sessions[i];
    }
    forget(first);
    return first;
}

enum session_start session_begin(const clever_sso_identity *identity, uint32_t seconds, const char *replaced, char name[SESSION_NAME_SIZE])
{
    struct person person = {
        copy(clever_sso_identity_issuer(identity)),    copy(clever_sso_identity_id(identity)),
        copy(clever_sso_identity_full_name(identity)), copy(clever_sso_identity_user_type(identity)),
        copy(clever_sso_identity_district_id(identity)),
    };
    if (!is_whole(&person) || !random_name(name)) {
        person_clear(&person);
        return SESSION_FAILED;
    }
    char chain[SESSION_NAME_SIZE];
    memcpy(chain, name, sizeof chain);
    pthread_mutex_lock(&lock);
    struct session *before = found(replaced);
    if (before != NULL && before->logged_out) {
        pthread_mutex_unlock(&lock);
        person_clear(&person);
        return SESSION_LOGGED_OUT;
    }
    if (before != NULL && is_same_person(&before->person, &person)) {
        if (before->replaced_at == 0) before->replaced_at = time(NULL);
        memcpy(chain, before->chain, sizeof chain);
    } else if (before != NULL) {
        end_chain(before, 0);
    }
    struct session *session = place();
    session->person = person;
    memcpy(session->chain, chain, sizeof chain);
    session->ends = time(NULL) + (time_t)seconds;
    memcpy(session->name, name, SESSION_NAME_SIZE);
    pthread_mutex_unlock(&lock);
    return SESSION_STARTED;
}

int session_find(const char *name, struct person *person)
{
    *person = (struct person){0};
    pthread_mutex_lock(&lock);
    const struct session *session = found(name);
    if (session != NULL && !session->ended && may_answer(session)) {
        const struct person *known = &session->person;
        *person = (struct person){copy(known->issuer), copy(known->id), copy(known->name), copy(known->user_type),
                                  copy(known->district_id)};
    }
    pthread_mutex_unlock(&lock);
    if (is_whole(person)) return 1;
    person_clear(person);
    return 0;
}

static void end(const char *name, int logged_out)
{
    pthread_mutex_lock(&lock);
    const struct session *session = found(name);
    if (session != NULL) end_chain(session, logged_out);
    pthread_mutex_unlock(&lock);
}

void session_end(const char *name)
{
    end(name, 0);
}

void session_log_out(const char *name)
{
    end(name, 1);
}

void sessions_clear(void)
{
    pthread_mutex_lock(&lock);
    for (size_t i = 0; i < MOST_SESSIONS; i++) forget(&sessions[i]);
    pthread_mutex_unlock(&lock);
}

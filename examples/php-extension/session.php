<?php

/** The session of this application: who is signed in, for how long, and how it ends. */

declare(strict_types=1);

namespace ReadingRoom;

use CleverSso\Identity;

/**
 * Who is signed in; null when nobody is. It sets no cookie, so that a tab which asks late cannot replace the session that
 * another tab has just begun.
 *
 * @return array<string, string>|null
 */
function person(): ?array
{
    if (!openSession()) {
        return null;
    }
    // Kept here, not in the browser: a cookie's age is only a request to the browser.
    if (time() - ($_SESSION['signed_in_at'] ?? 0) >= sessionSeconds()) {
        session_destroy();
        return null;
    }
    session_write_close();
    return $_SESSION['person'];
}

/** Begins a session for the person who signed in, with a new id: nothing of the session before is carried over. */
function beginSession(Identity $identity): void
{
    session_id((string) session_create_id());
    // The id is ours: strict mode would take another one. openSession may have turned cookies off.
    session_start(['use_strict_mode' => false, 'use_cookies' => true] + sessionOptions());
    $_SESSION = ['signed_in_at' => time(), 'person' => [
        // The key of a user is issuer and id. An email address is none: it may be missing, and it may be another's.
        'issuer' => $identity->issuer,
        'id' => $identity->id,
        'name' => $identity->name->full ?: 'somebody without a name',
        'user_type' => $identity->userType ?? 'several roles',
        'district_id' => $identity->districtId ?? 'none',
        'proven_by' => $identity->provenBy,
    ]];
    session_write_close();
}

/** Ends the session of this browser, if it has one. */
function endSession(): void
{
    if (openSession()) {
        session_destroy();
        setcookie(sessionName(), '', ['expires' => 1] + cookieParams());
    }
}

/** Opens the session that the browser's cookie names. Without a cookie none is opened. */
function openSession(): bool
{
    $id = $_COOKIE[sessionName()] ?? '';
    if (!is_string($id) || preg_match('/^[A-Za-z0-9,-]{22,256}$/D', $id) !== 1) {
        return false;
    }
    session_id($id);
    return session_start(['use_cookies' => false] + sessionOptions());
}

/**
 * An id that nobody was given is never taken over (strict mode).
 *
 * @return array<string, mixed>
 */
function sessionOptions(): array
{
    $cookie = [];
    foreach (cookieParams() as $name => $value) {
        $cookie["cookie_{$name}"] = $value;
    }
    return $cookie + [
        'name' => sessionName(),
        'cookie_lifetime' => 0,
        'use_strict_mode' => true,
        'use_only_cookies' => true,
        'use_trans_sid' => false,
        'cache_limiter' => '',
        'gc_maxlifetime' => sessionSeconds(),
    ];
}

/** With __Host- no other host of the domain can plant a session; browsers accept such a name over https only. */
function sessionName(): string
{
    return isHttps() ? '__Host-session' : 'session';
}

/**
 * As strict as cookies can be. Not SameSite=Strict: they must come along when the browser returns from Clever.
 *
 * @return array{path: string, domain: string, secure: bool, httponly: bool, samesite: string}
 */
function cookieParams(): array
{
    return ['path' => '/', 'domain' => '', 'secure' => isHttps(), 'httponly' => true, 'samesite' => 'Lax'];
}

/** What to look at when browsers come back without a session. */
function describeSession(): string
{
    $cookie = cookieParams();
    $secure = $cookie['secure'] ? 'yes' : 'no';
    return sprintf(
        'session cookie %s: domain %s, path %s, Secure %s; sessions are kept by %s in %s',
        sessionName(),
        $cookie['domain'] ?: '(this host)',
        $cookie['path'],
        $secure,
        ini_get('session.save_handler'),
        session_save_path() ?: sys_get_temp_dir(),
    );
}

<?php

/** Log in with Clever: a button, the callback, a page that says who you are, and the way out. */

declare(strict_types=1);

namespace ReadingRoom;

use CleverSso\CleverException;
use CleverSso\Denied;
use CleverSso\Exception;
use CleverSso\Identity;
use CleverSso\Login;
use CleverSso\NetworkException;
use CleverSso\Restart;
use CleverSso\SignedIn;

require_once __DIR__ . '/../clever.php';
require_once __DIR__ . '/../pages.php';

const PENDING_COOKIE = 'clever_pending';
const TEN_MINUTES = 600;

$page = $_SERVER['REQUEST_METHOD'] . ' ' . parse_url('http://here' . $_SERVER['REQUEST_URI'], PHP_URL_PATH);
try {
    match ($page) {
        'GET /' => home(),
        // POST, because it changes what the browser keeps: no link or image can begin a login that nobody asked for.
        'POST /login' => login(),
        'GET /callback' => callback(),
        'GET /me' => me(),
        'POST /logout' => logout(),
        default => show('Reading Room', '<h1>There is no such page</h1>', 404),
    };
} catch (Exception $error) {
    failed($error);
}

/** Offers the button. */
function home(): void
{
    isset(session()['person']) ? redirect('/me') : showHome(wish($_GET));
}

/** Begins a login. */
function login(): void
{
    // README: begin
    toClever(clever()->beginLogin(returnTo: wish($_POST), districtId: setting('CLEVER_DISTRICT_ID')));
    // README: end
}

/** Finishes a login: one that began with the button, or one that began at Clever. */
function callback(): void
{
    $pending = $_COOKIE[PENDING_COOKIE] ?? null;
    // README: begin
    $outcome = clever()->finishLogin($_SERVER['QUERY_STRING'] ?? '', is_string($pending) ? $pending : null);
    match (true) {
        $outcome instanceof SignedIn => welcome($outcome),
        $outcome instanceof Restart => toClever($outcome->login),
        $outcome instanceof Denied => problem(
            'Clever did not let you into this app. Please ask your teacher for access.',
            $outcome->error,
            403,
        ),
    };
    // README: end
}

/** Says who is signed in. */
function me(): void
{
    $person = session()['person'] ?? null;
    $person === null ? redirect('/?return_to=' . rawurlencode($_SERVER['REQUEST_URI'])) : showPerson($person);
}

/** Forgets who is signed in. */
function logout(): void
{
    // Another site's form comes without the session cookie: it finds nothing to clear, and nobody is logged out by it.
    session();
    $_SESSION = [];
    session_destroy();
    redirect('/');
}

/** Goes on to where the login was wanted, as the person who logged in. */
function welcome(SignedIn $outcome): void
{
    signIn($outcome->identity);
    keepPending('', 1);
    redirect($outcome->returnTo ?? '/me');
}

/** Replaces whoever was signed in on this device: nothing of their session is carried over. */
function signIn(Identity $identity): void
{
    session();
    session_regenerate_id(true);
    // The key of a user is issuer and id. An email address is none: it may be missing, and it may be another's.
    $_SESSION = ['person' => [
        'issuer' => $identity->issuer,
        'id' => $identity->id,
        'name' => $identity->name->full ?: 'somebody without a name',
        'user_type' => $identity->userType ?? 'several roles',
        'district_id' => $identity->districtId ?? 'none',
        'proven_by' => $identity->provenBy,
    ]];
}

/** Sends the browser to Clever, and lets it keep the pending login. */
function toClever(Login $login): void
{
    keepPending($login->pending, time() + TEN_MINUTES);
    redirect($login->url);
}

/** Sets the cookie of the pending login; one that expired long ago is deleted. */
function keepPending(string $pending, int $expires): void
{
    setcookie(PENDING_COOKIE, $pending, ['expires' => $expires, 'path' => '/callback'] + cookieRules());
}

/**
 * As strict as cookies can be. Not SameSite=Strict: they must come along when the browser returns from Clever.
 *
 * @return array{secure: bool, httponly: bool, samesite: string}
 */
function cookieRules(): array
{
    $secure = str_starts_with((string) setting('CLEVER_REDIRECT_URI'), 'https:');
    return ['secure' => $secure, 'httponly' => true, 'samesite' => 'Lax'];
}

/**
 * The session of this browser.
 *
 * @return array<string, mixed>
 */
function session(): array
{
    if (session_status() !== PHP_SESSION_ACTIVE) {
        session_set_cookie_params(cookieRules());
        session_start(['use_strict_mode' => true]);
    }
    return $_SESSION;
}

/**
 * Where somebody wants to go after the login; the library refuses what leads to another site.
 *
 * @param array<string, mixed> $from
 */
function wish(array $from): ?string
{
    return is_string($from['return_to'] ?? null) ? $from['return_to'] : null;
}

function redirect(string $url): void
{
    header('Cache-Control: no-store');
    header('Referrer-Policy: no-referrer');
    header("Location: {$url}", true, 303);
}

/** Tells the log what happened, and the person what to do. */
function failed(Exception $error): void
{
    error_log('login failed: ' . $error->getMessage());
    $ofOthers = $error instanceof CleverException || $error instanceof NetworkException;
    problem($error->getUserMessage(), $error->getCodeWord(), $ofOthers ? 503 : 400);
}

/** Shows a problem; the pending login is of no use any more. */
function problem(string $sentence, string $code, int $status): void
{
    keepPending('', 1);
    showProblem($sentence, $code, $status);
}

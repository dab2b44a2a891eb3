<?php

/** Log in with Clever: a button, the callback, a page that says who you are, and the way out. */

declare(strict_types=1);

namespace ReadingRoom;

use CleverSso\ArgumentException;
use CleverSso\CleverException;
use CleverSso\ConfigException;
use CleverSso\Denied;
use CleverSso\Exception;
use CleverSso\InternalException;
use CleverSso\Login;
use CleverSso\NetworkException;
use CleverSso\Outcome;
use CleverSso\Restart;
use CleverSso\SignedIn;

require_once __DIR__ . '/../clever.php';
require_once __DIR__ . '/../session.php';
require_once __DIR__ . '/../pages.php';

$page = pageOf((string) parse_url('http://here' . $_SERVER['REQUEST_URI'], PHP_URL_PATH));
try {
    match ($page) {
        '' => home(),
        'me' => me(),
        'login' => unlessRefused('login', login(...)),
        pageOf(callbackPath()) => unlessRefused('callback', callback(...)),
        'logout' => unlessRefused('logout', logout(...)),
        default => unknown($page),
    };
} catch (Exception $error) {
    failed($error);
} catch (\UnexpectedValueException $error) {
    error_log($error->getMessage());
    showProblem('This app is not set up for Clever correctly. Please tell your teacher or school.', 'config_invalid', 500);
}

/** Acts, unless this is a look, a page that is fetched in advance, or a form of another site. */
function unlessRefused(string $endpoint, callable $act): void
{
    $refusal = clever()->refusal($endpoint, $_SERVER['REQUEST_METHOD'], getallheaders());
    if ($refusal === null) {
        $act();
        return;
    }
    http_response_code($refusal->status);
    header('Cache-Control: no-store');
    if ($refusal->allow !== null) {
        header("Allow: {$refusal->allow}");
    }
}

/** Offers the button. */
function home(): void
{
    person() === null ? showHome(wish()) : redirect(address('me'));
}

/** Begins a login. A wish that is refused is told to the log, and the login goes on without it. */
function login(): void
{
    try {
        begin(wish());
    } catch (ArgumentException $error) {
        error_log('return_to is not used: ' . $error->getMessage());
        begin(null);
    }
}

function begin(?string $wish): void
{
    $other = isset($_GET['switch_user']);
    $isSignedIn = person() !== null;
    $options = ['districtId' => setting('CLEVER_DISTRICT_ID'), 'returnTo' => $wish, 'switchUser' => $other];
    // README: begin
    $login = carried(clever()->beginLogin(cookies(), ...$options, hasSession: $isSignedIn));
    redirect($login->url);
    // README: end
}

/** Finishes a login: one that began with the button, or one that began at Clever. */
function callback(): void
{
    // README: begin
    $outcome = carried(clever()->finishLogin($_SERVER['QUERY_STRING'] ?? '', cookies())); // sets the cookies it has
    match (true) {
        $outcome instanceof SignedIn => welcome($outcome),
        $outcome instanceof Restart => redirect($outcome->login->url),
        $outcome instanceof Denied => refused($outcome),
    };
    // README: end
}

/** Does to the browser what the library decided: sets its cookies, and ends its session when a login replaces or ends it. */
function carried(Login|Outcome|Exception $said): Login|Outcome|Exception
{
    foreach ($said->setCookies as $cookie) {
        $cookie->send();
    }
    if (!$said instanceof Login && $said->endsSession) {
        endSession();
    }
    return $said;
}

/** Goes on to where the login was wanted, as the person who signed in. */
function welcome(SignedIn $outcome): void
{
    beginSession($outcome->identity);
    redirect($outcome->returnTo ?? address('me'));
}

function refused(Denied $outcome): void
{
    showProblem('Clever did not let you into this app. Please ask your teacher for access.', $outcome->error, 403);
}

/** Says who is signed in; others log in first, and come back here. */
function me(): void
{
    $query = ($_SERVER['QUERY_STRING'] ?? '') === '' ? '' : '?' . $_SERVER['QUERY_STRING'];
    $login = address('login') . '?return_to=' . rawurlencode(address('me') . $query);
    $person = person();
    $person === null ? redirect($login) : showPerson($person);
}

/** Forgets who is signed in. */
function logout(): void
{
    foreach (clever()->logOutCookies(cookies()) as $cookie) {
        $cookie->send();
    }
    endSession();
    redirect(address(''));
}

/** The cookies of this request, as the browser sent them. */
function cookies(): ?string
{
    return $_SERVER['HTTP_COOKIE'] ?? null;
}

/** Where somebody wants to go after the login; the library refuses what leads to another site. */
function wish(): ?string
{
    return is_string($_GET['return_to'] ?? null) ? $_GET['return_to'] : null;
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
    carried($error);
    error_log('login failed: ' . $error->getMessage());
    if ($error->getCodeWord() === 'session_not_kept') {
        error_log(describeSession());
    }
    $status = match (true) {
        $error instanceof ConfigException, $error instanceof InternalException => 500,
        $error instanceof CleverException && $error->getActor() === 'app' => 500,
        $error instanceof CleverException, $error instanceof NetworkException => 503,
        default => 400,
    };
    if ($error->getRetryAfter() !== null) {
        header("Retry-After: {$error->getRetryAfter()}");
    }
    showProblem($error->getUserMessage(), $error->getCodeWord(), $status);
}

/** No page of ours. One that would be ours below another path shows a proxy that adds a prefix nobody told us of. */
function unknown(string $page): void
{
    if (in_array(basename($page), ['me', 'login', 'logout', basename(callbackPath())], true)) {
        $below = address('');
        error_log("page_unknown: this app has its pages below {$below}: CLEVER_REDIRECT_URI must name the public path");
    }
    show('Reading Room', '<h1>There is no such page</h1><p>The word for support: <code>page_unknown</code></p>', 404);
}

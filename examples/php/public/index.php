<?php

/** Log in with Clever: a login button, a page that shows who you are, and a logout button. */

declare(strict_types=1);

namespace ReadingRoom;

use CleverSso\SignedIn;
use CleverSso\Web;

// The same classes, from the extension or from FFI, which needs nothing compiled.
const CLASSES = __DIR__ . '/../../../php/';
require_once CLASSES . (extension_loaded('clever_sso') ? 'extension/CleverSso/Web.php' : 'ffi/CleverSso.php');
require_once __DIR__ . '/../pages.php';

// README: begin
$web = Web::fromEnv(afterLogin: 'me'); // CLEVER_CLIENT_ID, CLEVER_CLIENT_SECRET, CLEVER_REDIRECT_URI
$web->answer(admit(...), showProblem(...)); // login, callback and logout, with their cookies and errors
match (page()) {
    '' => $web->person() === null ? showHome($web) : showPerson($web, $web->person()),
    'me' => showPerson($web, $web->requirePerson()), // redirects others to log in, and back here
    default => showNothing(),
};
// README: end

/**
 * What the session stores about a person; null refuses the person.
 *
 * @return array<string, string>
 */
function admit(SignedIn $signedIn): array
{
    $identity = $signedIn->identity;
    return [
        // The key of a user is issuer and id. Never use the email address: it may be missing or belong to another person.
        'issuer' => $identity->issuer,
        'id' => $identity->id,
        'name' => $identity->name->full ?: 'a person with no name',
        'user_type' => $identity->userType ?? 'several roles',
        'district_id' => $identity->districtId ?? 'none',
        'proven_by' => $identity->provenBy,
    ];
}

/** The last part of the path: the pages work below the prefix of a proxy, too. */
function page(): string
{
    $path = (string) parse_url('http://here' . $_SERVER['REQUEST_URI'], PHP_URL_PATH);
    return substr($path, (int) strrpos($path, '/') + 1);
}

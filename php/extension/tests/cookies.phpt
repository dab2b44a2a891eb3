--TEST--
Cookies in, cookies out: with each login, outcome, error and log out
--EXTENSIONS--
clever_sso
--SKIPIF--
<?php require __DIR__ . '/skip_without_emulator.inc'; ?>
--FILE--
<?php
require __DIR__ . '/helper.inc';

use CleverSso\Client;
use CleverSso\Denied;
use CleverSso\SignedIn;

function told(array $cookies): string
{
    $ends = ['/(login_)[\w-]{16}$/' => '$1KEY', '/(finished_|signed_in_)[\w-]{4}$/' => '$1APP'];
    $lines = array_map(fn($c) => preg_replace(array_keys($ends), $ends, $c->name) . " {$c->maxAge}", $cookies);
    sort($lines);
    return implode(', ', $lines);
}

$client = client();
$login = $client->beginLogin(returnTo: '/lessons');
[$cookie] = $login->setCookies;
var_dump($cookie->name === "clever_login_{$login->key}", $cookie->value === $login->pending, $cookie->maxAge, $cookie->secure);
echo str_replace([$login->key, $login->pending], ['KEY', 'PENDING'], $cookie->header), "\n";
$secure = (new Client(CLIENT_ID, CLIENT_SECRET, 'https://app.example/callback'))->beginLogin()->setCookies[0];
var_dump(str_starts_with($secure->name, '__Host-clever_login_'), $secure->secure);

// Two logins of one browser: each callback deletes its own cookie and no other.
$second = $client->beginLogin(cookies_of($login->setCookies), returnTo: '/second');
$jar = cookies_of($login->setCookies, $second->setCookies);
$outcome = $client->finishLogin(browse($second->url), $jar);
assert($outcome instanceof SignedIn);
echo $outcome->returnTo, ': ', told($outcome->setCookies), ' ';
var_dump($outcome->setCookies[0]->name === "clever_login_{$second->key}", $outcome->endsSession);
$outcome = $client->finishLogin(browse($login->url), $jar);
echo $outcome->returnTo, "\n";
echo 'logged out: ', told($client->logOutCookies(cookies_of($outcome->setCookies))), told($client->logOutCookies()), "\n";

// At most eight in flight.
$answers = [];
for ($number = 0; $number < 9; $number++) {
    $answers[] = $client->beginLogin(cookies_of(...$answers))->setCookies;
}
var_dump(count(explode('; ', cookies_of(...$answers))));

// What proves nothing changes nothing; what is proven ends the session.
$login = $client->beginLogin();
$denied = $client->finishLogin('error=access_denied', cookies_of($login->setCookies));
assert($denied instanceof Denied);
var_dump($denied->setCookies, $denied->endsSession);
$denied = $client->finishLogin('error=access_denied&state=' . state_of($login), cookies_of($login->setCookies));
echo told($denied->setCookies), ' ';
var_dump($denied->endsSession);

// Errors have cookies, too.
foreach (['server_error', 'invalid_request'] as $word) {
    try {
        $client->finishLogin("error=$word&state=" . state_of($login), cookies_of($login->setCookies));
    } catch (CleverSso\CleverException $error) {
        echo $error->getCodeWord(), ': ', told($error->setCookies), ' ';
        var_dump($error->endsSession);
    }
}
$failing = new Client(CLIENT_ID, CLIENT_SECRET, REDIRECT_URI, baseUrl: clever_url() . '/s/id-token-expired');
$login = $failing->beginLogin();
try {
    $failing->finishLogin(browse($login->url), cookies_of($login->setCookies));
} catch (CleverSso\TokenException $error) {
    echo $error->getCodeWord(), ': ', told($error->setCookies), ' ';
    var_dump($error->endsSession, str_contains(print_r($error, true), $login->setCookies[0]->value));
}
try {
    $client->finishLogin('');
} catch (CleverSso\LoginException $error) {
    var_dump($error->setCookies, $error->endsSession);
}

// Sign-ins that leave no session. The error changes no cookie: the other tabs of the browser must read the same.
$jar = [];
for ($number = 0; $number < 4; $number++) {
    try {
        $login = $client->beginLogin(cookies_of(...$jar), hasSession: false);
        $jar[] = $login->setCookies;
        $jar[] = $client->finishLogin(browse($login->url), cookies_of(...$jar))->setCookies;
    } catch (CleverSso\LoginException $error) {
        echo "$number: ", $error->getCodeWord(), ' ', count($error->setCookies), "\n";
    }
}

// Bytes that are no text belong to somebody else's cookies.
$login = $client->beginLogin("a=\xff");
echo $client->finishLogin(browse($login->url), "a=\xff; " . cookies_of($login->setCookies))::class, "\n";
?>
--EXPECT--
bool(true)
bool(true)
int(600)
bool(false)
clever_login_KEY=PENDING; HttpOnly; SameSite=Lax; Path=/; Max-Age=600
bool(true)
bool(true)
/second: clever_finished_APP 600, clever_login_KEY 0, clever_signed_in_APP 60 bool(true)
bool(true)
/lessons
logged out: clever_signed_in_APP 0
int(8)
array(0) {
}
bool(false)
clever_finished_APP 600, clever_login_KEY 0 bool(true)
callback_unavailable: clever_finished_APP 600, clever_login_KEY 0 bool(false)
callback_rejected: clever_finished_APP 600, clever_login_KEY 0 bool(false)
id_token_expired: clever_finished_APP 600, clever_login_KEY 0 bool(true)
bool(false)
array(0) {
}
bool(false)
3: session_not_kept 0
CleverSso\SignedIn

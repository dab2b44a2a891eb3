--TEST--
A whole login: from the button, from the portal, again, and refused
--EXTENSIONS--
clever_sso
--SKIPIF--
<?php require __DIR__ . '/skip_without_emulator.inc'; ?>
--FILE--
<?php
require __DIR__ . '/helper.inc';

use CleverSso\Denied;
use CleverSso\Restart;
use CleverSso\SignedIn;

$client = client();
$client->warmUp();

$login = $client->beginLogin(returnTo: '/lessons?number=7');
$callback = browse($login->url);
$outcome = $client->finishLogin($callback, cookies_of($login->setCookies));
assert($outcome instanceof SignedIn);
$identity = $outcome->identity;
echo "{$identity->name->full} {$identity->userType} {$identity->districtId} {$identity->provenBy} {$outcome->returnTo}\n";
echo $identity->issuer === clever_url() ? 'the issuer' : $identity->issuer, ' ', strlen($identity->id), "\n";
var_dump($identity->roles[0]->name, $identity->loginasByAdmin, $identity->claims['sub'] === $identity->id);
var_dump(strlen($outcome->tokens->accessToken) > 20, substr_count($outcome->tokens->idToken, '.'));

$dump = print_r($outcome, true) . var_export($outcome, true);
foreach (['Ada', 'Ashworth', '@', $outcome->tokens->accessToken, $outcome->tokens->idToken] as $private) {
    var_dump(str_contains($dump, $private));
}

$again = $client->finishLogin($callback, cookies_of($login->setCookies));
assert($again instanceof Restart);
echo $again->reason, ' ', count($again->setCookies), ' ';
echo $client->finishLogin(browse($again->login->url), cookies_of($again->setCookies))->returnTo, "\n";

$arrived = $client->finishLogin(from_portal());
assert($arrived instanceof Restart);
echo $arrived->reason, ' ';
$outcome = $client->finishLogin(browse($arrived->login->url), cookies_of($arrived->setCookies));
echo $outcome->identity->name->first, "\n";

$login = $client->beginLogin();
$back = 'error=unauthorized-user&error_description=sorry&state=' . state_of($login);
$denied = $client->finishLogin($back, cookies_of($login->setCookies));
assert($denied instanceof Denied);
echo $denied->error, ' ', $denied->description, "\n";
?>
--EXPECT--
Ada Ashworth student 53ee4b8a44abc88c1c00119b id_token /lessons?number=7
the issuer 24
string(7) "student"
bool(false)
bool(true)
bool(true)
int(2)
bool(false)
bool(false)
bool(false)
bool(false)
bool(false)
code_rejected 2 /lessons?number=7
state_missing Ada
unauthorized-user sorry

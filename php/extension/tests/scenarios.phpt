--TEST--
Whatever the emulator does wrong comes out as it says
--EXTENSIONS--
clever_sso
--SKIPIF--
<?php require __DIR__ . '/skip_without_emulator.inc'; ?>
--FILE--
<?php
require __DIR__ . '/helper.inc';

use CleverSso\Client;

/** What becomes of the call of a scenario, in the emulator's words. */
function outcome(string $call, string $base_url): string
{
    $client = new Client(CLIENT_ID, CLIENT_SECRET, REDIRECT_URI, baseUrl: $base_url);
    try {
        $login = $client->beginLogin();
        $outcome = $client->finishLogin(browse($login->url), cookies_of($login->setCookies));
        if ($outcome instanceof CleverSso\SignedIn && $call !== 'login') {
            $token = $outcome->tokens->accessToken;
            $who = $outcome->identity;
            match ($call) {
                'tokeninfo' => $client->checkToken($token),
                'me' => $client->me($token),
                'user' => $client->user($token, $who->id),
                'district' => $client->district($token, $who->districtId),
                'userinfo' => $client->userinfo($token, $who->id),
            };
            return 'ok';
        }
        return match ($outcome::class) {
            CleverSso\SignedIn::class => 'signed_in',
            CleverSso\Restart::class => "restart {$outcome->reason}",
            CleverSso\Denied::class => 'denied',
        };
    } catch (CleverSso\Exception $error) {
        return "error {$error->getCodeWord()}";
    }
}

$scenarios = json_decode(file_get_contents(clever_url() . '/_emulator/scenarios'));
$as_said = 0;
foreach ($scenarios as $scenario) {
    $outcome = outcome($scenario->call, $scenario->base_url);
    if ($outcome === $scenario->outcome) {
        $as_said++;
    } else {
        echo "{$scenario->name}: $outcome instead of {$scenario->outcome} ({$scenario->call})\n";
    }
}
echo $as_said > 60 && $as_said === count($scenarios) ? "all of them\n" : "$as_said\n";
?>
--EXPECT--
all of them

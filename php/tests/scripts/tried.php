<?php

/* Prints the result or exception of each call as a JSON line, for the extension and for FFI. Warnings become exceptions. */

use CleverSso\Client;
require $argv[1] . '/tests/helper.inc';
function tried(callable $act): string {
    try {
        $result = $act();
        return is_object($result) ? get_class($result) : var_export($result, true);
    } catch (Throwable $thrown) {
        $code = $thrown instanceof CleverSso\Exception ? $thrown->getCodeWord() : '';
        $message = $thrown->getMessage();
        return get_class($thrown) . ': ' . $code . ': ' . $message . ': ' . $thrown->getCode();
    }
}
$client = client();
$login = $client->beginLogin(returnTo: '/lessons?a=ш');
$outcome = $client->finishLogin(browse($login->url), cookies_of($login->setCookies));
$login = $client->beginLogin(returnTo: '/lessons?a=ш', switchUser: true);
$thrown = null;
try {
    $client->finishLogin('error=server_error&state=' . state_of($login), cookies_of($login->setCookies));
} catch (CleverSso\Exception $error) {
    $thrown = $error;
}
$denied = $client->finishLogin('error=access_denied');
$refusal = $client->refusal('login', 'POST', []);
$made = new CleverSso\LoginException('of the application', 7);
$all = [
    fn() => new Client('a', redirectUri: [7]),
    fn() => new Client('a', redirectUri: [new stdClass()]),
    fn() => new Client('a', oldPendingKeys: [null]),
    fn() => new Client('a', returnToOrigins: [1.5]),
    fn() => new Client('a', keyCache: 'keys'),
    fn() => new Client('a', keyCache: ''),
    fn() => new Client('a', keyCache: "/tmp/a\0b"),
    fn() => client()->__construct('b'),
    fn() => new Client('a', timeout: -1),
    fn() => new Client('a', timeout: INF),
    fn() => new Client('a', leeway: -1),
    fn() => new Client('a', leeway: 601),
    fn() => new Client('a', caBundle: '/nowhere'),
    fn() => new Client('a', proxy: 'gopher://x'),
    fn() => new Client('a', jwksUri: 'x'),
    fn() => new Client('a', tokenEndpoint: 'http://x.example'),
    fn() => new Client('a', baseUrl: 'http://127.0.0.1:9', discover: true),
    fn() => new Client("a\0b"),
    fn() => new Client('a', redirectUri: 'http://app.example/'),
    fn() => (new Client('a'))->beginLogin(),
    fn() => client()->beginLogin(returnTo: '//x'),
    fn() => client()->beginLogin(returnTo: "/\0"),
    fn() => client()->beginLogin(redirectUri: 'https://x.example/'),
    fn() => client()->beginLogin(districtId: "\xff"),
    fn() => client()->beginLogin(cookies: "\xff\0"),
    fn() => client()->finishLogin(''),
    fn() => client()->finishLogin("code=\0"),
    fn() => client()->finishLogin('code=a&code=b'),
    fn() => client()->finishLogin('code=a', "\xff"),
    fn() => client()->finishLoginWithPending('code=a', null),
    fn() => (new Client('a'))->beginImplicit(),
    fn() => client()->beginImplicit(returnTo: "/\0"),
    fn() => client()->finishImplicit("#access_token=\0"),
    fn() => client()->finishImplicit('#access_token=a', "\xff"),
    fn() => client()->finishImplicitWithPending('#error=a', null),
    fn() => client()->authorizeUrl('token'),
    fn() => client()->authorizeUrl('token', state: 'a', withoutState: true),
    fn() => client()->loginKey("\xff"),
    fn() => client()->loginKey('code=a'),
    fn() => client()->refusal('', 'GET', []),
    fn() => client()->refusal('login', "G\0T", []),
    fn() => client()->refusal('login', 'GET', ['Origin' => ['a', 'b'], 7 => 'x', 'Sec-Fetch-Mode' => null]),
    fn() => client()->refusal('callback', 'GET', ['sec-fetch-mode' => ['cors']]),
    fn() => client()->refusal('callback', 'GET', ['Purpose' => "\xff", "\xff" => 'x', "a\0" => 'x', 'Host' => "\0"]),
    fn() => array_map(fn($odd) => client()->refusal('logout', 'POST', ['Origin' => $odd])?->status,
        ["\xff", "\0", [], [[]], null, 7, ['a', 'b'], ['https://app.example']]),
    fn() => client()->logOutCookies("\xff"),
    fn() => clone client(),
    fn() => serialize(client()),
    fn() => serialize($login),
    fn() => serialize($login->setCookies[0]),
    fn() => serialize($denied),
    fn() => serialize($refusal),
    fn() => clone $denied,
    fn() => $denied->error = 'x',
    fn() => $login->url = 'x',
    fn() => $login->nothing = 'x',
    fn() => $denied->nothing = 'x',
    fn() => preg_match('/Ada|Ashworth|@/', print_r($outcome, true) . var_export($outcome, true)),
    fn() => preg_match('/Ada/', print_r($outcome->identity->name, true) . var_export($outcome->identity->name, true)),
    fn() => substr_count(print_r($outcome->identity, true), '[redacted]'),
    fn() => json_encode($outcome->identity->name),
    fn() => array_diff_key(json_decode(json_encode($outcome->identity), true), ['claims' => 1, 'issuer' => 1]) == [
        'id' => $outcome->identity->id, 'districtId' => DISTRICT_ID, 'userType' => 'student',
        'roles' => json_decode(json_encode($outcome->identity->roles), true),
        'name' => json_decode(json_encode($outcome->identity->name), true),
        'unverifiedEmail' => $outcome->identity->unverifiedEmail, 'legacyIds' => $outcome->identity->legacyIds,
        'authorizedBy' => $outcome->identity->authorizedBy, 'provenBy' => 'id_token', 'loginasByAdmin' => false],
    fn() => isset($outcome->identity->name, $outcome->identity->nothing),
    fn() => [isset($outcome->identity->name->full), isset($outcome->identity->claims['sub'])],
    fn() => $outcome->identity->name->full = 'x',
    fn() => new CleverSso\Refusal(405, 'GET'),
    fn() => array_map(fn($e) => [$e->getMessage(), $e->getCode(), $e->setCookies, $e->endsSession, $e->getCodeWord(),
        $e->getUserMessage(), $e->getActor(), $e->isRetryable(), $e->getHttpStatus(), $e->getRetryAfter(),
        $e->getPageStatus(), $e->getReturnTo(), $e->getSwitchUser()], [$made]),
    fn() => [get_class($thrown), $thrown->getActor(), $thrown->isRetryable(), $thrown->getRetryAfter(),
        count($thrown->setCookies), $thrown->endsSession, $thrown->getUserMessage(), $thrown->getLine() > 0,
        $thrown->getPageStatus(), $thrown->getReturnTo(), $thrown->getSwitchUser()],
    fn() => [$denied->error, $denied->description, $denied->returnTo, $denied->switchUser, $denied->endsSession,
        $outcome->switchUser],
    fn() => array_map(Client::isSwitchedOn(...), [null, '', '0', 'False', 'NO', 'off', '1', 'true', "\0", "\xff", ' ']),
    fn() => array_map(fn($target) => Client::leadsTo($target, '/login'),
        ['/login', '/x/%2e%2e//%6cogin/?x', 'https://app.example/login#x', '/Login', '/login2', '', "/login\0", "\xff"]),
    fn() => array_map(fn($c) => [$c->name, $c->maxAge], client()->sessionKeptCookies('clever_signed_in=x')),
    fn() => client()->sessionKeptCookies(),
    fn() => client()->sessionKeptCookies("\xff\0"),
    fn() => client()->beginLogin(districtId: str_repeat('x', 9000)),
    fn() => client()->portalUrl(str_repeat('x', 9000)),
    fn() => [$refusal->status, $refusal->allow],
    // The only call that raises a warning.
    fn() => @$nothing,
];
echo json_encode(array_map(tried(...), $all), JSON_INVALID_UTF8_SUBSTITUTE);

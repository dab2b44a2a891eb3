<?php

/* Makes calls by name, one on each line, with tabs between the words. It prints one line for each, like ffi/tests/c/driver.c. */

declare(strict_types=1);

use CleverSso\Client;
use CleverSso\Denied;
use CleverSso\Restart;
use CleverSso\SignedIn;

if (isset($argv[1])) {
    require $argv[1];
}

/** @param list<CleverSso\SetCookie> $cookies */
function cookies(array $cookies): array
{
    return [
        'set_cookies' => implode('|', array_map(fn($one) => "{$one->name}={$one->value};{$one->maxAge}", $cookies)),
        'set_cookie_headers' => implode('|', array_map(fn($one) => $one->header, $cookies)),
    ];
}

function answered(string $action, ?Client $client, array $given): array
{
    switch ($action) {
        case 'begin_login':
            $login = $client->beginLogin(returnTo: $given['return_to'], cookies: $given['cookies']);
            return ['ok', ['url' => $login->url] + cookies($login->setCookies)];
        case 'finish_login':
            $outcome = $client->finishLogin($given['callback'], $given['cookies']);
            $result = match (true) {
                $outcome instanceof SignedIn => 'signed_in ' . $outcome->identity->provenBy,
                $outcome instanceof Restart => "restart {$outcome->reason}",
                $outcome instanceof Denied => "denied {$outcome->error}",
            };
            return [$result, ['ends_session' => var_export($outcome->endsSession, true)] + cookies($outcome->setCookies)];
        case 'log_out':
            return ['ok', cookies($client->logOutCookies($given['cookies']))];
    }
    throw new LogicException("unknown action $action");
}

$clients = [];
while (($line = fgets(STDIN)) !== false) {
    $words = explode("\t", rtrim($line, "\n"));
    $action = array_shift($words);
    $given = [];
    foreach ($words as $word) {
        [$name, $value] = explode('=', $word, 2);
        $given[$name] = $value;
    }
    try {
        if ($action === 'client') {
            $made = new Client($given['client_id'], $given['secret'], $given['redirect_uri'], baseUrl: $given['base_url']);
            $clients[$given['client']] = $made;
            $answer = ['ok', []];
        } else {
            $answer = answered($action, $clients[$given['client']], $given);
        }
    } catch (CleverSso\Exception $error) {
        $told = ['page_status' => $error->getPageStatus(), 'ends_session' => var_export($error->endsSession, true)];
        $answer = ["error {$error->getCodeWord()}", $told + cookies($error->setCookies)];
    }
    [$result, $fields] = $answer;
    foreach ($fields as $name => $value) {
        $result .= "\t$name=$value";
    }
    echo $result, "\n";
}

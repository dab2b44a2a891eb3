<?php

/* Prints the exceptions when Clever is busy, one line for each scenario. */

require $argv[1] . '/tests/helper.inc';
foreach (['tokens-429-retry-after', 'tokens-429-empty', 'tokens-503'] as $scenario) {
    $client = new CleverSso\Client(CLIENT_ID, CLIENT_SECRET, REDIRECT_URI, baseUrl: clever_url() . "/s/{$scenario}");
    $login = $client->beginLogin();
    try {
        $client->finishLogin(browse($login->url), cookies_of($login->setCookies));
    } catch (CleverSso\CleverException $error) {
        $said = [$error->getCodeWord(), $error->getHttpStatus(), $error->getRetryAfter(), $error->isRetryable()];
        echo json_encode($said), "\n";
    }
}

<?php

/* Makes calls at the end of a request, when PHP has called the destructors of all objects that are still in use. */

declare(strict_types=1);

require $argv[1] . '/tests/helper.inc';

final class Late
{
    /** Objects in static properties are in use until the end. */
    public static ?Late $kept = null;

    public function __construct(private CleverSso\Client $client, private CleverSso\KeySet $keys)
    {
    }

    public function call(): string
    {
        return implode(' ', [
            thrown(fn() => $this->client->me('unknown')),
            thrown(fn() => $this->client->finishLogin(REDIRECT_URI . '?error=a')),
            $this->client->beginLogin()->url === '' ? 'no url' : 'a url',
            thrown(fn() => $this->keys->verifyIdToken('a.b.c', 'https://clever.com', 'a')),
        ]);
    }

    public function __destruct()
    {
        echo 'destructor: ', $this->call(), "\n";
    }
}

$client = client();
$keys = new CleverSso\KeySet(file_get_contents(clever_url() . '/oauth/certs'));
// Created after the client, so that its destructor is called later.
$late = Late::$kept = new Late($client, $keys);
echo 'now: ', $late->call(), "\n";
ob_start(fn(string $before): string => "{$before}output: {$late->call()}\n");

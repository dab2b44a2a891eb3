<?php

/* A page whose application decides who gets in, with the page for failed logins that the package brings. */

declare(strict_types=1);

use CleverSso\SignedIn;
use CleverSso\Web;

require_once getenv('PHP_CLASSES');

if (getenv('EARLY') === 'session') {
    session_start();
}
if (getenv('EARLY') === 'output') {
    echo 'early';
    flush();
}
$web = Web::fromEnv();
if (getenv('EARLY') === 'guard') {
    $web->requirePerson();
}
$web->answer(fn(SignedIn $signedIn): ?array => match ($signedIn->identity->name->first) {
    'José' => null,
    'Noor' => file_exists(session_save_path() . '/closed') ? null : ['first' => 'Noor'],
    // With a session of the application's own, in the middle of it all.
    'ليلى' => session_start() ? ['first' => 'ليلى'] : null,
    'Grace' => throw new RuntimeException('fell over'),
    default => ['first' => $signedIn->identity->name->first],
});
$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
if ($path === '/cart') {
    // A session of the application itself, with a plain session_start().
    session_start();
    $_SESSION['cart'] = ($_SESSION['cart'] ?? 0) + 1;
    echo 'cart ', $_SESSION['cart'], ' ', $web->person()['first'] ?? 'nobody';
} elseif ($path === '/quiet') {
    // Nobody asks who is signed in.
    echo 'quiet';
} elseif ($path === '/members') {
    $person = $web->requirePerson();
    echo 'member ', $person['first'];
} elseif ($path === '/late') {
    echo 'late ';
    flush();
    $web->requirePerson();
    echo 'secret';
} else {
    echo 'front ', $web->person()['first'] ?? 'nobody';
}

<?php

/* A page whose application decides who may log in, with the package's own error page. */

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
/** Looks for a session that may not exist, as handlers for Redis and others do. */
final class SuppressingHandler extends SessionHandler
{
    public function read(string $id): string|false
    {
        @file_get_contents(session_save_path() . "/other_{$id}");
        return parent::read($id);
    }
}

/** See `works` in strict.php. */
final class FailingHandler extends SessionHandler
{
    public function open(string $path, string $name): bool
    {
        return works('open') && parent::open($path, $name);
    }

    public function read(string $id): string|false
    {
        return works('read', $id) ? parent::read($id) : false;
    }

    public function write(string $id, string $data): bool
    {
        return works('write', $id) && parent::write($id, $data);
    }

    public function destroy(string $id): bool
    {
        return works('destroy', $id) && parent::destroy($id);
    }
}

/** Acts like a logout in another request: deletes the session. */
function logOutOf(string $cookies): array
{
    if (preg_match('/(?:^|; )session=([^;]+)/', $cookies, $found) === 1) {
        @unlink(session_save_path() . "/sess_{$found[1]}");
    }
    return [];
}

function printed(bool $flushes = false): array
{
    echo 'debug';
    $flushes && flush();
    return [];
}

if (getenv('EARLY') === 'silent') {
    error_reporting(E_ERROR);
}
if (getenv('EARLY') === 'handler') {
    session_set_save_handler(new SuppressingHandler(), true);
}
if (getenv('EARLY') === 'failing') {
    session_set_save_handler(new FailingHandler(), true);
}
$web = Web::fromEnv();
if (getenv('EARLY') === 'guard') {
    $web->requirePerson();
}
$web->answer(fn(SignedIn $signedIn): mixed => match ($signedIn->identity->name->first) {
    'José' => null,
    'Mila' => throw new CleverSso\Refused('Ask <b>Ms. Frizzle</b> for a license.'),
    'Noor' => file_exists(session_save_path() . '/closed') ? null : ['first' => 'Noor'],
    // The person logs out in another tab during the login.
    'Ada' => logOutOf(getenv('LOG_OUT') === '1' ? ($_SERVER['HTTP_COOKIE'] ?? '') : '') + ['first' => 'Ada'],
    // Use a session of the application in the middle of the sign-in.
    'ليلى' => session_start() ? ['first' => 'ليلى'] : null,
    'Grace' => throw new RuntimeException('fell over'),
    'Olga' => 'not an array',
    // A line for debugging, or a notice that PHP shows.
    'Robin 🦊' => printed() + ['first' => 'Robin'],
    '琳' => printed(flushes: true) + ['first' => 'Lin'],
    default => ['first' => $signedIn->identity->name->first],
}, getenv('EARLY') === 'failing' ? fn(): never => throw new RuntimeException('no template') : null);
$path = parse_url($_SERVER['REQUEST_URI'] ?? '/members', PHP_URL_PATH);
if ($path === '/cart') {
    // A session of the application itself, with a plain session_start().
    session_start();
    $_SESSION['cart'] = ($_SESSION['cart'] ?? 0) + 1;
    echo 'cart ', $_SESSION['cart'], ' ', $web->person()['first'] ?? 'nobody';
} elseif ($path === '/renew') {
    // As applications do every few minutes.
    session_start();
    session_regenerate_id(true);
    $_SESSION['renewed'] = ($_SESSION['renewed'] ?? 0) + 1;
    echo 'renewed ', $_SESSION['renewed'], ' ', $web->person()['first'] ?? 'nobody';
} elseif ($path === '/quiet') {
    // This page does not check who is signed in.
    echo 'quiet';
} elseif ($path === '/members') {
    $person = $web->requirePerson();
    echo 'member ', $person['first'];
} elseif ($path === '/dump') {
    var_dump($web, (array) $web);
    print_r($web);
    var_export($web);
    try {
        echo serialize($web);
    } catch (Exception) {
        echo 'refused';
    }
} elseif ($path === '/vault') {
    // A common mistake in applications: redirects people without access to log in.
    header('Location: ' . $web->loginUrl('/vault'), true, 303);
} elseif ($path === '/expel') {
    // A guard that ends the session of the person who is signed in, before a page is shown.
    if ($web->person() !== null) {
        session_start();
        $_SESSION = [];
        session_write_close();
    }
    header('Location: ' . $web->loginUrl('/expel'), true, 303);
} elseif ($path === '/late') {
    echo 'late ';
    flush();
    $web->requirePerson();
    echo 'secret';
} else {
    echo 'front ', $web->person()['first'] ?? 'nobody';
}
